#!/usr/bin/env bash
# Builds every workload: guests into OUTDIR (gcc-riscv64-unknown-elf), native programs into OUTDIR/native (gcc).
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: build.sh OUTDIR" >&2
    exit 2
fi
mkdir -p "$1/native"
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
arch=${ARCH:-rv64im_zicsr}
guests=../../tests/Guests

# Rounds make two to six thousand million guest instructions each.
declare -A rounds=([sieve]=1200 [sort]=3000 [hash]=1000000 [matrix]=2200 [recursion]=4800 [strings]=4500
    [interp]=56000 [lists]=30000 [crc]=4800 [queens]=8000 [copies]=60000)

for name in "${!rounds[@]}"; do
    flags=(-O2 -Wall -Wextra -Werror -DNAME="\"$name\"" -DROUNDS="${rounds[$name]}UL")
    if command -v riscv64-unknown-elf-gcc > /dev/null; then
        riscv64-unknown-elf-gcc "${flags[@]}" -march="$arch" -mabi=lp64 -mcmodel=medany -ffreestanding -nostdlib \
            -fno-builtin -fno-tree-loop-distribute-patterns -T link.ld \
            -Wl,--build-id=none -Wl,--no-warn-rwx-segments "$guests/start.S" "$name.c" -o "$out/$name.elf"
        riscv64-unknown-elf-strip --strip-debug "$out/$name.elf"
    fi
    if command -v gcc > /dev/null; then
        gcc "${flags[@]}" -DNATIVE "$name.c" -o "$out/native/$name"
    fi
done
