"""What someone asks for: the modes and their prices, the choices of the API, the references.

The parameters, limits and prices are those of API in One's page on ``kling-image-o1``; the
rules for references are the model vendor's, which that page leaves out.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.errors import PersonError
from bot.language import _

MAX_PROMPT_CHARACTERS = 2500
MAX_REFERENCES = 10
MIN_IMAGES, MAX_IMAGES = 1, 9

MAX_REFERENCE_BYTES = 10_000_000
MIN_REFERENCE_SIDE = 300
MAX_REFERENCE_RATIO = 2.5
_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})  # white space, controls, what has no width

REFERENCE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")


class Mode(StrEnum):
    """What the API is asked to do."""

    IMAGINE = "imagine"
    MULTISHOT = "multishot"

    @property
    def api_type(self) -> str:
        """The API's word for it, its parameter ``type``."""
        return {Mode.IMAGINE: "image-to-image", Mode.MULTISHOT: "ai-multi-shot"}[self]

    @property
    def price(self) -> int:
        """Credits for one request, however many images it asks for."""
        return {Mode.IMAGINE: 6, Mode.MULTISHOT: 16}[self]

    @property
    def default_images(self) -> int:
        """How many images are made when nobody says."""
        return {Mode.IMAGINE: 1, Mode.MULTISHOT: 4}[self]


class AspectRatio(StrEnum):
    """The nine of the API."""

    SQUARE = "1:1"
    WIDE = "16:9"
    TALL = "9:16"
    LANDSCAPE_4_3 = "4:3"
    PORTRAIT_3_4 = "3:4"
    LANDSCAPE_3_2 = "3:2"
    PORTRAIT_2_3 = "2:3"
    CINEMA = "21:9"
    AUTO = "auto"


class Resolution(StrEnum):
    """The two sizes of the API."""

    ONE_K = "1k"
    TWO_K = "2k"


