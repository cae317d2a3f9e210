"""Files and their signed, expiring addresses.

Inside the sandbox an address is unsigned and begins with a secret prefix that no one outside can
write; `sign` turns every such address in a JSON text into one that a client can open. So each
answer and each event carries fresh signatures, as Discord's do.
"""

import hashlib
import hmac
import io
import mimetypes
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web
from PIL import GifImagePlugin, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

GONE: Final = "This content is no longer available."
DEFAULT_URL_SECONDS: Final = 24 * 3600.0
DEFAULT_KEPT_BYTES: Final = 1 << 30

_KINDS: Final = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"} | {
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
    "json": "application/json",
    "zip": "application/zip",
}
# By their own classes and not by Image.open, which refuses a picture with very many pixels: such a
# picture is exactly what a bot has to be told the size of.
_READERS: Final[tuple[tuple[bytes, Callable[[io.BytesIO], ImageFile.ImageFile]], ...]] = (
    (b"\x89PNG\r\n\x1a\n", PngImagePlugin.PngImageFile),
    (b"\xff\xd8\xff", JpegImagePlugin.JpegImageFile),
    (b"GIF8", GifImagePlugin.GifImageFile),
    (b"RIFF", WebPImagePlugin.WebPImageFile),
)


@dataclass(frozen=True)
class StoredFile:
    """The bytes behind an address and what they are served as."""

    data: bytes
    content_type: str


class Attachments:
    """All uploaded files, newest last; the oldest go when more than `kept_bytes` are held."""

    def __init__(
        self, *, clock: Callable[[], float], key: bytes, kept_bytes: int = DEFAULT_KEPT_BYTES
    ) -> None:
        self._clock = clock
        self._key = key
        self._kept_bytes = kept_bytes
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._held = 0
        self._prefix = f"https://{hashlib.sha256(key).hexdigest()[:32]}.invalid/"
        self._unsigned = re.compile(
            re.escape(self._prefix) + r"((?:ephemeral-)?attachments/\d+/\d+/[\w.\-]+)"
        )
        self.base_url = ""
        self.url_seconds = DEFAULT_URL_SECONDS

    def keep(
        self,
        *,
        owner_id: int,
        attachment_id: int,
        filename: str,
        data: bytes,
        description: str | None = None,
        ephemeral: bool = False,
    ) -> dict[str, object]:
        """Store a file and return the attachment object of Discord's API, with unsigned URLs.

        `owner_id` is the channel, or the application for a file given to a command.
        """
        name = plain_name(filename)
        folder = "ephemeral-attachments" if ephemeral else "attachments"
        path = f"{folder}/{owner_id}/{attachment_id}/{name}"
        content_type = content_type_of(name)
        self._files[path] = StoredFile(data, content_type)
        self._held += len(data)
        while self._held > self._kept_bytes and len(self._files) > 1:
            self._held -= len(self._files.popitem(last=False)[1].data)
        url = self._prefix + path
        attachment: dict[str, object] = {
            "id": str(attachment_id),
            "filename": name,
            "size": len(data),
            "url": url,
            "proxy_url": url,
            "content_type": content_type,
        }
        if description is not None:
            attachment["description"] = description
        if ephemeral:
            attachment["ephemeral"] = True
        sides = sides_of(data)
        if sides is not None:
            attachment["width"], attachment["height"] = sides
        return attachment

    def sign(self, text: str) -> str:
        """`text` with every unsigned address replaced by one that works for `url_seconds`."""
        if self._prefix not in text:
            return text
        issued = int(self._clock())
        expires = issued + int(self.url_seconds)

        def signed(match: re.Match[str]) -> str:
            path = match[1]
            mark = self._mark(path, f"{expires:x}", f"{issued:x}")
            return f"{self.base_url}/{path}?ex={expires:x}&is={issued:x}&hm={mark}"

        return self._unsigned.sub(signed, text)

    def unsign(self, url: str) -> str:
        """The unsigned form of one of our own addresses; any other address as it is."""
        if not url.startswith(f"{self.base_url}/"):
            return url
        path = url.removeprefix(f"{self.base_url}/").partition("?")[0]
        return self._prefix + path if path in self._files else url

    def sides(self, url: str) -> tuple[int, int] | None:
        """Width and height of the picture at an unsigned address; None where there is none."""
        stored = self._files.get(url.removeprefix(self._prefix))
        return None if stored is None else sides_of(stored.data)

    def open(self, path: str, *, ex: str, issued: str, mark: str) -> StoredFile | None:
        """The file at `path` if the signature is right and has not run out."""
        if not hmac.compare_digest(self._mark(path, ex, issued).encode(), mark.encode()):
            return None
        if int(ex, 16) <= self._clock():
            return None
        return self._files.get(path)

    def clear(self) -> None:
        """Forget all files, and let addresses live as long as they do by default."""
        self.url_seconds = DEFAULT_URL_SECONDS
        self._files.clear()
        self._held = 0

    def _mark(self, path: str, ex: str, issued: str) -> str:
        words = f"{path}?ex={ex}&is={issued}".encode()
        return hmac.new(self._key, words, hashlib.sha256).hexdigest()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET and HEAD of an address."""
        query = request.query
        stored = self.open(
            request.path.lstrip("/"),
            ex=query.get("ex", ""),
            issued=query.get("is", ""),
            mark=query.get("hm", ""),
        )
        if stored is None:
            return web.Response(status=404, text=GONE)
        return web.Response(
            body=stored.data,
            content_type=stored.content_type,
            headers={"Cache-Control": "private, max-age=31536000"},
        )


def plain_name(filename: str) -> str:
    """The name under which Discord stores a file: ASCII letters, digits and `_.-` only."""
    name = re.sub(r"\s", "_", filename.replace("\\", "/").rpartition("/")[2])
    return re.sub(r"[^A-Za-z0-9_.\-]", "", name) or "unknown"


def content_type_of(filename: str) -> str:
    """What a file is by its name; Discord does not look inside either."""
    ending = filename.rpartition(".")[2].lower()
    return _KINDS.get(ending) or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def sides_of(data: bytes) -> tuple[int, int] | None:
    """Width and height in pixels from the header; None for what is not a picture."""
    for start, reader in _READERS:
        if data.startswith(start):
            try:
                with reader(io.BytesIO(data)) as picture:
                    return picture.size
            except (SyntaxError, OSError, ValueError):
                # What Pillow raises for a header that promises more than is there.
                return None
    return None
