#!/usr/bin/env bash
# Runs every test that can run here. Installs what is missing where it may (as root on Debian); says what it could not.
set -euo pipefail

if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the tests that open the pages …"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core; } >/dev/null 2>&1 ||
      echo "Chromium could not be installed: the browser tests will be skipped."
  else
    echo "There is no chromium here: the browser tests will be skipped. Debian and Ubuntu: apt-get install chromium"
  fi
fi

exec python -m pytest -n 2 --dist worksteal -ra "$@"
