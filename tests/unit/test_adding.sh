#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_adding.sh PINTEST: the diffs of docs/adding-a-check.md apply to this tree,
# it builds with them, and 'pintest list' has what they add, which PINTEST has
# not. Prints TAP.
set -euo pipefail

pintest=$(realpath "$1")
top=$(cd "$(dirname "$0")/../.." && pwd)
page=$top/docs/adding-a-check.md
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
number=0 failures=0

# told WHAT COMMAND...: whether the command succeeds; if not, what it printed.
told() {
	local what=$1 output

	shift
	number=$((number + 1))
	if output=$("$@" 2>&1); then
		echo "ok $number - $what"
		return
	fi
	failures=$((failures + 1))
	[ -z "$output" ] || printf '# %s\n' "${output//$'\n'/$'\n'# }"
	echo "not ok $number - $what"
}

# The objects of PINTEST come along, so that make compiles what the diffs change.
copy_tree() {
	mkdir "$copy/userspace"
	cp -a "$top/VERSION" "$top/uapi" "$copy"
	find "$top/userspace" -mindepth 1 -maxdepth 1 ! -name build \
		-exec cp -a -t "$copy/userspace" {} +
	cp -a "$(dirname "$pintest")" "$copy/build"
}

diffs() {
	awk '/^```/ { inside = $0 == "```diff"; next } inside' "$page"
}

apply() {
	diffs | GIT_CEILING_DIRECTORIES=$(dirname "$copy") \
		git -C "$copy" apply --verbose -
}

build() {
	make -s -C "$copy/userspace" O="$copy/build"
}

# Ids of all rows and checks that a command lists.
ids() {
	local table

	for table in rules ways memory events checks; do
		"$1" list "$table"
	done | awk '{ print $1 }' | sort -u
}

added_ids() {
	diffs | sed -n -e 's/^+\t\t\.id = "\(.*\)",$/\1/p' \
		-e 's/^+\t{ "\([a-z-]*\)",.*/\1/p'
}

# Whether a list has an id: is_listed LIST ID.
is_listed() {
	grep -qxF -e "$2" "$copy/$1"
}

is_new() {
	! is_listed before "$1" && is_listed after "$1"
}

mapfile -t added < <(added_ids)
echo "1..$((4 + ${#added[@]}))"
copy_tree
told "the page adds a memory kind, an event, a rule, a way and a story" \
	[ ${#added[@]} -eq 5 ]
told "each of them touches one file" \
	[ "$(diffs | grep -c '^+++ ')" -eq 5 ]
told "its diffs apply" apply
told "the tree builds with them" build
ids "$pintest" >"$copy/before"
ids "$copy/build/pintest" >"$copy/after"
for id in "${added[@]}"; do
	told "'pintest list' has $id, which is new" is_new "$id"
done
[ "$failures" -eq 0 ]
