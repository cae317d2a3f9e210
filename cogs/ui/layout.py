"""The pieces that messages are built of."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from discord import ui

from cogs.ui.plain_text import cut

MESSAGE_CHARACTERS = 4000
"""What Discord takes of text in one message, all its pieces together."""

Piece: TypeAlias = ui.Item[Any]


class Message(ui.LayoutView):
    """What a message is made of; nothing about it ends before its message does.

    Its buttons are found by their custom_ids alone, also after a restart. So discord.py has
    nothing to keep of it; of a private message it would otherwise keep this view, with a timer
    of fifteen minutes.
    """

    def __init__(self) -> None:
        super().__init__(timeout=None)

    def is_finished(self) -> bool:
        """True: there is nothing to wait for, so discord.py stores nothing."""
        return True


class Pressable(ui.View):
    """Buttons under a message of plain text; like ``Message``, nothing that discord.py keeps."""

    def __init__(self, *buttons: ui.DynamicItem[Any]) -> None:
        super().__init__(timeout=None)
        for button in buttons:
            self.add_item(button)

    def is_finished(self) -> bool:
        """True: there is nothing to wait for, so discord.py stores nothing."""
        return True


def card(*pieces: Piece | None, accent: int) -> ui.LayoutView:
    """A message of one container with ``pieces`` in it, but for those that are ``None``."""
    container: ui.Container[Any] = ui.Container(accent_colour=accent)
    for piece in pieces:
        if piece is not None:
            container.add_item(piece)
    view = Message()
    view.add_item(container)
    return view


def messages_of(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """The pieces in as few messages as take them, in order.

    A text that is too long for one message is split between its lines.
    """
    messages: list[list[Piece]] = [[]]
    room = MESSAGE_CHARACTERS
    for piece in pieces:
        for part in _parts(piece):
            length = len(part.content) if isinstance(part, ui.TextDisplay) else 0
            if length > room:
                messages.append([])
                room = MESSAGE_CHARACTERS
            messages[-1].append(part)
            room -= length
    return messages


def _parts(piece: Piece) -> list[Piece]:
    if not isinstance(piece, ui.TextDisplay) or len(piece.content) <= MESSAGE_CHARACTERS:
        return [piece]
    texts = [""]
    for text in piece.content.split("\n"):
        longer = f"{texts[-1]}\n{text}" if texts[-1] else text
        if len(longer) <= MESSAGE_CHARACTERS:
            texts[-1] = longer
        else:
            texts.append(cut(text, MESSAGE_CHARACTERS))
    return [ui.TextDisplay(text) for text in texts]


def line(text: str) -> ui.LayoutView:
    """A message of one text without a frame."""
    view = Message()
    view.add_item(ui.TextDisplay(text))
    return view


def paragraph(*lines: str) -> Piece:
    """A text of these lines, each of which may use Discord's markdown."""
    return ui.TextDisplay("\n".join(lines))


def gallery(pictures: Sequence[tuple[str, str]], *, spoiler: bool = False) -> Piece | None:
    """Pictures attached to the message, as pairs of file name and alt text; ``None`` for none.

    ``spoiler``: each is hidden until it is pressed.
    """
    if not pictures:
        return None
    found: ui.MediaGallery[Any] = ui.MediaGallery()
    for filename, description in pictures:
        found.add_item(media=f"attachment://{filename}", description=description, spoiler=spoiler)
    return found


def row(*buttons: ui.DynamicItem[Any] | None) -> Piece | None:
    """Buttons beside each other, but for those that are ``None``; ``None`` where none is left."""
    present = [button for button in buttons if button is not None]
    if not present:
        return None
    found: ui.ActionRow[Any] = ui.ActionRow(*present)
    return found


def beside(text: str, button: ui.DynamicItem[Any]) -> Piece:
    """A text with a button at its right."""
    section: ui.Section[Any] = ui.Section(text, accessory=button)
    return section
