#!/usr/bin/env bash
# Makes an image of each service (carina/ingest … carina/gateway) and of the command-line tool (carina/carina), with podman or docker.
# Called by `make images`, after the build. CARINA_PROGRAMS names another folder with the built programs.
set -euo pipefail
cd "$(dirname "$0")/.."

engine=$(command -v podman || command -v docker) || {
    echo "build-images: neither podman nor docker is installed" >&2
    exit 1
}
services=(ingest labeler trainer embedder index gateway carina)
built=${CARINA_PROGRAMS:-.build/release}
staged=.build/images
rm -rf "$staged"
mkdir -p "$staged/bin" "$staged/lib"
cp Compose/Containerfile Compose/health-probe Compose/install-dependencies.sh "$staged/"
for service in "${services[@]}"; do
    install -m 755 "$built/$service" "$staged/bin/$service"
    strip --strip-debug "$staged/bin/$service"
    # What the program loads from the Swift toolchain; everything else comes from Debian's packages.
    ldd "$built/$service" | awk '/\/swift\// { print $3 }'
done | sort -u | xargs -I{} cp -L {} "$staged/lib/"

for service in "${services[@]}"; do
    "$engine" build --build-arg "SERVICE=$service" -t "carina/$service" -f "$staged/Containerfile" "$staged"
done
"$engine" images --filter 'reference=*carina/*' --format '{{.Repository}}  {{.Size}}'
