#!/usr/bin/env bash
# Builds the programs without a library into OUTDIR/ISA for each compiler that is installed. Debian's packages:
# gcc-riscv64-linux-gnu gcc-mips-linux-gnu gcc-mipsel-linux-gnu gcc-alpha-linux-gnu.
set -euo pipefail
if [ $# -ne 1 ]; then
    echo "usage: build.sh OUTDIR" >&2
    exit 2
fi
mkdir -p "$1"
out=$(cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")"

build() # ISA COMPILER FLAGS...
{
    local isa=$1 compiler=$2
    shift 2
    if ! command -v "$compiler-gcc" > /dev/null; then
        echo "build.sh: $compiler-gcc isn't installed: $isa is left out"
        return
    fi
    mkdir -p "$out/$isa"
    for program in calls records crash; do
        "$compiler-gcc" "$@" -O2 -Wall -Wextra -Werror -ffreestanding -fno-builtin -fno-stack-protector -nostdlib -static \
            -Wl,--build-id=none -Wl,-z,noseparate-code "$program.c" -o "$out/$isa/$program.elf"
        "$compiler-strip" -R .comment -R .riscv.attributes -R .note.GNU-stack "$out/$isa/$program.elf"
    done
}

build riscv riscv64-linux-gnu -march=rv64imafd -mabi=lp64d
build mips mips-linux-gnu -mno-abicalls -fno-pic -G0
build mipsel mipsel-linux-gnu -mno-abicalls -fno-pic -G0
build alpha alpha-linux-gnu -Wl,-z,max-page-size=8192
