#!/usr/bin/env bash
# A cluster on this machine alone, to try things on: nodes in network namespaces of their own (hearth-1 …, at 10.99.0.11 …),
# on a bridge with this machine (10.99.0.1), and a PostgreSQL server for them. Runs until Ctrl-C; nothing of it stays.
# Usage: deploy/local-cluster.sh [--nodes N] [--once] [--sandbox container|process|auto] [--memory MIB] [--no-build]
#   --nodes     how many: 1 to 9 (default 3)
#   --once      deploy a function through the first node, invoke it through the first and the last, and end, with status 0
#               if nothing is left behind
#   --sandbox   how functions are isolated (default auto)
#   --memory    what each node may promise to functions (default 1024)
#   --no-build  take artifacts as they are
# Needs root. The nodes' logs: artifacts/cluster/node-N.log
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
source "$ROOT/deploy/packages.sh"
source "$ROOT/deploy/node.sh"

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

MOST=9 NETWORK=10.99.0 BRIDGE=hearth-bridge HTTP_PORT=9070 AKKA_PORT=9071
POSTGRES_USER=65534 # The server refuses to be root's.

count=3 once='' sandbox=auto memory=1024 build=yes
while (($# > 0)); do
  case $1 in
    --nodes) count=${2:?--nodes needs a number}; shift 2 ;;
    --once) once=yes; shift ;;
    --sandbox) sandbox=${2:?--sandbox needs container, process or auto}; shift 2 ;;
    --memory) memory=${2:?--memory needs a number of MiB}; shift 2 ;;
    --no-build) build=''; shift ;;
    --help|-h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $count =~ ^[1-9]$ ]] || die "--nodes is 1 to $MOST, not '$count'"
[[ $memory =~ ^[1-9][0-9]*$ ]] || die "--memory is a number of MiB, not '$memory'"
case $sandbox in container|process|auto) ;; *) die "--sandbox is container, process or auto, not '$sandbox'" ;; esac
((EUID == 0)) || die "this needs root: it makes network namespaces"

cluster=$ROOT/artifacts/cluster
postgres='' postgres_pid=''
pids=() # A node's process, by its number.
lost=() # Nodes that have ended by themselves.

address() { echo "$NETWORK.1$1"; } # number
data_of() { echo "$cluster/node-$1"; } # number

# with_node NUMBER: node.sh's functions then speak of this one.
with_node() {
  NODE_PID=${pids[$1]:-}
  NODE_LOG=$cluster/node-$1.log
  ENDPOINT=http://$(address "$1"):$HTTP_PORT
}

hearth() { "$ROOT/artifacts/cli/hearth" "$@" --endpoint "$ENDPOINT"; }

# ---- the network

# need_free_range: nobody else's addresses or routes are in the way. A default route is of no account.
need_free_range() {
  local other
  other=$(ip -4 -o addr show to "$NETWORK.0/24"; ip -4 route show root "$NETWORK.0/24"; ip -4 route show match "$NETWORK.0/24" | grep -v '^default' || true)
  [[ -z $other ]] || die "the range $NETWORK.0/24 is in use here: $other"
}

remove_network() {
  local number pid
  for ((number = 1; number <= MOST; number++)); do
    [[ -e /run/netns/hearth-$number ]] || continue
    for pid in $(ip netns pids "hearth-$number"); do kill -KILL "$pid" 2> /dev/null || true; done
    # The pair goes with the end that is in it.
    ip netns delete "hearth-$number"
  done
  if [[ -e /sys/class/net/$BRIDGE ]]; then ip link delete "$BRIDGE"; fi
}

make_network() {
  local number
  ip link add "$BRIDGE" type bridge
  ip addr add "$NETWORK.1/24" dev "$BRIDGE"
  ip link set "$BRIDGE" up
  for ((number = 1; number <= count; number++)); do
    ip netns add "hearth-$number"
    ip link add "hearth-veth$number" type veth peer name eth0 netns "hearth-$number"
    ip link set "hearth-veth$number" master "$BRIDGE" up
    ip -n "hearth-$number" link set lo up
    ip -n "hearth-$number" addr add "$(address "$number")/24" dev eth0
    ip -n "hearth-$number" link set eth0 up
  done
}

