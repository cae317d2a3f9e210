"""Files on one message, in as few requests as a Discord of unknown limits allows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace

import discord
import pytest
from discord.ui import LayoutView
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.posting import Posting
from bot.errors import MessageUnreachableError, UploadTooLargeError

FILE_LIMIT = 100


@dataclass(frozen=True)
class Drawn:
    """A file of these many bytes."""

    filename: str
    data: bytes


class Message:
    """A message that takes so many bytes in one request."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.requests: list[int] = []
        self.refused: list[int] = []
        self.shown: list[list[str]] = []
        self.names: list[str] = []

    def draw(self, files: Sequence[Drawn]) -> LayoutView:
        self.shown.append([file.filename for file in files])
        return LayoutView(timeout=None)

    async def edit(
        self,
        _view: LayoutView,
        new: Sequence[discord.File],
        keep: Sequence[discord.Attachment],
    ) -> list[discord.Attachment]:
        size = sum(len(file.fp.read()) for file in new)
        if size > self.most:
            self.refused.append(size)
            raise UploadTooLargeError("413")
        self.requests.append(size)
        assert [file.filename for file in keep] == self.names
        self.names += [file.filename for file in new]
        return [_attachment(name) for name in self.names]

    @staticmethod
    async def shrink(file: Drawn) -> Drawn:
        if len(file.data) <= 1:
            raise MessageUnreachableError("too large")
        return replace(file, data=file.data[: len(file.data) // 2])

    async def post(self, posting: Posting, files: Sequence[Drawn]) -> list[Drawn]:
        posted, attached = await posting.post(
            files, file_limit=FILE_LIMIT, draw=self.draw, edit=self.edit, shrink=self.shrink
        )
        assert [file.filename for file in attached] == [file.filename for file in posted]
        return posted


def _attachment(name: str) -> discord.Attachment:
    data = {"id": 1, "filename": name, "size": 1, "url": "", "proxy_url": ""}
    return discord.Attachment(data=data, state=SimpleNamespace(http=None))  # type: ignore[arg-type]


def files(*sizes: int) -> list[Drawn]:
    return [Drawn(f"{number}.png", bytes(size)) for number, size in enumerate(sizes)]


async def test_what_passes_at_once_takes_one_request() -> None:
    message = Message(most=1000)
    assert await message.post(Posting(), files(60, 60, 60)) == files(60, 60, 60)
    assert message.requests == [180]


async def test_a_refusal_splits_the_files_and_is_remembered() -> None:
    posting = Posting()
    message = Message(most=250)
    given = files(*[90] * 9)
    assert await message.post(posting, given) == given
    assert message.refused == [810, 360]
    assert message.requests == [180, 180, 180, 180, 90]
    again = Message(most=250)
    assert await again.post(posting, given) == given
    assert again.refused == []


async def test_a_file_that_is_refused_alone_is_made_smaller() -> None:
    message = Message(most=40)
    posted = await message.post(Posting(), files(30, 90))
    assert [len(file.data) for file in posted] == [30, 22]


async def test_a_file_that_cannot_be_made_small_enough_is_an_error() -> None:
    with pytest.raises(MessageUnreachableError):
        await Message(most=0).post(Posting(), files(8))


@given(
    sizes=st.lists(st.integers(1, FILE_LIMIT), min_size=1, max_size=10),
    most=st.integers(1, 400),
)
async def test_every_file_arrives_once_and_in_order(sizes: list[int], most: int) -> None:
    message = Message(most)
    posted = await message.post(Posting(), files(*sizes))
    assert [file.filename for file in posted] == [file.filename for file in files(*sizes)]
    assert message.shown[-1] == message.names
    assert all(size <= most for size in message.requests)
