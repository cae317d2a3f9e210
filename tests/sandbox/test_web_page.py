"""The page and its files, as any browser on this machine or elsewhere could ask for them."""

import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from yarl import URL

from sandbox.server import Server
from sandbox.web.page import Page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A page of a few files, beside one that is nobody's business."""
    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Here</title>")
    (folder / "js" / "main.js").write_text("export {};")
    (folder / "style.css").write_text("body {}")
    (folder / "icon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (folder / "notes.py").write_text("secret")
    (tmp_path / "private.js").write_text("secret")
    (folder / "way-out.js").symlink_to(tmp_path / "private.js")
    return folder


@pytest_asyncio.fixture
async def server(folder: Path) -> AsyncIterator[Server]:
    """A sandbox with that page."""
    server = Server()
    server.add_routes(Page(lambda: server.address, folder=folder).routes())
    await server.start()
    yield server
    await server.close()


@pytest_asyncio.fixture
async def browser(server: Server) -> AsyncIterator[aiohttp.ClientSession]:
    """Something that asks as a browser does."""
    async with aiohttp.ClientSession(server.address) as session:
        yield session


async def test_the_page_may_load_from_its_own_origin_alone(
    server: Server, browser: aiohttp.ClientSession
) -> None:
    async with browser.get("/") as answer:
        assert answer.status == 200
        assert "Here" in await answer.text()
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        policy = answer.headers["Content-Security-Policy"].split("; ")
    host = server.address.removeprefix("http://")
    assert policy[0] == "default-src 'none'"
    assert "script-src 'self'" in policy
    assert f"connect-src 'self' ws://{host}" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in " ".join(policy)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("js/main.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
    ],
)
async def test_files_have_the_type_that_browsers_insist_on(
    browser: aiohttp.ClientSession, path: str, kind: str
) -> None:
    async with browser.get(f"/web/{path}") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == kind
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        *("", "js", "js/", "notes.py", "missing.js", "..%2fprivate.js", "%2e%2e/private.js"),
        *(
            "..%5cprivate.js",
            "%2fetc%2fpasswd",
            "way-out.js",
            "%00.js",
            "%ff.js",
            "a" * 300 + ".js",
        ),
    ],
)
async def test_nothing_else_is_served_and_no_folder_is_listed(
    server: Server, browser: aiohttp.ClientSession, path: str
) -> None:
    async with browser.get(URL(f"{server.address}/web/{path}", encoded=True)) as answer:
        assert answer.status == 404
        assert "secret" not in await answer.text()


async def test_a_page_of_another_name_gets_words_and_no_page(
    browser: aiohttp.ClientSession,
) -> None:
    async with browser.get("/", headers={"Host": "evil.example"}) as answer:
        assert answer.status == 403
        assert "evil.example" in await answer.text()


async def test_localhost_leads_to_the_one_address(
    server: Server, browser: aiohttp.ClientSession
) -> None:
    host = server.address.removeprefix("http://127.0.0.1")
    headers = {"Host": f"localhost{host}"}
    async with browser.get("/", headers=headers, allow_redirects=False) as answer:
        assert answer.status == 307
        assert answer.headers["Location"] == f"{server.address}/"


async def test_a_file_that_someone_gave_can_do_nothing_when_it_is_opened(
    server: Server, browser: aiohttp.ClientSession
) -> None:
    key = {"Authorization": f"Bearer {server.control_token}"}
    body = {
        "member": "ada",
        "files": [{"filename": "trap.html", "content_base64": "PHNjcmlwdD4="}],
    }
    async with browser.post("/control/discord/say", json=body, headers=key) as answer:
        said = await answer.json()
    async with browser.get(said["attachments"][0]["url"]) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("announced", [True, False])
async def test_too_much_at_once_is_refused_in_words(
    server: Server, browser: aiohttp.ClientSession, announced: bool
) -> None:
    size = (64 << 20) + 1

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(65):
            yield bytes(1 << 20)

    headers = {"Authorization": f"Bearer {server.control_token}"}
    data = io.BytesIO(bytes(size)) if announced else pieces()
    async with browser.post("/control/discord/say", data=data, headers=headers) as answer:
        assert answer.status == 413
        assert "at most 48 MB" in (await answer.json())["error"]
