"""What was said, what holds in a thread, and one's own defaults: which of them counts."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.character import MAX_NOTES_CHARACTERS, Character
from bot.errors import PersonError
from bot.generation import (
    MAX_PROMPT_CHARACTERS,
    MAX_REFERENCES,
    AspectRatio,
    Mode,
    Reference,
    Resolution,
    check_prompt,
)
from bot.wishes import (
    Lineage,
    Preset,
    Relation,
    Request,
    Wish,
    request,
    settled,
)
from tests.profiles import examples
from tests.unit.wished import picture, pictures, presets, settings_alone, wishes

SETTINGS = ("aspect_ratio", "resolution", "num_images", "private")

typed = st.fixed_dictionaries(
    {},
    optional={
        "aspect_ratio": st.sampled_from(AspectRatio),
        "resolution": st.sampled_from(Resolution),
        "num_images": st.integers(1, 9),
    },
)
pieces = ["--ar", "16:9", "--n", "3", "--2k", "--1k", "—n=2", "a fox", "--", "n", "\n"]
prompts = st.text(max_size=40) | st.lists(st.sampled_from(pieces), max_size=6).map(" ".join)
FLAGS = {"aspect_ratio": "--ar {}", "resolution": "--{}", "num_images": "--n {}"}


def character(pictures: int = 2, notes: str = "", character_id: str = "mara") -> Character:
    """One whose pictures have the numbers from 100 on."""
    shown = tuple(picture(100 + number) for number in range(pictures))
    return Character(character_id, 1, 2, "Mara", notes, shared=False, references=shown)


# --- by example -----------------------------------------------------------------------------


def test_nothing_said_is_one_square_image_of_1k_for_all_to_see() -> None:
    wish = settled(Wish(Mode.IMAGINE, "a fox"))
    assert (wish.aspect_ratio, wish.resolution) == (AspectRatio.SQUARE, Resolution.ONE_K)
    assert (wish.num_images, wish.private, wish.spoiler) == (1, False, False)
    assert settled(Wish(Mode.MULTISHOT, "a fox")).num_images == 4


def test_shorthand_is_read_and_taken_out() -> None:
    wish = settled(Wish(Mode.IMAGINE, "a fox --ar 16:9 in the snow --n 3 --2k"))
    assert wish.prompt == "a fox in the snow"
    assert wish.aspect_ratio is AspectRatio.WIDE
    assert (wish.num_images, wish.resolution) == (3, Resolution.TWO_K)


def test_an_option_that_contradicts_the_prompt_is_refused() -> None:
    with pytest.raises(PersonError, match="`aspect_ratio` is set to 1:1, but the prompt says 16:9"):
        settled(Wish(Mode.IMAGINE, "a fox --ar 16:9", aspect_ratio=AspectRatio.SQUARE))
    with pytest.raises(PersonError, match="`num_images` is set to 2, but the prompt says 3"):
        settled(Wish(Mode.IMAGINE, "a fox --n 3", num_images=2))


def test_shorthand_goes_before_the_thread_and_the_thread_before_ones_own() -> None:
    thread = Preset(aspect_ratio=AspectRatio.TALL, num_images=2)
    mine = Preset(
        aspect_ratio=AspectRatio.CINEMA, resolution=Resolution.TWO_K, num_images=9, private=True
    )
    wish = settled(Wish(Mode.IMAGINE, "a fox --ar 3:2"), thread, mine)
    assert wish.aspect_ratio is AspectRatio.LANDSCAPE_3_2  # typed
    assert wish.num_images == 2  # the thread's
    assert (wish.resolution, wish.private) == (Resolution.TWO_K, True)  # one's own


def test_no_is_an_answer_too() -> None:
    """``private: False`` is said, and is not the same as nothing."""
    wish = settled(Wish(Mode.IMAGINE, "a fox", private=False), Preset(private=True))
    assert wish.private is False
    wish = settled(Wish(Mode.IMAGINE, "a fox"), Preset(private=False), Preset(private=True))
    assert wish.private is False
    assert settled(Wish(Mode.IMAGINE, "a fox"), None, Preset(private=True)).private is True


def test_ones_own_number_of_images_is_not_that_of_multishot() -> None:
    mine = Preset(num_images=9)
    assert settled(Wish(Mode.IMAGINE, "a fox"), None, mine).num_images == 9
    assert settled(Wish(Mode.MULTISHOT, "a fox"), None, mine).num_images == 4
    # what holds in a thread was meant for what is made there
    assert settled(Wish(Mode.MULTISHOT, "a fox"), Preset(num_images=2), mine).num_images == 2


def test_what_is_added_in_a_thread_follows_what_holds_there() -> None:
    thread = Preset(references=pictures(2))
    wish = settled(Wish(Mode.IMAGINE, "a fox", (picture(7),)), thread)
    assert wish.references == (*pictures(2), picture(7))


def test_a_character_that_is_named_takes_the_place_of_a_threads_pictures() -> None:
    thread = Preset(references=pictures(2), character_id="other")
    wish = settled(Wish(Mode.IMAGINE, "a fox", (picture(7),), character_id="mara"), thread)
    assert (wish.character_id, wish.references) == ("mara", (picture(7),))
    asked = request(wish, character())
    assert asked.generation.references == (picture(100), picture(101), picture(7))
    assert asked.character_id == "mara"


def test_multishot_takes_what_was_given_before_what_holds_in_the_thread() -> None:
    def of(thread: Preset, *given: Reference, named: str | None = None) -> Wish:
        return settled(Wish(Mode.MULTISHOT, "a fox", given, character_id=named), thread)

    posts, lead = Preset(references=pictures(3)), Preset(character_id="mara")
    both = Preset(references=pictures(3), character_id="mara")
    assert of(posts).references == (picture(0),)
    assert of(posts, picture(7)).references == (picture(7),)
    assert (of(lead).character_id, of(lead).references) == ("mara", ())
    assert (of(lead, picture(7)).character_id, of(lead, picture(7)).references) == (
        None,
        (picture(7),),
    )
    assert (of(both).character_id, of(both).references) == ("mara", ())
    assert (of(both, named="b").character_id, of(both, named="b").references) == ("b", ())


def test_multishot_of_a_character_works_from_its_first_picture_and_has_its_notes() -> None:
    wish = settled(Wish(Mode.MULTISHOT, "at the sea", character_id="mara"))
    asked = request(wish, character(pictures=3, notes="a scar on the left cheek"))
    assert asked.generation.references == (picture(100),)
    assert asked.generation.sent_prompt == "at the sea\n\na scar on the left cheek"
    assert asked.generation.prompt == "at the sea"


def test_multishot_takes_a_reference_or_a_character_and_not_both() -> None:
    wish = settled(Wish(Mode.MULTISHOT, "at the sea", pictures(1), character_id="mara"))
    with pytest.raises(PersonError, match="give either a reference or a character"):
        request(wish, character())


def test_multishot_of_nobody_and_of_several_is_refused_in_words() -> None:
    with pytest.raises(PersonError, match="Multi-shot needs one picture"):
        request(settled(Wish(Mode.MULTISHOT, "at the sea")))
    with pytest.raises(PersonError, match="exactly one picture, and 2 were given"):
        request(settled(Wish(Mode.MULTISHOT, "at the sea", pictures(2))))


def test_asking_again_with_what_a_job_was_made_from_sends_no_picture_twice() -> None:
    """The references of a job have the character's pictures among them."""
    mara = character()
    first = request(settled(Wish(Mode.IMAGINE, "a fox", pictures(1), character_id="mara")), mara)
    anew = Wish(Mode.IMAGINE, "a wolf", first.generation.references, "mara", fresh=True)
    assert request(settled(anew), mara).generation.references == first.generation.references

    shots = request(settled(Wish(Mode.MULTISHOT, "at the sea", character_id="mara")), mara)
    anew = Wish(Mode.MULTISHOT, "a wolf", shots.generation.references, "mara", fresh=True)
    assert request(settled(anew), mara).generation.references == (picture(100),)
    chosen = Wish(Mode.MULTISHOT, "a wolf", (picture(101),), "mara", fresh=True)
    assert request(settled(chosen), mara).generation.references == (picture(101),)


