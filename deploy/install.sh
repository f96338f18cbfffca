#!/usr/bin/env bash
# Installs a node on this machine (Debian 12), or brings it up to date: programs in /opt/hearth, settings in
# /etc/hearth/node.env, data in /var/lib/hearth, a systemd unit hearth-node.
# Usage: deploy/install.sh [--from DIR] [SETTING VALUE]…         install; again, with other settings: change these
#        deploy/install.sh --upgrade [--from DIR] [SETTING VALUE]…   another version, back to this one if it is not ready in time
#        deploy/install.sh --uninstall [--purge]                 take it away; settings and data only with --purge
#   --from      what deploy/build.sh made: a folder with node/ and cli/ (default artifacts, beside this script's folder)
#   --wait      how long the node may take to be ready, in seconds (default 120)
#   SETTING     a setting of hearth-node, which keeps it until it is given again; '' takes it back to its default, which for
#               --sandbox is container here:
#               --http --akka --seed --roles --channel --operator --postgres --trust-network --sandbox --launcher --egress --memory
#               --blank-memory --concurrency --idle-timeout --images --registries --registry-credentials --plain-registries
#               --region --account --log-size --log-age; as for --postgres, better HEARTH_POSTGRES in the environment: a
#               command line is for everybody to see
#   --certificates DIR   ca.pem, node.pem and node.key, as deploy/certificates.sh makes them; copied to /etc/hearth
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"

usage() { sed -n '2,17s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

OPT=/opt/hearth ETC=/etc/hearth DATA=/var/lib/hearth
ENV=$ETC/node.env CERTIFICATES=$ETC/certificates UNIT=hearth-node.service UNIT_FILE=/etc/systemd/system/$UNIT COMMAND=/usr/local/bin/hearth
SETTINGS=' http akka seed roles channel operator postgres trust-network sandbox launcher egress memory blank-memory concurrency idle-timeout images
  registries registry-credentials plain-registries region account log-size log-age '

variable_of() { local name=${1^^}; echo "HEARTH_${name//-/_}"; } # setting

systemd_runs() { [[ -d /run/systemd/system ]]; }

node_is_active() { systemd_runs && systemctl -q is-active "$UNIT"; }

current() { if [[ -L $OPT/current ]]; then readlink "$OPT/current"; fi; }

# ---- what was given

# need_address SETTING TEXT [any]: an IP address and a port; any: also the address that means all of a machine's.
need_address() {
  local host port
  [[ $2 =~ ^(.+):([0-9]{1,5})$ ]] || die "--$1 takes ADDR:PORT, as 10.0.0.11:9071, not '$2'"
  host=${BASH_REMATCH[1]} port=${BASH_REMATCH[2]}
  ((10#$port >= 1 && 10#$port <= 65535)) || die "--$1: the port is 1 to 65535, not $port"
  [[ $host =~ ^[0-9]{1,3}(\.[0-9]{1,3}){3}$ || $host =~ ^\[[0-9a-fA-F:.]+\]$ ]] || die "--$1 takes an IP address, as 10.0.0.11:9071 or [fd00::11]:9071, not '$2'"
  [[ ${3:-} == any || ($host != 0.0.0.0 && $host != '[::]') ]] || die "--$1 is the address by which others reach this node, not '$2'"
}

# What all settings come to, those of before included; hearth-node checks the rest when it starts.
check_settings() {
  local seed role http
  http=$(setting http)
  if [[ -n $http ]]; then need_address http "${http/#localhost:/127.0.0.1:}" any; fi
  if [[ -n $http && ! $http =~ ^(127\.|localhost:|\[::1\]:) && $(setting trust-network) != all ]]; then
    die "--http $http is for other machines to reach, and the API asks nobody who they are: --trust-network all says that you trust all who reach it"
  fi
  case $(setting trust-network) in ''|none|all) ;; *) die "--trust-network is none or all, not '$(setting trust-network)'" ;; esac
  case $(setting sandbox) in ''|container|process|auto) ;; *) die "--sandbox is container, process or auto, not '$(setting sandbox)'" ;; esac
  if [[ -z $(setting akka) ]]; then
    for name in seed channel; do [[ -z $(setting "$name") ]] || die "--$name is of a cluster, and --akka, this node's address there, is not given"; done
    [[ -z $certificates ]] || die "--certificates is of a cluster, and --akka, this node's address there, is not given"
    return
  fi
  need_address akka "$(setting akka)"
  if [[ -n $(setting channel) ]]; then need_address channel "$(setting channel)"; fi
  [[ -n $(setting seed) ]] || die "--seed is not given, and a cluster needs it: the --akka of some nodes, the same list on each"
  for seed in $(tr , ' ' <<< "$(setting seed)"); do need_address seed "$seed"; done
  for role in $(tr , ' ' <<< "$(setting roles)"); do
    case $role in gateway|control|worker) ;; *) die "--roles are gateway, control and worker, not '$role'" ;; esac
  done
  [[ -n $(setting postgres) ]] || die "--postgres is not given, and a cluster needs it (HEARTH_POSTGRES in the environment keeps it off the command line)"
  [[ -n $certificates || -e $CERTIFICATES/node.pem ]] || die "--certificates is not given, and a cluster needs it: see deploy/certificates.sh"
}

