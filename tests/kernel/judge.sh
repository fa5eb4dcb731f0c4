# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Results of a guest that are not a test program's, and some of them.

judged=0

# judge NAME COMMAND...: a result, with what the command printed if it failed.
judge() {
	local name=$1 verdict=ok
	shift

	"$@" >/tmp/output 2>&1 || verdict='not ok'
	[ "$verdict" = ok ] || sed 's/^/# /' /tmp/output
	judged=$((judged + 1))
	echo "$verdict $judged $name"
}

every_pin_was_released() {
	echo 1 >/proc/sys/vm/stat_refresh
	awk '/^nr_foll_pin_acquired / { taken = $2 }
		/^nr_foll_pin_released / { given = $2 }
		END { print taken " taken, " given " given back"
			exit taken == 0 || taken != given }' /proc/vmstat
}

log_is_quiet() {
	! dmesg | grep -E 'WARNING|BUG|Oops|Call Trace|refcount_t|leak'
}
