# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Steps of a test that follow each other, as TAP.
#
# shellcheck disable=SC2034,SC2154 # who takes and sets them are others

count=0 failed=0

# plan NAME COUNT: how many steps follow, and what their names begin with.
plan() {
	steps_of=$1
	echo "1..$2"
}

# step NAME COMMAND...: a result; what the command said if it failed.
step() {
	local name=$1 verdict=ok
	shift

	# In a subshell of its own, where errexit holds.
	(set -e; "$@") >"$vm_tmp/step" 2>&1 &
	wait $! || verdict='not ok'
	if [ "$verdict" != ok ]; then
		failed=1
		tail -n 40 "$vm_tmp/step" | sed 's/^/# /'
	fi
	count=$((count + 1))
	echo "$verdict $count $steps_of.$name"
}
