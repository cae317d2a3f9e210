"""Wishes, presets and references as JSON, which outlives a restart."""

import json
from dataclasses import asdict, fields, replace

from hypothesis import given
from hypothesis import strategies as st

from bot.generation import Mode, Origin, Reference
from bot.wishes import (
    Lineage,
    Preset,
    Relation,
    Wish,
    preset_record,
    read_preset,
    read_reference,
    read_wish,
    reference_record,
    settled,
    wish_record,
)
from tests.profiles import examples
from tests.unit.wished import pictures, presets, references, wishes


def through_json(record: object) -> dict[str, object]:
    read = json.loads(json.dumps(record))
    assert isinstance(read, dict)
    return read


@examples(60)
@given(wish=wishes, prompt=st.text())
def test_every_wish_outlives_a_restart(wish: Wish, prompt: str) -> None:
    wish = replace(wish, prompt=prompt)
    assert read_wish(through_json(wish_record(wish))) == wish


@examples(60)
@given(preset=presets)
def test_every_preset_outlives_a_restart(preset: Preset) -> None:
    assert read_preset(through_json(preset_record(preset))) == preset


@examples(60)
@given(reference=references)
def test_every_reference_outlives_a_restart(reference: Reference) -> None:
    read = read_reference(through_json(reference_record(reference)))
    assert read == reference
    assert isinstance(read.origin, Origin | None)


def test_what_is_read_is_of_the_types_that_were_written() -> None:
    wish = replace(
        settled(Wish(Mode.MULTISHOT, "a fox", pictures(1))),
        lineage=Lineage("abc", Relation.REDRAW, 0),
    )
    read = read_wish(through_json(wish_record(wish)))
    for field in fields(Wish):
        assert type(getattr(read, field.name)) is type(getattr(wish, field.name))
    assert read.lineage is not None
    assert type(read.lineage.relation) is Relation
    assert set(wish_record(wish)) == set(asdict(wish)), "a field is not recorded"
