#!/bin/sh
# Prints the first Python on the PATH that can run Shotlist, or says what is missing.
set -eu

for name in python3 python3.13 python3.12 python3.11 python; do
  "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
  if "$name" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$name"
    exit 0
  fi
  incomplete="$name"
done

if [ -n "${incomplete:-}" ]; then
  echo "$incomplete has no venv module, which the installation needs." >&2
  echo "On Debian and Ubuntu: apt install python3-venv" >&2
else
  echo "Shotlist needs Python 3.11 or newer, and none is on the PATH." >&2
  echo "It can be had from https://www.python.org/downloads/ or from your system's packages." >&2
fi
exit 1
