"""Shotlist: everything that is not a command."""
