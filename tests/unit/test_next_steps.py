"""From a finished job to the next: what is kept, what is left out, in which order."""

from dataclasses import replace

import pytest

from bot.character import Character
from bot.generation import (
    MAX_REFERENCES,
    AspectRatio,
    Generation,
    Mode,
    Origin,
    Reference,
    Resolution,
)
from bot.jobs.job import Job, JobImage
from bot.jobs.states import State
from bot.wishes import Lineage, Relation, request, settled
from cogs.ui.next_steps import again, picture_of, redrawn, shots_of, varied, wish_of
from cogs.ui.shown_images import position_in
from tests.cogs.samples import job

EDIT = Lineage("k7m2p9", Relation.EDIT)
MIRA = Character(
    "mira",
    1,
    7,
    "Mira",
    "a scar on her left cheek",
    shared=False,
    references=(Reference("m1.png", sha256="m1"), Reference("m2.png", sha256="m2")),
)
GIVEN = Reference("sea.png", "https://cdn/sea.png", sha256="sea")
PICTURE = Reference("x-1.png", origin=Origin("k7m2p9", 0))


def made(mode: Mode = Mode.IMAGINE, *references: Reference, notes: str = "", **more: object) -> Job:
    generation = Generation(
        mode, "at the sea", references, AspectRatio.WIDE, Resolution.TWO_K, 3, notes
    )
    return replace(job(state=State.DONE), generation=generation, **more)  # type: ignore[arg-type]


def of_mira(*others: Reference, mode: Mode = Mode.IMAGINE) -> Job:
    own = MIRA.references if mode is Mode.IMAGINE else MIRA.references[:1]
    return made(mode, *own, *others, notes=MIRA.notes, character_id=MIRA.id)


def test_edited_without_a_change_it_is_the_same_again() -> None:
    for one in (made(Mode.IMAGINE, GIVEN), made(Mode.MULTISHOT, GIVEN, spoiler=True)):
        wish = settled(wish_of(one, EDIT))
        assert wish == wish_of(one, EDIT)
        asked = request(wish)
        assert asked.generation == one.generation
        assert (asked.spoiler, asked.private) == (one.spoiler, False)
        assert asked.lineage == EDIT


@pytest.mark.parametrize("mode", list(Mode))
def test_a_character_that_may_be_used_brings_its_pictures_and_notes_itself(mode: Mode) -> None:
    others = (GIVEN,) if mode is Mode.IMAGINE else ()
    wish = wish_of(of_mira(*others, mode=mode), EDIT, MIRA)
    assert (wish.character_id, wish.references, wish.prompt) == ("mira", others, "at the sea")
    asked = request(wish, MIRA)
    assert asked.generation == of_mira(*others, mode=mode).generation


def test_without_its_character_the_pictures_stay_once_and_the_notes_go_into_the_prompt() -> None:
    wish = wish_of(of_mira(GIVEN), EDIT)
    assert wish.character_id is None
    assert wish.references == (*MIRA.references, GIVEN)
    assert wish.prompt == "at the sea\n\na scar on her left cheek"
    assert request(wish).generation.sent_prompt == of_mira(GIVEN).generation.sent_prompt


def test_a_character_that_has_changed_is_left_out_where_it_no_longer_goes_with_the_rest() -> None:
    grown = replace(
        MIRA, references=tuple(Reference(f"g{n}", sha256=f"g{n}") for n in range(MAX_REFERENCES))
    )
    wish = wish_of(of_mira(GIVEN), EDIT, grown)
    assert (wish.character_id, len(wish.references)) == (None, 3)
    other_face = replace(MIRA, references=MIRA.references[1:])
    shots = wish_of(of_mira(mode=Mode.MULTISHOT), EDIT, other_face)
    assert (shots.character_id, shots.references) == (None, MIRA.references[:1])


def test_a_variation_has_the_picture_first_and_the_others_as_far_as_there_is_room() -> None:
    many = tuple(Reference(f"{n}.png", sha256=f"{n}") for n in range(MAX_REFERENCES))
    wish = varied(made(Mode.IMAGINE, *many), 0, PICTURE)
    assert wish.references == (PICTURE, *many[: MAX_REFERENCES - 1])
    assert request(settled(wish)).generation.num_images == 3
    assert wish.lineage == Lineage("k7m2p9", Relation.VARY, 0)


