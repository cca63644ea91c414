#!/bin/bash
# Follows README.md as a new user would, in a bare Debian root made by debootstrap: installs Node, starts the demo,
# captures on lo, has Prometheus scrape it. Prints each command and the seconds it took. Network and ports are the
# host's, so that port 9099 and 9090 have to be free.
#
#   sudo scripts/readme-rehearsal.sh [BASE]
#
# BASE: a root of Debian 13 that debootstrap made before; otherwise one is made, from MIRROR (default: where this system's own packages come from).
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
. "$here/scripts/lib/bare-root.sh"
suite=trixie
require readme-rehearsal
work=$(mktemp -d)
root=$work/root
home=~root
patience=1800

leave() {
  for pid in $(jobs -p); do kill "$pid" 2> /dev/null || true; done
  stop
  for place in proc dev; do if mountpoint -q "$root/$place"; then umount -l "$root/$place"; fi; done
  rm -rf --one-file-system "$work"
}
trap leave EXIT

fail() { echo "readme-rehearsal: $1" >&2; exit 1; }

# What runs in the root, by where its root is.
stop() {
  local entry
  for entry in /proc/[0-9]*; do
    if [ "$(readlink "$entry/root" 2> /dev/null)" = "$root" ]; then kill "${entry#/proc/}" 2> /dev/null || true; fi
  done
}

for port in 9099 9090; do
  if (echo > "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then fail "port $port is in use"; fi
done

inside() { CHROOT_HOME=$home in_root "$root" "cd $home/sipgauge && $1" >> "$work/log" 2>&1; }

# The README has to say what is typed here.
typed() { grep -qF "$1" "$here/README.md" || fail "README.md does not say: $1"; }

# step COMMAND: typed and waited for.
step() {
  local started=$SECONDS
  inside "$1" || { tail -20 "$work/log" >&2; fail "$1 failed"; }
  printf '%5s s  %s\n' "$((SECONDS - started))" "$1"
}

# serve COMMAND PORT: typed, and waited for until it listens.
serve() {
  local started=$SECONDS
  # The shell would say how it ended, which `stop` decides.
  inside "$1" 2> /dev/null &
  until (echo > "/dev/tcp/127.0.0.1/$2") 2> /dev/null; do
    kill -0 $! 2> /dev/null || { tail -20 "$work/log" >&2; fail "$1 ended"; }
    [ $((SECONDS - started)) -lt "$patience" ] || fail "$1 never listened on port $2"
    sleep 1
  done
  printf '%5s s  %s, until it listens\n' "$((SECONDS - started))" "$1"
}

# expect WHAT JAVASCRIPT: an expression of `get(path)` becomes true within a minute and a half: Prometheus takes its time.
expect() {
  inside "node -e \"
    const get = async (url) => (await fetch(url)).text();
    const look = async (left) => {
      if (await (async () => $2)()) return;
      if (left === 0) process.exit(1);
      setTimeout(look, 1000, left - 1);
    };
    look(90);\"" || { tail -20 "$work/log" >&2; fail "$1: it did not come true"; }
  printf '         %s\n' "$1"
}

started=$SECONDS
if [ $# -gt 0 ]; then cp -a "$1" "$root"; else make_base "$root" > "$work/log"; fi
printf '%5s s  a bare root of Debian, made\n' "$((SECONDS - started))"
connect "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
# Every Debian has it; debootstrap leaves it to the installer.
[ -e "$root/etc/hosts" ] || echo '127.0.0.1 localhost' > "$root/etc/hosts"
mkdir "$root$home/sipgauge"
git -C "$here" archive HEAD | tar -C "$root$home/sipgauge" -xf -

typed 'apt-get install nodejs npm'
step 'apt-get update'
step 'apt-get install -y --no-install-recommends nodejs npm'

typed 'npm start'
serve 'npm start' 9099
expect 'the page is there' "(await get('http://127.0.0.1:9099/')).includes('<h1>sipgauge</h1>')"
expect 'the demo counts' "/^sofia_msgs_recv_total [1-9]/m.test(await get('http://127.0.0.1:9099/metrics'))"
stop
sleep 2

typed 'npm start -- live -i eth0'
serve 'npm start -- live -i lo' 9099
inside "node -e \"
  const socket = require('node:dgram').createSocket('udp4').on('error', () => {});
  for (const n of [1, 2, 3]) {
    const lines = ['OPTIONS sip:a@127.0.0.1 SIP/2.0', 'Via: SIP/2.0/UDP 127.0.0.1:5062;branch=z9hG4bK' + n,
      'From: <sip:b@127.0.0.1>;tag=1', 'To: <sip:a@127.0.0.1>', 'Call-ID: ' + n, 'CSeq: ' + n + ' OPTIONS', 'Content-Length: 0'];
    socket.send(lines.map((line) => line + '\\r\\n').join('') + '\\r\\n', 5060, '127.0.0.1');
  }
  setTimeout(() => socket.close(), 500);\""
expect 'what was sent is counted' "/^drachtio_sip_requests_in_total.*OPTIONS.* 3$/m.test(await get('http://127.0.0.1:9099/metrics'))"

step 'apt-get install -y --no-install-recommends prometheus'
sed -n '/^scrape_configs:/,/^```/p' "$here/README.md" | grep -v '^```' > "$root$home/prometheus.yml"
serve "prometheus --config.file=$home/prometheus.yml --storage.tsdb.path=$home/tsdb" 9090
expect 'Prometheus has scraped it' "(await get('http://127.0.0.1:9090/api/v1/query?query=up')).includes('sipgauge') && (await get('http://127.0.0.1:9090/api/v1/query?query=sip_requests_total')).includes('OPTIONS')"
echo 'rehearsed: the README holds on a bare Debian.'
