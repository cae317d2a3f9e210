"""Settings: read from the environment and ``.env``, and wrong ones told in words."""

import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.credits.caps import Period
from bot.errors import SettingsError
from bot.settings import OfflineSettings, Settings, read_offline_settings, read_settings

ROOT = Path(__file__).parents[2]
SECRETS = {"DISCORD_TOKEN": "a-discord-token", "APIINONE_API_KEY": "an-api-key"}
NAMES = [name.upper() for name in Settings.model_fields]


def mistakes(environment: dict[str, str], env_file: Path | None = None) -> list[str]:
    """The sentences that refuse these settings."""
    with pytest.raises(SettingsError) as refused:
        read_settings(environment, env_file)
    return str(refused.value).splitlines()


def mistake(name: str, value: str) -> str:
    """The one sentence that refuses this value."""
    [sentence] = mistakes({**SECRETS, name: value})
    return sentence


def test_the_two_secrets_are_enough() -> None:
    settings = read_settings(SECRETS, None)
    assert settings.discord_token.get_secret_value() == "a-discord-token"
    assert settings.apiinone_api_key.get_secret_value() == "an-api-key"
    assert settings.database_url == "sqlite+aiosqlite:///data/shotlist.db"
    assert (settings.default_credits, settings.default_period) == (60, Period.DAY)
    assert settings.shard_count is None
    assert not settings.provider_is_local


def test_every_value_is_read_as_its_type() -> None:
    settings = read_settings(
        {
            **SECRETS,
            "DATABASE_URL": "sqlite+aiosqlite:////srv/shotlist.db",
            "DEFAULT_CREDITS": "0",
            "DEFAULT_PERIOD": "Week",
            "MONTHLY_CREDIT_BUDGET": "5000",
            "ALLOWED_SERVERS": "100000000000000001, 7 8,",
            "ALLOW_DIRECT_MESSAGES": "true",
            "HEALTH_PORT": "0",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "JSON",
            "MEDIA_DIR": "/srv/media",
            "MEDIA_MAX_GB": "0.5",
            "SHARD_COUNT": "4",
            "SHARD_IDS": "0, 2",
            "APIINONE_BASE_URL": "http://127.0.0.1:9000/api/v1/",
            "DISCORD_GATEWAY_URL": "ws://127.0.0.1:9001",
        },
        None,
    )
    assert settings.default_credits == 0
    assert settings.default_period is Period.WEEK
    assert settings.monthly_credit_budget == 5000
    assert settings.allowed_servers == (100000000000000001, 7, 8)
    assert [server for server in range(10) if settings.serves(server)] == [7, 8]
    assert settings.allow_direct_messages
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.media_dir == Path("/srv/media")
    assert settings.media_max_gb == 0.5
    assert settings.shard_ids == (0, 2)
    assert settings.apiinone_base_url == "http://127.0.0.1:9000/api/v1"
    assert settings.discord_gateway_url == "ws://127.0.0.1:9001"


