"""The settings of a process: the only reader of the environment and of ``.env``.

A setting's name is its field's in capitals. The environment wins over ``.env``; an empty value
means "not set". Whatever is wrong is told in one go, so that nobody mends a start mistake by
mistake.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import ErrorDetails
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from bot.credits.caps import Period
from bot.errors import SettingsError

ENV_FILE: Final = Path(".env")

# How alike two names are (0 to 1) before one is taken for a slip of the other. It finds
# DISCORD_BOT_TOKEN and DEFAULT_CREDIT, and leaves a neighbour's LOG_FILE alone.
_LIKENESS: Final = 0.8

_DRIVER: Final = "sqlite+aiosqlite"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a setting must be: the end of the sentence "it must be …"."""

    text: str


def _web_address(value: str) -> str:
    return _address(value, "http", "https")


def _socket_address(value: str) -> str:
    return _address(value, "ws", "wss")


def _address(value: str, *schemes: str) -> str:
    if not _is_address(value, schemes):
        raise ValueError
    return value.rstrip("/")


def _is_address(value: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    unwanted = parts.username or parts.query or parts.fragment
    return parts.scheme in schemes and bool(parts.hostname) and port != 0 and not unwanted


def _token(value: SecretStr) -> SecretStr:
    if re.search(r"[\s\"']", value.get_secret_value()):
        raise ValueError
    return value


def _capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


def _lower_case(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _items(value: object) -> object:
    return re.split(r"[\s,]+", value.strip(" ,")) if isinstance(value, str) else value


Above = Annotated[int, Field(gt=0), Wanted("a whole number above 0")]
Token = Annotated[SecretStr, AfterValidator(_token)]
WebAddress = AfterValidator(_web_address)


class OfflineSettings(BaseModel):
    """Everything that can be known without Discord and without API in One.

    Enough for commands that only touch what is kept on this machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[str, Field(repr=False)] = "sqlite+aiosqlite:///data/shotlist.db"
    default_credits: Annotated[int, Field(ge=0), Wanted("a whole number, 0 or more")] = 60
    default_period: Annotated[
        Period, BeforeValidator(_lower_case), Wanted("day, week or month")
    ] = Period.DAY
    monthly_credit_budget: Annotated[
        int | None, Field(gt=0), Wanted("a whole number above 0, or empty for no limit")
    ] = None
    allowed_servers: Annotated[
        tuple[Annotated[int, Field(gt=0)], ...] | None,
        BeforeValidator(_items),
        Wanted("ids of servers with commas or spaces between them, or empty for all servers"),
    ] = None
    max_running_tasks: Above = 20
    max_jobs_per_member: Above = 5
    allow_direct_messages: Annotated[bool, Wanted("true or false")] = False
    health_host: str = "127.0.0.1"
    health_port: Annotated[
        int, Field(ge=0, le=65535), Wanted("a port from 1 to 65535, or 0 for any free one")
    ] = 8080
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
        BeforeValidator(_capitals),
        Wanted("DEBUG, INFO, WARNING, ERROR or CRITICAL"),
    ] = "INFO"
    log_format: Annotated[
        Literal["console", "json"], BeforeValidator(_lower_case), Wanted("console or json")
    ] = "console"
    media_dir: Path = Path("data/media")
    media_max_gb: Annotated[
        float, Field(gt=0, allow_inf_nan=False), Wanted("a number of gigabytes above 0")
    ] = 2.0
    media_retention_days: Above = 90
    shard_count: Annotated[
        int | None, Field(gt=0), Wanted("a whole number above 0, or empty: Discord decides")
    ] = None
    shard_ids: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...] | None,
        BeforeValidator(_items),
        Wanted('whole numbers with commas between them, such as "0,1"'),
    ] = None
    apiinone_base_url: Annotated[
        str, WebAddress, Wanted("an http:// or https:// address without a query or password")
    ] = "https://apiin.one/api/v1"
    discord_api_url: Annotated[
        str | None,
        WebAddress,
        Wanted(
            "an http:// or https:// address without a query or password, "
            "or empty for the public one"
        ),
    ] = None
    discord_gateway_url: Annotated[
        str | None,
        AfterValidator(_socket_address),
        Wanted(
            "a ws:// or wss:// address without a query or password, or empty for the public one"
        ),
    ] = None

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        try:
            url = make_url(value)
        except (ArgumentError, ValueError):
            raise ValueError(
                "it must be an address such as sqlite+aiosqlite:///data/shotlist.db"
            ) from None
        if url.drivername != _DRIVER:
            raise ValueError(
                f"write {_DRIVER}:// in front"
                if url.get_backend_name() == "sqlite"
                else f"this version keeps its data in SQLite: {_DRIVER}:///FILE"
            )
        if url.database in {None, "", ":memory:"}:
            raise ValueError("it must name a file, or nothing would be kept")
        return value

    @field_validator("shard_ids")
    @classmethod
    def _check_shard_ids(
        cls, value: tuple[int, ...] | None, info: ValidationInfo
    ) -> tuple[int, ...] | None:
        if value is None or "shard_count" not in info.data:  # the latter: wrong, and said so
            return value
        count = info.data["shard_count"]
        if count is None:
            raise ValueError("it needs SHARD_COUNT, the number of all shards, beside it")
        if len(set(value)) < len(value) or max(value) >= count:
            raise ValueError(
                f"each must be there once and lie between 0 and {count - 1} "
                f"(SHARD_COUNT is {count})"
            )
        return value

    def serves(self, server_id: int) -> bool:
        """Whether the bot is for the people of that server."""
        return self.allowed_servers is None or server_id in self.allowed_servers

    @property
    def provider_is_local(self) -> bool:
        """Whether the image API is on this machine: a sandbox, whose files come over http."""
        host = urlsplit(self.apiinone_base_url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


class Settings(OfflineSettings):
    """Everything a bot needs to run."""

    discord_token: Annotated[
        Token,
        Wanted(
            "the bot's token, without quotes, spaces or the word Bot in front "
            "(Discord's developer portal, Bot, Reset Token)"
        ),
    ]
    apiinone_api_key: Annotated[
        Token,
        Wanted("the key of API in One, without quotes, spaces or the word Bearer in front"),
    ]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be shown or logged."""
        return (
            self.discord_token.get_secret_value(),
            self.apiinone_api_key.get_secret_value(),
        )


S = TypeVar("S", bound=OfflineSettings)


def read_settings(
    environment: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> Settings:
    """Everything a bot needs to run, from ``environment`` (the process's own) and ``env_file``.

    A file that is not there is none. Raises ``SettingsError`` with one sentence for each mistake.
    """
    return _read(Settings, environment, env_file)


def read_offline_settings(
    environment: Mapping[str, str] | None = None, env_file: Path | None = ENV_FILE
) -> OfflineSettings:
    """As ``read_settings``, for what needs neither the token nor the key."""
    return _read(OfflineSettings, environment, env_file)


def _read(kind: type[S], environment: Mapping[str, str] | None, env_file: Path | None) -> S:
    names = [name.upper() for name in Settings.model_fields]
    written, mistakes = _read_env_file(env_file) if env_file else ({}, [])
    mistakes += _slips(written, names, env_file)
    given = dict[str, str]()
    for source in (written, os.environ if environment is None else environment):
        given |= {name: source[name].strip() for name in names if source.get(name, "").strip()}
    known = {name: given[name.upper()] for name in kind.model_fields if name.upper() in given}
    try:
        settings = kind.model_validate(known)
    except ValidationError as error:
        for details in {str(each["loc"][0]): each for each in error.errors()}.values():
            mistakes.append(_sentence(kind, details, given))
        raise SettingsError("\n".join(mistakes)) from None
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def _read_env_file(path: Path) -> tuple[dict[str, str], list[str]]:
    """The values of a file of ``NAME=value`` lines, and a sentence for each line that is none."""
    try:
        with path.open(encoding="utf-8-sig") as lines:
            bindings = list(parse_stream(lines))
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [f"{path} cannot be read: save it as UTF-8 text."]
    except OSError as error:
        return {}, [f"{path} cannot be read ({error.strerror}): check what it is and whose."]
    values = dict[str, str]()
    mistakes = []
    for binding in bindings:
        if binding.error or (binding.key is not None and binding.value is None):
            # The line itself is not shown: it may be a token that lost its name.
            line = binding.original.line
            mistakes.append(f"Line {line} of {path} cannot be understood: write NAME=value.")
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values, mistakes


def _slips(written: Mapping[str, str], names: list[str], path: Path | None) -> list[str]:
    """A sentence for each name in the file that looks like a setting's and is none."""
    slips = []
    for name in written.keys() - set(names):
        alike = difflib.get_close_matches(name.upper(), names, n=1, cutoff=_LIKENESS)
        if alike:
            slips.append(f"{name} in {path} is not a setting: did you mean {alike[0]}?")
    return sorted(slips)


def _sentence(kind: type[OfflineSettings], details: ErrorDetails, given: Mapping[str, str]) -> str:
    """What is wrong with one setting, what was given, and what to do. No secret is repeated."""
    field = str(details["loc"][0])
    name = field.upper()
    metadata = kind.model_fields[field].metadata
    advice = str(details.get("ctx", {}).get("error", "")) or next(
        (f"it must be {each.text}" for each in metadata if isinstance(each, Wanted)),
        details["msg"],
    )
    if details["type"] == "missing":
        return f"{name} is not set: {advice}."
    if kind.model_fields[field].annotation is SecretStr:
        return f"{name} cannot be used: {advice}."
    return f'{name} is "{_without_credentials(given[name])}": {advice}.'


def _without_credentials(value: str) -> str:
    return re.sub(r"(?<=//).*@", "…@", value.partition("?")[0])
