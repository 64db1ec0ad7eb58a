#!/usr/bin/env bash
# Checks what stands here against its sources: that bin/ is what they build to, in whatever folder; that each guest
# prints what expected/ says under QEMU and, where ./shadowvm was built, under ShadowVm; that the journal's logic keeps
# the I/O rules; that the documentation's example is the one that was compiled. Says what it leaves out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failures=0

right() { printf 'ok     %s\n' "$1"; }
wrong() { printf 'WRONG  %s\n' "$1"; failures=$((failures + 1)); }
left_out() { printf 'left out: %s\n' "$1"; }

same() { if cmp -s "$2" "$3"; then right "$1"; else wrong "$1"; fi; }

# NAME, wanted exit code, command...: its console is expected/NAME.txt.
prints() {
    local what=$1 guest=$2 wanted=$3 code=0
    shift 3
    timeout 120 "$@" >"$out/console" 2>"$out/errors" </dev/null || code=$?
    if [ "$code" = "$wanted" ] && cmp -s "$here/expected/$guest.txt" "$out/console"; then
        right "$guest under $what"
    else
        wrong "$guest under $what (exit code $code)"
    fi
}

exit_code() { if [ "$1" = libc ]; then echo 7; else echo 0; fi; }

if command -v riscv64-unknown-elf-gcc >/dev/null; then
    mkdir -p "$out/another/place"
    cp -r "$here" "$out/another/place/sources"
    "$out/another/place/sources/build.sh" "$out/built"
    for elf in "$here"/bin/*.elf; do
        same "$(basename "$elf") is what the sources build to" "$elf" "$out/built/$(basename "$elf")"
    done
else
    left_out "rebuilding; riscv64-unknown-elf-gcc is not installed"
fi

if command -v qemu-system-riscv64 >/dev/null; then
    for guest in hello compute timer count traps libc paging; do
        prints QEMU "$guest" "$(exit_code "$guest")" qemu-system-riscv64 -M virt -cpu rv64,c=false -bios none \
            -display none -monitor none -serial stdio -kernel "$here/bin/$guest.elf"
    done
    prints QEMU floats 0 qemu-system-riscv64 -M virt -bios none -display none -monitor none -serial stdio \
        -kernel "$here/bin/floats.elf"
else
    left_out "QEMU; qemu-system-riscv64 is not installed"
fi

if [ -f "$root/artifacts/bin/ShadowVm.Cli/release/shadowvm.dll" ]; then
    for guest in hello compute timer count traps libc example paging; do
        prints ShadowVm "$guest" "$(exit_code "$guest")" "$root/shadowvm" run "$here/bin/$guest.elf" --quiet \
            --isa rv64ims_zicsr_zifencei --clock instructions --disk "path=$out/$guest.img,size=1M"
    done
    for tier in reference cold block; do
        prints "ShadowVm's $tier tier" floats 0 "$root/shadowvm" run "$here/bin/floats.elf" --quiet --tier "$tier" \
            --clock instructions
    done
else
    left_out "ShadowVm; it was not built"
fi

if command -v cc >/dev/null; then
    if "$here/native/run.sh" 500 >"$out/native"; then right "the journal, native"; else
        wrong "the journal, native"
        cat "$out/native"
    fi
else
    left_out "the journal, native; there is no cc"
fi

# The first block of C in the documentation is a stretch of example.c.
block=$(awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$root/docs/guest-programming.md")
if [ -n "$block" ] && [[ $(<"$here/example.c") == *"$block"* ]]; then right "the documentation's example"; else
    wrong "the documentation's example"
fi

echo "$failures wrong"
[ "$failures" = 0 ]
