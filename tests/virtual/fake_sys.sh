#!/bin/bash
# fake_sys.sh ROOT ARCH: what a board of that kind shows under /sys, as plain files that tests may
# change. arm64 looks like a Jetson with its power monitor, armhf and riscv64 like boards without.
set -euo pipefail

root=$1 arch=$2
sys=$root/sys
mkdir -p "$sys/class/hwmon" "$sys/firmware/devicetree/base" "$sys/devices/system/cpu/cpu0" \
  "$sys/devices/system/cpu/cpufreq/policy0" "$sys/class/thermal/thermal_zone0"
ln -s ../cpufreq/policy0 "$sys/devices/system/cpu/cpu0/cpufreq"

case $arch in
  arm64) model='NVIDIA Jetson Orin Nano Developer Kit' ;;
  armhf) model='Raspberry Pi 2 Model B Rev 1.1' ;;
  riscv64) model='StarFive VisionFive 2 v1.3B' ;;
esac
printf '%s\0' "$model" > "$sys/firmware/devicetree/base/model"

cpu=$sys/devices/system/cpu
last=$(($(nproc) - 1))
range=0
[ "$last" = 0 ] || range=0-$last
for file in online possible present; do echo "$range" > "$cpu/$file"; done
freq=$cpu/cpu0/cpufreq
echo schedutil > "$freq/scaling_governor"
echo 'performance schedutil' > "$freq/scaling_available_governors"
for file in scaling_cur_freq scaling_max_freq cpuinfo_max_freq; do echo 1510400 > "$freq/$file"; done
for file in scaling_min_freq cpuinfo_min_freq; do echo 115200 > "$freq/$file"; done

echo cpu-thermal > "$sys/class/thermal/thermal_zone0/type"
echo 45000 > "$sys/class/thermal/thermal_zone0/temp"
echo critical > "$sys/class/thermal/thermal_zone0/trip_point_0_type"
echo 104500 > "$sys/class/thermal/thermal_zone0/trip_point_0_temp"

if [ "$arch" = arm64 ]; then
  chip=bus/i2c/drivers/ina3221/1-0040
  hwmon=$sys/$chip/hwmon/hwmon3
  mkdir -p "$hwmon"
  ln -s "../../$chip/hwmon/hwmon3" "$sys/class/hwmon/hwmon3"
  echo ina3221 > "$hwmon/name"
  echo 1 > "$hwmon/update_interval"
  number=1
  # millivolts and milliamperes; the shunts have 5 mOhm
  for rail in VDD_IN:5000:1000 VDD_CPU_GPU_CV:5000:400 VDD_SOC:5000:300; do
    IFS=: read -r label millivolts milliamperes <<< "$rail"
    echo "$label" > "$hwmon/in${number}_label"
    echo "$millivolts" > "$hwmon/in${number}_input"
    echo "$milliamperes" > "$hwmon/curr${number}_input"
    echo 5000 > "$hwmon/shunt${number}_resistor"
    number=$((number + 1))
  done
  mkdir -p "$root/etc"
  echo '# R36 (release), REVISION: 4.3, GCID: 0, BOARD: generic, EABI: aarch64' > "$root/etc/nv_tegra_release"
fi
