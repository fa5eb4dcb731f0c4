#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Advice from a record: what is in the table follows from the results, and what is no
# record is refused. $1 is pintest. Prints TAP.
set -uo pipefail

pintest=$1
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0

ok() {
	number=$((number + 1))
	if "${@:2}"; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		sed 's/^/# /' "$dir/out"
	fi
}

# record VERDICT FINDING: the record of a run with one result
record() {
	cat >"$dir/run.jsonl" <<-END
		{"pintest":"run","schema":1,"kernel":"6.1.0-test"}
		{"pintest":"check","id":"ro-longterm.fast.zeropage.write","verdict":"$1","finding":"$2","reason":"seen","ms":1}
		{"pintest":"end","complete":
	END
}

advise() {
	"$pintest" advise --call 'pin_user_pages_fast(FOLL_LONGTERM)' \
		--memory zeropage --from "$dir/run.jsonl" "$@" >"$dir/out" 2>&1
}

says_stale() {
	record FAIL stale
	! advise && grep -qE '^zeropage +allowed +goes stale' "$dir/out" &&
		grep -q '6.1.0-test' "$dir/out"
}

says_ok() {
	record PASS none
	advise && grep -qE '^zeropage +allowed +ok' "$dir/out"
}

knows_other_kernels() {
	record PASS none
	advise --kernels 5.10..6.1 &&
		grep -q 'fixed in 6.2' "$dir/out" &&
		advise --kernels 6.12.. && ! grep -q 'fixed in 6.2' "$dir/out"
}

refuses_what_is_no_record() {
	echo nothing >"$dir/run.jsonl"
	advise
	[ $? -eq 64 ] && grep -q 'is no record of a run' "$dir/out"
}

refuses_ranges_that_are_none() {
	record PASS none
	advise --kernels new
	[ $? -eq 64 ] || return
	advise --kernels 6.12..6.1
	[ $? -eq 64 ]
}

tells_what_is_not_in_the_record() {
	record PASS none
	sed -i 2d "$dir/run.jsonl"
	advise
	[ $? -eq 2 ] && grep -q '0 checks, [0-9]* more are not in the record' \
		"$dir/out" && ! grep -q 'Reliable:' "$dir/out" &&
		grep -qE '^zeropage +not measured' "$dir/out"
}

prints_json() {
	record FAIL stale
	! advise --json && python3 - "$dir/out" <<-END
		import json, sys
		advice, = json.load(open(sys.argv[1]))["advice"]
		row, = advice["memory"]
		check, = [c for c in advice["checks"] if c["verdict"]]
		assert advice["kernel"] == "6.1.0-test"
		assert advice["call"] == "pin_user_pages_fast(FOLL_LONGTERM)"
		assert row["memory"] == "zeropage" and row["write"] == "goes stale"
		assert check["id"] == "ro-longterm.fast.zeropage.write"
		assert check["finding"] == "stale"
	END
}

echo 1..7
ok advise_stale says_stale
ok advise_ok says_ok
ok advise_other_kernels knows_other_kernels
ok advise_no_record refuses_what_is_no_record
ok advise_no_range refuses_ranges_that_are_none
ok advise_not_in_the_record tells_what_is_not_in_the_record
ok advise_json prints_json
[ "$number" -eq 7 ]
