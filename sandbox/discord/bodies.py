"""What a request to the REST API carries: JSON, or a form with JSON and files."""

import io
import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

import discord
from aiohttp import BodyPartReader, web

from sandbox.discord.cdn import plain_name
from sandbox.discord.errors import Refusal, invalid_form

Json = dict[str, Any]

MOST_FILES: Final = 10
READ_AT_ONCE: Final = 1 << 16
MIB: Final = 1 << 20


@dataclass
class UploadLimits:
    """What an upload may weigh, in bytes; a test may change them."""

    file_bytes: int = 10 * MIB
    request_bytes: int = 25 * MIB
    # What interactions tell the bot; a boosted server says more than it then accepts.
    guild_file_bytes_told_to_bot: int = 10 * MIB

    def reset(self) -> None:
        """Return to the defaults."""
        vars(self).update(vars(UploadLimits()))


@dataclass(frozen=True)
class Upload:
    """A file of a form: the number in its field name, its name, and its bytes."""

    number: int
    filename: str
    data: bytes


@dataclass
class Body:
    """The JSON of a request and its files in the order of their numbers."""

    json: Any = None
    uploads: list[Upload] = field(default_factory=list)

    def message(self) -> Json:
        """The part of the JSON that describes a message: of a callback, its `data`."""
        if not isinstance(self.json, dict):
            return {}
        inner = self.json.get("data")
        if isinstance(inner, dict) and isinstance(self.json.get("type"), int):
            return inner
        return self.json

    def files(self) -> list[discord.File]:
        """The files as SimCord takes them, with the names and descriptions that the JSON gives."""
        told = {
            str(item.get("id")): item
            for item in self.message().get("attachments") or ()
            if isinstance(item, dict)
        }
        files = []
        for upload in self.uploads:
            item = told.get(str(upload.number), {})
            name = plain_name(str(item.get("filename") or upload.filename))
            files.append(
                discord.File(
                    io.BytesIO(upload.data), filename=name, description=item.get("description")
                )
            )
        return files

    def numbered(self) -> object:
        """The JSON with new files numbered by their place in `files`, as SimCord wants them."""
        places = {str(upload.number): str(place) for place, upload in enumerate(self.uploads)}
        if all(number == place for number, place in places.items()):
            return self.json
        copy = Body(json.loads(json.dumps(self.json)))
        for item in copy.message().get("attachments") or ():
            item["id"] = places.get(str(item.get("id")), item.get("id"))
        return copy.json


async def read_body(request: web.Request, limits: UploadLimits) -> Body:
    """Read the request; Refusal for what is not JSON, too many files or too large ones.

    A body that is too large is read to its end all the same: otherwise the client would see a
    broken connection in place of the answer.
    """
    if request.content_type == "multipart/form-data":
        body = await _read_form(request)
    else:
        text = await request.read()
        body = Body(_parsed(text) if text else None)
    _check_uploads(body, limits)
    return body


async def _read_form(request: web.Request) -> Body:
    body = Body()
    loose: Json = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid_form("nested multipart bodies are not accepted")
        data = bytearray()
        while chunk := await part.read_chunk(READ_AT_ONCE):
            data += chunk
        name = part.name or ""
        number = re.fullmatch(r"files\[(\d+)\]", name)
        if name == "payload_json":
            body.json = _parsed(bytes(data))
        elif number and part.filename:
            body.uploads.append(Upload(int(number[1]), part.filename, bytes(data)))
        elif part.filename:
            raise invalid_form(f"a file must be in a field files[n], not in {name!r}")
        else:
            loose[name] = data.decode(errors="replace")
    body.uploads.sort(key=lambda upload: upload.number)
    if body.json is None:
        body.json = loose
    return body


def _parsed(text: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(400, 50109, "The request body contains invalid JSON.") from error


def _check_uploads(body: Body, limits: UploadLimits) -> None:
    sizes = [len(upload.data) for upload in body.uploads]
    if any(size > limits.file_bytes for size in sizes) or sum(sizes) > limits.request_bytes:
        raise Refusal(413, 40005, "Request entity too large")
    listed = body.message().get("attachments")
    count = max(len(sizes), len(listed) if isinstance(listed, list) else 0)
    if count > MOST_FILES:
        detail = "attachments: Must be 10 or fewer in length."
        reason = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 10 or fewer in length."}
        raise invalid_form(detail, {"attachments": {"_errors": [reason]}})
