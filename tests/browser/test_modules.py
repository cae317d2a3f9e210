"""The page's modules that touch no page, run as they are in the browser: markdown, commands, time.

What is typed here is often meant to do harm. It must come out as text, and come out at all.
"""

import random
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route

from sandbox.server import Server
from sandbox.web import page as files
from sandbox.web.headers import CSP, page_policy
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

Json = dict[str, Any]

LONGEST: Final = 6_000  # what an option of a command takes, in characters
LOADED: Final = """
performance.getEntriesByType("resource").map((entry) => new URL(entry.name).pathname)
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bare(browser: Browser) -> AsyncIterator[Page]:
    """An empty page of the sandbox's origin, under the page's own policy."""
    server = Server()
    server.add_routes(files.Page(lambda: server.address).routes())
    await server.start()
    context = await browser.new_context(locale="en-GB", timezone_id="UTC")
    try:
        page = await context.new_page()

        async def serve(route: Route) -> None:
            policy = page_policy(urlsplit(server.address).netloc)
            empty = "<!doctype html><title>empty</title>"
            await route.fulfill(content_type="text/html", headers={CSP: policy}, body=empty)

        await page.route(f"{server.address}/empty", serve)
        await page.goto(f"{server.address}/empty")
        yield page
    finally:
        await context.close()
        await server.close()


async def _each(bare: Page, module: str, function: str, inputs: list[Any]) -> list[Any]:
    """What a function (in terms of `module`) gives for each of the inputs, in one go."""
    script = f"""async (inputs) => {{
      const module = await import("/web/js/{module}.js");
      return inputs.map({function});
    }}"""
    given: list[Any] = await bare.evaluate(script, inputs)
    return given


async def test_the_page_loads_every_module_there_is_without_an_error(visitor: Visitor) -> None:
    """So each of them is good JavaScript, and none is left over. The visitor hears of errors."""
    loaded = await visitor.page.evaluate(LOADED)
    there = {f"/web/js/{path.name}" for path in (files.STATIC / "js").iterdir()}
    assert {path for path in loaded if path.startswith("/web/js/")} == there


# --- markdown ---


def _outline(tree: list[Json]) -> str:
    """A tree in one line: words as they are, anything else as kind(what is inside)."""
    return "".join(_node(node) for node in tree)


def _node(node: Json) -> str:
    kind = node["kind"]
    if kind == "text":
        return str(node["text"])
    if kind == "list":
        name = f"from {node['start']}" if node["ordered"] else "list"
        return f"{name}({'; '.join(_outline(item['children']) for item in node['items'])})"
    more = [node[name] for name in ("level", "url", "at", "style", "id", "name") if name in node]
    name = " ".join(str(part) for part in (kind, *more))
    inside = node["text"] if "text" in node else _outline(node.get("children", []))
    return f"{name}({inside})"


MARKDOWN: Final = {
    # marks, one in another, and without their other half
    "**a**": "strong(a)",
    "*a* _b_": "em(a) em(b)",
    "***a***": "strong(em(a))",
    "__a__ ~~b~~ ||c||": "underline(a) strike(b) spoiler(c)",
    "**a *b***": "strong(a em(b))",
    "**__~~||a||~~__**": "strong(underline(strike(spoiler(a))))",
    "**a\nb**": "strong(aline()b)",
    "**a": "**a",
    "*a** b": "*a** b",
    "a ** b ** c": "a strong( b ) c",
    "2 * 3 * 4": "2 * 3 * 4",
    "snake_case_name": "snake_case_name",
    "||spoil|er||": "spoiler(spoil|er)",
    r"\*a\* \_b\_ \\": r"*a* _b_ " + "\\",
    # code takes everything as it is
    "`**a**`": "code(**a**)",
    "``a`b``": "code(a`b)",
    "`a": "`a",
    "**`a**`": "**code(a**)",
    "```js\nlet **a**\n```": "pre(let **a**)",
    "a```b```c": "apre(b)c",
    "```a": "```a",
    # rows
    "# a\n## b\n### c\n#### d": "heading 1(a)heading 2(b)heading 3(c)#### d",
    "-# a": "small(a)",
    "a\r\nb\n\nc": "aline()bline()line()c",
    "> a\n> b\nc": "quote(aline()b)c",
    ">>> a\nb": "quote(aline()b)",
    "- a\n  - b\n- c": "list(alist(b); c)",
    "3. a\n4. b": "from 3(a; b)",
    "#a -b 1.c >d": "#a -b 1.c >d",
    # links lead to the web alone
    "[a](https://b.example)": "link https://b.example(a)",
    "[**a**](https://b.example/c_(d))": "link https://b.example/c_(d)(strong(a))",
    "<https://a.example>": "link https://a.example(https://a.example)",
    "(https://a.example/b).": "(link https://a.example/b(https://a.example/b)).",
    "[a](javascript:alert(1))": "[a](javascript:alert(1))",
    "[a](data:text/html,b)": "[a](data:text/html,b)",
    "[a](//b.example)": "[a](//b.example)",
    "<javascript:alert(1)>": "<javascript:alert(1)>",
    "https://": "https://",
    # what Discord puts in
    "<t:1700000000:R> <t:1>": "moment 1700000000 R() moment 1 f()",
    "<t:9999999999999>": "<t:9999999999999>",
    "<@1> <@!2> <@&3> <#4>": "user 1() user 2() role 3() channel 4()",
    "</caps show:5> <:fox:6> <a:fox:7>": "command 5 caps show() emoji fox() emoji fox()",
    "<@everyone> @everyone": "<@everyone> @everyone",
    # markup is text
    "&lt;b&gt;": "&lt;b&gt;",
    "": "",
}


async def test_markdown_is_read_as_discord_reads_it(bare: Page) -> None:
    trees = await _each(bare, "markdown", "(text) => module.parse(text)", list(MARKDOWN))
    read = {text: _outline(tree) for text, tree in zip(MARKDOWN, trees, strict=True)}
    assert read == MARKDOWN


# Of such texts, as long as they may be, each way of reading could come to no end.
REPEATED: Final = (
    *("*", "_", "*_", "**_", "**a", "**a ", "*a ", "a* ", "_a ", "a_b_", "*a**", "||a", "~~", "|"),
    *("`", "`a", "`a``b", "*`", "*`a``", "```", "```a", "``` ```", "```js\n", "\\", "\\*", "\\`"),
    *("[", "[a](", "[a](https://a.b/(", "[a](https://a.b)", "![", "]", "<", "<t:", "<t:1", "</a "),
    *("> ", "> \n", ">>> ", "- ", "- a\n", " - a\n", "1. a\n", "# a\n", "-# ", "\n", " ", "\t"),
    *("h", "https://", "https://a.b/)", "https://a.b/(", "**a __b ~~c ||d *e ", "🦊", "\u202e"),
)
UNEVEN: Final = (
    "https://a.b/" + ")" * LONGEST,
    "[a](https://a.b/" + "()" * (LONGEST // 2),
    "**a " * 750 + "b** " * 750,
    "**__~~||*_" * 300 + "x" + "_*||~~__**" * 300,
    "".join(" " * depth + "- a\n" for depth in range(108)),
)


async def test_what_is_long_and_tangled_is_read_to_its_end(bare: Page) -> None:
    texts = [(part * LONGEST)[:LONGEST] for part in REPEATED] + [text[:LONGEST] for text in UNEVEN]
    ends = [f"{text}\nthe end" for text in texts]
    words = "(text) => module.plainText(module.parse(text)).slice(-8).replaceAll('`', '').trim()"
    read = await _each(bare, "markdown", words, ends)
    missing = [text[:12] for text, said in zip(texts, read, strict=True) if said != "the end"]
    assert missing == []


async def test_words_without_a_mark_stay_exactly_what_they_are(bare: Page) -> None:
    texts = [
        "a fox, in the snow; at 5 o'clock (golden)",
        "ünï 🦊 狐\u200d\u202e",
        "a\tb",
        " a ",
        "1 < 2 & 3",
    ]
    read = await _each(bare, "markdown", "(text) => module.plainText(module.parse(text))", texts)
    assert read == texts


# --- what is rendered ---

PIECES: Final = (
    *("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<svg/onload=alert(1)>"),
    *("<iframe src=//evil>", "</span>", "<style>*{display:none}</style>", '" onclick="alert(1)'),
    *("<!--", "]]>", "<b>", "&lt;i&gt;", '[a](https://x.example/"onmouseover=alert(1))'),
    *("[<img src=x>](https://x.example)", "[a](javascript:alert(1))", "javascript:alert(1)"),
    *("<https://x.example/<img>>", "https://x.example/'><img>", "<t:1:R>", "<t:-8640000000000:F>"),
    *("<@1>", "<@&1>", "<#1>", "<#0>", "</help:1>", "</<img src=x>:1>", "<:img:1>"),
    *("**", "*", "__", "_", "~~", "||", "`", "```", "```html\n", "\n> ", "\n>>> ", "\n# ", "\n-# "),
    *("\n- ", "\n  - ", "\n999999999. ", "\\", "\n", " ", "a", "🦊", "\u202e", "\0", "\ufeff"),
)
# Everything that the page makes of markdown, with the attributes that it may have.
MADE: Final = {
    *("BLOCKQUOTE", "BR", "BUTTON", "CODE", "EM", "H3", "H4", "H5", "LI", "OL", "P", "PRE", "S"),
    *("SPAN", "STRONG", "TIME", "U", "UL"),
}
ATTRIBUTES: Final = {
    *("aria-label", "class", "data-action", "data-channel", "data-keep", "data-message"),
    *("data-moment", "data-name", "data-style", "data-url", "datetime", "role", "start"),
    *("tabindex", "title", "type"),
}
RENDER: Final = """
(text) => {
  const world = {
    botUser: { id: "1", name: "<b>bot</b>" }, roles: [{ id: "1", name: "<i>r</i>" }],
    me: { id: "2" }, now: () => 0, member: () => undefined, nameOf: () => "<u>art</u>",
    channel: (id) => (id === "1" ? { id } : undefined),
  };
  const place = document.createElement("div");
  place.append(...module.richText(text, world));
  document.body.replaceChildren(place);
  const all = [...place.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((node) => node.tagName))],
    attributes: [...new Set(all.flatMap((node) => node.getAttributeNames()))],
    addresses: all.map((node) => node.dataset.url).filter((url) => url !== undefined),
  };
}
"""


async def test_nothing_that_is_typed_becomes_an_element_of_its_own(bare: Page) -> None:
    """Whatever is typed, the page makes its own few elements of it, and links to the web alone."""
    chance = random.Random(1)  # the same texts each time
    texts = ["".join(chance.choices(PIECES, k=chance.randint(1, 24))) for _ in range(1_500)]
    for text, made in zip(texts, await _each(bare, "richtext", RENDER, texts), strict=True):
        assert set(made["tags"]) <= MADE, text
        assert set(made["attributes"]) <= ATTRIBUTES, text
        assert all(url.startswith(("https://", "http://")) for url in made["addresses"]), text


# --- commands ---

INTEGER: Final = {"name": "count", "type": 4, "min_value": 1, "max_value": 9}
NUMBER: Final = {"name": "size", "type": 10}
TEXT: Final = {"name": "words", "type": 3, "min_length": 2, "max_length": 5}
SHAPES: Final = [{"name": "Wide", "value": "16:9"}, {"name": "Square", "value": "1:1"}]
CHOICE: Final = {"name": "shape", "type": 3, "choices": SHAPES}
FLAG: Final = {"name": "private", "type": 5}
VALUES: Final[list[tuple[Json, str, object]]] = [
    (INTEGER, " 9 ", 9),
    (INTEGER, "+1", 1),
    (INTEGER, "0", "count takes 1 to 9, not 0."),
    (INTEGER, "1e0", "count takes a whole number, not “1e0”."),
    (INTEGER, "0x9", "count takes a whole number, not “0x9”."),
    (INTEGER, "2,000", "count takes a whole number, not “2,000”."),
    (INTEGER, "", "count takes a whole number, not “”."),
    (INTEGER, "<b>", "count takes a whole number, not “<b>”."),
    (NUMBER, "2,5", 2.5),
    (NUMBER, "Infinity", "size takes a number, not “Infinity”."),
    (NUMBER, "9" * 20, f"size takes -{2**53 - 1} to {2**53 - 1}, not {'9' * 20}."),
    (TEXT, " a ", " a "),
    (TEXT, "a", "words takes 2 to 5 characters; these are 1."),
    (TEXT, "a" * 6, "words takes 2 to 5 characters; these are 6."),
    ({"name": "prompt", "type": 3}, "a" * LONGEST, "a" * LONGEST),
    (CHOICE, "wide", "16:9"),
    (CHOICE, " 1:1 ", "1:1"),
    (CHOICE, "5:1", "shape: “5:1” is not one of the choices. Pick one from the list."),
    (FLAG, "Yes", True),
    (FLAG, "false", False),
    (FLAG, "maybe", "private is True or False, not “maybe”."),
]


async def test_a_typed_value_is_read_or_refused_in_a_sentence(bare: Page) -> None:
    inputs = [[option, typed] for option, typed, _ in VALUES]
    read = await _each(
        bare, "commands", "([option, typed]) => module.readValue(option, typed)", inputs
    )
    assert [given.get("error", given.get("value")) for given in read] == [row[2] for row in VALUES]


OPTIONS: Final = [
    {"name": "prompt", "type": 3},
    {"name": "num_images", "type": 4},
    {"name": "num", "type": 4},
    {"name": "reference1", "type": 11},
]
WRITTEN: Final[dict[str, Json]] = {
    "a fox num_images:2": {"prompt": "a fox", "num_images": "2"},
    "prompt: a fox: red num:3 num_images: 4": {
        "prompt": "a fox: red",
        "num": "3",
        "num_images": "4",
    },
    "num:1 num:2": {"num": "2"},
    "see https://a.example/num:5": {"prompt": "see https://a.example/num:5"},
    "a reference1:x": {"prompt": "a reference1:x"},
    "": {},
}


async def test_values_written_behind_a_command_go_to_their_options(bare: Page) -> None:
    inputs = [[OPTIONS, rest] for rest in WRITTEN]
    script = "([options, rest]) => module.writtenValues(options, rest)"
    read = await _each(bare, "commands", script, inputs)
    assert dict(zip(WRITTEN, read, strict=True)) == WRITTEN


SHOW: Final = {"name": "show", "type": 1, "description": "Show the caps"}
SET: Final = {"name": "set", "type": 1, "description": "Set a cap"}
ROLE: Final = {"name": "role", "type": 2, "description": "Roles", "options": [SET]}
REGISTERED: Final = [
    {"name": "imagine", "description": "Make an image", "options": OPTIONS},
    {"name": "Use as reference", "type": 3},
    {"name": "About", "type": 2},
    {"name": "caps", "type": 1, "description": "Caps", "options": [SHOW, ROLE]},
]


async def test_commands_are_found_by_what_is_typed(bare: Page) -> None:
    script = """
    ([registered, queries, texts]) => {
      const commands = module.slashCommands(registered);
      const found = (query) => module.matching(commands, query).map(({ name }) => name).join();
      return {
        all: commands.map(({ name }) => name),
        menu: module.menuCommands(registered, "message"),
        found: queries.map(found),
        written: texts.map((text) => module.writtenOut(commands, text)?.command.name ?? null),
        next: module.offered(
          ["reference1", "reference2", "reference10", "mode"].map((name) => ({ name })),
          new Set(["reference1"]),
        ).map(({ name }) => name),
      };
    }
    """
    queries = ["", "IM", "set", "image", "[", "a" * LONGEST]
    texts = ["/caps role set 5", "/caps show", "/caps ", "/imagine a", "imagine a", "/IMAGINE a"]
    (read,) = await _each(bare, "commands", script, [[REGISTERED, queries, texts]])
    assert read == {
        "all": ["caps role set", "caps show", "imagine"],
        "menu": ["Use as reference"],
        "found": ["caps role set,caps show,imagine", "imagine", "caps role set", "imagine", "", ""],
        "written": ["caps role set", None, None, "imagine", None, None],
        "next": ["reference2", "mode"],
    }


# --- time and addresses ---

MOMENTS: Final = {
    (0, "R"): "now",
    (1, "R"): "in 1 second",
    (60, "R"): "in 1 minute",
    (-7_190, "R"): "2 hours ago",
    (86_400, "R"): "tomorrow",
    (31_536_000, "R"): "next year",
    (0, "t"): "00:00",
    (0, "T"): "00:00:00",
    (0, "d"): "01/01/1970",
    (0, "D"): "1 January 1970",
}


async def test_moments_are_told_in_words(bare: Page) -> None:
    script = "([moment, style]) => module.momentWords(moment, style, 0)"
    read = await _each(bare, "clock", script, [list(moment) for moment in MOMENTS])
    assert dict(zip(MOMENTS, read, strict=True)) == MOMENTS


FILES: Final = {
    "http://127.0.0.1:1/attachments/1/2/a.png?ex=1": "/attachments/1/2/a.png?ex=1",
    "http://localhost/ephemeral-attachments/1/2/a.png": "/ephemeral-attachments/1/2/a.png",
    "https://evil.example/attachments/1/2/a.png": None,
    "http://127.0.0.1.evil.example/attachments/1/2/a.png": None,
    "http://127.0.0.1/control/reset": None,
    "http://127.0.0.1/attachments/../control/reset": None,
    "javascript:alert(1)//attachments/": None,
    "http://": None,
}


async def test_only_files_of_the_sandbox_itself_are_loaded(bare: Page) -> None:
    read = await _each(bare, "addresses", "(url) => module.ownFile(url)", list(FILES))
    assert dict(zip(FILES, read, strict=True)) == FILES


LINKS: Final[dict[str, Json | None]] = {
    "https://discord.com/channels/1/2/3": {"channel": "2", "message": "3"},
    "https://ptb.discord.com/channels/@me/2": {"channel": "2"},
    "https://discord.com.evil.example/channels/1/2/3": None,
    "https://discord.com/channels/1/2/3/4": None,
}


async def test_links_to_messages_are_known_by_their_form(bare: Page) -> None:
    read = await _each(bare, "addresses", "(url) => module.messageLink(url)", list(LINKS))
    found = [given and {name: part for name, part in given.items() if part} for given in read]
    assert dict(zip(LINKS, found, strict=True)) == LINKS
