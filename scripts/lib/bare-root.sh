# Debian roots for rehearsals, to be sourced: made by debootstrap, joined to this host's network and, where asked, Node.

# Another one is set behind this.
suite=bookworm
mirror=${MIRROR:-$(apt-get indextargets --format '$(SITE)' | head -1)}

certificates=/etc/host-certificates.crt
# Where Node's headers are, once `add_node` has put them there.
nodedir=

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

# What the host knows of its network: names, and certificates, for apt where it looks, and for Node where no package of
# the root's own replaces them.
connect() {
  local copy
  cp -L /etc/resolv.conf "$1/etc/resolv.conf"
  mkdir -p "$1/etc/ssl/certs"
  for copy in /etc/ssl/certs/ca-certificates.crt "$certificates"; do
    cp -L /etc/ssl/certs/ca-certificates.crt "$1$copy" 2> /dev/null || true
  done
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
  nodedir=/usr/local
}

# in_root ROOT COMMAND: by its shell, with nothing of this environment but proxies and the npm registry. CHROOT_USER: as whom.
in_root() {
  chroot ${CHROOT_USER:+--userspec="$CHROOT_USER"} "$1" /usr/bin/env -i \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="${CHROOT_HOME:-/tmp}" DEBIAN_FRONTEND=noninteractive \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    npm_config_registry="$(cd / && npm config get registry --loglevel=error)" ${nodedir:+npm_config_nodedir="$nodedir"} \
    NODE_EXTRA_CA_CERTS="$certificates" npm_config_cafile="$certificates" \
    /bin/sh -c "$2"
}
