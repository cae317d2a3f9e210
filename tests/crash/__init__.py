"""The crash campaign: the real bot, killed at every point, and three books compared afterwards."""