def test_the_environment_wins_over_the_file_unless_it_is_empty(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text(
        "\ufeff# a comment\r\nDISCORD_TOKEN='from-the-file'\nDEFAULT_CREDITS=7\n"
        'APIINONE_API_KEY="${HOME}$x"\nLOG_LEVEL=\nUNRELATED=1\n',
        encoding="utf-8",
    )
    settings = read_settings({"DEFAULT_CREDITS": "8", "DISCORD_TOKEN": " "}, env_file)
    assert settings.discord_token.get_secret_value() == "from-the-file"
    assert settings.apiinone_api_key.get_secret_value() == "${HOME}$x"
    assert settings.default_credits == 8
    assert settings.log_level == "INFO"


def test_without_arguments_the_process_and_its_folder_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISCORD_TOKEN", "from-the-process")
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("APIINONE_API_KEY=from-the-folder\n", encoding="utf-8")
    settings = read_settings()
    assert settings.discord_token.get_secret_value() == "from-the-process"
    assert settings.apiinone_api_key.get_secret_value() == "from-the-folder"


def test_all_mistakes_are_told_at_once_each_in_one_sentence(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("DEFAULT_PERIOD=year\nHEALTH_PROT=1\n", encoding="utf-8")
    sentences = mistakes({"DEFAULT_CREDITS": "many", "APIINONE_API_KEY": "a key"}, env_file)
    assert sentences == [
        f"HEALTH_PROT in {env_file} is not a setting: did you mean HEALTH_PORT?",
        'DEFAULT_CREDITS is "many": it must be a whole number, 0 or more.',
        'DEFAULT_PERIOD is "year": it must be day, week or month.',
        "DISCORD_TOKEN is not set: it must be the bot's token, without quotes, spaces or the word "
        "Bot in front (Discord's developer portal, Bot, Reset Token).",
        "APIINONE_API_KEY cannot be used: it must be the key of API in One, without quotes, "
        "spaces or the word Bearer in front.",
    ]


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("DATABASE_URL", "sqlite:///data/x.db", "write sqlite+aiosqlite:// in front"),
        ("DATABASE_URL", "postgres://db/x", "this version keeps its data in SQLite"),
        (
            "DATABASE_URL",
            "mysql://db/x",
            "this version keeps its data in SQLite: sqlite+aiosqlite:///",
        ),
        ("DATABASE_URL", "data/x.db", "it must be an address such as sqlite+aiosqlite:///"),
        ("DATABASE_URL", "sqlite+aiosqlite://", "it must name a file"),
        ("DATABASE_URL", "sqlite+aiosqlite:///:memory:", "it must name a file"),
        ("DEFAULT_CREDITS", "-1", "a whole number, 0 or more"),
        ("DEFAULT_CREDITS", "1.5", "a whole number, 0 or more"),
        ("MONTHLY_CREDIT_BUDGET", "0", "above 0, or empty for no limit"),
        ("MAX_RUNNING_TASKS", "0", "a whole number above 0"),
        ("MAX_JOBS_PER_MEMBER", "five", "a whole number above 0"),
        ("ALLOW_DIRECT_MESSAGES", "perhaps", "true or false"),
        ("HEALTH_PORT", "65536", "a port from 1 to 65535"),
        ("LOG_LEVEL", "loud", "DEBUG, INFO, WARNING, ERROR or CRITICAL"),
        ("LOG_FORMAT", "xml", "console or json"),
        ("MEDIA_MAX_GB", "inf", "a number of gigabytes above 0"),
        ("MEDIA_RETENTION_DAYS", "0", "a whole number above 0"),
        ("ALLOWED_SERVERS", "Studio", "ids of servers with commas or spaces between them"),
        ("ALLOWED_SERVERS", "1;2", "ids of servers with commas or spaces between them"),
        ("ALLOWED_SERVERS", "0", "ids of servers"),
        ("ALLOWED_SERVERS", ",", "ids of servers"),
        ("SHARD_COUNT", "0", "a whole number above 0"),
        ("SHARD_IDS", "one", 'such as "0,1"'),
        ("SHARD_IDS", "0", "it needs SHARD_COUNT"),
        ("APIINONE_BASE_URL", "apiin.one/api/v1", "an http:// or https:// address"),
        ("APIINONE_BASE_URL", "https://", "an http:// or https:// address"),
        ("DISCORD_API_URL", "http://127.0.0.1:99999", "an http:// or https:// address"),
        ("DISCORD_API_URL", "http://[::1", "an http:// or https:// address"),
        ("DISCORD_GATEWAY_URL", "https://gateway.example", "a ws:// or wss:// address"),
    ],
)
def test_a_wrong_value_is_named_shown_and_answered(name: str, value: str, advice: str) -> None:
    sentence = mistake(name, value)
    assert sentence.startswith(f'{name} is "{value}": ')
    assert advice in sentence


@pytest.mark.parametrize("ids", ["0,4", "1,1"])
def test_shard_ids_lie_within_the_count_and_are_there_once(ids: str) -> None:
    [sentence] = mistakes({**SECRETS, "SHARD_COUNT": "4", "SHARD_IDS": ids})
    assert sentence == (
        f'SHARD_IDS is "{ids}": each must be there once and lie between 0 and 3 (SHARD_COUNT is 4).'
    )


def test_a_wrong_shard_count_is_not_blamed_on_the_ids() -> None:
    sentences = mistakes({**SECRETS, "SHARD_COUNT": "x", "SHARD_IDS": "0"})
    assert [sentence.split()[0] for sentence in sentences] == ["SHARD_COUNT"]


@pytest.mark.parametrize(
    "value", ["Bot the-secret", '"the-secret"', "the-secret two", "the-secret\n\n2"]
)
def test_a_secret_that_cannot_be_one_is_refused_without_being_shown(value: str) -> None:
    sentence = mistake("DISCORD_TOKEN", value)
    assert sentence.startswith("DISCORD_TOKEN cannot be used: ")
    assert "the-secret" not in sentence


def test_a_password_in_an_address_is_not_shown() -> None:
    for value in ("mysql://me:hunter2@db/x?sslkey=hunter2", "postgres://me:hun@er/hunter2@db/x"):
        assert "hunter2" not in mistake("DATABASE_URL", value)
    assert "hunter2" not in mistake("APIINONE_BASE_URL", "https://me:hunter2@api.example")


def test_a_line_that_is_no_setting_is_named_by_its_number_alone(tmp_path: Path) -> None:
    env_file = tmp_path / ".env"
    env_file.write_text("# one\nMTk4.lost.token\nLOG_FORMAT='json\n", encoding="utf-8")
    assert mistakes(SECRETS, env_file) == [
        f"Line 2 of {env_file} cannot be understood: write NAME=value.",
        f"Line 3 of {env_file} cannot be understood: write NAME=value.",
    ]


