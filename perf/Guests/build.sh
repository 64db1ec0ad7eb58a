#!/usr/bin/env bash
# Builds the workloads that workloads.txt lists, into OUTDIR.
#   build.sh guests OUTDIR   NAME.elf, short/NAME.elf, with address translation paged/NAME.elf and as a Linux program
#                            user/NAME.elf, with gcc-riscv64-unknown-elf; ARCH chooses -march
#   build.sh native OUTDIR   native/NAME and native-scalar/NAME, with the host's gcc
set -euo pipefail
if [ $# -ne 2 ] || { [ "$1" != guests ] && [ "$1" != native ]; }; then
    echo "usage: build.sh guests|native OUTDIR" >&2
    exit 2
fi
arch=${ARCH:-rv64im_zicsr}
mkdir -p "$2"/{short,paged,user,native,native-scalar}
out=$(cd "$2" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"
shared=../../tests/Guests

# No loop becomes a call of memset or memcpy: a library's routine is not what is compared.
# Floating point is computed as written, on the guest and natively.
flags=(-O2 -Wall -Wextra -Werror -fno-builtin -fno-tree-loop-distribute-patterns -ffp-contract=off -fno-math-errno)

guest() { # NAME ROUNDS FILE ARGUMENTS
    local march=$arch mabi=lp64
    if grep -q floating.h "$1.c"; then march=${arch/im/imfd} mabi=lp64d; fi
    riscv64-unknown-elf-gcc "${flags[@]}" -DNAME="\"$1\"" -DROUNDS="$2UL" -march="$march" -mabi="$mabi" -mcmodel=medany \
        -ffreestanding -nostdlib -Wl,--build-id=none -Wl,--no-warn-rwx-segments "${@:4}" "$1.c" -o "$3"
    riscv64-unknown-elf-strip --strip-debug "$3"
}

bare() { guest "$@" -T link.ld "$shared/start.S"; }

# The guest of perf/protection, which no peer can run.
if [ "$1" = guests ]; then bare disk 0 "$out/disk.elf"; fi

while read -r name variant rounds _; do
    case $1,$variant in
    guests,full)
        bare "$name" "$rounds" "$out/$name.elf"
        bare "$name" "$rounds" "$out/paged/$name.elf" -DPAGED
        guest "$name" "$rounds" "$out/user/$name.elf" -DLINUX
        ;;
    guests,short) bare "$name" "$rounds" "$out/short/$name.elf" ;;
    native,full)
        gcc "${flags[@]}" -DNATIVE -DNAME="\"$name\"" -DROUNDS="${rounds}UL" "$name.c" -o "$out/native/$name"
        # The guests have no vector instructions; this build tells what of native's lead comes from those.
        gcc "${flags[@]}" -fno-tree-vectorize -DNATIVE -DNAME="\"$name\"" -DROUNDS="${rounds}UL" "$name.c" \
            -o "$out/native-scalar/$name"
        ;;
    esac
done < <(grep -v '^#' workloads.txt)
rmdir --ignore-fail-on-non-empty "$out"/{short,paged,user,native,native-scalar}
