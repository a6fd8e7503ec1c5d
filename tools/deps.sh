#!/usr/bin/env bash
# Installs the Debian packages that building and testing need. Does nothing, and needs no network, when all are there.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkgconf python3-venv  # tools
  libexpected-dev libtbb-dev          # the core
  libcli11-dev libfmt-dev nlohmann-json3-dev libprotobuf-dev protobuf-compiler zlib1g-dev libzip-dev  # its edges
  libgtest-dev                        # tests
)

cannot() {
  {
    echo "deps: $1"
    echo "deps: these packages (Debian 12 names) are needed: ${packages[*]}"
    echo "deps: where they are installed in another way, build with: cmake --preset release && cmake --build --preset release"
  } >&2
  exit 1
}

command -v dpkg-query >/dev/null || cannot "this is not a Debian system, so nothing was installed."

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null) || status=absent
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || cannot "missing: ${missing[*]}; installing them needs root or sudo."
  as_root=(sudo)
fi
echo "deps: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q || echo "deps: the package lists could not be updated; trying the old ones" >&2
"${as_root[@]}" apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null ||
  cannot "apt-get could not install: ${missing[*]}."
