#!/bin/bash
# Brings what the tests need: SSH servers and a browser by apt, an emulator and three foreign roots
# into the user's cache. Idempotent; as good as free when everything is there. `make test-deps` calls it.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
home=${HARNESS_CACHE:-$HOME/.cache/harness}/virtual
# Debian packages, each with a file that shows it is there
wanted=(
  openssh-server:/usr/sbin/sshd
  openssh-client:/usr/bin/ssh-keygen
  dropbear-bin:/usr/sbin/dropbear
  iproute2:ip
  nftables:nft
  g++:c++
  libbenchmark-dev:/usr/include/benchmark/benchmark.h
  debian-archive-keyring:/usr/share/keyrings/debian-archive-keyring.gpg
)

say() { printf 'test-deps: %s\n' "$*" >&2; }

die() {
  say "FAILED: $*"
  exit 1
}

present() { # FILE or COMMAND
  case $1 in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" > /dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || [ -x "/sbin/$1" ] ;;
  esac
}

missing_packages() {
  local pair
  for pair in "${wanted[@]}"; do
    present "${pair#*:}" || printf '%s\n' "${pair%%:*}"
  done
  # Ubuntu's chromium is a shell around a snap, useless in a container: any browser that is there does
  if ! present chromium && ! present chromium-browser && ! present google-chrome; then
    printf 'chromium\n'
  fi
}

install_packages() { # PACKAGE...: three times, for the sake of the network
  local try
  for try in 1 2 3; do
    # a third party's source in the machine's list may be down: only a failing install counts
    apt-get -qq update || say "apt-get update had errors; going on with the lists there are"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
      -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install "$@" && return 0
    [ "$try" = 3 ] || { say "again in $((try * 5)) s"; sleep $((try * 5)); }
  done
  die "apt-get could not install: $*"
}

main() {
  local missing=()
  mapfile -t missing < <(missing_packages)
  if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null || ! command -v dpkg-deb > /dev/null; then
    if [ ${#missing[@]} -gt 0 ]; then
      say "to run every test, type on Debian or Ubuntu:"
      say "  sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    [ "$(id -u)" = 0 ] || say "emulated boards need root: sudo -E bash tests/test_deps.sh, tests as root"
    return 0
  fi
  [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
  bash "$here/virtual/setup.sh" "$home" || die "emulated boards could not be set up in $home (above: why)"
}

main
