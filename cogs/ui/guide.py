"""What ``/help`` shows."""

from collections.abc import Callable

from discord import ui

from bot.generation import (
    MAX_IMAGES,
    MAX_REFERENCE_BYTES,
    MAX_REFERENCE_RATIO,
    MAX_REFERENCES,
    MIN_REFERENCE_SIDE,
    AspectRatio,
    Mode,
)
from bot.language import _
from cogs.ui.layout import card, paragraph
from cogs.ui.phrases import credits_of

_ACCENT = 0x5865F2


def guide(mention: Callable[[str], str]) -> ui.LayoutView:
    """``mention`` gives the link that opens a command."""
    return card(
        paragraph(
            _("### Images from words and pictures"),
            _(
                "{imagine} draws what you describe, from words alone or with up to {most} pictures "
                "as references. {price} for 1 to {images} images."
            ).format(
                imagine=mention("imagine"),
                most=MAX_REFERENCES,
                price=credits_of(Mode.IMAGINE.price),
                images=MAX_IMAGES,
            ),
            _(
                "{multishot} makes several shots in which the one in your picture stays the same. "
                "{price} for 1 to {images} shots."
            ).format(
                multishot=mention("multishot"),
                price=credits_of(Mode.MULTISHOT.price),
                images=MAX_IMAGES,
            ),
            _("Sent without a prompt, both open a form."),
        ),
        ui.Separator(),
        paragraph(
            _("**Going on from a picture**"),
            _(
                "Under each result: the same again, the prompt changed, or one of its images, to "
                "vary it, to make shots of who is in it, or to draw it larger. Whoever presses "
                "pays, and sees before how much. On anybody's message with pictures, *Apps* in "
                "its menu has *Use as reference* and *Save as character*, and on a result *Image "
                "details*."
            ),
        ),
        paragraph(
            _("**Characters and threads**"),
            _(
                "{create} keeps pictures and notes of somebody under a name, for `character:` in "
                "both commands. *Continue in a thread* opens a thread in which a picture or a "
                "character holds: {settings} shows and changes that, {undo} goes back a step, "
                "{export} gives you all of it as a ZIP."
            ).format(
                create=mention("character create"),
                settings=mention("thread settings"),
                undo=mention("thread undo"),
                export=mention("thread export"),
            ),
        ),
        paragraph(
            _("**Settings inside the prompt**"),
            _(
                "`--ar 16:9` for the shape, `--n 4` for the number of images, `--2k` or `--1k` for "
                "their size. Shapes: {shapes}."
            ).format(shapes=", ".join(AspectRatio)),
        ),
        paragraph(
            _("**Pictures as references**"),
            _(
                "JPEG, PNG, WebP or a GIF that does not move, up to {most:.0f} MB, at least "
                "{side} pixels on the short side, and the long side at most {ratio} times the "
                "short one."
            ).format(
                most=MAX_REFERENCE_BYTES / 1e6, side=MIN_REFERENCE_SIDE, ratio=MAX_REFERENCE_RATIO
            ),
        ),
        paragraph(
            _("**Who sees what**"),
            _(
                "Requests and images are shown in the channel. With `private` set, you alone see "
                "them. In the queue, *Cancel* costs nothing; a running request can only be hidden, "
                "and its images stay yours to open."
            ),
        ),
        paragraph(
            _("**Credits**"),
            _(
                "{credits} shows what you have left, when new ones come, and your last requests. "
                "A request that fails costs nothing."
            ).format(credits=mention("credits")),
        ),
        paragraph(
            _("**Finding things again**"),
            _(
                "{gallery} pages through what you or others made, {show} brings a result back, "
                "and {defaults} sets what holds for you unless you say otherwise."
            ).format(
                gallery=mention("gallery"), show=mention("show"), defaults=mention("defaults")
            ),
        ),
        accent=_ACCENT,
    )
