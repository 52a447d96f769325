#!/usr/bin/env bash
# Installs the Debian 12 packages that Carina needs to build, test and run. Does nothing when all are there.
#   Compose/install-dependencies.sh [--runtime]     --runtime: only what the finished programs load
set -euo pipefail

# Why each library: README.md, "What it stands on".
build=(
    libnng-dev        # transport between services
    libsqlite3-dev    # each service's state, through GRDB
    libopenblas-dev   # matrix products, principal components
    libdnnl-dev       # convolutions and all else of the learning engine, forward and backward
    libjpeg-dev       # previews, contact sheets, JPEG slices
    libpng-dev        # PNG slices
    libdcmtk-dev      # DICOM, every common transfer syntax but JPEG 2000
    libopenjp2-7-dev  # JPEG 2000 in DICOM
    python3           # Protocols/check.py and the Python client
    make git
)
test_only=(
    redis-tools           # the gateway is tested with redis-cli and redis-benchmark
    netcat-openbsd        # and with nc
    python3-venv          # exported networks are tested with ONNX Runtime, which comes from PyPI
    openssl               # certificates for the mutual-TLS tests
)
runtime=(
    libnng1 libsqlite3-0 libopenblas0-pthread libdnnl2 libjpeg62-turbo libpng16-16 libdcmtk17 libopenjp2-7
)

if [ "${1:-}" = "--runtime" ]; then
    wanted=("${runtime[@]}")
else
    wanted=("${build[@]}" "${test_only[@]}")
fi

missing=()
for package in "${wanted[@]}"; do
    if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed'; then
        missing+=("$package")
    fi
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "install-dependencies: these Debian packages are missing and sudo is not there: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "install-dependencies: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -q
"${as_root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}"
