"""What the gallery's buttons carry is read as it was written, and fits."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PersonError
from bot.gallery import Wanted
from bot.generation import Mode
from cogs.ui.gallery_ids import MOST_WORDS, PAGE_ID, Turn, read_turn, turn_id
from tests.profiles import examples

SERVER, VIEWER = 7, 8
ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=16)
days = st.none() | st.dates(date(2015, 1, 1), date(2999, 12, 31))
# what is left of a search once it is folded: no white space but single blanks
letters = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Zs"])
words = st.lists(st.text(letters, min_size=1)).map(" ".join).map(lambda text: text[:MOST_WORDS])
members = st.integers(0, 2**63 - 1)
whose = st.tuples(members, st.none()) | st.tuples(st.none(), ids) | st.tuples(members, ids)
turns = st.builds(
    lambda whose, start, newer, **filters: Turn(
        Wanted(SERVER, VIEWER, *whose, **filters), start, newer
    ),
    whose,
    ids,
    st.booleans(),
    mode=st.none() | st.sampled_from(Mode),
    first=days,
    last=days,
    words=words,
)


@given(turns)
@examples(200)
def test_every_turn_is_read_as_it_was_written_and_fits_into_an_id(turn: Turn) -> None:
    written = turn_id(turn)
    assert len(written) <= 100
    found = PAGE_ID.fullmatch(written)
    assert found is not None
    assert read_turn(found, server_id=SERVER, viewer_id=VIEWER) == turn


@given(st.from_regex(PAGE_ID, fullmatch=True))
@examples(200)
def test_whatever_looks_like_one_is_read_or_refused_in_words(made_up: str) -> None:
    found = PAGE_ID.fullmatch(made_up)
    assert found is not None
    try:
        turn = read_turn(found, server_id=SERVER, viewer_id=VIEWER)
    except PersonError as error:
        assert "Begin again with /gallery" in str(error)
        return
    assert turn.wanted.viewer_id == VIEWER
    assert turn.wanted.server_id == SERVER


def test_a_member_that_no_database_takes_is_refused() -> None:
    found = PAGE_ID.fullmatch("gallery:-a00000000zzzzzzzzzzzzz..job.")
    assert found is not None
    with pytest.raises(PersonError, match="leads nowhere"):
        read_turn(found, server_id=SERVER, viewer_id=VIEWER)
