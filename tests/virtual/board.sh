#!/bin/bash
# board.sh HOME WORK ARCH NAME ADDRESS DISK_MB: an emulated board, from inside its new user, mount,
# net, pid and uts namespaces (it is their process 1). It lives as long as its stdin is open, so it
# cannot outlive the test that holds the other end. Says "skip: ..." where the machine cannot do it.
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

home=$1 work=$2 arch=$3 name=$4 address=$5 disk_mb=$6
root=$work/root

skip() {
  printf 'skip: %s\n' "$*" >&2
  exit 77
}

# the user map is written by the parent from outside: until then nothing here may be done
until [ -e "$work/go" ]; do sleep 0.01; done
hostname "$name"
mount --make-rprivate / || skip "no private mounts in a user namespace"

# disk: the shared root below, a small memory disk above
mkdir -p "$work/disk" "$root"
mount -t tmpfs -o "size=${disk_mb}m,mode=755" tmpfs "$work/disk"
mkdir -p "$work/disk/upper" "$work/disk/work"
mount -t overlay overlay \
  -o "lowerdir=$home/root/$arch,upperdir=$work/disk/upper,workdir=$work/disk/work" "$root" \
  || skip "no overlay file system in a user namespace"

# emulator: the kernel starts it for every foreign program of this user namespace
case $arch in
  arm64) qemu=aarch64 bits=02 machine=b7 ;;
  armhf) qemu=arm bits=01 machine=28 ;;
  riscv64) qemu=riscv64 bits=02 machine=f3 ;;
esac
mkdir -p "$root/.vb"
: > "$root/.vb/qemu"
: > "$root/.vb/wrap"
mount --bind "$home/qemu10/usr/bin/qemu-$qemu" "$root/.vb/qemu"
mount --bind "$home/bin/wrap" "$root/.vb/wrap"
cp "$work/cpu" "$root/.vb/cpu"
zeros='\x00\x00\x00\x00\x00\x00\x00\x00'
magic='\x7fELF\x'$bits'\x01\x01\x00'$zeros'\x02\x00\x'$machine'\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'

# devices
mount -t proc proc "$root/proc"
for device in null zero full random urandom tty; do
  : > "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -sf pts/ptmx "$root/dev/ptmx"
mkdir -p "$root/dev/shm"
mount -t tmpfs -o mode=1777,size=16m tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755 tmpfs "$root/sys"
bash "$(dirname "$0")/fake_sys.sh" "$root" "$arch"

# binfmt_misc last: from here on foreign programs run
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc \
  || skip "this kernel has no binfmt_misc in user namespaces (Linux 6.7 has)"
printf '%s' ":vb:M::$magic:$mask:/.vb/wrap:P" > /proc/sys/fs/binfmt_misc/register

ip link set lo up
until ip link show eth0 > /dev/null 2>&1; do sleep 0.01; done
ip addr add "$address/24" dev eth0
ip link set eth0 up

mkdir -p "$root/etc/dropbear" "$root/run"
cp "$work/host" "$root/etc/dropbear/dropbear_ed25519_host_key"
exec 3<&0
chroot "$root" /usr/sbin/dropbear -F -E -s -p 22 -P /run/dropbear.pid \
  -r /etc/dropbear/dropbear_ed25519_host_key < /dev/null 3<&- &
echo up > "$work/up"
# the end of process 1 ends every other one of the namespace
read -r _ <&3 || true
