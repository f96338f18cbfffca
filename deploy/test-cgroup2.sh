#!/usr/bin/env bash
# Runs the tests of the container sandbox in a virtual machine with Debian's own kernel and systemd, on control groups of
# version 2. Its root is this machine's, read-only, with a layer in memory over it: nothing here changes.
# Usage: deploy/test-cgroup2.sh [--cgroup v2|hybrid|v1] [--minutes N] [--drivers EXPRESSION] [--nodes EXPRESSION]
#   --cgroup    the control groups: version 2 alone (the default), version 1 beside an empty version 2, version 1 alone
#   --minutes   what all of it may take: 10 where the machine has KVM, otherwise 60: the processor is then emulated
#   --drivers   which of Node.Tests run there, --nodes which of Conformance.Tests (dotnet test's own expressions; - is none)
# Exit status: 0 where every test passed, otherwise 1. Needs root.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

cgroup=v2 minutes=''
drivers='FullyQualifiedName~Workers.Drivers&FullyQualifiedName!~ProcessDriver'
# A function, its memory, its time, its end; frozen and thawed; nothing left; a node killed and started again.
nodes='FullyQualifiedName~EndingsOnContainers|FullyQualifiedName~Contract.IsolationTests|FullyQualifiedName~LeaksOnContainers|FullyQualifiedName~RestartsOnContainers|FullyQualifiedName~Lifetime.EgressTests'
while (($# > 0)); do
  case $1 in
    --cgroup) cgroup=${2:?--cgroup needs v2, hybrid or v1}; shift 2 ;;
    --minutes) minutes=${2:?--minutes needs a number}; shift 2 ;;
    --drivers) drivers=${2:?--drivers needs an expression}; shift 2 ;;
    --nodes) nodes=${2:?--nodes needs an expression}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
case $cgroup in
  v2) options='systemd.unified_cgroup_hierarchy=1' ;;
  hybrid) options='systemd.unified_cgroup_hierarchy=0' ;;
  v1) options='systemd.unified_cgroup_hierarchy=0 systemd.legacy_systemd_cgroup_controller=1' ;;
  *) die "--cgroup is v2, hybrid or v1, not '$cgroup'" ;;
