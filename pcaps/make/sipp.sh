#!/bin/bash
# Captures real SIPp traffic between two network namespaces: pcaps/sipp-*.pcap. Needs root, sipp, tcpdump.
# Not reproducible byte for byte: times and identifiers are SIPp's own.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
out=$(dirname "$here")
server=sipgauge-make-server-$$
client=sipgauge-make-client-$$
logs=$(mktemp -d)
SERVER_IP=192.0.2.10
CLIENT_IP=198.51.100.20

cleanup() {
  for space in "$server" "$client"; do
    for pid in $(ip netns pids "$space" 2>/dev/null || true); do kill "$pid" 2>/dev/null || true; done
    ip netns delete "$space" 2>/dev/null || true
  done
  rm -rf "$logs"
}
trap cleanup EXIT

ip netns add "$server"
ip netns add "$client"
ip link add eth0 netns "$server" type veth peer name eth0 netns "$client"
ip -n "$server" address add "$SERVER_IP/32" dev eth0
ip -n "$client" address add "$CLIENT_IP/32" dev eth0
for space in "$server" "$client"; do
  ip -n "$space" link set lo up
  ip -n "$space" link set eth0 up
  ip netns exec "$space" ethtool -K eth0 tx off >/dev/null 2>&1 || true
done
ip -n "$server" route add "$CLIENT_IP" dev eth0
ip -n "$client" route add "$SERVER_IP" dev eth0

# capture NAME "SERVER ARGUMENTS" "CLIENT ARGUMENTS"
capture() {
  local name=$1 server_arguments=$2 client_arguments=$3
  cd "$logs"
  ip netns exec "$server" tcpdump -q -n -i eth0 -U -Z root -w "$out/$name.pcap" udp port 5060 2>/dev/null &
  local tcpdump_pid=$!
  # shellcheck disable=SC2086 — the arguments are lists of words.
  ip netns exec "$server" sipp -i "$SERVER_IP" -p 5060 -nostdin $server_arguments >/dev/null 2>&1 &
  local sipp_pid=$!
  sleep 2
  # shellcheck disable=SC2086
  ip netns exec "$client" sipp -i "$CLIENT_IP" -p 5060 -nostdin $client_arguments "$SERVER_IP" >/dev/null 2>&1
  sleep 1
  kill "$sipp_pid" "$tcpdump_pid"
  wait || true
  echo "$name.pcap: $(stat -c %s "$out/$name.pcap") bytes"
}

capture sipp-uac-uas '-sn uas' '-sn uac -m 8 -r 4 -d 1500'
capture sipp-register "-sf $here/sipp/registrar.xml" "-sf $here/sipp/phone.xml -m 10 -r 5"
