# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Lanes: what they are called, what they take, starting and stopping them.
#
# A lane is known by its name everywhere. A running one is a subshell that is the
# parent of timeout(1), which is the leader of a process group and passes signals
# on to it.
#
# shellcheck disable=SC2034,SC2154 # tests/run sets and takes them

# By name: the file; processors, and seconds at a guess; when it began.
declare -A path_of=() processors_of=() seconds_of=() began=() repeated=()
# By process.
declare -A running=()
# Names, in the order in which they shall start.
pending=()

name_of() {
	local path

	path=$(realpath -sm "$1")
	echo "$(basename "${path%/*}")/${path##*/}"
}

# declared LANE KEY DEFAULT: what the lane's file says that it takes.
declared() {
	local value

	value=$(sed -nE "/^# lane:/ { s/.*[ ]$2=([0-9]+).*/\1/p; q }" \
		"$1" 2>/dev/null) || true
	echo "${value:-$3}"
}

# Two lanes of one name would write over each other's logs.
find_lanes() {
	local lane name

	for lane; do
		name=$(name_of "$lane")
		if [ -n "${path_of[$name]:-}" ]; then
			echo "tests/run: two lanes are called $name" >&2
			exit 64
		fi
		path_of[$name]=$lane
		processors_of[$name]=$(declared "$lane" processors 1)
		seconds_of[$name]=$(declared "$lane" seconds 60)
		pending+=("$name")
	done
}

# The longest first. Lanes that take equally long keep their order.
sort_lanes() {
	local name

	mapfile -t pending < <(for name in "${pending[@]}"; do
		printf '%s\t%s\n' "${seconds_of[$name]}" "$name"
	done | sort -s -t $'\t' -k 1,1nr | cut -f 2)
}

# Whether processors are free for a lane. One that wants more than there are is
# content with all.
fits() {
	local used=0 name

	for name in "${running[@]}"; do
		used=$((used + processors_of[$name]))
	done
	[ "${processors_of[$1]}" -le $((jobs - used)) ] || [ "$used" -eq 0 ]
}

start_lane() {
	mkdir -p "$logs/${1%/*}"
	began[$1]=$SECONDS
	run_lane "$1" >"$logs/$1.tap" 2>"$logs/$1.log" </dev/null &
	running[$!]=$1
}

# The lane, and then its seconds and those of processors in LOGS/<name>.time.
run_lane() {
	local child='' status=0 start=$EPOCHREALTIME

	trap '[ -z "$child" ] || kill "$child"' TERM
	timeout --kill-after=30 "$guard" "${path_of[$1]}" &
	child=$!
	while :; do
		wait "$child" || status=$?
		kill -0 "$child" 2>/dev/null || break
	done
	# Not in a pipeline: a subshell has times of its own.
	times >"$logs/$1.time"
	awk -v start="$start" -v end="$EPOCHREALTIME" '
		NR == 2 {
			gsub(/[ms]/, " ")
			printf "%.1f\t%.1f\n", end - start,
				$1 * 60 + $2 + $3 * 60 + $4
		}' "$logs/$1.time" >"$logs/$1.times"
	mv "$logs/$1.times" "$logs/$1.time"
	exit "$status"
}

# Wait until some lane ends, and report it, or for a second. No test is tried
# again, but for a guest that tests/vm knows to have been lost to the emulator,
# once.
wait_for_lane() {
	local pid='' name status=0

	[ -n "${ticker:-}" ] || { sleep 1 & ticker=$!; }
	wait -n -p pid "${!running[@]}" "$ticker" || status=$?
	if [ "$pid" = "$ticker" ]; then
		ticker=
		stop_chatty_lanes
		return
	fi
	name=${running[$pid]}
	unset "running[$pid]"
	if [ "$status" -ne 0 ] && [ -z "${repeated[$name]:-}" ] &&
	   grep -q '^tests/vm: the emulator is to blame' "$logs/$name.log"; then
		repeated[$name]=1
		print_line "$name: once more, since the emulator lost its guest"
		mv "$logs/$name.log" "$logs/$name.lost.log"
		start_lane "$name"
		return
	fi
	report_lane "$name" "$status"
}

stop_chatty_lanes() {
	local pid name size limit=$((megabytes << 20))

	for pid in "${!running[@]}"; do
		name=${running[$pid]}
		for size in $(stat -c %s "$logs/$name".{tap,log}); do
			[ "$size" -le "$limit" ] || kill "$pid" || true
		done
	done
}

# However we end, be it that somebody interrupts us: nothing goes on without us.
stop() {
	local status=$?

	trap - EXIT INT TERM
	[ "${#running[@]}" -gt 0 ] || exit "$status"
	hide_progress
	kill "${!running[@]}" 2>/dev/null || true
	wait
	echo "tests/run: interrupted, with ${#lines[@]} lanes done and" \
		"$((${#running[@]} + ${#pending[@]})) not" >&2
	exit "$status"
}
