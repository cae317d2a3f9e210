"""A server's settings, as they are kept and as they are read again."""

import json
from dataclasses import fields, replace
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PersonError
from bot.server_settings import (
    AgeRule,
    Limits,
    ServerSettings,
    matching_zones,
    time_zone,
    time_zones,
)

snowflakes = st.integers(0, 2**63 - 1)
ids = st.lists(snowflakes, max_size=3).map(tuple)
limits = st.builds(
    Limits,
    at_once=st.none() | st.integers(1, 9),
    pause=st.none() | st.integers(0, 3600),
    images=st.none() | st.integers(1, 9),
    side=st.sampled_from([None, 1, 2]),
    private=st.none() | st.booleans(),
)
any_settings = st.builds(
    ServerSettings,
    time_zone=st.sampled_from(sorted(time_zones())),
    moderator_roles=ids,
    paused=st.booleans(),
    allowed_roles=ids,
    only_channels=ids,
    never_channels=ids,
    age=st.sampled_from(AgeRule),
    limits=limits,
    role_limits=st.lists(st.tuples(snowflakes, limits), max_size=3).map(tuple),
)


def kept(settings: ServerSettings) -> dict[str, Any]:
    """What the database gives back of it."""
    found: dict[str, Any] = json.loads(json.dumps(settings.written()))
    return found


@given(any_settings)
def test_settings_are_read_as_they_were_written(settings: ServerSettings) -> None:
    assert ServerSettings.read(kept(settings)) == settings


@given(any_settings, st.data())
def test_what_an_earlier_version_did_not_know_is_as_if_it_was_never_set(
    settings: ServerSettings, data: st.DataObject
) -> None:
    content = kept(settings)
    unknown = data.draw(st.sets(st.sampled_from(sorted(content))))
    earlier = {name: value for name, value in content.items() if name not in unknown}
    expected = replace(settings, **{name: getattr(ServerSettings(), name) for name in unknown})
    assert ServerSettings.read(earlier) == expected


def test_every_setting_is_written() -> None:
    """One that is forgotten here would be lost with the next change."""
    assert set(ServerSettings().written()) == {field.name for field in fields(ServerSettings)}


def test_limits_of_an_earlier_version_are_read() -> None:
    assert Limits.read({}) == Limits()
    assert Limits.read({"pause": 30, "colours": 3}) == Limits(pause=30)


def test_a_document_of_an_earlier_version_is_read() -> None:
    assert ServerSettings.read({}) == ServerSettings()
    assert ServerSettings.read({"time_zone": "Asia/Tokyo"}) == ServerSettings("Asia/Tokyo")
    assert ServerSettings.read({"moderator_roles": [3]}) == ServerSettings(moderator_roles=(3,))


def test_what_a_later_version_wrote_is_not_in_the_way() -> None:
    assert ServerSettings.read({"time_zone": "UTC", "colour": "green"}) == ServerSettings()


def test_a_time_zone_is_the_one_of_its_name() -> None:
    assert ServerSettings("America/New_York").zone == ZoneInfo("America/New_York")
    assert ServerSettings().zone.utcoffset(None) == UTC.utcoffset(None)


@pytest.mark.parametrize("name", ["Middle-earth/Shire", "", "America", "../../etc/passwd", "/UTC"])
def test_a_time_zone_that_this_machine_no_longer_knows_is_utc(name: str) -> None:
    assert ServerSettings(time_zone=name).zone is UTC


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("  europe/berlin ", "Europe/Berlin"),
        ("AMERICA/NEW YORK", "America/New_York"),
        ("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
    ],
)
def test_a_time_zone_is_found_however_it_is_spelled(typed: str, meant: str) -> None:
    assert time_zone(typed) == meant


@pytest.mark.parametrize("typed", ["Berlin", "", "   ", "+02:00", "Factory", "localtime", "\0"])
def test_what_is_no_time_zone_is_refused_in_words(typed: str) -> None:
    with pytest.raises(PersonError, match="There is no time zone “"):
        time_zone(typed)


def test_a_long_mistake_is_repeated_in_part() -> None:
    with pytest.raises(PersonError) as refused:
        time_zone("x" * 500)
    assert "“" + "x" * 60 + "”" in str(refused.value)


@given(st.sampled_from(sorted(time_zones())))
def test_every_time_zone_is_found_by_its_own_name(name: str) -> None:
    assert time_zone(name) == name
    assert time_zone(name.lower().replace("_", " ")) == name


def test_no_two_time_zones_are_spelled_alike() -> None:
    assert len({name.casefold() for name in time_zones()}) == len(time_zones())


def test_the_zones_of_a_city_are_offered_first() -> None:
    offered = matching_zones("new")
    assert offered[0] == "America/New_York"
    assert all("new" in name.casefold() for name in offered)
    assert matching_zones("no such city") == []
    assert set(matching_zones("")) == time_zones()
