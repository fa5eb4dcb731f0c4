#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tests/expect/compare says of made-up results: only what ended exactly as
# expected may be ok.
set -euo pipefail

compare=$(cd "$(dirname "$0")/../expect" && pwd)/compare
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
count=0 failed=0

echo 1..21

cat >"$dir/expected" <<'END'
# SPDX-License-Identifier: GPL-2.0-only
ro.*.remote.* SKIP longterm-needs-lock
ro.*.fast.* FAIL cow-mapping-replaced
ro.broken.* FAIL - whatever the reason
END

# The results as expected; sed edits them into others.
results() {
	cat <<-'END'
	KTAP version 1
	1..4
	ok 1 ro.a.slow.write
	# the pin reads old data
	# known behaviour cow-mapping-replaced: so it is
	not ok 2 ro.a.fast.write
	# known behaviour longterm-needs-lock: so it is
	ok 3 ro.a.remote.write # SKIP takes no longterm
	# bad luck
	not ok 4 ro.broken.slow.write
	END
}

# expect NAME STATUS LINE [SED]: compare results, edited by the commands SED,
# and look at the exit status and for a line of the output.
expect() {
	local name=$1 want=$2 line=$3 status=0 verdict=ok

	results | sed -e "${4:-}" |
		"$compare" "$dir/expected" >"$dir/out" 2>&1 || status=$?
	[ "$status" -eq "$want" ] && grep -qxe "$line" "$dir/out" ||
		verdict='not ok'
	count=$((count + 1))
	if [ "$verdict" != ok ]; then
		failed=$((failed + 1))
		sed "s/^/# status $status: /" "$dir/out"
	fi
	echo "$verdict $count - $name"
}

expect as_expected 0 'ok 2 ro.a.fast.write'
expect times_are_passed_on 0 '# ms 12' '/^not ok 2/i # ms 12'
expect what_is_left_out_is_passed_on 0 '# 3 of 7 checks are left out' \
	'/^1\.\./a # 3 of 7 checks are left out'
expect a_time_is_no_reason 1 'not ok 4 ro.broken.slow.write' \
	's/bad luck/ms 12/'
expect an_expected_skip_is_a_skip 0 \
	'ok 3 ro.a.remote.write # SKIP takes no longterm'
expect an_unexpected_failure 1 'not ok 1 ro.a.slow.write' \
	's/^ok 1/not ok 1/'
expect an_unexpected_pass 1 'not ok 2 ro.a.fast.write' 's/^not ok 2/ok 2/'
expect an_unexpected_skip 1 'not ok 1 ro.a.slow.write' \
	's/^ok 1.*/& # SKIP no/'
expect a_broken_check_is_no_failure 1 'not ok 2 ro.a.fast.write' \
	's/^not ok 2.*/& # ERROR no/'
expect a_failure_with_another_reason 1 'not ok 2 ro.a.fast.write' \
	's/cow-mapping/other/'
expect a_failure_without_a_reason 1 'not ok 4 ro.broken.slow.write' \
	'/bad luck/d'
expect results_that_stop_early 1 'not ok 4 expect.all-checks-were-seen' \
	'/not ok 4/d'
expect an_expectation_without_a_check 1 \
	'not ok 6 expect.all-expectations-were-used' 's/ro.broken/rx.broken/'
expect an_unexpected_detachment 1 'not ok 1 ro.a.slow.write' \
	's/^ok 1.*/& # DETACHED no/'
expect no_results 1 'not ok 1 expect.all-checks-were-seen' d

echo 'ro.*.fast.* GOOD because' >>"$dir/expected"
expect an_expectation_that_is_none 64 'compare: .*not GLOB PASS|FAIL|SKIP|DETACHED|REFUSED|LIMIT REASON.*'

echo 'ro.a.slow.* DETACHED - it is given up' >"$dir/expected"
expect an_expected_detachment 1 'ok 1 ro.a.slow.write' \
	's/^ok 1.*/& # DETACHED as it may/'

echo 'ro.a.slow.* REFUSED - it must be' >"$dir/expected"
expect an_expected_refusal 1 'ok 1 ro.a.slow.write' \
	's/^ok 1.*/& # REFUSED as it must/'
expect a_pin_that_is_not_refused 1 '# expected REFUSED, by ro.a.slow.*; seen:'
expect an_unexpected_limit 1 '# expected REFUSED, by ro.a.slow.*; seen:' \
	's/^ok 1.*/& # LIMIT by design/'

echo 'ro.a.slow.* DETACHED - it is given up' >"$dir/expected"
cp "$dir/expected" "$dir/others"
printf '%s\n' 'ro.*.fast.* PASS -' 'include others' >"$dir/expected"
expect an_included_expectation 1 '# expected DETACHED, by ro.a.slow.*; seen:'

[ "$failed" -eq 0 ]