esac
[[ -z $minutes || $minutes =~ ^[1-9][0-9]*$ ]] || die "--minutes is a number from 1, not '$minutes'"
((EUID == 0)) || die "this needs root: the virtual machine reads this one's files as root does"
[[ $ROOT/ != /tmp/* ]] || die "this does not work below /tmp, of which the machine has its own"
[[ $(uname -m) == x86_64 ]] || die "this needs a machine of x86_64"

kernels=$ROOT/artifacts/vm
virtiofsd=/usr/lib/qemu/virtiofsd
served=() # The processes that serve files to the machine.

finish() {
  local status=$?
  trap - EXIT INT TERM
  if ((${#served[@]} > 0)); then kill "${served[@]}" 2> /dev/null || true; fi
  rm -rf "$work"
  exit "$status"
}

# Unpacked, not installed: this machine's own start stays as it is.
fetch_kernel() {
  apt-get -q -o DPkg::Lock::Timeout=300 update
  local package
  package=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\).*/\1/p' | head -n 1)
  [[ -n $package ]] || die "there is no package linux-image-cloud-amd64 here"
  rm -rf "$kernels.new"
  mkdir -p "$kernels.new"
  (cd "$kernels.new" && apt-get -q -o APT::Sandbox::User=root download "$package" && dpkg -x ./*.deb . && rm ./*.deb)
  depmod -b "$kernels.new" "${package#linux-image-}"
  rm -rf "$kernels"
  mv "$kernels.new" "$kernels"
}

build_initramfs() {
  local root=$work/initramfs module
  mkdir -p "$root/bin" "$root/modules"
  cp "$(command -v busybox)" "$root/bin/busybox"
  ln -s busybox "$root/bin/sh"
  install -m 755 "$ROOT/deploy/vm/init" "$root/init"
  echo "$kernels/lib/modules" > "$root/modules/folder"
  modprobe -d "$kernels" -S "$version" --show-depends -a virtio_pci virtiofs overlay loop ext4 | sed -n 's/^insmod //p' | awk '!seen[$1]++ { print $1 }' \
    | while read -r module; do
      cp "$module" "$root/modules/"
      echo "/modules/$(basename "$module")" >> "$root/modules/order"
    done
  (cd "$root" && find . | busybox cpio -o -H newc) | gzip -1 > "$work/initramfs.gz"
  rm -rf "$root"
}

# What the machine's service runs.
write_run() {
  cp "$ROOT/deploy/vm/hearth-vm.service" "$work/"
  mkdir "$work/results"
  {
    printf '#!/bin/bash\n'
    printf 'export PATH=%q DOTNET_ROOT=%q HOME=/root DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1\n' "$PATH" "$DOTNET_ROOT"
    # Measuring as it compiles costs an emulated processor more than it gains.
    if [[ $accelerator != kvm ]]; then printf 'export DOTNET_TieredPGO=0\n'; fi
    printf 'cd %q\nuname -r > /run/hearth-vm/results/kernel\nstat -f -c %%T /sys/fs/cgroup > /run/hearth-vm/results/cgroup\n' "$ROOT"
    write_tests Node.Tests "$drivers"
    write_tests Conformance.Tests "$nodes"
    printf 'touch /run/hearth-vm/results/ended\nsync\necho o > /proc/sysrq-trigger\nsleep infinity\n'
  } > "$work/run"
  chmod +x "$work/run"
}

write_tests() { # project, filter
  if [[ $2 == - ]]; then return; fi
  printf 'dotnet test %q --filter %q --results-directory /run/hearth-vm/results --logger %q --logger %q\n' \
    "tests/$1/bin/Release/net10.0/$1.dll" "$2" "trx;LogFileName=$1.trx" 'console;verbosity=normal'
}

serve() { # folder, name, cache
  # Not in a namespace of its own (the default): where the machine's root cannot be pivoted, that one is refused.
  "$virtiofsd" --socket-path="$work/$2.sock" -o source="$1" -o cache="$3" -o sandbox=chroot > "$work/$2.log" 2>&1 &
  served+=($!)
  local deadline=$((SECONDS + 10))
  until [[ -S $work/$2.sock ]]; do
    ((SECONDS < deadline)) || die "virtiofsd does not serve $1: $(tail -n 3 "$work/$2.log")"
    sleep 0.05
  done
}

boot() {
  local machine=(
    -machine "q35,memory-backend=memory" -accel "$accelerator" -cpu "$processor" -smp 2 -m 4G
    -object memory-backend-memfd,id=memory,size=4G,share=on
    -nodefaults -nic none -display none -serial stdio -no-reboot
    -kernel "$kernels/boot/vmlinuz-$version" -initrd "$work/initramfs.gz"
    -append "console=ttyS0 panic=-1 quiet fstab=no systemd.show_status=0 systemd.unit=hearth-vm.service $options"
  ) tag
  for tag in host vm; do
    machine+=(-chardev "socket,id=$tag,path=$work/$tag.sock" -device "vhost-user-fs-pci,chardev=$tag,tag=$tag")
  done
  timeout --foreground "${minutes}m" qemu-system-x86_64 "${machine[@]}" < /dev/null 2>&1 | tee "$work/console" | grep -E '^ *(Passed|Failed) ' || true
}

# report PROJECT FILTER: adds its counts; says what did not run.
report() {
  if [[ $2 == - ]]; then return; fi
  local file=$work/results/$1.trx
  if [[ ! -s $file ]]; then
    warn "$1: no results"
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(trx_counter passed "$file")))
  failed=$((failed + $(trx_counter failed "$file")))
  if (($(trx_counter executed "$file") == 0)); then
    warn "$1: no test ran"
    failed=$((failed + 1))
  fi
}

work=$(mktemp -d)
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
need_dotnet
need_packages "${PACKAGES_TESTS[@]}" "${PACKAGES_CONTAINER[@]}" "${PACKAGES_VM[@]}"
accelerator=tcg,thread=multi processor=max
if [[ -w /dev/kvm ]] && grep -qwE 'vmx|svm' /proc/cpuinfo; then accelerator=kvm processor=host; fi
if [[ -z $minutes ]]; then if [[ $accelerator == kvm ]]; then minutes=10; else minutes=60; fi; fi
if [[ ! -d $kernels/boot ]]; then step "fetch Debian's kernel" fetch_kernel; fi
version=$(basename "$kernels"/boot/vmlinuz-* | sed 's/^vmlinuz-//')
step "build the tests" dotnet build "$ROOT/Cluster.sln" -c Release -v quiet --nologo
build_initramfs
write_run
serve / host always
serve "$work" vm auto
if [[ $accelerator != kvm ]]; then warn "no KVM: the processor is emulated, which takes ten times as long"; fi
printf '\n  %sLinux %s, control groups %s%s\n' "$BOLD" "$version" "$cgroup" "$PLAIN"
boot

passed=0 failed=0
if [[ -s $work/results/cgroup ]]; then echo "  Linux $(cat "$work/results/kernel"), /sys/fs/cgroup: $(cat "$work/results/cgroup")"; fi
report Node.Tests "$drivers"
report Conformance.Tests "$nodes"
if [[ ! -e $work/results/ended ]]; then
  warn "the machine did not come to its end within $minutes min"
  failed=$((failed + 1))
fi
if ((failed > 0)); then
  cp "$work/console" "$ROOT/artifacts/vm-console.log"
  warn "what the machine wrote: artifacts/vm-console.log"
fi
echo "$passed passed, $failed failed"
((failed == 0))
