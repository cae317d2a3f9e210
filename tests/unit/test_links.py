"""The checker of links finds what leads nowhere, and nothing else."""

from pathlib import Path

import pytest

from tools.check_links import anchors, broken_links


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "other.md").write_text(
        "# The *other* page: `make` & more\n\n## Again\n\n## Again\n\n<a id='own'></a>\n\n"
        "```\n# not a heading\n```\n\nÜber-uns\n--------\n",
        encoding="utf-8",
    )
    (tmp_path / "LICENSE").write_text("", encoding="utf-8")
    return tmp_path


def test_anchors_are_those_that_github_makes(project: Path) -> None:
    assert anchors(project / "docs" / "other.md") == {
        "the-other-page-make--more",
        "again",
        "again-1",
        "own",
        "über-uns",
    }


def test_good_links_of_every_kind_pass(project: Path) -> None:
    (project / "README.md").write_text(
        "# Top\n[a](docs/other.md) [b](docs/other.md#again-1) [c](#top) [d](LICENSE) [e](docs/)\n"
        "[f](https://example.com/x#y) <https://example.com> [g](docs/other.md#%C3%BCber-uns)\n\n"
        "`[not a link](nowhere.md)`\n\n| [h][ref] |\n|---|\n| x |\n\n[ref]: docs/other.md\n",
        encoding="utf-8",
    )
    (project / "docs" / "more.md").write_text("[up](../README.md#top)", encoding="utf-8")
    assert broken_links(project) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("[a](docs/gone.md)", "docs/gone.md names no file of the project"),
        ("![a](gone.png)", "gone.png names no file of the project"),
        ("[a](docs/other.md#gone)", "docs/other.md#gone names no heading of docs/other.md"),
        ("[a](#gone)", "#gone names no heading of README.md"),
        ("[a](LICENSE#gone)", "LICENSE#gone names no heading of LICENSE"),
        ("[a](http://example.com)", "http://example.com is not an https link"),
        ("[a](//example.com)", "//example.com is not an https link"),
        ("[a](../outside.md)", "../outside.md leads out of the project"),
        ("| x |\n|---|\n| [a](gone.md) |", "gone.md names no file of the project"),
    ],
)
def test_a_link_that_leads_nowhere_is_named_with_its_place(
    project: Path, link: str, problem: str
) -> None:
    (project / "README.md").write_text(f"# Top\n\n{link}\n", encoding="utf-8")
    [found] = broken_links(project)
    page, line, told = found.split(":", maxsplit=2)
    assert (page, told.strip()) == ("README.md", problem)
    assert int(line) >= 3


def test_the_documentation_of_this_project_has_no_broken_link() -> None:
    assert broken_links(Path(__file__).parents[2]) == []
