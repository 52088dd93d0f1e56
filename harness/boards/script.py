"""The one shell script that asks a board what it is; constant text, reads only, changes nothing.

It runs under dash, bash and busybox sh. Whatever comes from outside (the root of the sensor files,
names and interpreters) reaches it as arguments, never as text of the script. Each section begins
with `== name`, each line of a section with `|`, so that no file's content can pass for a section.
The first line names the script in recordings (transport.replay).
"""

from __future__ import annotations

from harness.boards.pythons import ASK, FOLDERS, PYTHONS

SCRIPT = (
    r"""# harness: probe
r=${1%/} own=$2; shift 2
LC_ALL=C; export LC_ALL
section() { printf '== %s\n' "$1"; }
lines() { while IFS= read -r l || [ -n "$l" ]; do printf '|%s\n' "$l"; done; }
text() { section "$1"; shift; for p in "$@"; do
  if [ -f "$p" ] && [ -r "$p" ]; then
    tr '\000' '\n' <"$p" 2>/dev/null | head -n 64 | lines; return
  fi
done; }
values() { for p in "$@"; do
  [ -f "$p" ] || continue
  n=${p#"$r"}; v=
  if [ ! -r "$p" ]; then v='!EACCES'
  else { IFS= read -r v <"$p"; } 2>/dev/null; [ -n "$v" ] || v='!EIO'; fi
  printf '|%s:%s\n' "$n" "$v"
done; }
monitor() {
  values "$1"/name "$1"/label "$1"/*_label "$1"/in[0-9]*_input "$1"/in[0-9]*_enable \
    "$1"/curr[0-9]*_input "$1"/power[0-9]*_input "$1"/power[0-9]*_average "$1"/energy[0-9]*_input \
    "$1"/shunt[0-9]*_resistor "$1"/samples "$1"/update_interval "$1"/temp[0-9]*_input \
    "$1"/oc[0-9]*_event_cnt "$1"/in0_lcrit_alarm \
    "$1"/curr[0-9]*_max_alarm "$1"/curr[0-9]*_crit_alarm
  [ -d "$1/device" ] || return 0
  d=$(cd -P "$1/device" 2>/dev/null && pwd -P) && printf '|%s/device:%s\n' "${1#"$r"}" "${d##*/}"
}
pmic() {
  if [ -f "$r/dev/vcio" ]; then cat "$r/dev/vcio"; return; fi
  [ -z "$r" ] && [ -e /dev/vcio ] && command -v vcgencmd >/dev/null && vcgencmd pmic_read_adc
}
section system; { uname -s; uname -r; uname -m; } 2>/dev/null | lines
text os /etc/os-release /usr/lib/os-release
text machine_id /etc/machine-id
i=$r/proc/cpuinfo; [ -f "$i" ] || i=/proc/cpuinfo
section cpuinfo; { head -n 40 "$i"; tail -n 6 "$i"; } 2>/dev/null | lines
section memory; head -n 40 /proc/meminfo 2>/dev/null | lines
text loadavg /proc/loadavg
t=$r/proc/device-tree; [ -d "$t" ] || t=$r/sys/firmware/devicetree/base
text model "$t/model"
text compatible "$t/compatible"
text serial "$t/serial-number"
section files
for d in "$r"/sys/class/hwmon/hwmon*; do [ -d "$d" ] && monitor "$d"; done
for d in "$r"/sys/bus/i2c/drivers/*/*/hwmon/hwmon*; do
  [ -d "$d" ] && [ ! -d "$r/sys/class/hwmon/${d##*/}" ] && monitor "$d"
done
for d in "$r"/sys/bus/i2c/drivers/ina3221x/*/iio:device*; do
  values "$d"/rail_name_[0-2] "$d"/in_power[0-2]_input "$d"/in_voltage[0-2]_input
done
for d in "$r"/sys/class/powercap/*; do
  values "$d"/name "$d"/energy_uj "$d"/max_energy_range_uj
done
for d in "$r"/sys/class/power_supply/*; do
  values "$d"/type "$d"/scope "$d"/status "$d"/power_now "$d"/current_now "$d"/voltage_now
done
for d in "$r"/sys/bus/i2c/drivers/INA231/*; do
  values "$d"/enable "$d"/sensor_W "$d"/update_period
done
if [ -e "$r/dev/vcio" ]; then
  if [ -r "$r/dev/vcio" ]; then v=present; else v='!EACCES'; fi
  printf '|/dev/vcio:%s\n' "$v"
  pmic 2>&1 | head -n 64 | while read -r n v; do printf '|/dev/vcio/%s:%s\n' "$n" "$v"; done
fi
for d in "$r"/sys/class/thermal/thermal_zone*; do
  values "$d"/type "$d"/temp "$d"/trip_point_[0-9]*_type "$d"/trip_point_[0-9]*_temp
done
for d in "$r"/sys/class/thermal/cooling_device*; do values "$d"/type "$d"/cur_state; done
values "$r"/sys/devices/platform/soc*/soc*firmware/get_throttled "$r"/var/lib/nvpmodel/status
c=$r/sys/devices/system/cpu
values "$c"/online "$c"/present "$r"/sys/devices/cpu_core/cpus "$r"/sys/devices/cpu_atom/cpus
values "$c"/cpu[0-9]*/cpu_capacity "$c"/cpu0/thermal_throttle/*_throttle_count
for d in "$c"/cpu0/cpufreq "$c"/cpufreq/policy[0-9]*; do
  values "$d"/scaling_governor "$d"/scaling_cur_freq "$d"/cpuinfo_min_freq "$d"/cpuinfo_max_freq \
    "$d"/related_cpus "$d"/scaling_max_freq "$d"/scaling_driver "$d"/scaling_min_freq \
    "$d"/scaling_available_governors "$d"/scaling_available_frequencies "$d"/base_frequency \
    "$d"/stats/time_in_state
done
values "$c"/cpufreq/boost "$c"/intel_pstate/no_turbo
for d in "$r"/sys/class/devfreq/*; do values "$d"/governor "$d"/min_freq "$d"/max_freq; done
values "$r"/sys/class/dmi/id/sys_vendor "$r"/sys/class/dmi/id/product_name
for d in "$r"/sys/bus/usb/devices/*; do values "$d"/idVendor; done
section nvpmodel
grep -e '^<[[:space:]]*POWER_MODEL' -e '^CPU_ONLINE' "$r/etc/nvpmodel.conf" 2>/dev/null |
  head -n 1024 | lines
section mode; p=$r/usr/sbin/nvpmodel
[ -x "$p" ] && "$p" -q </dev/null 2>&1 | head -n 16 | lines
section writable
for p in "$c"/cpufreq/policy[0-9]*/scaling_governor "$r/var/lib/nvpmodel/status"; do
  [ -e "$p" ] && [ -w "$p" ] && echo "${p#"$r"}"
done | lines
section runtimes
"""
    + ASK
    + r"""
named=
while [ $# -ge 2 ]; do ask "$2" "$1"; named="$named $1 "; shift 2; done
rest=
for n in """
    + " ".join(PYTHONS)
    + r"""; do case $named in *" $n "*) ;; *) rest="$rest $n";; esac; done
[ -z "$own" ] || ask "$own" $rest
ask python3 $rest
"""
    + "\n".join(
        f'case $named in *" {name} "*) ;; *) ask {folder} {name};; esac'
        for name, (folder, _) in FOLDERS.items()
    )
    + """
section end
"""
)