def test_a_file_that_cannot_be_read_is_a_mistake_and_a_missing_one_is_not(tmp_path: Path) -> None:
    assert read_settings(SECRETS, tmp_path / "missing").default_credits == 60
    [folder] = mistakes(SECRETS, tmp_path)
    assert folder.startswith(f"{tmp_path} cannot be read (")
    (tmp_path / "latin").write_bytes("DISCORD_TOKEN=é".encode("latin-1"))
    assert mistakes(SECRETS, tmp_path / "latin") == [
        f"{tmp_path / 'latin'} cannot be read: save it as UTF-8 text."
    ]


def test_what_needs_no_secret_can_be_read_without_one() -> None:
    settings = read_offline_settings({"DEFAULT_CREDITS": "9", "DISCORD_TOKEN": "no token"}, None)
    assert settings.default_credits == 9
    assert not isinstance(settings, Settings)
    with pytest.raises(SettingsError, match='DEFAULT_CREDITS is "x"'):
        read_offline_settings({"DEFAULT_CREDITS": "x"}, None)


@pytest.mark.parametrize(
    ("url", "local"),
    [
        ("http://127.0.0.1:8000/api/v1", True),
        ("http://[::1]:8000", True),
        ("http://LOCALHOST:8000", True),
        ("http://127.0.0.1.example/api", False),
        ("http://10.0.0.1/api", False),
        ("https://apiin.one/api/v1", False),
    ],
)
def test_the_provider_is_local_only_on_loopback(url: str, local: bool) -> None:
    assert OfflineSettings(apiinone_base_url=url).provider_is_local is local


def test_settings_cannot_be_changed_and_do_not_show_their_secrets() -> None:
    settings = read_settings(SECRETS, None)
    with pytest.raises(ValidationError, match="frozen"):
        settings.default_credits = 1
    assert set(settings.secrets) == {"a-discord-token", "an-api-key"}
    assert not any(secret in f"{settings!r} {settings}" for secret in settings.secrets)


@given(
    name=st.sampled_from([name for name in NAMES if name not in SECRETS]),
    value=st.text(string.printable, max_size=30),
)
def test_any_text_is_read_or_refused_by_name(name: str, value: str) -> None:
    try:
        read_settings({**SECRETS, name: value}, None)
    except SettingsError as error:
        assert str(error).startswith(f"{name} is ")


@given(name=st.sampled_from(NAMES), position=st.integers(min_value=0, max_value=30))
def test_a_dropped_letter_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, name: str, position: int
) -> None:
    position %= len(name)
    slip = name[:position] + name[position + 1 :]
    env_file = tmp_path_factory.getbasetemp() / "slip.env"
    env_file.write_text(f"{slip}=1\n", encoding="utf-8")
    assert f"did you mean {name}?" in mistakes(SECRETS, env_file)[0]


def shown_default(name: str) -> str:
    """A setting's default as ``.env.example`` writes it; empty where there is none."""
    field = Settings.model_fields[name.lower()]
    if field.is_required() or field.default is None:
        return ""
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if isinstance(field.default, float):
        return f"{field.default:g}"
    return str(field.default)


def test_the_example_names_every_setting_with_its_default_and_what_it_does() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    written = dict(re.findall(r"^(?:#\s?)?([A-Z][A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert written == {name: shown_default(name) for name in NAMES}
    for name in NAMES:
        assert re.search(rf"^# \S.*\n(?:(?:# ?)?[A-Z_]+=.*\n)*(?:# ?)?{name}=", text, re.MULTILINE)


def test_the_example_filled_in_with_the_secrets_is_a_working_file(tmp_path: Path) -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / "filled").write_text(
        text.replace("DISCORD_TOKEN=", "DISCORD_TOKEN=t").replace("API_KEY=", "API_KEY=k"),
        encoding="utf-8",
    )
    assert read_settings({}, tmp_path / "filled") == read_settings(
        {"DISCORD_TOKEN": "t", "APIINONE_API_KEY": "k"}, None
    )


def test_the_operators_guide_explains_every_setting_and_no_other() -> None:
    text = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (`[A-Z].*?) \| (.*?) \|", text, re.MULTILINE)
    explained = {
        name: default
        for names, defaults in table
        for name, default in zip(
            re.findall(r"`([A-Z_]+)`", names), defaults.split(", "), strict=True
        )
    }
    assert list(explained) and set(explained) == set(NAMES)
    for name, default in explained.items():
        if default.startswith("`"):
            assert default == f"`{shown_default(name)}`"
        else:
            assert shown_default(name) == ""
