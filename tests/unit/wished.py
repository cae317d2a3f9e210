"""Any wish, any preset, any reference: for hypothesis."""

from dataclasses import replace

from hypothesis import strategies as st

from bot.generation import (
    MAX_REFERENCES,
    AspectRatio,
    Mode,
    Origin,
    Reference,
    Resolution,
)
from bot.wishes import Lineage, Preset, Relation, Wish

ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16)
hashes = st.text("0123456789abcdef", min_size=64, max_size=64)
origins = st.builds(Origin, ids, st.integers(0, 8))
references = st.builds(
    Reference,
    filename=st.text(max_size=20),
    url=st.none() | st.just("https://cdn.example/photo.png?ex=1"),
    sha256=st.none() | hashes,
    content_type=st.none() | st.just("image/png"),
    size=st.none() | st.integers(1, 10**8),
    width=st.none() | st.integers(1, 9999),
    height=st.none() | st.integers(1, 9999),
    origin=st.none() | origins,
)
settings_alone = st.builds(
    Preset,
    aspect_ratio=st.none() | st.sampled_from(AspectRatio),
    resolution=st.none() | st.sampled_from(Resolution),
    num_images=st.none() | st.integers(1, 9),
    private=st.none() | st.booleans(),
)
some_references = st.lists(references, max_size=MAX_REFERENCES + 1).map(tuple)
presets = st.builds(
    replace, settings_alone, references=some_references, character_id=st.none() | ids
)
lineages = st.builds(Lineage, ids, st.sampled_from(Relation), st.none() | st.integers(0, 8))
wishes = st.builds(
    Wish,
    mode=st.sampled_from(Mode),
    prompt=st.just("a fox in the snow"),
    references=some_references,
    character_id=st.none() | ids,
    aspect_ratio=st.none() | st.sampled_from(AspectRatio),
    resolution=st.none() | st.sampled_from(Resolution),
    num_images=st.none() | st.integers(1, 9),
    private=st.none() | st.booleans(),
    spoiler=st.booleans(),
    fresh=st.booleans(),
    lineage=st.none() | lineages,
)


def picture(number: int) -> Reference:
    """A picture whose bytes are kept, by its number."""
    return Reference(f"{number}.png", sha256=f"{number:064x}")


def pictures(count: int, first: int = 0) -> tuple[Reference, ...]:
    """So many of them, numbered from ``first`` on."""
    return tuple(picture(first + number) for number in range(count))
