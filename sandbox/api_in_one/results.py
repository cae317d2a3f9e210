"""The finished pictures: signed addresses, and a bounded memory that redraws what it dropped."""

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from concurrent.futures import Executor
from typing import Final
from urllib.parse import urlencode

from sandbox.api_in_one.drawing.commission import Commission
from sandbox.api_in_one.drawing.shot import draw_shot

MEMORY: Final = 256 * 1024 * 1024
SIGNATURE_LENGTH: Final = 32
EXTENSIONS: Final = {"png": "png", "jpeg": "jpg", "webp": "webp"}
CONTENT_TYPES: Final = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


class Signer:
    """Makes and checks the signature of a result's address."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def signature(self, path: str, expires: str) -> str:
        """The signature of `path` until the unix second `expires`."""
        message = f"{path}\n{expires}".encode()
        return hmac.new(self._key, message, hashlib.sha256).hexdigest()[:SIGNATURE_LENGTH]

    def query(self, path: str, expires_at: float) -> str:
        """The query string that makes `path` work until `expires_at` (unix seconds)."""
        expires = str(int(expires_at))
        return urlencode({"expires": expires, "signature": self.signature(path, expires)})

    def accepts(self, path: str, expires: str, signature: str) -> bool:
        """Whether the signature belongs to this path and expiry, expired or not."""
        return hmac.compare_digest(self.signature(path, expires).encode(), signature.encode())


class Results:
    """Draws each picture once and keeps the most recently used within `memory` bytes.

    What had to be dropped is drawn again when it is asked for; a commission always gives the
    same bytes.
    """

    def __init__(self, painters: Executor, *, memory: int = MEMORY) -> None:
        self._painters = painters
        self._memory = memory
        self._kept: OrderedDict[tuple[str, int], bytes] = OrderedDict()
        self._drawing: dict[tuple[str, int], asyncio.Future[bytes]] = {}
        self.size = 0
        self.drawn = 0

    async def picture(self, task_id: str, commission: Commission, shot: int) -> bytes:
        """The file of shot `shot` (from 1) of this task."""
        key = (task_id, shot)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        under_way = self._drawing.get(key)
        if under_way is None:
            loop = asyncio.get_running_loop()
            under_way = loop.run_in_executor(self._painters, draw_shot, commission, shot)
            self._drawing[key] = under_way
            under_way.add_done_callback(lambda done: self._keep(key, done))
        # Shielded: one reader that goes away must not take the picture from the others.
        return await asyncio.shield(under_way)

    def forget(self, task_id: str) -> None:
        """Drop the pictures of a task that is no more."""
        for key in [key for key in self._kept if key[0] == task_id]:
            self.size -= len(self._kept.pop(key))

    def clear(self) -> None:
        """Drop everything; what is still being drawn will not be kept."""
        self._kept.clear()
        self._drawing.clear()
        self.size = self.drawn = 0

    def _keep(self, key: tuple[str, int], done: asyncio.Future[bytes]) -> None:
        if self._drawing.get(key) is not done:
            return
        del self._drawing[key]
        if done.cancelled() or done.exception() is not None:
            return
        content = done.result()
        self._kept[key] = content
        self.size += len(content)
        self.drawn += 1
        while self.size > self._memory and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self.size -= len(dropped)
