#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/debug/proofs takes nothing for proved but what has run and passed.
# Prints TAP.
set -euo pipefail

proofs=$(cd "$(dirname "$0")/../debug" && pwd)/proofs
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
number=0 failures=0

# What is not proved if the log is standard input.
unproved() {
	cat >"$tmp/log"
	"$proofs" "$tmp/log" | sed -n 's/^not ok [0-9]* proof\.//p' || true
}

# is WHAT EXPECTED FOUND
is() {
	number=$((number + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $number - $1"
		return
	fi
	failures=$((failures + 1))
	diff <(echo "$2") <(echo "$3") | sed 's/^/# /' || true
	echo "not ok $number - $1"
}

names=$(unproved </dev/null)
passed=$(sed 's/\*/one/; s/^/ok 1 /' <<<"$names")

echo 1..5
is "nothing has run" "$("$proofs" /dev/null | grep -c proof)" \
	"$(wc -l <<<"$names")"
is "all have passed" '' "$(unproved <<<"$passed")"
is "one has not run" fuzz "$(grep -v ' fuzz$' <<<"$passed" | unproved)"
is "one was skipped" fuzz "$(unproved <<<"${passed/ fuzz/ fuzz # SKIP}")"
is "one of many has failed" 'abi.pid.*' \
	"$(printf '%s\nnot ok 2 abi.pid.two\n' "$passed" | unproved)"
exit $((failures > 0))
