#!/bin/bash
# setup.sh HOME: fills HOME with what emulated boards are made of (needs root on Debian or Ubuntu):
#   qemu10/usr/bin/qemu-*   bin/wrap   id_ed25519   root/{arm64,armhf,riscv64}   stamp
# HARNESS_DEBIAN_MIRROR names a Debian mirror where the machine's own apt sources have none.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
home=$1
host=$(dpkg --print-architecture)
foreign_suite=trixie # the first Debian release with riscv64
packages=(
  busybox-static dropbear-bin openssh-sftp-server libc6 libcrypt1 libtomcrypt1 libtommath1 libgmp10
  zlib1g libgcc-s1
)

say() { printf 'virtual boards: %s\n' "$*" >&2; }

recipe() { cat "$here"/{setup,make_root,private_apt}.sh "$here/wrap.c" | sha256sum | cut -d' ' -f1; }

complete() {
  local arch
  [ "$(cat "$home/stamp" 2> /dev/null)" = "$(recipe)" ] || return 1
  [ -x "$home/bin/wrap" ] && [ -s "$home/id_ed25519.pub" ] || return 1
  for arch in aarch64 arm riscv64; do [ -x "$home/qemu10/usr/bin/qemu-$arch" ] || return 1; done
  for arch in arm64 armhf riscv64; do [ -x "$home/root/$arch/bin/busybox" ] || return 1; done
}

release() { (. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID:-unstable}"); }

# The Debian mirror this machine already uses: its apt sources, both forms of them, as apt reads them.
mirror() {
  if [ -n "${HARNESS_DEBIAN_MIRROR:-}" ]; then
    printf '%s\n' "$HARNESS_DEBIAN_MIRROR"
    return
  fi
  # the archive proper is the one that has a bare code name; security and third parties have not
  apt-get indextargets --no-release-info --format '$(SITE) $(RELEASE) $(COMPONENT)' \
    | awk '$2 ~ /^(bookworm|trixie|forky|sid|stable|testing|unstable)$/ && $3 == "main" && !found {found = $1}
           END {if (found) print found}'
}

qemu_suite() { # qemu 7 of Debian 12 knows too little of RISC-V
  case $(release) in
    'debian 12') echo bookworm-backports ;;
    *) echo "$foreign_suite" ;;
  esac
}

unpack() { # ARCH SUITE INTO: everything that was downloaded
  local deb
  for deb in "$home/debs/$2-$1"/*.deb; do dpkg-deb -x "$deb" "$3"; done
}

emulator() { # MIRROR
  local suite arch new=$home/qemu10.new
  suite=$(qemu_suite)
  rm -rf "$home/debs/$suite-$host" "$new"
  bash "$here/private_apt.sh" "$home" "$1" "$host" "$suite" qemu-user
  mkdir -p "$new"
  unpack "$host" "$suite" "$new"
  # of 30 machines only these are wanted: 400 MB less
  find "$new/usr/bin" -type f ! -name qemu-aarch64 ! -name qemu-arm ! -name qemu-riscv64 \
    ! -name qemu-x86_64 -delete
  rm -rf "$home/debs/$suite-$host" "$home/qemu10"
  mv "$new" "$home/qemu10"
  for arch in aarch64 arm riscv64; do
    "$home/qemu10/usr/bin/qemu-$arch" --version > /dev/null || { say "qemu-$arch does not run here"; return 1; }
  done
}

foreign_root() { # MIRROR ARCH
  local new=$home/root/$2.new
  rm -rf "$home/debs/$foreign_suite-$2" "$new"
  bash "$here/private_apt.sh" "$home" "$1" "$2" "$foreign_suite" "${packages[@]}"
  mkdir -p "$new"
  unpack "$2" "$foreign_suite" "$new"
  bash "$here/make_root.sh" "$new" "$home/id_ed25519.pub"
  rm -rf "$home/debs/$foreign_suite-$2" "$home/root/$2"
  mv "$new" "$home/root/$2"
}

wrapper() { # no libc in it, so any compiler does: the system's, or zig of the development environment
  local zig=$here/../../.venv/bin/python
  local flags=(-O2 -static -nostdlib -ffreestanding -fno-stack-protector -fno-builtin)
  mkdir -p "$home/bin"
  if command -v cc > /dev/null && cc "${flags[@]}" -o "$home/bin/wrap.new" "$here/wrap.c"; then :
  elif [ -x "$zig" ] && "$zig" -m ziglang cc "${flags[@]}" -s -o "$home/bin/wrap.new" "$here/wrap.c"; then :
  else
    say "no C compiler: installing gcc"
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install gcc
    gcc "${flags[@]}" -o "$home/bin/wrap.new" "$here/wrap.c"
  fi
  mv "$home/bin/wrap.new" "$home/bin/wrap"
}

main() {
  local from arch
  complete && return 0
  mkdir -p "$home/root"
  exec 9> "$home/lock"
  flock 9 # two test sessions on one machine: the second finds it all done
  complete && return 0
  from=$(mirror)
  if [ -z "$from" ]; then
    say "the apt sources of this machine ($(release)) name no Debian mirror, so there will be no emulated"
    say "boards; set HARNESS_DEBIAN_MIRROR=<address of one> to have them"
    return 0
  fi
  rm -f "$home/stamp"
  [ -s "$home/id_ed25519.pub" ] || ssh-keygen -q -t ed25519 -N '' -C virtual-board -f "$home/id_ed25519"
  wrapper
  emulator "$from"
  for arch in arm64 armhf riscv64; do foreign_root "$from" "$arch"; done
  rm -rf "$home/apt" "$home/debs"
  recipe > "$home/stamp"
  say "ready in $home"
}

main