# ---- PostgreSQL: a server of this machine's own programs, the newest, in a folder in /tmp

as_postgres=(setpriv --reuid="$POSTGRES_USER" --regid="$POSTGRES_USER" --clear-groups)

make_database() {
  chmod 755 "$postgres"
  chown "$POSTGRES_USER" "$postgres"
  cd /
  "${as_postgres[@]}" "$programs/initdb" -D "$postgres/data" -U hearth -A trust -E UTF8 --locale=C.UTF-8 --no-sync
  echo "host all all $NETWORK.0/24 trust" >> "$postgres/data/pg_hba.conf"
}

# In sessions of their own, as the nodes are: a terminal's Ctrl-C is for this script, which ends the nodes first. The signal that
# the kernel sends when this script is gone is lost where a process changes its user after asking for it.
start_postgres() {
  setsid "${as_postgres[@]}" setpriv --pdeathsig INT "$programs/postgres" -D "$postgres/data" -c "listen_addresses=$NETWORK.1" \
    -c "unix_socket_directories=$postgres" -c fsync=off -c max_connections=200 > "$postgres/log" 2>&1 < /dev/null 9>&- &
  postgres_pid=$!
}

await_postgres() {
  local deadline=$((SECONDS + 30))
  until "$programs/pg_isready" -q -h "$postgres" -U hearth; do
    if ((SECONDS >= deadline)) || ! kill -0 "$postgres_pid"; then
      tail -n 20 "$postgres/log"
      return 1
    fi
    sleep 0.1
  done
  "$programs/createdb" -h "$postgres" -U hearth hearth
}

stop_postgres() {
  if [[ -n $postgres_pid ]]; then
    kill -INT "$postgres_pid" 2> /dev/null || true
    wait "$postgres_pid" 2> /dev/null || true
    postgres_pid=''
  fi
  if [[ -n $postgres ]]; then rm -rf "$postgres"; fi
}

# ---- the nodes

make_certificates() {
  local number nodes=()
  for ((number = 1; number <= count; number++)); do nodes+=("node-$number=$(address "$number")"); done
  "$ROOT/deploy/certificates.sh" "$cluster/certificates" "${nodes[@]}" --client operator
}

# `ip netns exec` would hide the control groups behind a /sys of its own; nsenter changes the network alone. A node whose
# script was killed ends as well.
start_cluster_node() { # number
  local seed number=$1
  seed=$(address 1):$AKKA_PORT
  if ((count > 1)); then seed+=,$(address 2):$AKKA_PORT; fi
  mkdir -p "$(data_of "$number")"
  setsid nsenter --net="/run/netns/hearth-$number" setpriv --pdeathsig TERM "$ROOT/artifacts/node/hearth-node" \
    --data "$(data_of "$number")" --http "$(address "$number"):$HTTP_PORT" --trust-network all \
    --akka "$(address "$number"):$AKKA_PORT" --seed "$seed" --certificates "$cluster/certificates/node-$number" \
    --postgres "Host=$NETWORK.1;Database=hearth;Username=hearth" \
    --memory "$memory" --blank-memory 0 --sandbox "$sandbox" > "$cluster/node-$number.log" 2>&1 < /dev/null 9>&- &
  pids[number]=$!
}

# All are asked before one is waited for.
stop_nodes() {
  local number status=0
  for number in "${!pids[@]}"; do kill -TERM "${pids[$number]}" 2> /dev/null || true; done
  for number in "${!pids[@]}"; do
    with_node "$number"
    stop_node 60 || { status=1; lost[number]=yes; }
    unset "pids[$number]"
  done
  return $status
}

finish() {
  local status=$? number
  trap - EXIT
  trap '' INT TERM
  stop_nodes || true
  stop_postgres
  remove_network
  # What a lost one has left outside of its folder, its next start removes by that folder's name.
  for ((number = 1; number <= count; number++)); do
    if [[ -z ${lost[$number]:-} ]]; then rm -rf "$(data_of "$number")"; fi
  done
  exit "$status"
}

