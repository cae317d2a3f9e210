"""Settings typed inside a prompt: ``--ar 16:9``, ``--n 4``, ``--2k``.

Phones turn two hyphens into a dash, so ``—ar`` and ``–ar`` mean the same. A flag that is not
ours stays part of the prompt.
"""

import re
from dataclasses import dataclass
from typing import TypeVar

from bot.errors import PersonError
from bot.generation import MAX_IMAGES, MIN_IMAGES, AspectRatio, Resolution, plain
from bot.language import _

T = TypeVar("T")

# A flag stands at the start or after white space, and ends at white space or the end. The value
# of --ar and --n is whatever comes next, so that a wrong one is refused and not silently drawn.
_FLAG = re.compile(
    r"(?:(?<=\s)|^)(?:--|—|–)"
    r"(?:(?P<name>ar|aspect|n)(?:\s+|=)(?P<value>\S+)|(?P<size>[12]k))(?=\s|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Shorthand:
    """A prompt without its flags, and what they said (``None``: nothing)."""

    prompt: str
    aspect_ratio: AspectRatio | None = None
    resolution: Resolution | None = None
    num_images: int | None = None


def read_shorthand(text: str) -> Shorthand:
    """Take the flags out of ``text``.

    Raises ``PersonError`` for a flag of ours with an impossible value, and where two of them
    contradict each other. A prompt without flags comes back as it was typed.
    """
    found: dict[str, AspectRatio | Resolution | int] = {}
    for match in _FLAG.finditer(text):
        name, value = _meaning(match)
        if found.setdefault(name, value) != value:
            raise _contradiction(match.group().strip(), str(found[name]))
    if not found:
        return Shorthand(text.strip())
    prompt = re.sub(r"[ \t]{2,}", " ", _FLAG.sub("", text)).strip()
    aspect_ratio, resolution, num_images = (
        found.get("aspect_ratio"),
        found.get("resolution"),
        found.get("num_images"),
    )
    return Shorthand(
        prompt,
        aspect_ratio if isinstance(aspect_ratio, AspectRatio) else None,
        resolution if isinstance(resolution, Resolution) else None,
        num_images if isinstance(num_images, int) else None,
    )


def _meaning(match: re.Match[str]) -> tuple[str, AspectRatio | Resolution | int]:
    if match["size"]:
        return "resolution", Resolution(match["size"].lower())
    value = match["value"]
    if match["name"].lower() == "n":
        # No number of images is longer, and Python refuses to read one of thousands of digits.
        number = int(value) if re.fullmatch("[0-9]{1,9}", value) else 0
        if not MIN_IMAGES <= number <= MAX_IMAGES:
            raise PersonError(
                _("`--n {given}`: the number of images goes from {least} to {most}.").format(
                    given=plain(value), least=MIN_IMAGES, most=MAX_IMAGES
                )
            )
        return "num_images", number
    try:
        return "aspect_ratio", AspectRatio(value.lower())
    except ValueError:
        raise PersonError(
            _("`--ar {given}` is not a shape the image service draws. It knows {known}.").format(
                given=plain(value), known=", ".join(AspectRatio)
            )
        ) from None


def agree(option: str, chosen: T | None, typed: T | None) -> T | None:
    """The one value of an option that can be chosen and typed; ``PersonError`` if they differ."""
    if chosen is not None and typed is not None and chosen != typed:
        raise PersonError(
            _(
                "`{option}` is set to {chosen}, but the prompt says {typed}. Keep one of them."
            ).format(option=option, chosen=chosen, typed=typed)
        )
    return typed if chosen is None else chosen


def _contradiction(flag: str, earlier: str) -> PersonError:
    return PersonError(
        _("The prompt says {earlier} and `{flag}`. Keep one of them.").format(
            flag=plain(flag), earlier=earlier
        )
    )
