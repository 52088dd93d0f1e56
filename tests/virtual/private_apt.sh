#!/bin/bash
# private_apt.sh HOME MIRROR ARCH SUITE PACKAGE...: downloads packages of another architecture or
# suite into HOME/debs/SUITE-ARCH. It has an apt state of its own: the host's dpkg is not touched.
set -euo pipefail

home=$1 mirror=$2 arch=$3 suite=$4
shift 4
state=$home/apt/$suite-$arch
debs=$home/debs/$suite-$arch
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

mkdir -p "$debs" "$state"/lists/partial "$state"/cache/archives/partial \
  "$state"/etc/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d} "$state/dpkg"
: > "$state/dpkg/status"
printf 'deb [arch=%s signed-by=%s] %s %s main\n' "$arch" "$keyring" "$mirror" "$suite" \
  > "$state/etc/sources.list"

options=(
  -o "Dir::Etc::sourcelist=$state/etc/sources.list"
  -o "Dir::Etc::sourceparts=$state/etc/sources.list.d"
  -o "Dir::Etc::preferencesparts=$state/etc/preferences.d"
  -o "Dir::Etc::preferences=$state/etc/preferences"
  -o "Dir::State=$state"
  -o "Dir::State::lists=$state/lists"
  -o "Dir::State::status=$state/dpkg/status"
  -o "Dir::Cache=$state/cache"
  # a machine that reaches the internet by a proxy says so in its own apt.conf.d, which is still read
  -o "APT::Architecture=$arch"
  -o "APT::Architectures::=$arch"
  -o APT::Sandbox::User=root
  -o APT::Update::Post-Invoke-Success::=
  -o Acquire::Languages=none
  -o Acquire::Retries=3
  -o Acquire::http::Timeout=30
)

cd "$debs"
for try in 1 2 3; do
  if apt-get "${options[@]}" -qq update && apt-get "${options[@]}" -qq download "$@"; then
    exit 0
  fi
  [ "$try" = 3 ] || sleep $((try * 5))
done
printf 'virtual boards: cannot download %s (%s, %s) from %s\n' "$*" "$suite" "$arch" "$mirror" >&2
exit 1