# Ends all as Ctrl-C does, and makes sure that nothing is left of it.
stop_and_verify() {
  local number
  step_begin "stop the nodes"
  stop_nodes || die "a node did not end within 60 s and was killed; the logs: $cluster"
  for ((number = 1; number <= count; number++)); do
    if [[ -z ${lost[$number]:-} ]]; then need_no_traces "$(data_of "$number")" "$parents"; fi
  done
  if ((${#lost[@]} == 0)); then step_end "no process, mount or cgroup left"; else step_end "what is left of those that ended by themselves, the next run removes"; fi
}

show_answer() { # number, function
  with_node "$1"
  step_begin "invoke $2 through node $1"
  if ! hearth invoke "$2" --payload "{\"name\": \"node $1\"}" > "$postgres/answer" 2>&1; then
    cat "$postgres/answer" >&2
    die "invoking $2 through node $1 failed; the logs: $cluster"
  fi
  step_end
  indent < "$postgres/answer"
}

demonstrate() {
  local python
  with_node 1
  python=$(pick_runtime "python$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')" 'python3\.[0-9]+')
  [[ -n $python ]] || die "the node serves no Python"
  step "deploy hello-python ($python) through node 1" hearth deploy "$ROOT/deploy/examples/hello-python" --name hello-python --runtime "$python" --handler app.handler
  show_answer 1 hello-python
  show_answer "$count" hello-python
}

show_urls() {
  local number
  printf '\n  %sThe Lambda API is at%s\n\n' "$BOLD" "$PLAIN"
  for ((number = 1; number <= count; number++)); do printf '    http://%s:%s\n' "$(address "$number")" "$HTTP_PORT"; done
  # The port after that of the data channel, which is the one after the cluster's.
  printf '\n  A look into the cluster: hearth node list --endpoint https://%s:%s --certificates %s\n' "$(address 1)" "$((AKKA_PORT + 2))" "$cluster/certificates/operator"
}

printf '\n  %sHearth%s cluster of %s on this machine\n\n' "$BOLD" "$PLAIN" "$count"
# One at a time; what it starts does not hold the lock.
exec 9> /run/hearth-local-cluster.lock
flock -n 9 || die "another one runs on this machine"
need_dotnet
need_packages "${PACKAGES_QUICKSTART[@]}" "${PACKAGES_CLUSTER[@]}"
if [[ $sandbox != process ]]; then need_packages "${PACKAGES_CONTAINER[@]}"; fi
if [[ -n $build ]]; then "$ROOT/deploy/build.sh"; fi
[[ -x $ROOT/artifacts/node/hearth-node ]] || die "artifacts/node/hearth-node is not there; without --no-build it is made"
"$ROOT/artifacts/node/hearth-node" --help | grep -q -- --akka || die "this version of hearth-node knows of no cluster"
programs=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
# What a killed one has left: the folders of its nodes stay until these nodes have swept what was made outside of them.
remove_network
rm -rf /tmp/hearth-cluster-pg-*
need_free_range
mkdir -p "$cluster"
cluster=$(cd "$cluster" && pwd -P)
parents=$(empty_parents)
step "make network namespaces" make_network
postgres=$(mktemp -d /tmp/hearth-cluster-pg-XXXXXX)
step "make a PostgreSQL database" make_database
start_postgres
step "start PostgreSQL" await_postgres
step "make certificates" make_certificates
step_begin "start $count nodes"
for ((number = 1; number <= count; number++)); do start_cluster_node "$number"; done
for ((number = 1; number <= count; number++)); do
  with_node "$number"
  wait_ready 90
done
step_end
show_urls
if [[ -n $once ]]; then
  echo
  demonstrate
  stop_and_verify
else
  printf '\n  Running; Ctrl-C ends it. Logs: %s\n' "$cluster"
  # Nodes may come to their end, by whoever tries what happens then: the others go on.
  stopping=''
  trap 'stopping=yes' INT TERM
  while ((${#pids[@]} > 0)); do
    status=0 ended=''
    wait -n -p ended "${pids[@]}" 2> /dev/null || status=$?
    [[ -z $stopping ]] || break
    for number in "${!pids[@]}"; do
      if [[ ${pids[$number]} == "$ended" ]]; then
        warn "node $number ended by itself (status $status); its log: $cluster/node-$number.log"
        lost[number]=yes
        unset "pids[$number]"
      fi
    done
  done
  trap '' INT TERM
  [[ -n $stopping ]] || die "no node is left"
  echo
  stop_and_verify
fi
