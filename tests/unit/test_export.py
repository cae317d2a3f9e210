"""The export of a thread: its ZIP files, what their page shows, what their record says."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.fit import ResultFile
from bot.export import Export
from bot.export_page import page
from bot.exported import ExportedImage, ExportedRequest, ExportedThread
from bot.generation import AspectRatio, Generation, Mode, Origin, Reference, Resolution
from bot.jobs.job import Job, Place
from bot.jobs.states import State
from bot.wishes import Lineage, Relation

NOW = 1_800_000_000.0
PLENTY = 10_000_000
PLACE = Place(1, 77, 3, "the-token", NOW + 900, False, "en-US", "en-US", 10 << 20)
THREAD = ExportedThread(77, 1, "A fox & a <lighthouse>", NOW, "en-US")
HOSTILE = "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)> & \u202egnirts\x00"


def job(name: str, prompt: str = "a lighthouse", images: int = 1, **changes: Any) -> Job:  # noqa: ANN401
    """A finished job."""
    generation = Generation(
        Mode.IMAGINE,
        prompt,
        (Reference("photo.png"), Reference("other.png", origin=Origin("first1", 1))),
        AspectRatio.WIDE,
        Resolution.TWO_K,
        images,
    )
    return replace(
        Job(name, 42, PLACE, generation, State.DONE, NOW, finished_at=NOW + 40), **changes
    )


def request(made: Job, who: str = "Alice", **changes: Any) -> ExportedRequest:  # noqa: ANN401
    """The same as it is given to an export."""
    return replace(ExportedRequest(made, who, None, opened_it=False), **changes)


def files(made: Job, *sizes: int) -> list[ResultFile]:
    """Images of so many bytes, each different."""
    return [
        ResultFile(f"shotlist-{made.id}-{n}.png", _bytes(made.id, n, size), 640, 480, "image/png")
        for n, size in enumerate(sizes, start=1)
    ]


def _bytes(name: str, number: int, size: int) -> bytes:
    block = hashlib.sha256(f"{name}{number}".encode()).digest()
    return (block * (size // len(block) + 1))[:size]


class Page(HTMLParser):
    """The elements of a page, and its texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def opened(part: Path) -> tuple[Page, dict[str, Any], dict[str, bytes]]:
    """What is in a part: the page, the record, the images by their paths."""
    with zipfile.ZipFile(part) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        datas = {name: archive.read(name) for name in names}
    return (
        Page(datas.pop("index.html").decode()),
        json.loads(datas.pop("thread.json")),
        datas,
    )


def test_it_has_all_images_a_page_and_a_record(tmp_path: Path) -> None:
    first, second = (
        job("first1", "a fox\nin two lines", images=2),
        job("second", "the same by night"),
    )
    second = replace(second, lineage=Lineage("first1", Relation.VARY, 1))
    export = Export(tmp_path, THREAD, limit=PLENTY)
    export.add(request(first, opened_it=True), files(first, 500, 600), ["My own words", None])
    export.add(request(second, "Bob", character="Mira"), files(second, 700), [None])
    (part,) = export.finish()
    shown, told, images = opened(part)
    assert images == {
        "images/001-shotlist-first1-1.png": _bytes("first1", 1, 500),
        "images/001-shotlist-first1-2.png": _bytes("first1", 2, 600),
        "images/002-shotlist-second-1.png": _bytes("second", 1, 700),
    }
    assert [(each["src"], each["alt"]) for each in shown.all("img")] == [
        ("images/001-shotlist-first1-1.png", "My own words"),
        ("images/001-shotlist-first1-2.png", "a fox in two lines"),
        ("images/002-shotlist-second-1.png", "the same by night"),
    ]
    assert {each["href"] for each in shown.all("a")} == {
        *images,
        "#first1",
        "thread.json",
        THREAD.link,
    }
    for words in ("A fox & a <lighthouse>", "2 requests", "3 images", "Bob", "Character: Mira"):
        assert words in shown.text
    assert "Variation of image 2 of first1" in shown.text
    assert [each["job_id"] for each in told["requests"]] == ["first1", "second"]
    assert told["thread"] == {
        "id": "77",
        "server_id": "1",
        "name": "A fox & a <lighthouse>",
        "link": "https://discord.com/channels/1/77",
    }
    one, two = told["requests"]
    assert one["opened_the_thread"] is True
    assert one["prompt"] == "a fox\nin two lines"
    assert one["settings"] == {"aspect_ratio": "16:9", "resolution": "2k", "num_images": 2}
    assert one["references"][1] == {
        "filename": "other.png",
        "sha256": None,
        "job_id": "first1",
        "image": 2,
    }
    assert one["asked_at"] == "2027-01-15T08:00:00+00:00"
    assert one["images"][0]["alt"] == "My own words"
    assert two["came_from"] == {"job_id": "first1", "relation": "vary", "image": 2}
    assert two["made_by"] == {"id": "42", "name": "Bob"}
    assert [each["file"] for each in two["images"]] == ["images/002-shotlist-second-1.png"]


