// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own gup_test, as /sys/kernel/debug/gup_test offers it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "gup_test.h"
#include "measure.h"

static void measure_call(const struct range *range, int fd, const char *name,
			 unsigned int nr)
{
	struct gup_test_args args = {
		.addr = (uintptr_t)range->addr,
		.size = range->pages * 4096,
		.nr_pages_per_call = BATCH,
	};
	char what[64];

	need(!ioctl(fd, _IOWR(GUP_TEST_IOC_TYPE, nr, struct gup_test_args),
		    &args), "gup_test");
	need(args.size == range->pages * 4096, "gup_test of all pages");
	snprintf(what, sizeof(what), "%s.get", name);
	figure(range, what, args.get_delta_usec * 1000.0);
	snprintf(what, sizeof(what), "%s.put", name);
	figure(range, what, args.put_delta_usec * 1000.0);
}

void measure_peer(const struct range *range)
{
	int fd = open("/sys/kernel/debug/gup_test", O_RDWR);

	need(fd >= 0, "/sys/kernel/debug/gup_test");
	measure_call(range, fd, "peer.fast", GUP_TEST_PIN_FAST_BENCHMARK);
	measure_call(range, fd, "peer.longterm",
		     GUP_TEST_PIN_LONGTERM_BENCHMARK);
	close(fd);
}
