#!/usr/bin/env bash
# Tries the journal's logic on the host: SEEDS worlds (default 2000), lying devices, and broken journals that the
# checkers have to catch. Needs a C compiler for the host, 64 bits.
set -euo pipefail
seeds=${1:-2000}
cd "$(dirname "${BASH_SOURCE[0]}")"
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cc=(cc -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined)
if ! echo 'int main(void) { return 0; }' | "${cc[@]}" -x c - -o "$out/probe" 2>/dev/null; then
    cc=(cc -O1 -Wall -Wextra -Werror)
fi

"${cc[@]}" journal.c machine.c -o "$out/native"
"$out/native" "$seeds"
for lie in forgets-write old-write flips-bit fails; do
    "$out/native" 200 "$lie"
done

# Each breaks one rule: NAME, then what sed does to the journal.
broken() {
    sed -e "$2" ../journal.c >"$out/$1.c"
    if cmp -s ../journal.c "$out/$1.c"; then
        echo "run.sh: nothing to break for $1" >&2
        exit 1
    fi
    "${cc[@]}" -Wno-error -w -I.. "-DJOURNAL=\"$out/$1.c\"" journal.c machine.c -o "$out/$1"
    if "$out/$1" 200 >"$out/$1.txt"; then
        echo "run.sh: a journal that $1 was not caught" >&2
        exit 1
    fi
    echo "caught: $1: $(head -n 1 "$out/$1.txt")"
}
broken never-reissues 's/^        send_all();$//'
broken reissues-other-bytes 's/^        reissued++;$/&\n    operation->sector.record.clock += operation->sent;/'
broken takes-disconnected-for-completed \
    's/^            disconnects++;$/&\n            for (u64 i = 0; i < window; i++) operations[i].state = DONE;/'
broken issues-unconnected 's/^    if (result == RESULT_NOT_CONNECTED)$/    if (0)/'
broken puts-two-in-one-sector 's|operation->number - 1);$|operation->number / 2);|'