def test_images_that_are_gone_are_named(tmp_path: Path) -> None:
    made = job("abc", images=3)
    export = Export(tmp_path, THREAD, limit=PLENTY)
    export.add(request(made), [], [None, "words", None])
    (part,) = export.finish()
    shown, told, images = opened(part)
    assert images == {}
    assert "Image 2 is gone" in shown.text
    (asked,) = told["requests"]
    assert [each["missing"] for each in asked["images"]] == ["gone"] * 3
    assert asked["images"][1]["alt"] == "words"


def test_an_empty_export_is_a_page_all_the_same(tmp_path: Path) -> None:
    (part,) = Export(tmp_path, THREAD, limit=PLENTY).finish()
    shown, told, _images = opened(part)
    assert "0 requests" in shown.text
    assert told["requests"] == []


def test_what_does_not_fit_one_file_comes_in_parts_that_open_by_themselves(
    tmp_path: Path,
) -> None:
    limit = 60_000
    export = Export(tmp_path, THREAD, limit=limit)
    made = [job(f"job{number}", images=3) for number in range(5)]
    for each in made:
        export.add(request(each), files(each, 12_000, 12_000, 12_000), [])
    parts = export.finish()
    assert len(parts) > 1
    found: dict[str, bytes] = {}
    for number, part in enumerate(parts, start=1):
        assert part.stat().st_size <= limit
        shown, told, images = opened(part)
        assert (told["part"], told["parts"]) == (number, len(parts))
        assert f"part {number} of {len(parts)}" in shown.text
        assert {each["src"] for each in shown.all("img")} == set(images)
        for asked in told["requests"]:
            for image in asked["images"]:
                assert (image["file"] in images) is (image["part"] == number)
                if image["part"] != number:
                    assert f"Image {image['number']} is in part {image['part']}" in shown.text
        assert not found.keys() & images.keys()
        found |= images
    assert len(found) == 15


def test_an_image_that_no_part_can_have_is_named(tmp_path: Path) -> None:
    made = job("abc", images=3)
    export = Export(tmp_path, THREAD, limit=40_000)
    export.add(request(made), files(made, 900, 50_000, 900), [])
    (part,) = export.finish()
    shown, told, images = opened(part)
    assert len(images) == 2
    assert "Image 2 has 0.1 MB, which is too large" in shown.text
    assert [each["missing"] for each in told["requests"][0]["images"]] == [None, "too large", None]


def test_an_export_takes_a_bounded_place_on_the_disk(tmp_path: Path) -> None:
    export = Export(tmp_path, THREAD, limit=40_000, most_bytes=60_000)
    for number in range(6):
        made = job(f"job{number}")
        if not export.full:
            export.add(request(made), files(made, 20_000), [])
        else:
            export.add(request(made), [], [None])
    parts = export.finish()
    assert sum(part.stat().st_size for part in parts) < 110_000
    missing = [image.missing for each in export.requests for image in each.images if image.missing]
    assert missing
    assert set(missing) == {"left out"}
    assert "was left out" in "".join(opened(part)[0].text for part in parts)


