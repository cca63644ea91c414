#!/bin/bash
# Runs deploy/docker/Dockerfile without an engine: each stage in a Debian root made by debootstrap, its COPY and RUN
# lines in order, at the end the program as the image would start it. No image is built, layers and the base image
# itself are not tried: node and npm are the host's, put where the official image has them.
#
#   sudo scripts/dockerfile-rehearsal.sh [BASE]
#
# BASE: a root that debootstrap made before; otherwise one is made, from MIRROR (default: where this system's own packages come from).
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
dockerfile=$here/deploy/docker/Dockerfile
. "$here/scripts/lib/bare-root.sh"
work=$(mktemp -d)
base=${1:-$work/base}
root=
name=
user=
workdir=/
declare -A roots=()

leave() {
  for stage in "$work"/stage-*; do
    for place in proc dev; do if mountpoint -q "$stage/$place"; then umount "$stage/$place"; fi; done
  done
  rm -rf --one-file-system "$work"
}
trap leave EXIT

require dockerfile-rehearsal

# In the stage's root, as its user, with the build's environment.
inside() { CHROOT_USER=$user in_root "$root" "cd '${workdir:-/}' && $1"; }

begin_stage() {
  root=$work/stage-$((${#roots[@]} + 1))
  user= workdir=/
  cp -a "$base" "$root"
  connect "$root"
  add_node "$root"
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  # "FROM image AS name"; the last stage has no name.
  name=final
  if [ "${3:-}" ]; then name=$3; fi
  roots[$name]=$root
}

# COPY [--from=STAGE] SOURCE… TARGET, from the checkout without what the ignore file leaves out.
copy() {
  local from=$here source target
  if [[ $1 == --from=* ]]; then from=${roots[${1#--from=}]}; shift; fi
  target=${*: -1}
  [[ $target == /* ]] || target=${workdir:-/}/$target
  for source in "${@:1:$#-1}"; do
    if [ -d "$from/$source" ]; then
      mkdir -p "$root/$target"
      (cd "$from/$source" && tar --exclude=./build --exclude=./prebuilds -cf - .) | tar -C "$root/$target" -xf -
    elif [ $# -gt 2 ] || [[ $target == */ ]]; then
      mkdir -p "$root/$target" && cp "$from/$source" "$root/$target/"
    else
      mkdir -p "$(dirname "$root/$target")" && cp "$from/$source" "$root/$target"
    fi
  done
}

make_base "$base"

# Lines that go on are joined; comments and empty lines are left out.
sed -e '/^ *#/d' -e '/^ *$/d' "$dockerfile" | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' > "$work/lines"
while read -r instruction rest <&3; do
  case $instruction in
    FROM) echo "== FROM $rest"; read -ra words <<< "$rest"; begin_stage "${words[@]}" ;;
    WORKDIR) workdir=$rest; mkdir -p "$root/$rest" ;;
    COPY) echo "== COPY $rest"; read -ra words <<< "$rest"; copy "${words[@]}" ;;
    RUN) echo "== RUN $rest"; inside "$rest" ;;
    USER) user=$rest ;;
    ARG | EXPOSE | HEALTHCHECK | CMD) ;;
    ENTRYPOINT) entrypoint=$(tr -d '[]",' <<< "$rest") ;;
    *) echo "dockerfile-rehearsal: $instruction is not known here" >&2; exit 1 ;;
  esac
done 3< "$work/lines"

echo '== as the image would start it'

inside 'id -u'
inside "$entrypoint --version"
inside "$entrypoint replay /usr/local/lib/sipgauge/pcaps/demo.pcap" | grep '^sofia_msgs_recv_total '
inside "timeout -s INT 5 $entrypoint live -i lo --web.listen-address 127.0.0.1:0; test \$? -eq 0 -o \$? -eq 124"
du -sh --exclude=./proc --exclude=./dev "$root/usr/local" | sed 's/\t.*/ in \/usr\/local/'
echo 'rehearsed: every line ran. No image was built.'