def test_a_variation_on_a_variation_leaves_the_image_before_out() -> None:
    before = Reference("old.png", sha256="old", origin=Origin("parent", 2))
    step = Lineage("parent", Relation.VARY, 2)
    wish = varied(made(Mode.IMAGINE, before, GIVEN, lineage=step), 0, PICTURE)
    assert wish.references == (PICTURE, GIVEN)


def test_a_variation_on_a_shot_is_an_ordinary_image() -> None:
    wish = varied(made(Mode.MULTISHOT, GIVEN), 0, PICTURE)
    assert (wish.mode, wish.num_images) == (Mode.IMAGINE, 1)
    assert (wish.aspect_ratio, wish.resolution) == (AspectRatio.WIDE, Resolution.TWO_K)


def test_a_variation_stays_with_its_character() -> None:
    wish = varied(of_mira(GIVEN), 0, PICTURE, MIRA)
    assert (wish.character_id, wish.references) == ("mira", (PICTURE, GIVEN))
    asked = request(wish, MIRA).generation
    assert set(asked.references) == {*MIRA.references, PICTURE, GIVEN}
    assert asked.notes == MIRA.notes
    full = replace(
        MIRA, references=tuple(Reference(f"{n}", sha256=f"{n}") for n in range(MAX_REFERENCES))
    )
    alone = varied(of_mira(GIVEN), 0, PICTURE, full)
    assert (alone.character_id, alone.references[0]) == (None, PICTURE)
    assert MIRA.notes in alone.prompt


def test_shots_have_one_picture_and_all_the_words() -> None:
    wish = shots_of(of_mira(GIVEN), 0, PICTURE)
    assert (wish.mode, wish.references, wish.num_images) == (Mode.MULTISHOT, (PICTURE,), 4)
    assert wish.character_id is None
    assert MIRA.notes in wish.prompt
    assert request(settled(wish)).generation.references == (PICTURE,)


def test_redrawing_makes_one_in_2k_with_the_notes_of_the_character() -> None:
    asked = redrawn(made(Mode.MULTISHOT, GIVEN, notes="a scar"), 1, PICTURE)
    generation = asked.generation
    assert (generation.mode, generation.num_images) == (Mode.IMAGINE, 1)
    assert (generation.resolution, generation.aspect_ratio) == (Resolution.TWO_K, AspectRatio.WIDE)
    assert (generation.references, generation.notes) == ((PICTURE,), "a scar")
    assert asked.lineage == Lineage("k7m2p9", Relation.REDRAW, 1)


def test_what_was_stopped_or_private_stays_private_whatever_comes_of_it() -> None:
    stopped = made(Mode.IMAGINE, stop_requested_at=1.0)
    private = replace(made(), place=replace(made().place, private=True))
    for one in (stopped, private):
        assert again(one, EDIT).private
        assert wish_of(one, EDIT).private
        assert varied(one, 0, PICTURE).private
        assert shots_of(one, 0, PICTURE).private
        assert redrawn(one, 0, PICTURE).private


def test_an_image_is_a_reference_that_can_be_brought_back() -> None:
    image = JobImage("shotlist-sea-k7m2p9-2.png", 1, 1, 1, shrunk=False, attachment_id=None)
    assert picture_of(made(), 1, image) == Reference(image.filename, origin=Origin("k7m2p9", 1))


@pytest.mark.parametrize(
    ("name", "position"),
    [
        ("shotlist-a-fox-k7m2p9-1.png", 0),
        ("shotlist-k7m2p9-9.jpg", 8),
        ("https://cdn/attachments/1/2/shotlist-a-fox-k7m2p9-3.png?ex=1&is=2", 2),
        ("shotlist-a-fox-k7m2p9-0.png", None),
        ("shotlist-a-fox-xk7m2p9-1.png", None),
        ("shotlist-k7m2p9-1-other-2.png", None),
        ("k7m2p9-1.png", None),
        ("shotlist-a-fox-k7m2p9-1.png/x", None),
    ],
)
def test_an_image_is_told_by_the_name_of_its_file(name: str, position: int | None) -> None:
    assert position_in(name, "k7m2p9") == position
