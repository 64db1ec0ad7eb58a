#!/usr/bin/env bash
# Builds every guest into OUTDIR. Needs gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf.
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: build.sh OUTDIR" >&2
    exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

prefix=riscv64-unknown-elf
flags=(-march=rv64im_zicsr -mabi=lp64 -mcmodel=medany -O2 -Wall -Wextra -Werror
    -Wl,--build-id=none -Wl,--no-warn-rwx-segments)
bare=("${flags[@]}" -ffreestanding -nostdlib -fno-builtin -T link.ld start.S)

for guest in hello compute timer count journal traps example paging; do
    "$prefix-gcc" "${bare[@]}" "$guest.c" -o "$out/$guest.elf"
done

# libc has picolibc's own startup code and linker script, told where memory is; crt0-hosted calls exit after main.
# It names plain rv64im, as the library's variants are chosen by that text. The warnings are for what it does on
# purpose: truncating, and a recursion that only longjmp ends.
"$prefix-gcc" --specs=picolibc.specs --crt0=hosted "${flags[@]}" -march=rv64im \
    -Wno-infinite-recursion -Wno-format-truncation -Wno-stringop-truncation libc.c -o "$out/libc.elf" \
    -Wl,--defsym=__flash=0x80000000 -Wl,--defsym=__flash_size=4M \
    -Wl,--defsym=__ram=0x80400000 -Wl,--defsym=__ram_size=8M -Wl,--defsym=__stack_size=64K

# floats needs what the machine has with F and D; the text of that variant names no more than its letters.
"$prefix-gcc" --specs=picolibc.specs --crt0=hosted "${flags[@]}" -march=rv64imafdc -mabi=lp64d -frounding-math -fno-builtin \
    floats.c -o "$out/floats.elf" \
    -Wl,--defsym=__flash=0x80000000 -Wl,--defsym=__flash_size=4M \
    -Wl,--defsym=__ram=0x80400000 -Wl,--defsym=__ram_size=8M -Wl,--defsym=__stack_size=64K -lm

for elf in "$out"/*.elf; do
    "$prefix-strip" --strip-debug "$elf"
    # The machine of the others has no 16-bit instructions. A library of the wrong variant brings some, and the linker then sets
    # the RVC flag in the header.
    if [ "$elf" != "$out/floats.elf" ] && "$prefix-readelf" -h "$elf" | grep -q 'Flags:.*RVC'; then
        echo "build.sh: $elf holds 16-bit instructions" >&2
        exit 1
    fi
done