def test_hidden_images_are_hidden_until_somebody_shows_them(tmp_path: Path) -> None:
    made = job("abc", spoiler=True)
    export = Export(tmp_path, THREAD, limit=PLENTY)
    export.add(request(made), files(made, 100), [])
    (part,) = export.finish()
    shown, told, _images = opened(part)
    tags = [tag for tag, _attributes in shown.elements]
    assert tags.index("details") < tags.index("img")
    assert told["requests"][0]["spoiler"] is True


def test_what_is_private_says_so_and_has_no_link(tmp_path: Path) -> None:
    made = job("abc")
    made = replace(made, place=replace(PLACE, private=True))
    export = Export(tmp_path, THREAD, limit=PLENTY)
    export.add(request(made), files(made, 100), [])
    (part,) = export.finish()
    shown, told, _images = opened(part)
    assert "private" in shown.text
    assert (told["requests"][0]["private"], told["requests"][0]["link"]) == (True, None)


@pytest.mark.parametrize("where", ["prompt", "who", "name", "alt", "character", "filename"])
def test_nobodys_words_become_anything_but_words(tmp_path: Path, where: str) -> None:
    words = {"prompt": "a", "who": "b", "name": "c", "alt": "d", "character": "e", "filename": "f"}
    words[where] = HOSTILE
    made = job("abc", words["prompt"])
    made = replace(
        made, generation=replace(made.generation, references=(Reference(words["filename"]),))
    )
    export = Export(tmp_path, replace(THREAD, name=words["name"]), limit=PLENTY)
    export.add(
        request(made, words["who"], character=words["character"]),
        files(made, 100),
        [words["alt"]],
    )
    (part,) = export.finish()
    shown, told, _images = opened(part)
    assert shown.all("script") == []
    assert len(shown.all("img")) == 1
    assert not any("onerror" in attributes for _tag, attributes in shown.elements)
    assert "\u202e" not in shown.text
    assert "\x00" not in shown.text
    assert HOSTILE in list(_texts(told))


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401
    """All texts of a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def test_the_page_needs_nothing_from_elsewhere() -> None:
    made = job("abc")
    image = ExportedImage(1, "images/a.png", 1, 10, 10, 100)
    shown = page(THREAD, [(1, request(made, images=[image]))], 1, 1)
    assert "http" not in shown.replace(THREAD.link, "").replace("http-equiv", "")
    assert "<script" not in shown
    assert "default-src 'none'" in shown


@settings(max_examples=40, deadline=None)
@given(
    prompts=st.lists(st.text(min_size=1, max_size=2500).filter(str.strip), min_size=1, max_size=6),
    sizes=st.lists(st.integers(1, 30_000), min_size=0, max_size=9),
    limit=st.integers(45_000, 90_000),
)
def test_no_part_is_ever_larger_than_it_may_be(
    tmp_path_factory: pytest.TempPathFactory, prompts: list[str], sizes: list[int], limit: int
) -> None:
    export = Export(tmp_path_factory.mktemp("export"), THREAD, limit=limit)
    expected: dict[str, bytes] = {}
    for number, prompt in enumerate(prompts):
        made = job(f"job{number}", images=max(1, len(sizes)))
        made = replace(made, generation=_with_prompt(made, prompt))
        images = files(made, *sizes)
        export.add(request(made, prompt[:50]), images, [prompt[:1024]] * len(sizes))
        expected |= {f"images/{number + 1:03}-{each.filename}": each.data for each in images}
    found: dict[str, bytes] = {}
    for part in export.finish():
        assert part.stat().st_size <= limit
        _shown, _told, images_there = opened(part)
        found |= images_there
    missing = [image for each in export.requests for image in each.images if image.missing]
    if sizes:
        assert len(found) + len(missing) == len(expected)
    assert all(expected[name] == data for name, data in found.items())


def _with_prompt(made: Job, prompt: str) -> Generation:
    """Past the rules of prompts: an export shows whatever there is."""
    generation = replace(made.generation)
    object.__setattr__(generation, "prompt", prompt)
    return generation
