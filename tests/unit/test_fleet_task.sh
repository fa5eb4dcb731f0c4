#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test_fleet_task.sh: share/pintest/fleet/task, with a program in place of a guest that
# prints prepared lines and ends as told. Prints TAP.
set -uo pipefail

fleet=$(cd "$(dirname "$0")/../../share/pintest/fleet" && pwd)
number=0 failures=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit
mkdir results
echo 1..16
"$fleet/jobs" 2 6.1 6.12 -- 'a.*' >list

run_line='{"pintest":"run","id":"1"}'
end_line='{"pintest":"end","complete":true}'

# Notes what it was told, and how many lines the journal has that it was given.
cat >guest <<'END'
#!/bin/bash
while [ "$1" != -- ]; do
	[ "$1" != --file ] || journal=$2
	shift
done
echo "$(wc -l <"${journal:-/dev/null}") $*" >>told
cat lines
exit "$(cat status)"
END
chmod +x guest
export PINTEST_VM=$PWD/guest

# task NAME STATUS LINE...: run it, with a guest that prints lines and exits.
task() {
	local name=$1

	echo "$2" >status
	shift 2
	printf '%s\n' "$@" >lines
	"$fleet/task" list results "$name" 2>said
}

begin() {
	echo "{\"pintest\":\"begin\",\"scenario\":\"$1\"}"
}

check() {
	echo "{\"pintest\":\"check\",\"id\":\"$1\"}"
}

# expect WHAT COMMAND...
expect() {
	local what=$1 verdict=ok
	shift

	"$@" || { verdict='not ok'; failures=$((failures + 1)); sed 's/^/# /' said; }
	number=$((number + 1))
	echo "$verdict $number - $what"
}

# What the last guest was told.
told() {
	tail -n 1 told | grep -qF -e "$1"
}

status_is() {
	local want=$1
	shift

	"$@"
	[ $? -eq "$want" ]
}

only() {
	[ "$(ls -A results)" = "$1" ]
}

expect 'two kernels in two shards are four tasks' \
	[ "$(cut -f 1 list | paste -sd ' ')" = '6.1-1 6.1-2 6.12-1 6.12-2' ]
expect 'a guest that is lost is to be tried again' \
	status_is 75 task 6.1-1 125 "$run_line" "$(begin s1)" "$(check s1)" "$(begin s2)"
expect 'the first try is a new run' told '0 -- pintest check --output jsonl --shard 1/2 --filter a.*'
expect 'the same scenario may be lost again' \
	status_is 75 task 6.1-1 125 "$run_line" "$(begin s2)"
expect 'the second try has no word of it' told '3 -- pintest check --output jsonl --resume'
expect 'a failure is a result' \
	status_is 0 task 6.1-1 1 "$run_line" "$(check s2)" "$end_line"
expect 'the third try knows what was lost twice' told '5 -- pintest check --output jsonl --resume'
expect 'nothing but the record is left' only 6.1-1.jsonl
expect 'the record has what all tries have found' \
	[ "$(grep -c '"check"' results/6.1-1.jsonl)" -eq 2 ]
rm -f told
expect 'a task with a record ends at once' status_is 0 task 6.1-1 125 ''
expect 'and asks no guest' [ ! -e told ]
expect 'a task that is not in the list is a mistake' status_is 64 task 6.1-3 0 ''
expect 'a run that was interrupted is no result' \
	status_is 75 task 6.12-1 130 "$run_line" "$(check s1)" '{"pintest":"end","complete":false}'
expect 'a guest that says nothing leaves no journal' status_is 75 task 6.12-2 123 ''
expect 'so that the next try is a new run' \
	status_is 0 task 6.12-2 0 "$run_line" "$end_line"
expect 'with its shard' told '--shard 2/2'
[ "$failures" -eq 0 ]
