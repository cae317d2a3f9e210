"""What the control plane accepts, field by field."""

import base64
import binascii
from typing import Annotated, Final, Literal, TypeVar

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from sandbox.control.guard import Wrong
from sandbox.faults import in_words

# As many digits as the largest snowflake has; beyond some length no text is read as a number.
MOST_DIGITS: Final = 20
# More records than anyone looks at, and no more than a computer counts.
MOST_KEPT: Final = 1_000_000
# In seconds; beyond some moment no computer counts.
A_YEAR: Final = 366 * 86_400


def is_number(text: str) -> bool:
    """Whether this is a whole number that an id or the number of an entry can be."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def _an_id(text: str) -> str:
    if not is_number(text):
        raise ValueError("an id is a whole number")
    return text


def _a_name(text: str) -> str:
    if not text.strip():
        raise ValueError("a command has a name")
    return text


Id = Annotated[str, AfterValidator(_an_id)]
CommandName = Annotated[str, AfterValidator(_a_name)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


AnyRequest = TypeVar("AnyRequest", bound=_Request)


class File(_Request):
    """A file that a person gives."""

    filename: str
    content_base64: str

    @field_validator("content_base64")
    @classmethod
    def _must_be_base64(cls, text: str) -> str:
        try:
            base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError(f"not base64 ({error})") from error
        return text

    def pair(self) -> tuple[str, bytes]:
        """Name and bytes."""
        return self.filename, base64.b64decode(self.content_base64)


class Slash(_Request):
    """A slash command; subcommands follow the name after spaces."""

    member: str
    command: CommandName
    channel: str = "art"
    options: dict[str, object] = {}
    attachments: dict[str, File] = {}
    locale: str = "en-US"


class Click(_Request):
    """A press on a button."""

    member: str
    message: Id
    custom_id: str | None = None
    label: str | None = None


class Select(_Request):
    """A choice in a menu."""

    member: str
    message: Id
    values: list[str]
    custom_id: str | None = None


class Submit(_Request):
    """A form that is sent; values and files by the custom_id of the field."""

    member: str
    interaction: Id
    values: dict[str, object] = {}
    files: dict[str, list[File]] = {}


class Autocomplete(_Request):
    """Typing into an option that completes."""

    member: str
    command: CommandName
    option: str
    value: str = ""
    channel: str = "art"
    options: dict[str, object] = {}


class Context(_Request):
    """A command of a context menu, of a message or else of a person."""

    member: str
    command: CommandName
    message: Id | None = None
    target: str | None = None
    channel: str = "art"


class Say(_Request):
    """An ordinary message."""

    member: str
    content: str = ""
    channel: str = "art"
    files: list[File] = []


class Thread(_Request):
    """A thread that a person opens, on a message where one is given."""

    member: str
    channel: str = "art"
    name: Annotated[str, Field(min_length=1, max_length=100)]
    message: Id | None = None
    private: bool = False


class Post(_Request):
    """A post that a person begins in a forum."""

    member: str
    channel: str = "showcase"
    name: Annotated[str, Field(min_length=1, max_length=100)]
    content: str = ""
    files: list[File] = []


class Newcomer(_Request):
    """Somebody whom a member brings into a thread."""

    member: str
    newcomer: str


class BotRights(_Request):
    """What the bot may not do in the server, by discord.py's names of permissions."""

    without: list[str]


class ThreadChange(_Request):
    """What a person does to a thread; what is left out stays."""

    member: str
    archived: bool | None = None
    locked: bool | None = None


class Disturb(_Request):
    """What happens to the gateway connections."""

    close: Annotated[int, Field(ge=1000, le=4999)] | Literal["drop"] | None = None
    reconnect: bool = False
    invalid_session: bool = False
    drop: bool = False
    expire: bool = False
    heartbeat_seconds: Annotated[float, Field(gt=0, le=A_YEAR)] | None = None

    def action(self) -> int | str | None:
        """The one thing that was asked for; None when only the heartbeat is set."""
        asked: list[int | str] = [] if self.close is None else [self.close]
        flags = ("reconnect", "invalid_session", "drop", "expire")
        asked += [name for name in flags if getattr(self, name)]
        if len(asked) > 1:
            raise Wrong(f"One at a time: {asked} exclude each other.")
        return asked[0] if asked else None


class Limits(_Request):
    """New limits; what is left out stays."""

    file_bytes: Annotated[int, Field(ge=0)] | None = None
    request_bytes: Annotated[int, Field(ge=0)] | None = None
    guild_file_bytes_told_to_bot: Annotated[int, Field(ge=0)] | None = None
    attachment_url_seconds: Annotated[float, Field(gt=0, le=A_YEAR)] | None = None
    rate_limits: bool | None = None
    rate_window_scale: Annotated[float, Field(gt=0, le=1)] | None = None
    kept_requests: Annotated[int, Field(ge=1, le=MOST_KEPT)] | None = None
    kept_states: Annotated[int, Field(ge=1, le=MOST_KEPT)] | None = None


class Advance(_Request):
    """A step of the clock in seconds."""

    advance: Annotated[float, Field(ge=0, le=A_YEAR)]


class BotAction(_Request):
    """What is to become of the demo's bot."""

    action: Literal["crash", "stop", "start"]


async def read(request: web.Request, form: type[AnyRequest]) -> AnyRequest:
    """The request's JSON as `form`; Wrong names the field that is not right."""
    try:
        return form.model_validate_json(await request.read() or b"{}")
    except ValidationError as error:
        raise Wrong(in_words(error, "the body")) from error
