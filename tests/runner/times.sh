# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is remembered of earlier runs: how long each lane takes, in the file $times,
# and which lanes have passed for which content of the tree, in LOGS/passed. Lines
# that are not as they should be are as if they were not there.
#
# $times:       name, seconds, seconds of processors; with tabs between
# LOGS/passed:  hash of the tree, name, passed, skipped
#
# shellcheck disable=SC2004,SC2015,SC2034,SC2154 # tests/run sets and takes them

read_times() {
	local name seconds

	[ -f "$times" ] && [ -r "$times" ] || return 0
	while IFS=$'\t' read -r name seconds _; do
		[ -n "$name" ] && [ -n "${path_of[$name]:-}" ] &&
			[[ $seconds =~ ^([0-9]{1,6})(\.[0-9]+)?$ ]] || continue
		seconds_of[$name]=${BASH_REMATCH[1]}
	done <"$times" 2>/dev/null
}

# keep_time NAME: that of a lane that has passed. Other runs may do the same at the
# same time. Without the file the next run knows less, and that is all.
keep_time() {
	[ -s "$logs/$1.time" ] || return 0
	{
		mkdir -p "$(dirname "$times")" &&
		(
			flock 9
			[ -e "$times" ] || : >"$times"
			{
				awk -F '\t' -v name="$1" \
					'NF == 3 && $1 != name' "$times"
				printf '%s\t%s\n' "$1" "$(cat "$logs/$1.time")"
			} >"$times.new" && mv "$times.new" "$times"
		) 9>"$times.lock"
	} 2>/dev/null || true
}

# A name for the content of the tree, its untracked files included.
tree_hash() {
	(
		cd "$here/.." || exit
		git -c safe.directory='*' ls-files -z --cached --others \
			--exclude-standard |
			xargs -0 stat -c '%A %n' 2>/dev/null
		git -c safe.directory='*' ls-files -z --cached --others \
			--exclude-standard |
			xargs -0 sha256sum 2>/dev/null
	) | sha256sum | cut -c 1-16
}

# Take lanes that have passed off the list.
leave_out_passed() {
	local hash name passed skipped
	local -A before=()

	[ -n "$resume" ] || return 0
	tree=$(tree_hash)
	[ -e "$logs/passed" ] || return 0
	while IFS=$'\t' read -r hash name passed skipped; do
		[ "$hash" = "$tree" ] && [ -n "${path_of[$name]:-}" ] ||
			continue
		[ -z "${before[$name]:-}" ] || continue
		before[$name]=1
		print_line "$(lane_line "$name" "$passed" 0 "$skipped"), before"
		count_lane "$name" "$passed" 0 "$skipped"
	done <"$logs/passed"
	drop_from_pending
}

drop_from_pending() {
	local name left=()

	for name in "${pending[@]}"; do
		[ -n "${before[$name]:-}" ] || left+=("$name")
	done
	pending=("${left[@]}")
}

# keep_passed NAME PASSED SKIPPED: unless the tree has changed on the way.
keep_passed() {
	[ -n "$resume" ] && [ "$(tree_hash)" = "$tree" ] || return 0
	printf '%s\t%s\t%s\t%s\n' "$tree" "$@" >>"$logs/passed"
}
