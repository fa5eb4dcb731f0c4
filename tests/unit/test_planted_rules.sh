#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_planted_rules.sh PINTEST: with each rule in turn made to pass always, the
# unit tests of the rules have to fail; with none, they pass. Prints TAP.
# shellcheck disable=SC2317 # result calls functions
set -euo pipefail

pintest=$1
program=$(dirname "$pintest")/../planted_rule_passes
count=0 failed=0

# result NAME COMMAND...: whether the command succeeds
result() {
	local name=$1 verdict=ok
	shift

	count=$((count + 1))
	if ! "$@"; then
		verdict='not ok'
		failed=1
	fi
	echo "$verdict $count planted_rules.$name"
}

tests_pass() {
	PLANTED=$1 "$program" >/dev/null 2>&1
}

tests_fail() {
	! tests_pass "$1"
}

mapfile -t rules < <("$pintest" list rules | awk '$1 ~ /^[a-z-]+$/ { print $1 }')
echo "1..$((${#rules[@]} + 1))"
result nothing tests_pass ''
for rule in "${rules[@]}"; do
	result "$rule" tests_fail "$rule"
done
exit "$failed"