def test_what_is_varied_goes_before_the_pictures_of_the_character() -> None:
    (varied, coat) = pictures(2)
    wish = Wish(
        Mode.IMAGINE,
        "a fox",
        (varied, coat),
        character_id="mara",
        lineage=Lineage("job", Relation.VARY, 0),
    )
    mara = character()
    asked = request(settled(wish), mara).generation
    assert asked.references == (varied, *mara.references, coat)


def test_too_many_pictures_beside_a_character_are_refused_with_the_sums() -> None:
    wish = settled(Wish(Mode.IMAGINE, "a fox", pictures(9), character_id="mara"))
    with pytest.raises(
        PersonError,
        match=r"has 2 pictures, and you gave 9 more\. Together that is 11, and the image service "
        r"takes 10\. Leave out 1 of yours\.",
    ):
        request(wish, character())
    assert len(request(replace(wish, references=pictures(8)), character()).generation.references)


def test_too_many_pictures_in_a_thread_are_refused_with_the_sum() -> None:
    wish = settled(Wish(Mode.IMAGINE, "a fox", pictures(5, 50)), Preset(references=pictures(6)))
    with pytest.raises(PersonError, match="11 references were given"):
        request(wish)


def test_a_prompt_of_shorthand_alone_asks_for_nothing() -> None:
    with pytest.raises(PersonError, match="The prompt is empty"):
        request(settled(Wish(Mode.IMAGINE, "--ar 16:9 --2k")))


