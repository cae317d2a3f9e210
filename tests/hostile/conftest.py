"""The real bot in a Discord that SimCord plays, as the tests of commands have it."""

from tests.cogs.conftest import environment, hurried, provider, settings, world

__all__ = ["environment", "hurried", "provider", "settings", "world"]
