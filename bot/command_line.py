"""What the bot's command line does: ``run``, ``check``, ``usage`` and their kin."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bot.check import Finding, check, check_contents
from bot.client import serve
from bot.errors import SettingsError, ShotlistError
from bot.settings import OfflineSettings, Settings, read_offline_settings, read_settings
from bot.spending_report import FORMATS, month_named, month_of, read_report
from bot.storage.backup import backup
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.telemetry.logs import configure_logs


def main(arguments: Sequence[str]) -> int:
    """Run one command; the exit code: 0 for well, 1 for a plain sentence on standard error."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.command == "backup":
            return _backup(asked.file, overwrite=asked.force)
        if asked.command == "usage":
            return _usage(asked)
        return {"run": _run, "check": _check, "migrate": _migrate}[asked.command]()
    except ShotlistError as error:
        _say_error(str(error))
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Shotlist: images from Kling Image O1, in Discord."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="start the bot")
    commands.add_parser("demo", help="try it without any account: a Discord on this machine")
    commands.add_parser(
        "check", help="tell whether token, key, database and permissions work; prove the ledger"
    )
    commands.add_parser("migrate", help="bring the database up to date")
    _add_usage(commands.add_parser("usage", help="what was sent to API in One, and its credits"))
    copying = commands.add_parser(
        "backup", help="copy the whole database, also while the bot runs, and prove the copy"
    )
    copying.add_argument("file", type=Path, metavar="FILE", help="where the copy goes")
    copying.add_argument("--force", action="store_true", help="replace FILE where it is there")
    return parser


def _add_usage(usage: argparse.ArgumentParser) -> None:
    period = usage.add_mutually_exclusive_group()
    period.add_argument(
        "--month", type=_month, metavar="2026-11", help="a calendar month; this one by default"
    )
    period.add_argument(
        "--from", dest="first", type=_day, metavar="2026-11-01", help="the first day (UTC)"
    )
    usage.add_argument(
        "--to", dest="last", type=_day, metavar="2026-11-30", help="the last day; today by default"
    )
    usage.add_argument("--format", choices=FORMATS, default="table", help="table by default")
    usage.set_defaults(refuse=usage.error)


def _month(text: str) -> tuple[date, date]:
    try:
        return month_named(text)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f'"{text}" is no month such as 2026-11') from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f'"{text}" is no day such as 2026-11-30') from None


# --- run ---


def _run() -> int:
    settings = read_settings()
    configure_logs(settings.log_level, settings.log_format, secrets=settings.secrets)
    asyncio.run(_serve(settings))
    return 0


async def _serve(settings: Settings) -> None:
    stop = asyncio.Event()
    _on_signal(stop.set)
    await serve(settings, stop)


def _on_signal(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows: the handler runs outside of the loop
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


# --- check, usage, migrate, backup ---


def _check() -> int:
    settings: OfflineSettings
    secrets: tuple[str, ...] = ()
    try:
        settings = complete = read_settings()
        secrets = complete.secrets
    except SettingsError as error:
        _say_error(str(error))
        try:
            settings = read_offline_settings()
        except SettingsError:  # told already, among the rest
            return 1

    configure_logs("CRITICAL", settings.log_format, secrets=secrets)
    fine = asyncio.run(check(settings, _say_finding))
    return 0 if fine and secrets else 1


def _usage(asked: argparse.Namespace) -> int:
    now = time.time()
    first, last = asked.month or month_of(now)
    if asked.last and not asked.first:
        asked.refuse("--to needs --from beside it")
    if asked.first:
        first = asked.first
        last = asked.last or max(first, datetime.fromtimestamp(now, UTC).date())
        if last < first:
            asked.refuse(f"--to {last} is before --from {first}")
    settings = read_offline_settings()
    configure_logs("CRITICAL", settings.log_format, secrets=())
    report = asyncio.run(read_report(settings, first, last, now=now))
    sys.stdout.write(FORMATS[asked.format](report))
    return 0


def _migrate() -> int:
    settings = read_offline_settings()
    configure_logs("CRITICAL", settings.log_format, secrets=())

    async def bring_up_to_date() -> str:
        database = Database(settings.database_url)
        try:
            await database.open()
            before, after = await migrate(database)
        finally:
            await database.close()
        return f"{before or 'empty'} -> {after}" if before != after else f"already at {after}"

    sys.stdout.write(f"database: {asyncio.run(bring_up_to_date())}\n")
    return 0


def _backup(file: Path, *, overwrite: bool) -> int:
    settings = read_offline_settings()
    configure_logs("CRITICAL", settings.log_format, secrets=())

    async def copy_and_look() -> bool:
        fine = True
        async with backup(settings.database_url, file, overwrite=overwrite) as copy:
            async for finding in check_contents(copy):
                _say_finding(finding)
                fine = fine and finding.fine is not False
        return fine

    fine = asyncio.run(copy_and_look())
    size = file.stat().st_size / 1e6
    sys.stdout.write(
        f"backup: {file}, {size:.1f} MB. The pictures in {settings.media_dir} are not in it.\n"
    )
    if not fine:
        _say_error("The database itself is wrong as said above, and so is its backup.")
    return 0 if fine else 1


def _say_finding(finding: Finding) -> None:
    mark = {True: "ok", False: "WRONG", None: "note"}[finding.fine]
    sys.stdout.write(f"{mark:5}  {finding.subject}: {finding.text}\n")


def _say_error(text: str) -> None:
    sys.stderr.write(f"{text}\n")
