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

# What checks change for a while. Loop and zram devices that nobody uses do not
# count: they come with their modules.
machine_state() {
	local mm=/sys/kernel/mm

	grep -s . /proc/swaps $mm/ksm/{run,sleep_millisecs,pages_to_scan} \
		$mm/transparent_hugepage/{,hugepages-*/}enabled \
		$mm/transparent_hugepage/use_zero_page \
		$mm/transparent_hugepage/khugepaged/{defrag,pages_to_scan} \
		$mm/transparent_hugepage/khugepaged/*_millisecs \
		$mm/hugepages/*/nr_hugepages \
		/sys/block/loop*/loop/backing_file /proc/self/mounts
	grep -sv '^0$' /sys/block/zram*/disksize
	true
}

machine_is_as_before() {
	machine_state | diff /tmp/state -
}

# Killed while a swap area of its own is in use. Its keeper has the device open
# as long as there is something to put back, and the module cannot go before.
a_killed_client_leaves_nothing() {
	local client

	pintest check --filter '*.anon-swapped.*' </dev/null >/dev/null 2>&1 &
	client=$!
	until grep -q zram /proc/swaps; do
		[ -n "$(jobs -r)" ] || { echo "it has not used swap"; return 1; }
	done
	kill -KILL "$client"
	wait "$client"
	until rmmod pintest; do
		:
	done 2>/dev/null
	modprobe pintest
	machine_is_as_before
}

every_pin_was_released() {
	echo 1 >/proc/sys/vm/stat_refresh
	awk '/^nr_foll_pin_acquired / { taken = $2 }
		/^nr_foll_pin_released / { given = $2 }
		END { print taken " taken, " given " given back"
			exit taken == 0 || taken != given }' /proc/vmstat
}

# The log without what tests provoke: backtraces of GUP that must not wait for a
# userfaultfd, of which CONFIG_DEBUG_VM says that it cannot, and of a memory
# cgroup that is full, and the pages that gup_test describes.
unprovoked_log() {
	dmesg | awk '
		/page dumped because: gup_test/ { next }
		/FAULT_FLAG_ALLOW_RETRY missing|invoked oom-killer/ { skip = 1 }
		!skip
		/<\/TASK>/ { skip = 0 }'
}

log_is_quiet() {
	! unprovoked_log |
		grep -E 'WARNING|BUG|Oops|Call Trace|refcount_t|leak'
}
