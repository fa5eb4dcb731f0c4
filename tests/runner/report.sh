# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What is said of lanes: a line and the failures of each as it ends, and of all
# together at the end. LOGS/lanes.txt has what each took, LOGS/checks.txt what each
# result did that says so (runner/tap.awk).
#
# shellcheck disable=SC2154 # tests/run sets and takes them

total_passed=0 total_failed=0 total_skipped=0
# A line for each lane: its seconds, those of processors, its name.
lines=()
# Reasons of skips: how many, and of which lanes.
declare -A skips=() skips_in=()
# What failed, some lines of each lane, told again at the end, since that may be all
# that is shown of a long run.
failures=()

# print_line TEXT: with nothing of the progress in between.
print_line() {
	hide_progress
	printf '%s\n' "$1"
}

# lane_line NAME PASSED FAILED SKIPPED
lane_line() {
	printf '%-22s %s passed, %s failed, %s skipped' "$1:" "${@:2}"
}

count_lane() {
	total_passed=$((total_passed + $2))
	total_failed=$((total_failed + $3))
	total_skipped=$((total_skipped + $4))
}

# count_skips NAME TIMES REASON
count_skips() {
	skips[$3]=$((${skips[$3]:-0} + $2))
	skips_in[$3]+="${skips_in[$3]:+, }$1"
}

# Why the runner itself has stopped a lane.
stopped_for() {
	local size

	for size in $(stat -c %s "$logs/$1".{tap,log}); do
		[ "$size" -le $((megabytes << 20)) ] ||
			echo "stopped, it printed more than $megabytes MB"
	done
}

judge_lane() {
	head -c $((megabytes << 20)) "$logs/$1.tap" |
		awk -v status="$2" -v why="$(stopped_for "$1")" \
			-v again="${path_of[$1]}" -v table="$logs/$1.ms" \
			-f "$here/runner/tap.awk"
}

# report_lane NAME STATUS: a line for the lane, then its failures.
report_lane() {
	local name=$1 status=$2 kind first rest passed failed skipped
	local shown=() seconds=0 processor=0

	while IFS=$'\t' read -r kind first rest; do
		case $kind in
		count) passed=$first; IFS=$'\t' read -r failed skipped <<<"$rest" ;;
		skip) count_skips "$name" "$first" "$rest" ;;
		show) shown+=("$first${rest:+ $rest}") ;;
		esac
	done < <(judge_lane "$name" "$status")

	[ ! -s "$logs/$name.time" ] ||
		IFS=$'\t' read -r seconds processor <"$logs/$name.time"
	lines+=("$seconds"$'\t'"$processor"$'\t'"$name")
	print_line "$(lane_line "$name" "$passed" "$failed" "$skipped"), $(
		)$seconds s, $processor s of processors"
	count_lane "$name" "$passed" "$failed" "$skipped"
	if [ "$failed" -gt 0 ]; then
		show_failures "$name" "${shown[@]}"
		shown=("${shown[@]:0:10}")
		failures+=("${shown[@]/#/$name: }")
	else
		keep_time "$name"
		keep_passed "$name" "$passed" "$skipped"
	fi
}

# What standard error says of a failure: the check that ran last, of those that
# tests/kernel/follow names, and then the last 20 lines; or all that tests/vm shows
# of the console of a guest that was lost.
end_of_log() {
	awk '
		/^# running: / { running = $0; next }
		{ line[++n] = $0 }
		/^tests\/vm: the end of its console:/ { console = n }
		END {
			first = console ? console : n > 20 ? n - 19 : 1
			if (running != "")
				print running
			for (i = first; i <= n && i < first + 100; i++)
				print line[i]
			if (i <= n)
				print "... " n - i + 1 " lines more"
		}' "$1"
}

show_failures() {
	local name=$1
	shift

	printf '    %s\n' "${@:1:60}"
	[ $# -le 60 ] || echo "    ... $(($# - 60)) lines more"
	if [ -s "$logs/$name.log" ]; then
		echo "    standard error ends with:"
		end_of_log "$logs/$name.log" | sed 's/^/        /'
	fi
	echo "    (all of it: $logs/$name.tap and $name.log)"
}

# The tables of all lanes, and of all results that say what they took.
write_tables() {
	local name

	printf '%s\n' "${lines[@]}" | sort -k 1,1nr >"$logs/lanes.txt"
	for name in "${!path_of[@]}"; do
		[ ! -s "$logs/$name.ms" ] || sed "s,$,\t$name," "$logs/$name.ms"
	done | sort -k 1,1nr >"$logs/checks.txt"
}

show_slowest() {
	[ "${#lines[@]}" -gt 0 ] || return 0
	echo "The slowest lanes ($logs/lanes.txt has all):"
	head -n 10 "$logs/lanes.txt" | while IFS=$'\t' read -r seconds cpu name; do
		printf '    %-26s %7s s, %7s s of processors\n' \
			"$name" "$seconds" "$cpu"
	done
}

show_skips() {
	local reason

	[ "${#skips[@]}" -gt 0 ] || return 0
	echo "Why results were skipped:"
	for reason in "${!skips[@]}"; do
		printf '    %4d skipped: %s (%s)\n' "${skips[$reason]}" \
			"$reason" "${skips_in[$reason]}"
	done | sort -k 1,1nr
}

summarize() {
	write_tables
	show_slowest
	show_skips
	if [ "${#failures[@]}" -gt 0 ]; then
		echo "What failed:"
		printf '    %s\n' "${failures[@]}"
	fi
	echo "$total_passed passed, $total_failed failed, $total_skipped skipped"
}
