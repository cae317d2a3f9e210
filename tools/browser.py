"""The system's Chromium, driven by Playwright, for tests and for the pictures of the README."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from playwright.async_api import Browser, async_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
MISSING: Final = "no Chromium was found on the PATH. On Debian and Ubuntu: apt-get install chromium"
# It opens nothing but this project's own page, and shall send nothing by itself.
ARGUMENTS: Final = (
    "--no-sandbox",  # which a container does not allow
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> str | None:
    """The program, or None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def open_browser(executable: str) -> AsyncIterator[Browser]:
    """A browser without a window, while the block runs. It leaves nothing in the user's home."""
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as folder:
        async with _opened(executable, folder) as browser:
            yield browser


@asynccontextmanager
async def _opened(executable: str, folder: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable,
            args=list(ARGUMENTS),
            env={**os.environ, "XDG_CONFIG_HOME": folder, "XDG_CACHE_HOME": folder},
        )
        try:
            yield browser
        finally:
            await browser.close()
