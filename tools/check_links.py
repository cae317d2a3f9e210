"""Every link in the documentation leads somewhere: ``python -m tools.check_links``.

A relative link must name a file of this project, and its anchor a heading in that file. An
external link must be https; it is not fetched.
"""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = ("README.md", "CHANGELOG.md", "docs/*.md")

_MARKDOWN: Final = MarkdownIt("commonmark").enable("table")
_EXPLICIT_ANCHOR: Final = re.compile(r"""<a\s[^>]*?\b(?:id|name)=["']([^"']+)""")


def broken_links(root: Path) -> list[str]:
    """A sentence for each link below ``root`` that leads nowhere, in the order of the pages."""
    pages = sorted(page for pattern in PAGES for page in root.glob(pattern))
    return [
        f"{page.relative_to(root)}:{line}: {problem}"
        for page in pages
        for line, target in _links(page)
        if (problem := _problem(root, page, target))
    ]


def anchors(page: Path) -> set[str]:
    """The anchors of a page: those GitHub makes of its headings, and those it sets itself."""
    tokens = _MARKDOWN.parse(page.read_text(encoding="utf-8"))
    found = set()
    seen = Counter[str]()
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            slug = _slug(_plain(following))
            found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
            seen[slug] += 1
    for token in _flat(tokens):
        if token.type in {"html_inline", "html_block"}:
            found.update(_EXPLICIT_ANCHOR.findall(token.content))
    return found


def _links(page: Path) -> Iterator[tuple[int, str]]:
    """Each link and picture of a page, with the line its paragraph begins on."""
    line = 1
    for token in _flat(_MARKDOWN.parse(page.read_text(encoding="utf-8"))):
        line = token.map[0] + 1 if token.map else line
        target = token.attrGet("href") or token.attrGet("src")
        if target is not None:
            yield line, str(target)


def _problem(root: Path, page: Path, target: str) -> str | None:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None if parts.scheme in {"https", "mailto"} else f"{target} is not an https link"
    file = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not file.is_relative_to(root.resolve()):
        return f"{target} leads out of the project"
    if not file.exists():
        return f"{target} names no file of the project"
    anchor = unquote(parts.fragment)
    if anchor and (file.suffix != ".md" or anchor not in anchors(file)):
        return f"{target} names no heading of {file.relative_to(root.resolve())}"
    return None


def _flat(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _plain(heading: Token) -> str:
    return "".join(
        child.content for child in heading.children or [] if child.type in {"text", "code_inline"}
    )


def _slug(heading: str) -> str:
    """GitHub's rule: letters, digits, hyphens and underscores stay; a space becomes a hyphen."""
    kept = (
        letter
        for letter in heading.strip().lower()
        if letter in " -_" or unicodedata.category(letter)[0] in "LMN"
    )
    return "".join(kept).replace(" ", "-")


def main() -> int:
    """Print what is broken; the exit status is 1 when anything is."""
    problems = broken_links(ROOT)
    print("\n".join(problems) or "Every link of the documentation leads somewhere.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
