#!/bin/sh
# Runs a TypeScript file of this repository on the Node that package.json pins, whatever the system's Node is.
# Installs the npm packages of the lock file first, where they are missing or the lock file has changed.
set -eu
root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 ;;
  Linux-aarch64) platform=linux-arm64 ;;
  Darwin-arm64) platform=darwin-arm64 ;;
  Darwin-x86_64) platform=darwin-x64 ;;
  *) platform=unknown ;;
esac
node="$root/node_modules/node-$platform/bin/node"
stamp="$root/node_modules/.k8ts-lock"
if ! [ -x "$node" ] || ! cmp -s "$root/package-lock.json" "$stamp"; then
  echo "Installing npm packages …" >&2
  # Not "npm ci": it insists on optional packages of other platforms, which a registry mirror may not carry.
  (cd "$root" && npm install --no-save --no-audit --no-fund --ignore-scripts --loglevel=error >&2)
  cp "$root/package-lock.json" "$stamp"
fi
if ! [ -x "$node" ]; then
  echo "k8ts: no Node 26 for this platform on npm; install Node 26 or later and run: node --conditions=source $*" >&2
  exit 1
fi
if ! "$node" --version >/dev/null 2>&1; then
  # Node's one library beyond the C and C++ ones; a minimal Debian lacks it.
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing libatomic1, which Node needs …" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq libatomic1 >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq libatomic1; } >/dev/null
  fi
  "$node" --version >/dev/null || { echo "k8ts: Node 26 does not run here; on Debian: apt-get install libatomic1" >&2; exit 1; }
fi
script="$1"; shift
PATH="$root/node_modules/node-$platform/bin:$PATH" exec "$node" --conditions=source "$root/$script" "$@"
