#!/usr/bin/env bash
# Checks workloads.txt and bin/ against the sources: the images are what the sources build to, and each variant gives
# its checksum natively, under QEMU and under ShadowVm, there with its number of instructions. Says what it leaves out.
#   check.sh            checks
#   check.sh --record   after a change: builds bin/ anew and writes checksums and instructions into workloads.txt
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
shadowvm=../../artifacts/bin/ShadowVm.Cli/release/shadowvm.dll
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
failures=0

wrong() { printf 'WRONG  %s\n' "$1"; failures=$((failures + 1)); }
left_out() { printf 'left out: %s\n' "$1"; }
have() { command -v "$1" >/dev/null; }

image() { if [ "$2" = short ]; then echo "bin/short/$1.elf"; else echo "bin/$1.elf"; fi; }

# NAME VARIANT ROUNDS: what is printed, and what --stats says in $out/stats.
on_shadowvm() {
    local set=()
    if [ "$2" = hundredth ]; then set=(--set "0=$3"); fi
    dotnet "$shadowvm" run "$(image "$1" "$2")" "${set[@]}" --stats 2>"$out/stats" </dev/null
}

instructions() { sed -n 's/^shadowvm: \([0-9]*\) instructions.*/\1/p' "$out/stats"; }

if [ "${1:-}" = --record ]; then
    ./build.sh guests bin
    ./build.sh native "$out"
    grep '^#' workloads.txt >"$out/table"
    while read -r name variant rounds _; do
        line=$("$out/native/$name" "$rounds")
        on_shadowvm "$name" "$variant" "$rounds" >/dev/null
        printf '%-10s %-9s %6d %12d %s\n' "$name" "$variant" "$rounds" "$(instructions)" "${line#*: }" >>"$out/table"
    done < <(grep -v '^#' workloads.txt)
    cp "$out/table" workloads.txt
fi

if have riscv64-unknown-elf-gcc; then
    ./build.sh guests "$out/guests"
    while read -r elf; do
        cmp -s "bin/$elf" "$out/guests/$elf" || wrong "bin/$elf is not what the sources build to"
    done < <(cd "$out/guests" && find . -name '*.elf' -printf '%P\n' | sort)
else
    left_out "rebuilding; riscv64-unknown-elf-gcc is not installed"
fi

if have gcc; then ./build.sh native "$out"; else left_out "native; gcc is not installed"; fi
have qemu-riscv64 || left_out "QEMU's programs; qemu-riscv64 is not installed"
have qemu-system-riscv64 || left_out "QEMU; qemu-system-riscv64 is not installed"
[ -f "$shadowvm" ] || left_out "ShadowVm; it was not built"

while read -r name variant rounds count checksum; do
    wanted="$name: $checksum"
    expect() { if [ "$2" != "$wanted" ]; then wrong "$1 says '$2' for $name $variant, not '$wanted'"; fi; }
    if have gcc; then
        expect native "$("$out/native/$name" "$rounds")"
        expect native-scalar "$("$out/native-scalar/$name" "$rounds")"
    fi
    if [ "$variant" = full ]; then
        if have qemu-riscv64; then expect qemu-riscv64 "$(timeout 120 qemu-riscv64 "bin/user/$name.elf")"; fi
        if [ -f "$shadowvm" ]; then
            expect "ShadowVm, a program" "$(dotnet "$shadowvm" run "bin/user/$name.elf" --machine user </dev/null)"
            expect "ShadowVm, addresses translated" "$(dotnet "$shadowvm" run "bin/paged/$name.elf" </dev/null)"
        fi
    fi
    # QEMU has no way to set a parameter, so it cannot do a hundredth.
    if have qemu-system-riscv64 && [ "$variant" != hundredth ]; then
        expect QEMU "$(timeout 120 qemu-system-riscv64 -M virt -bios none -display none -monitor none -serial stdio \
            -kernel "$(image "$name" "$variant")" </dev/null)"
    fi
    if [ -f "$shadowvm" ]; then
        expect ShadowVm "$(on_shadowvm "$name" "$variant" "$rounds")"
        [ "$(instructions)" = "$count" ] || wrong "ShadowVm needs $(instructions) instructions for $name $variant, not $count"
    fi
done < <(grep -v '^#' workloads.txt)

echo "$failures wrong"
[ "$failures" = 0 ]