def test_how_it_is_wanted_goes_with_the_request() -> None:
    lineage = Lineage("abc", Relation.VARY, 2)
    wish = Wish(
        Mode.IMAGINE, "a fox --2k", pictures(1), private=True, spoiler=True, lineage=lineage
    )
    asked = request(settled(wish))
    assert asked == Request(
        asked.generation, private=True, spoiler=True, character_id=None, lineage=lineage
    )
    assert (asked.generation.resolution, asked.generation.notes) == (Resolution.TWO_K, "")


def test_only_what_is_settled_and_complete_can_be_asked_for() -> None:
    """A mistake of the program's, never a person's."""
    with pytest.raises(ValueError, match="settled"):
        request(Wish(Mode.IMAGINE, "a fox"))
    named = settled(Wish(Mode.IMAGINE, "a fox", character_id="mara"))
    nameless = settled(Wish(Mode.IMAGINE, "a fox"))
    for wish, whom in (
        (named, None),
        (named, character(character_id="b")),
        (nameless, character()),
    ):
        with pytest.raises(ValueError, match="the character that it names"):
            request(wish, whom)


# --- for every wish -------------------------------------------------------------------------


@examples(60)
@given(wish=wishes, said=typed, thread=presets, mine=settings_alone)
def test_what_was_said_always_wins(
    wish: Wish, said: dict[str, object], thread: Preset, mine: Preset
) -> None:
    flags = " ".join(FLAGS[name].format(value) for name, value in said.items())
    unsaid: dict[str, Any] = dict.fromkeys(said)  # said once, not twice
    wish = replace(wish, prompt=f"a fox {flags}", **unsaid)
    result = settled(wish, thread, mine)
    for name in SETTINGS:
        wanted = said.get(name, getattr(wish, name))
        if wanted is not None:
            assert getattr(result, name) == wanted
    assert result.references[len(result.references) - len(wish.references) :] == wish.references
    assert wish.character_id in (None, result.character_id)
    assert (result.mode, result.prompt) == (wish.mode, "a fox")
    assert (result.spoiler, result.lineage) == (wish.spoiler, wish.lineage)


@examples(60)
@given(wish=wishes, thread=presets, mine=settings_alone)
def test_what_nobody_said_is_the_threads_then_ones_own(
    wish: Wish, thread: Preset, mine: Preset
) -> None:
    wish = replace(wish, fresh=False)
    result = settled(wish, thread, mine)
    for name in SETTINGS:
        if getattr(wish, name) is not None:
            continue
        here, own = getattr(thread, name), getattr(mine, name)
        if name == "num_images" and wish.mode is Mode.MULTISHOT:
            own = None
        if here is not None:
            assert getattr(result, name) == here
        elif own is not None:
            assert getattr(result, name) == own
        else:
            assert getattr(result, name) == getattr(settled(replace(wish, fresh=True)), name)


