#!/bin/bash
# A bare Debian machine, rehearsed: a root made by debootstrap with Node and a compiler and nothing else, in it a clone of
# the last commit, where the user root is at home and nobody else may read. Runs what README says, twice, then the tests
# and .ci/run, and says how long each took.
#
#   sudo scripts/bare-machine-rehearsal.sh [BASE] [STEP …]
#
# BASE: a root that debootstrap made before, which is copied; otherwise one is made, from MIRROR (default: where this
# system's own packages come from). STEP: start, test, ci; all of them by default. The kernel is this machine's, and so
# is port 9099, which has to be free.
set -euo pipefail
# A program in the background has a process group of its own, which a signal reaches whole.
set -m

here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/scripts/lib/bare-root.sh"
require bare-machine-rehearsal
work=$(mktemp -d)
base=${1:-$work/base}
shift || true
steps=${*:-start test ci}
root=$work/root
home=~root
checkout=$home/sipgauge
started=

leave() {
  if [ -n "$started" ]; then kill -- "-$started" 2> /dev/null || true; fi
  for place in proc sys dev ''; do
    if mountpoint -q "$root/$place"; then umount -R "$root/$place"; fi
  done
  rm -rf --one-file-system "$work"
}
trap leave EXIT

# inside COMMAND: in the clone, as root, with root's home.
inside() { CHROOT_HOME=$home in_root "$root" "cd $checkout && $1"; }

now_ms() { date +%s%3N; }

timed() {
  local name=$1 from
  shift
  from=$(now_ms)
  "$@"
  echo "== $name: $((($(now_ms) - from) / 1000)) s"
}

make_root() {
  make_base "$base"
  cp -a "$base" "$root"
  connect "$root"
  add_node "$root"
  # A root of its own mount, as a machine's is: programs in it may then have mounts of their own.
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount --rbind --make-rslave /dev "$root/dev"
  git clone -q "$here" "$root$checkout"
  in_root "$root" 'apt-get -q update && apt-get -q -y --no-install-recommends install g++ make python3' > /dev/null
}

scrape() { curl -sf http://127.0.0.1:9099/metrics; }
counted() { scrape | grep '^sofia_msgs_recv_total ' || true; }

# npm start, until it serves; that what it serves moves; then SIGINT.
start() {
  local log=$work/start.log from first
  from=$(now_ms)
  : > "$log"
  inside 'npm start' > "$log" 2>&1 &
  started=$!
  until grep -q msg=started "$log"; do
    sleep 0.05
    kill -0 "$started" || { cat "$log"; exit 1; }
  done
  echo "== npm start, $1: serves after $(($(now_ms) - from)) ms; set-up:"
  grep '^setup:' "$log" || echo 'none'
  first=$(counted)
  until [ "$(counted)" != "$first" ]; do sleep 0.2; done
  echo "metrics move: $first, then $(counted)"
  kill -INT -- "-$started"
  wait "$started" || true
  started=
}

if scrape > /dev/null; then echo 'bare-machine-rehearsal: port 9099 is taken' >&2; exit 1; fi
timed 'root with Node and a compiler' make_root
for step in $steps; do
  case $step in
    start) start 'first time'; start 'second time' ;;
    test) timed 'npm test' inside 'npm test --silent' ;;
    ci) timed '.ci/run' inside '.ci/run' ;;
    *) echo "bare-machine-rehearsal: no step $step" >&2; exit 2 ;;
  esac
done
git -C "$root$checkout" status --short
echo "rehearsed: $steps"