# need_certificates DIR: all three, of one another, for some time yet.
need_certificates() {
  local file
  for file in ca.pem node.pem node.key; do [[ -s $1/$file ]] || die "--certificates: $1/$file is not there. deploy/certificates.sh makes it"; done
  openssl verify -no_check_time -CAfile "$1/ca.pem" "$1/node.pem" > /dev/null 2>&1 || die "--certificates: $1/node.pem is not of the authority in ca.pem beside it"
  openssl x509 -in "$1/node.pem" -noout -checkend 86400 > /dev/null || die "--certificates: $1/node.pem holds for less than a day. deploy/certificates.sh --renew makes another"
  [[ $(openssl pkey -in "$1/node.key" -pubout 2> /dev/null) == "$(openssl x509 -in "$1/node.pem" -noout -pubkey)" ]] || die "--certificates: $1/node.key is not the key of node.pem beside it"
}

# ---- the settings' file

# read_env: the file's variables into ENTRIES; what is written by hand there is kept as well.
declare -A ENTRIES=()
read_env() {
  local line name value
  if [[ ! -e $ENV ]]; then return; fi
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]] || continue
    name=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    if [[ $value =~ ^\"(.*)\"$ ]]; then
      # shellcheck disable=SC2001 # A group of the match is kept.
      value=$(sed 's/\\\(["\\$`]\)/\1/g' <<< "${BASH_REMATCH[1]}")
    elif [[ $value =~ ^\'(.*)\'$ ]]; then
      value=${BASH_REMATCH[1]}
    fi
    ENTRIES[$name]=$value
  done < "$ENV"
}

setting() { local name; name=$(variable_of "$1"); printf '%s' "${ENTRIES[$name]:-}"; }

# In quotes, as systemd and a shell read them alike.
# shellcheck disable=SC2001 # The match is kept.
quoted() { printf '"%s"' "$(sed 's/["\\$`]/\\&/g' <<< "$1")"; }

print_env() {
  local name
  echo "# Settings of hearth-node, read at its start; hearth-node --help says what each means. deploy/install.sh writes this file"
  echo "# and keeps the variables that it does not know."
  for name in $(printf '%s\n' "${!ENTRIES[@]}" | sort); do
    if [[ -n ${ENTRIES[$name]} ]]; then printf '%s=%s\n' "$name" "$(quoted "${ENTRIES[$name]}")"; fi
  done
}

# put FILE MODE: the standard input, all at once and only where it differs; CHANGED says that something did.
put() {
  local new
  mkdir -p "$(dirname "$1")"
  new=$(mktemp "$1.XXXXXX")
  cat > "$new"
  chmod "$2" "$new"
  if [[ -e $1 ]] && cmp -s "$new" "$1"; then
    chmod "$2" "$1"
    rm "$new"
  else
    mv "$new" "$1"
    CHANGED=yes
  fi
}

# ---- the programs

# find_dotnet: sets DOTNET, the folder of the .NET runtime that the build needs; empty for a build that brings its own.
find_dotnet() {
  local folder
  DOTNET=''
  if [[ -e $from/node/libcoreclr.so ]]; then return; fi
  for folder in /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /opt/dotnet "$(dirname "$(readlink -f "$(command -v dotnet || echo /)")")"; do
    [[ -x $folder/dotnet ]] || continue
    if "$folder/dotnet" --list-runtimes | grep -q '^Microsoft\.AspNetCore\.App 10\.'; then
      # The unit sees no home.
      [[ $folder != /home/* && $folder != /root/* ]] || die "the .NET runtime is in $folder, which a service does not see; it has to be in /usr/share/dotnet"
      DOTNET=$folder
      return
    fi
  done
  die "this build needs the ASP.NET Core 10 runtime, and it was not found: https://learn.microsoft.com/dotnet/core/install/linux-debian. One of deploy/build.sh --self-contained needs none"
}

# name_version: sets VERSION, which tells builds of the same sources apart by what is in them.
name_version() {
  local said digest
  said=$(env ${DOTNET:+DOTNET_ROOT="$DOTNET"} "$from/node/hearth-node" --version) || die "$from/node/hearth-node does not start"
  [[ $said =~ ^[0-9][0-9A-Za-z.+-]*$ ]] || die "$from/node/hearth-node --version says '$said', which is no version"
  digest=$(cd "$from" && find node cli -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  VERSION=${said%%+*}-${digest:0:12}
}

copy_version() {
  rm -rf "$OPT/$VERSION.new"
  mkdir -p "$OPT/$VERSION.new"
  cp -R --no-preserve=ownership,timestamps "$from/node" "$from/cli" "$OPT/$VERSION.new/"
  chmod -R u+rwX,go=rX "$OPT/$VERSION.new"
  sync -f "$OPT/$VERSION.new"
  mv "$OPT/$VERSION.new" "$OPT/$VERSION"
}

# switch_to VERSION: in one step; who looks sees the old or the new.
switch_to() {
  ln -sfn "$1" "$OPT/current.new"
  mv -T "$OPT/current.new" "$OPT/current"
}

# forget_others: all versions but the current one and the one before it.
forget_others() {
  local folder name
  for folder in "$OPT"/*/; do
    name=$(basename "$folder")
    if [[ -L ${folder%/} || $name == "$(current)" || $name == "$previous" ]]; then continue; fi
    rm -rf "$folder"
    printf '  removed %s\n' "$folder"
  done
}

# ---- the unit

systemd_version() { systemctl --version 2> /dev/null | sed -n '1s/^systemd \([0-9]*\).*/\1/p'; }

print_unit() {
  cat << 'END'
# Written by deploy/install.sh. What is to differ on this machine goes to a drop-in: systemctl edit hearth-node
[Unit]
Description=Hearth node
# A cluster allows nodes' clocks to differ by seconds only.
Wants=network-online.target time-sync.target
After=network-online.target time-sync.target postgresql.service
# It tries for as long as it takes: the database may be away for longer than any count of starts.
StartLimitIntervalSec=0

[Service]
# Whether it serves is what /readyz tells.
Type=exec
EnvironmentFile=/etc/hearth/node.env
ExecStart=/opt/hearth/current/node/hearth-node --data /var/lib/hearth
END
  if [[ -n $DOTNET ]]; then echo "Environment=DOTNET_ROOT=$DOTNET"; fi
  cat << 'END'
WorkingDirectory=/var/lib/hearth
Restart=on-failure
RestartSec=5
END
  # Earlier ones, as Debian 12's 252, wait as long each time.
  if (($(systemd_version || echo 0) >= 254)); then printf 'RestartSteps=5\nRestartMaxDelaySec=60\n'; fi
  cat << 'END'
# Wrong settings do not get better by themselves.
RestartPreventExitStatus=64
# The node is asked, not its children, and finishes what runs. What a kill leaves behind, its next start removes.
KillMode=mixed
KillSignal=SIGTERM
TimeoutStopSec=90
TimeoutStartSec=30

# Each environment takes some descriptors and processes. What functions take is bounded in control groups of their own.
LimitNOFILE=524288
TasksMax=infinity
# The node's groups are beside systemd's, in /sys/fs/cgroup/hearth. Delegation keeps memory, pids and cpu on from the root down.
Delegate=yes
# When memory runs out, a function goes before the node; containers have a score of their own.
OOMScoreAdjust=-500

# It is root, and needs to be: it makes namespaces, mounts, control groups, loop devices, links and packet filters.
ProtectHome=yes
ProtectSystem=full
PrivateTmp=yes
CapabilityBoundingSet=~CAP_SYS_MODULE CAP_SYS_BOOT CAP_SYS_RAWIO CAP_SYS_TIME CAP_SYS_PACCT CAP_WAKE_ALARM CAP_MAC_ADMIN CAP_MAC_OVERRIDE CAP_SYSLOG
# Left out, each for what it would break:
#   User=, NoNewPrivileges=          see above; functions themselves get no new privileges, from the launcher
#   ProtectSystem=strict             /run/hearth, and folders that you name in --images, would have to be listed here
#   UMask=0077                       a sandbox's user could not enter the folders that are made for it
#   PrivateDevices=, ProtectClock=   /tmp of a function is a loop device, which a list of devices would not have
#   ProtectControlGroups=            a function's limits are control groups
#   ProtectKernelTunables=, ProtectKernelLogs=, ProtectProc=, ProcSubset=
#                                    where parts of /proc are hidden, the kernel refuses a sandbox a /proc of its own; the first
#                                    grant of a network sets net.ipv4.ip_forward
#   PrivateNetwork=, RestrictAddressFamilies=, IPAddressDeny=
#                                    the node is a server, and makes links by netlink
#   PrivateUsers=, RestrictNamespaces=, ProtectHostname=
#                                    a sandbox has its own users, namespaces and host name
#   RestrictSUIDSGID=                images are unpacked with the modes that they bring
#   MemoryDenyWriteExecute=          .NET and Node.js compile as they run
#   SystemCallFilter=, SystemCallArchitectures=, LockPersonality=, RestrictRealtime=, ProtectKernelModules=
#                                    a filter that all functions would inherit, and pay for at each system call; they have their own

[Install]
WantedBy=multi-user.target
END
}

restart_node() { systemctl restart "$UNIT"; }

# endpoint: where this machine reaches the node.
endpoint() {
  local http
  http=$(setting http)
  http=${http:-127.0.0.1:9070}
  http=${http/#0.0.0.0:/127.0.0.1:}
  echo "http://${http/#\[::\]:/[::1]:}"
}

# becomes_ready: waits for /readyz; 1 where the time is over.
becomes_ready() {
  local deadline=$((SECONDS + wait_seconds))
  until curl -sf --max-time 2 -o /dev/null "$(endpoint)/readyz"; do
    ((SECONDS < deadline)) || return 1
    if systemctl -q is-failed "$UNIT"; then return 1; fi
    sleep 0.2
  done
}

show_journal() { journalctl -q -u "$UNIT" -n 30 --no-pager >&2 2> /dev/null || true; }

# start_and_wait: and ends the script where the node is not ready in time.
start_and_wait() {
  step_begin "start the node"
  restart_node
  if becomes_ready; then
    step_end "$(endpoint)"
  else
    show_journal
    die "the node was not ready within $wait_seconds s: journalctl -u hearth-node"
  fi
}

# upgrade_and_wait: back to the version before where the new one is not ready in time.
upgrade_and_wait() {
  step_begin "start $VERSION"
  if restart_node && becomes_ready; then
    step_end "$(endpoint)"
    return
  fi
  show_journal
  warn "$VERSION was not ready within $wait_seconds s; back to $previous"
  switch_to "$previous"
  print_env_of_before
  if restart_node && becomes_ready; then
    die "$VERSION did not become ready; $previous runs again, and $OPT/$VERSION is left to look at"
  fi
  show_journal
  die "$VERSION did not become ready, and now $previous does not either: journalctl -u hearth-node"
}

# Settings that came with an upgrade go with it.
print_env_of_before() {
  local before
  before=$(mktemp -d)
  cp "$saved"/* "$before/"
  put "$ENV" 600 < "$before/node.env"
  put "$UNIT_FILE" 644 < "$before/unit"
  rm -rf "$before"
  systemctl daemon-reload
}

# ---- the whole

uninstall() {
  if [[ -z $purge && ! -e $OPT && ! -e $UNIT_FILE ]]; then
    echo "  Hearth is not installed here."
    return
  fi
  if systemd_runs && systemctl -q is-active "$UNIT"; then step "stop the node" systemctl stop "$UNIT"; fi
  if [[ -e $UNIT_FILE ]]; then
    systemctl -q disable "$UNIT"
    rm -f "$UNIT_FILE"
    if systemd_runs; then systemctl daemon-reload; fi
  fi
  if [[ -L $COMMAND && $(readlink "$COMMAND") == "$OPT"/* ]]; then rm "$COMMAND"; fi
  rm -rf "$OPT"
  echo "  Programs and unit are gone."
  if [[ -z $purge ]]; then
    printf '  Left: %s, %s. With --purge they go as well.\n' "$ETC" "$DATA"
    return
  fi
  local folder
  for folder in "$ETC" "$DATA"; do
    [[ -e $folder ]] || continue
    # A disk that is mounted there, for functions' /tmp, is not the node's.
    rm -rf --one-file-system "$folder" 2> /dev/null || warn "$folder has a mount in it, and was not removed whole"
  done
  echo "  Settings and data are gone. A PostgreSQL database, if there is one, is as it was."
}

install_files() {
  saved=$(mktemp -d)
  if [[ -e $ENV ]]; then cp "$ENV" "$saved/node.env"; fi
  if [[ -e $UNIT_FILE ]]; then cp "$UNIT_FILE" "$saved/unit"; fi
  install -d -m 755 "$OPT"
  install -d -m 700 "$ETC" "$DATA"
  if [[ -n $certificates ]]; then
    local file
    install -d -m 700 "$CERTIFICATES"
    for file in ca.pem node.pem node.key; do put "$CERTIFICATES/$file" 600 < "$certificates/$file"; done
    ENTRIES[HEARTH_CERTIFICATES]=$CERTIFICATES
  fi
  put "$ENV" 600 < <(print_env)
  if [[ ! -d $OPT/$VERSION ]]; then step "copy $VERSION to $OPT" copy_version; fi
  put "$UNIT_FILE" 644 < <(print_unit)
  mkdir -p "$(dirname "$COMMAND")"
  if [[ ! -e $COMMAND && ! -L $COMMAND ]]; then ln -s "$OPT/current/cli/hearth" "$COMMAND"; fi
  if systemd_runs; then systemctl daemon-reload; fi
}

mode=install from='' certificates='' purge='' wait_seconds=120 saved='' previous='' CHANGED='' DOTNET='' VERSION=''
declare -A given=()
while (($# > 0)); do
  case $1 in
    --upgrade) mode=upgrade; shift ;;
    --uninstall) mode=uninstall; shift ;;
    --purge) purge=yes; shift ;;
    --from) from=${2:?--from needs a directory}; shift 2 ;;
    --wait) wait_seconds=${2:?--wait needs seconds}; shift 2 ;;
    --certificates) certificates=${2:?--certificates needs a directory}; shift 2 ;;
    --help|-h) usage; exit 0 ;;
    --*)
      if [[ $SETTINGS != *[[:space:]]"${1#--}"[[:space:]]* ]]; then usage >&2; exit 2; fi
      (($# >= 2)) || die "$1 needs a value"
      [[ $2 != *$'\n'* ]] || die "$1: a value is one line"
      given[${1#--}]=$2
      shift 2
      ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $wait_seconds =~ ^[1-9][0-9]{0,4}$ ]] || die "--wait is a number of seconds from 1, not '$wait_seconds'"
[[ -z $purge || $mode == uninstall ]] || die "--purge goes with --uninstall"
((EUID == 0)) || die "this needs root"
umask 022
trap 'if [[ -n $saved ]]; then rm -rf "$saved"; fi' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

printf '\n  %sHearth%s %s\n\n' "$BOLD" "$PLAIN" "$mode"
if [[ $mode == uninstall ]]; then
  uninstall
  exit 0
fi

# 1. What is asked for is looked at whole, before anything changes.
if [[ -n ${HEARTH_POSTGRES:-} && -z ${given[postgres]+given} ]]; then given[postgres]=$HEARTH_POSTGRES; fi
read_env
for name in "${!given[@]}"; do ENTRIES[$(variable_of "$name")]=${given[$name]}; done
# A node that cannot make containers is not to run functions without.
ENTRIES[HEARTH_SANDBOX]=${ENTRIES[HEARTH_SANDBOX]:-container}
check_settings
previous=$(current)
if [[ $mode == upgrade && -z $previous ]]; then die "Hearth is not installed here: without --upgrade this installs it"; fi
# Other settings are for the version that is there.
if [[ -z $from ]]; then
  if [[ $mode == install && -n $previous ]]; then from=$OPT/$previous; else from=$ROOT/artifacts; fi
fi
for part in node/hearth-node node/runtimes cli/hearth; do
  [[ -e $from/$part ]] || die "$from/$part is not there. deploy/build.sh makes it; --from names the folder it made"
done
from=$(cd "$from" && pwd -P)
if ! grep -qs '^VERSION_ID="12"' /etc/os-release || ! grep -qs '^ID=debian' /etc/os-release; then warn "this is not Debian 12, for which this script was written"; fi
[[ -e /lib/systemd/systemd ]] || die "there is no systemd here"

# 2. What it needs of Debian, and of .NET.
need_packages "${PACKAGES_INSTALL[@]}"
if [[ -n $certificates ]]; then need_certificates "$certificates"; fi
find_dotnet
if [[ $from == "$OPT/$previous" ]]; then VERSION=$previous; else name_version; fi
if [[ $mode == install && -n $previous && $previous != "$VERSION" ]]; then
  die "$previous is installed, and $from is $VERSION: --upgrade changes to it"
fi

# 3. The new beside the old; then the switch.
install_files
if [[ $previous != "$VERSION" ]]; then
  switch_to "$VERSION"
  CHANGED=yes
fi
if [[ $VERSION == "$previous" && -z $CHANGED ]] && { ! systemd_runs || node_is_active; }; then
  printf '  %s is installed as asked.\n' "$VERSION"
  exit 0
fi
# In a root without systemd this only makes the link.
systemctl -q enable "$UNIT"
if ! systemd_runs; then
  printf '  %s is installed. The unit was not started: systemd does not run here.\n' "$VERSION"
  exit 0
fi

# 4. Started, and seen to serve.
if [[ $mode == upgrade && $VERSION != "$previous" ]]; then upgrade_and_wait; else start_and_wait; fi
if [[ -n $previous && $VERSION != "$previous" ]]; then forget_others; fi
printf '\n  %s%s runs at %s%s\n  Its log: journalctl -u hearth-node; its settings: %s\n' "$BOLD" "$VERSION" "$(endpoint)" "$PLAIN" "$ENV"
