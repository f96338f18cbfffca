# Starting, watching and ending one node from a script. Sourced after lib.sh.
# shellcheck shell=bash

NODE_PID=''
NODE_LOG=''

# parse_address ADDR:PORT: sets NODE_HOST (an address to connect to) and NODE_PORT, or ends the script.
parse_address() {
  [[ $1 =~ ^(.+):([0-9]+)$ ]] || die "--http takes ADDR:PORT, as 127.0.0.1:9070, not '$1'"
  NODE_HOST=${BASH_REMATCH[1]} NODE_PORT=${BASH_REMATCH[2]}
  NODE_HOST=${NODE_HOST#[} NODE_HOST=${NODE_HOST%]}
  case $NODE_HOST in
    0.0.0.0|'*') NODE_HOST=127.0.0.1 ;;
    ::) NODE_HOST=::1 ;;
  esac
  ((NODE_PORT >= 1 && NODE_PORT <= 65535)) || die "--http: the port is 1 to 65535, not $NODE_PORT"
  if [[ $NODE_HOST == *:* ]]; then ENDPOINT=http://[$NODE_HOST]:$NODE_PORT; else ENDPOINT=http://$NODE_HOST:$NODE_PORT; fi
}

port_answers() { (: < "/dev/tcp/$NODE_HOST/$NODE_PORT") 2> /dev/null; }

# port_owner: "name, pid 123" of the program that listens, where the system tells.
port_owner() {
  ss -Hltnp "sport = :$NODE_PORT" 2> /dev/null | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/\1, pid \2/p' | head -n 1
}

need_free_port() {
  if ! port_answers; then return; fi
  local owner
  owner=$(port_owner)
  die "$1 is taken${owner:+ by $owner}. End that program, or choose another port: $0 --http 127.0.0.1:$((NODE_PORT + 1))"
}

# start_node ARGUMENTS…: starts hearth-node in the background; sets NODE_PID. Its output goes to NODE_LOG.
start_node() {
  "$ROOT/artifacts/node/hearth-node" "$@" > "$NODE_LOG" 2>&1 < /dev/null &
  NODE_PID=$!
}

node_runs() { [[ -n $NODE_PID ]] && kill -0 "$NODE_PID" 2> /dev/null; }

# wait_ready SECONDS: returns when /readyz answers 200; ends the script where the node dies or the time is over.
wait_ready() {
  local deadline=$((SECONDS + $1))
  until curl -sf --max-time 2 -o /dev/null "$ENDPOINT/readyz"; do
    if ! node_runs; then
      tail -n 30 "$NODE_LOG" >&2
      NODE_PID=''
      die "the node ended before it was ready; its log: $NODE_LOG"
    fi
    if ((SECONDS >= deadline)); then
      tail -n 30 "$NODE_LOG" >&2
      die "the node was not ready within $1 s; its log: $NODE_LOG"
    fi
    sleep 0.1
  done
}

# stop_node SECONDS: asks the node to end, and kills it (status 1) where it has not within that time.
stop_node() {
  if ! node_runs; then return 0; fi
  local deadline=$((SECONDS + $1)) status=0
  kill -TERM "$NODE_PID"
  while node_runs; do
    if ((SECONDS >= deadline)); then
      kill -KILL "$NODE_PID"
      status=1
    fi
    sleep 0.05
  done
  wait "$NODE_PID" 2> /dev/null || true
  NODE_PID=''
  return $status
}

# pick_runtime PREFERRED PATTERN: the identifier that names what this machine has, else the last one it can serve.
pick_runtime() {
  local served
  served=$(curl -sf "$ENDPOINT/hearth/v1/runtimes" | grep -oE "\"$2\"" | tr -d '"' | sort -Vu)
  if grep -qxF "$1" <<< "$served"; then echo "$1"; else tail -n 1 <<< "$served"; fi
}

indent() { sed 's/^/      /'; }

# instance DATA_DIR: the eight digits by which a node marks what it makes outside its data directory.
instance() { printf '%s' "$1" | sha256sum | cut -c 1-8; }

# traces DATA_DIR: one line for each process, mount, cgroup and run directory of a node with this data directory.
traces() {
  local pid mark above=$$ ancestors=' '
  mark=$(instance "$1")
  while ((above > 1)); do
    ancestors+="$above "
    above=$(sed -n 's/^PPid:\t//p' "/proc/$above/status")
  done
  trace_processes "$1" "$mark" | while read -r pid; do
    # The list holds what made it (gone by now), and where --data was given to it this script with its subshells, and
    # what started the script with the same words (sudo, timeout).
    if [[ ! -d /proc/$pid || $ancestors == *" $pid "* ]] || cmp -s "/proc/$pid/cmdline" "/proc/$$/cmdline"; then continue; fi
    echo "process $pid: $(tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline")"
  done
  awk -v data="$1/" -v run="/run/hearth/$mark/" \
    'index($4 "/", data) || index($5 "/", data) || index($5 "/", run) { print "mount " $5 }' /proc/self/mountinfo
  find /sys/fs/cgroup -type d -path "*/hearth/$mark*" -printf 'cgroup %p\n' 2> /dev/null || true
  if [[ -e /run/hearth/$mark ]]; then echo "directory /run/hearth/$mark"; fi
}

# Processes that work in the data directory, were given it as an argument, or live in the node's cgroups.
trace_processes() { # data directory, mark
  {
    find /proc -mindepth 2 -maxdepth 2 -name cwd \( -lname "$1" -o -lname "$1/*" \) 2> /dev/null || true
    grep -lzxF -- "$1" /proc/[0-9]*/cmdline 2> /dev/null || true
    grep -l "/hearth/$2" /proc/[0-9]*/cgroup 2> /dev/null || true
  } | sed -n 's,^/proc/\([0-9]*\)/.*,\1,p' | sort -un
}

# empty_parents: the cgroups that all nodes of a machine share, where no node's own is in them.
empty_parents() { find /sys/fs/cgroup -maxdepth 2 -type d -name hearth -links -3 -printf 'cgroup %p\n' 2> /dev/null | sort || true; }

# need_no_traces DATA_DIR PARENTS: ends the script where the node left something. What is on its way out gets five
# seconds. PARENTS are the empty parents of before the start: not this node's doing.
need_no_traces() {
  local left deadline=$((SECONDS + 5))
  while left=$(traces "$1"; comm -13 <(printf '%s\n' "$2") <(empty_parents)) && [[ -n $left ]] && ((SECONDS < deadline)); do
    sleep 0.1
  done
  if [[ -n $left ]]; then
    printf '%s\n' "$left" >&2
    die "the node ended and left this behind"
  fi
}
