#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_ways.sh PINTEST: the command with a way from outside that pins nothing, and
# without the module. Prints TAP.
set -uo pipefail

pintest=$1
fakes=$(dirname "$pintest")/..
count=0 failed=0

# result NAME STATUS TEXT ARG...: pintest exits with STATUS and prints TEXT
result() {
	local name=$1 status=$2 text=$3 output is verdict=ok
	shift 3

	output=$("$pintest" "$@" 2>&1)
	is=$?
	count=$((count + 1))
	if [ "$is" -ne "$status" ] || [[ $output != *"$text"* ]]; then
		verdict='not ok' failed=1
		echo "# exit status $is:"
		head -c 2000 <<<"$output" | sed 's/^/# /'
	fi
	echo "$verdict $count ways.$name"
}

fake=$fakes/fake.so
anon=(--filter '*-longterm.fake.anon.write')
echo 1..13
result passes 0 '2 passed' check --no-module --way "$fake:argument" "${anon[@]}"
FAKE_WAY=stale result fails 1 'FAIL rw-longterm.fake.anon.write: page 0' \
	check --no-module --way "$fake" "${anon[@]}"
FAKE_WAY=crash result crashes 1 'read() of fake crashed' \
	check --no-module --way "$fake" "${anon[@]}"
FAKE_WAY=absent result is-absent 4 'fake cannot be used' \
	check --no-module --way "$fake" "${anon[@]}"
result version 64 'is for version 77' check --way "$fakes/fake_version.so"
result no-such-way 64 "there is no way 'nowhere'" check --way nowhere
result takes-way 64 '--no-module takes --way' check --no-module
result lists-facts 0 'which page is pinned' list --no-module --way "$fake"
PINTEST_WAYS=$fakes result is-installed 0 'a way that is none' list ways
FAKE_WAY=stale result is-not-the-kernel 1 'pins of fake are not reliable' \
	check --no-module --way "$fake" "${anon[@]}"
result compares 64 "'fast' is not two ways" compare-ways fast
result compares-two 64 "'fast,slow,get' is not two ways" \
	compare-ways fast,slow,get
result compares-others 64 'same way twice' compare-ways fast,fast
exit "$failed"