@dataclass(frozen=True, slots=True)
class Origin:
    """A finished image: that of the job at this position, counted from 0."""

    job_id: str
    position: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A picture that goes in.

    ``url`` is where it can be fetched now; ``sha256`` (hex) is set once its bytes are kept
    here, and is then enough; ``origin`` where it is a result of this bot, which can be brought
    back. Sizes are bytes and pixels as Discord stated them.
    """

    filename: str
    url: str | None = None
    sha256: str | None = None
    content_type: str | None = None
    size: int | None = None
    width: int | None = None
    height: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Generation:
    """What someone asks for. Making one proves that the API can be asked for it.

    ``notes`` say what always holds of a character; they are sent with the prompt.
    """

    mode: Mode
    prompt: str
    references: tuple[Reference, ...] = ()
    aspect_ratio: AspectRatio = AspectRatio.SQUARE
    resolution: Resolution = Resolution.ONE_K
    num_images: int = 1
    notes: str = ""

    def __post_init__(self) -> None:
        check_prompt(self.prompt, self.notes)
        check_reference_count(self.mode, len(self.references))
        if not MIN_IMAGES <= self.num_images <= MAX_IMAGES:
            raise PersonError(
                _("You asked for {given} images. One request makes {least} to {most}.").format(
                    given=self.num_images, least=MIN_IMAGES, most=MAX_IMAGES
                )
            )

    @property
    def price(self) -> int:
        """Credits it costs."""
        return self.mode.price

    @property
    def sent_prompt(self) -> str:
        """What the API is told: the prompt, and the notes in a paragraph of their own."""
        return _joined(self.prompt, self.notes)


def _joined(prompt: str, notes: str) -> str:
    return f"{prompt}\n\n{notes}" if notes else prompt


def check_prompt(prompt: str, notes: str = "") -> None:
    """Raise ``PersonError`` unless ``prompt`` can be sent, with these ``notes`` of a character."""
    if all(unicodedata.category(character) in _UNSEEN for character in prompt):
        raise PersonError(_("The prompt is empty. Describe the picture you want."))
    if len(prompt) > MAX_PROMPT_CHARACTERS:
        raise PersonError(
            _(
                "Your prompt has {given} characters and the image service takes {most}. "
                "Shorten it by {over}."
            ).format(
                given=len(prompt),
                most=MAX_PROMPT_CHARACTERS,
                over=len(prompt) - MAX_PROMPT_CHARACTERS,
            )
        )
    together = len(_joined(prompt, notes))
    if together > MAX_PROMPT_CHARACTERS:
        raise PersonError(
            _(
                "Your prompt and the character's notes have {given} characters together, and the "
                "image service takes {most}. Shorten one of them by {over}."
            ).format(
                given=together,
                most=MAX_PROMPT_CHARACTERS,
                over=together - MAX_PROMPT_CHARACTERS,
            )
        )


def check_reference_count(mode: Mode, count: int) -> None:
    """Raise ``PersonError`` unless ``mode`` takes ``count`` references."""
    if mode is Mode.MULTISHOT and count == 0:
        raise PersonError(
            _(
                "Multi-shot needs one picture of who or what stays the same. "
                "Attach it as `reference` and send the command again."
            )
        )
    if mode is Mode.MULTISHOT and count > 1:
        raise PersonError(
            _("Multi-shot works from exactly one picture, and {given} were given.").format(
                given=count
            )
        )
    if count > MAX_REFERENCES:
        raise PersonError(
            _("{given} references were given, and the image service takes {most}.").format(
                given=count, most=MAX_REFERENCES
            )
        )


def check_stated(references: Sequence[Reference]) -> None:
    """Raise ``PersonError`` for the first reference whose stated facts already rule it out.

    What Discord says of a file is checked before anything is charged; its bytes are looked at
    later, since they may say something else.
    """
    for reference in references:
        stated = (reference.content_type or "").partition(";")[0].strip().lower()
        if stated and stated not in REFERENCE_TYPES:
            raise PersonError(
                _(
                    "**{name}** is of the type `{given}`. A reference has to be a JPEG, PNG, "
                    "WebP or a GIF that does not move."
                ).format(name=plain(reference.filename), given=plain(stated))
            )
        if reference.size is not None:
            check_reference_bytes(reference.filename, reference.size)
        if reference.width is not None and reference.height is not None:
            check_reference_sides(reference.filename, reference.width, reference.height)


def check_reference_bytes(filename: str, size: int) -> None:
    """Raise ``PersonError`` where a file of ``size`` bytes is too large (or empty)."""
    if size == 0:
        raise PersonError(
            _("**{name}** is empty. Attach the picture again.").format(name=plain(filename))
        )
    if size > MAX_REFERENCE_BYTES:
        raise PersonError(
            _(
                "**{name}** has {given:.1f} MB, and a reference may have {most:.0f} MB. "
                "Save it smaller, or as a JPEG, and try again."
            ).format(name=plain(filename), given=size / 1e6, most=MAX_REFERENCE_BYTES / 1e6)
        )


def check_reference_sides(filename: str, width: int, height: int) -> None:
    """Raise ``PersonError`` where a picture of these sides (pixels) is too small or too long."""
    short, long = sorted((width, height))
    if short < MIN_REFERENCE_SIDE:
        raise PersonError(
            _(
                "**{name}** is {width} × {height} pixels. A reference needs at least {least} "
                "pixels on its short side."
            ).format(name=plain(filename), width=width, height=height, least=MIN_REFERENCE_SIDE)
        )
    if long > short * MAX_REFERENCE_RATIO:
        raise PersonError(
            _(
                "**{name}** is {width} × {height} pixels, which is too long in one direction. "
                "The long side may be {most} times the short one at most: crop it and try again."
            ).format(name=plain(filename), width=width, height=height, most=MAX_REFERENCE_RATIO)
        )


def plain(name: str, limit: int = 60) -> str:
    """A file name or word of somebody's, made harmless inside a sentence of ours."""
    kept = "".join(c for c in name if c.isprintable() and c not in "*_`~|<>[]()\\@#")
    return kept[:limit] or "file"
