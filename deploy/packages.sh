# Which Debian packages each script needs, and how a missing one is installed. Sourced after lib.sh.
# shellcheck shell=bash
#
# An entry is package:check. The check is a program that must be on the PATH, or a path that must exist. Programs are
# looked for rather than packages: Node may come from elsewhere than Debian, under another package's name.
# Interpreters are looked for by path: a sandbox sees the machine's /usr, not a version manager's folder in a home.

PACKAGES_NODE=(
  "python3:/usr/bin/python3"
  "nodejs:/usr/bin/node"
)
PACKAGES_QUICKSTART=(
  "${PACKAGES_NODE[@]}"
  "curl:curl"
  "ca-certificates:/etc/ssl/certs/ca-certificates.crt"
)
# What the containers' launcher is built with (src/Launcher).
PACKAGES_BUILD=(
  "gcc:gcc"
  "libc6-dev:/usr/include/stdio.h"
)
# What containers need where they run. nft: functions that are granted egress; mkfs.ext4: /tmp on the disk.
PACKAGES_SANDBOX=(
  "runc:runc"
  "nftables:/usr/sbin/nft"
  "e2fsprogs:/usr/sbin/mkfs.ext4"
)
# The container sandbox; without root there is none, and nothing to install for it.
PACKAGES_CONTAINER=(
  "${PACKAGES_BUILD[@]}"
  "${PACKAGES_SANDBOX[@]}"
)
# Container images (PackageType Image), which the container sandbox alone runs.
PACKAGES_IMAGES=(
  "skopeo:skopeo"
  "umoci:umoci"
)
# The certificates of a cluster's nodes.
PACKAGES_CERTIFICATES=(
  "openssl:openssl"
)
# A machine that runs a build made elsewhere (deploy/install.sh).
PACKAGES_INSTALL=(
  "${PACKAGES_QUICKSTART[@]}"
  "${PACKAGES_SANDBOX[@]}"
  "${PACKAGES_IMAGES[@]}"
  "${PACKAGES_CERTIFICATES[@]}"
)
# deploy/local-cluster.sh, beside what the quickstart needs.
PACKAGES_CLUSTER=(
  "${PACKAGES_CERTIFICATES[@]}"
  "postgresql:/usr/bin/pg_ctlcluster"
  "iproute2:ip"
)
PACKAGES_TESTS=(
  "${PACKAGES_QUICKSTART[@]}"
  "${PACKAGES_IMAGES[@]}"
  "docker-registry:docker-registry"
  "postgresql:/usr/bin/pg_ctlcluster"
  "${PACKAGES_CERTIFICATES[@]}"
  "busybox-static:/bin/busybox"
  "git:git"
  "awscli:/usr/bin/aws"
  "python3-boto3:/usr/lib/python3/dist-packages/boto3"
  "python3-pil:/usr/lib/python3/dist-packages/PIL"
  "${PACKAGES_BUILD[@]}"
  "openjdk-17-jdk-headless:/usr/bin/javac"
  "ruby:/usr/bin/ruby"
  "golang-go:/usr/bin/go"
  "npm:npm"
  "zip:zip"
  "unzip:unzip"
  "jq:jq"
  "procps:ps"
  "iproute2:ip"
  "systemd:/lib/systemd/systemd"
)
PACKAGES_BENCH=(
  "${PACKAGES_NODE[@]}"
  "${PACKAGES_BUILD[@]}"
  "openjdk-17-jdk-headless:/usr/bin/javac"
  "git:git"
  "wrk:wrk"
)

# What `deploy/bench.sh launchers` compares ours with.
PACKAGES_LAUNCHERS=(
  "crun:crun"
  "bubblewrap:bwrap"
)
# The virtual machine of deploy/test-cgroup2.sh. Its kernel is unpacked there, not installed.
PACKAGES_VM=(
  "qemu-system-x86:qemu-system-x86_64"
  "qemu-system-common:/usr/lib/qemu/virtiofsd"
  "systemd:/lib/systemd/systemd"
  "kmod:/sbin/modprobe"
  "busybox-static:/bin/busybox"
)

# missing_packages ENTRY…: prints the package of each entry whose check fails.
missing_packages() {
  local entry check
  for entry in "$@"; do
    check=${entry#*:}
    if [[ $check == /* ]]; then
      [[ -e $check ]] || echo "${entry%%:*}"
    else
      command -v "$check" > /dev/null || echo "${entry%%:*}"
    fi
  done
}

# need_packages ENTRY…: installs what is missing with apt, or says what is missing and ends the script.
need_packages() {
  local missing still
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then return; fi
  if ! command -v apt-get > /dev/null; then
    die "missing: ${missing[*]} (Debian's names). There is no apt-get here; install them by this system's means"
  fi
  if ((EUID != 0)) && ! command -v sudo > /dev/null; then
    die "missing: ${missing[*]}. As root: apt-get install --no-install-recommends ${missing[*]}"
  fi
  # sudo asks for its password here: inside a step its prompt would not be seen.
  if ((EUID != 0)); then sudo -v || die "missing: ${missing[*]}, and sudo refused"; fi
  step "install ${missing[*]}" install_packages "${missing[@]}"
  hash -r
  mapfile -t still < <(missing_packages "$@")
  if ((${#still[@]} > 0)); then die "installed, and yet not found: ${still[*]}"; fi
}

install_packages() {
  run_as_root apt-get -q -o DPkg::Lock::Timeout=300 update
  run_as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 install "$@"
}
