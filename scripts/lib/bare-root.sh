# Debian roots for rehearsals, to be sourced: made by debootstrap, joined to this host's network and Node.

suite=bookworm
mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | head -1)}

# require NAME: what a rehearsal cannot do without.
require() {
  if [ "$(id -u)" != 0 ]; then
    echo "$1: chroot needs root: run it with sudo" >&2
    exit 1
  fi
  command -v debootstrap > /dev/null || { echo "$1: apt-get install debootstrap" >&2; exit 1; }
}

# make_base FOLDER: unless it is there.
make_base() {
  if [ ! -d "$1/etc" ]; then debootstrap --variant=minbase "$suite" "$1" "$mirror"; fi
}

# What the host knows of its network: names, certificates.
connect() {
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
  mkdir -p "$1/etc/ssl/certs"
  cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/" 2> /dev/null || true
}

# Node, its headers and npm under /usr/local, as its archive and the official image have them.
add_node() {
  local node npm
  node=$(readlink -f "$(command -v node)")
  npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
  mkdir -p "$1/usr/local/lib/node_modules" "$1/usr/local/include"
  cp "$node" "$1/usr/local/bin/node"
  cp -r "$npm" "$1/usr/local/lib/node_modules/npm"
  cp -r "$(dirname "$(dirname "$node")")/include/node" "$1/usr/local/include/"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$1/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$1/usr/local/bin/npx"
}

# in_root ROOT COMMAND: by its shell, with nothing of this environment but the npm registry. CHROOT_USER: as whom.
in_root() {
  chroot ${CHROOT_USER:+--userspec="$CHROOT_USER"} "$1" /usr/bin/env -i \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="${CHROOT_HOME:-/tmp}" DEBIAN_FRONTEND=noninteractive \
    npm_config_registry="$(cd / && npm config get registry --loglevel=error)" npm_config_nodedir=/usr/local \
    NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
    /bin/sh -c "$2"
}
