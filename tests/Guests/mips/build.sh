#!/usr/bin/env bash
# Builds the MIPS guest in both byte orders into OUTDIR. Needs gcc-mips-linux-gnu and gcc-mipsel-linux-gnu.
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: build.sh OUTDIR" >&2
    exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

for order in mips mipsel; do
    "$order-linux-gnu-gcc" -march=mips32r2 -mabi=32 -mno-abicalls -fno-pic -G0 -msoft-float -O2 -Wall -Wextra -Werror \
        -ffreestanding -nostdlib -fno-builtin -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
        -T link.ld start.S board.c -o "$out/board-$order.elf"
    "$order-linux-gnu-strip" --strip-debug "$out/board-$order.elf"
done
