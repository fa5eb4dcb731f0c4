// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records: the state of pinned and of mapped pages. The module is asked as
 * often as it takes; an error after the first record is kept for the next
 * call, which meets it first.
 */
#include <stdint.h>

#include "private.h"

static uint32_t batch(size_t count)
{
	return count < UINT32_MAX ? count : UINT32_MAX;
}

ssize_t pintest_pin_records(struct pintest_pin *pin, uint64_t first,
			    struct pintest_record *records, size_t count)
{
	size_t done = 0;
	int ret;

	while (done < count) {
		struct pintest_records_args args = {
			.size = sizeof(args),
			.record_size = sizeof(*records),
			.first = first + done,
			.records = (uintptr_t)(records + done),
			.count = batch(count - done),
		};

		ret = pintest_ioctl(pintest_pin_fd(pin), PINTEST_IOC_RECORDS,
				    &args);
		if (ret && !done)
			return ret;
		if (ret || !args.out_count)
			break;
		done += args.out_count;
	}
	return done;
}

ssize_t pintest_inspect(struct pintest *pt, pid_t pid, uint64_t *addr,
			uint64_t end, struct pintest_record *records,
			size_t count)
{
	size_t done = 0;
	int ret;

	while (*addr < end && done < count) {
		struct pintest_inspect_args args = {
			.size = sizeof(args),
			.record_size = sizeof(*records),
			.addr = *addr,
			.length = end - *addr,
			.records = (uintptr_t)(records + done),
			.count = batch(count - done),
			.pid = pid,
		};

		ret = pintest_ioctl(pt->fd, PINTEST_IOC_INSPECT, &args);
		if (ret && !done)
			return ret;
		if (ret)
			break;
		done += args.out_count;
		*addr = args.out_next;
	}
	return done;
}