@examples(60)
@given(wish=wishes, thread=presets, mine=settings_alone)
def test_fresh_takes_nothing_of_the_thread(wish: Wish, thread: Preset, mine: Preset) -> None:
    fresh = replace(wish, fresh=True)
    result = settled(fresh, thread, mine)
    assert result == settled(fresh, None, mine)
    assert (result.references, result.character_id) == (wish.references, wish.character_id)


@examples(60)
@given(wish=wishes, thread=presets, mine=presets)
def test_ones_own_defaults_never_bring_pictures(wish: Wish, thread: Preset, mine: Preset) -> None:
    result = settled(wish, thread, mine)
    alone = settled(wish, thread, replace(mine, references=(), character_id=None))
    assert result == alone


@examples(60)
@given(wish=wishes, prompt=prompts, thread=presets, mine=settings_alone)
def test_what_is_settled_leaves_nothing_open_and_stays_as_it_is(
    wish: Wish, prompt: str, thread: Preset, mine: Preset
) -> None:
    try:
        once = settled(replace(wish, prompt=prompt), thread, mine)
    except PersonError:
        assume(False)
    assert None not in [getattr(once, name) for name in SETTINGS]
    assert settled(once, Preset(private=True, references=pictures(3)), Preset(num_images=9)) == once


@examples(60)
@given(wish=wishes, thread=presets, count=st.integers(1, MAX_REFERENCES))
def test_what_can_be_accepted_has_as_many_pictures_as_its_mode_takes(
    wish: Wish, thread: Preset, count: int
) -> None:
    result = settled(wish, thread)
    whom = None
    if result.character_id is not None:
        whom = character(count, "always in red", result.character_id)
    try:
        generation = request(result, whom).generation
    except PersonError as error:
        assert str(error)[-1] in ".)"  # a sentence
        return
    given_in = len(generation.references)
    if generation.mode is Mode.MULTISHOT:
        assert given_in == 1
    else:
        assert given_in <= MAX_REFERENCES
        assert set(result.references) <= set(generation.references)
        if whom is not None:
            varied = result.lineage and result.lineage.relation is Relation.VARY
            first = 1 if varied and given_in > count else 0
            assert generation.references[first : first + count] == whom.references
    assert generation.notes == (whom.notes if whom else "")


@examples(60)
@given(
    prompt=st.integers(1, MAX_PROMPT_CHARACTERS + 10), notes=st.integers(0, MAX_NOTES_CHARACTERS)
)
def test_prompt_and_notes_are_taken_exactly_where_both_fit(prompt: int, notes: int) -> None:
    sent = prompt + (2 + notes if notes else 0)
    wish = settled(Wish(Mode.IMAGINE, "p" * prompt, character_id="mara"))
    if sent <= MAX_PROMPT_CHARACTERS:
        generation = request(wish, character(notes="n" * notes)).generation
        assert len(generation.sent_prompt) == sent
        return
    over = (prompt if prompt > MAX_PROMPT_CHARACTERS else sent) - MAX_PROMPT_CHARACTERS
    with pytest.raises(PersonError, match=rf"by {over}\.$"):
        request(wish, character(notes="n" * notes))


@pytest.mark.parametrize(
    ("prompt", "notes", "words"),
    [
        ("p" * 2500, "", None),
        ("p" * 2501, "", "Your prompt has 2501 characters and the image service takes 2500"),
        ("p" * 2493, "notes", None),
        ("p" * 2494, "notes", "and the character's notes have 2501 characters together"),
        ("p" * 2501, "notes", "Your prompt has 2501 characters and the image service takes 2500"),
        ("\u200b \n", "notes", "The prompt is empty"),
    ],
)
def test_the_limit_of_the_prompt_counts_the_notes(
    prompt: str, notes: str, words: str | None
) -> None:
    if words is None:
        check_prompt(prompt, notes)
        return
    with pytest.raises(PersonError, match=words):
        check_prompt(prompt, notes)
