#!/bin/bash
# make_root.sh ROOT PUBLIC_KEY: turns unpacked Debian packages into a small root file system with
# busybox commands, two users (root, bench) and one key that may log in.
set -euo pipefail

root=$1 key=$2
mkdir -p "$root"/{bin,sbin,lib,etc/dropbear,root/.ssh,home/bench/.ssh,tmp,var/tmp,proc,sys,dev/pts,run/lock,var/log,.vb}
chmod 1777 "$root/tmp" "$root/var/tmp" "$root/run/lock"
chmod 700 "$root/root" "$root/root/.ssh" "$root/home/bench/.ssh"

# programs ask for /lib/ld-*.so; the packages put it under /usr/lib (merged /usr)
for loader in "$root"/usr/lib/ld-linux-*.so.* "$root"/usr/lib/*/ld-linux-*.so.*; do
  if [ -e "$loader" ]; then ln -sfn "../${loader#"$root"/}" "$root/lib/$(basename "$loader")"; fi
done

cp "$root/usr/bin/busybox" "$root/bin/busybox.new"
rm -f "$root/usr/bin/busybox"
mv "$root/bin/busybox.new" "$root/bin/busybox"
commands="sh ash ls cat uname echo printf sleep ps mkdir rmdir rm cp mv df du id env mount umount dd date
 kill free uptime head tail wc chmod chown ln readlink touch sha256sum grep sed awk cut sort tr find stat
 nproc hostname ip seq time timeout true false test [ which sync od yes nice taskset setsid nohup tee
 dirname basename mktemp pwd uniq xargs"
for name in $commands; do ln -sf busybox "$root/bin/$name"; done

printf 'root:x:0:0:root:/root:/bin/sh\nbench:x:1000:1000::/home/bench:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nbench:x:1000:\n' > "$root/etc/group"
printf 'root:*:19000:0:99999:7:::\nbench:*:19000:0:99999:7:::\n' > "$root/etc/shadow"
printf '/bin/sh\n' > "$root/etc/shells"
for home in root home/bench; do
  cp "$key" "$root/$home/.ssh/authorized_keys"
  chmod 600 "$root/$home/.ssh/authorized_keys"
done
chown -R 1000:1000 "$root/home/bench"
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
