// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "gup.h"
#include "ktap.h"
#include "memory.h"

const struct bench benches[NR_BENCHES] = {
	{ "get-fast", GET_FAST },
	{ "pin-fast", PIN_FAST },
	{ "pin-longterm", PIN_LONGTERM },
	{ "get", GET },
	{ "pin", PIN },
	{ "dump", DUMP },
};

bool gup_is_wide(void)
{
	struct utsname name;

	REQUIRE(!uname(&name));
	return strstr(name.machine, "64") || !strcmp(name.machine, "s390x");
}

int gup_open(void)
{
	int fd = open(GUP_FILE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		FAIL("cannot open %s: %s", GUP_FILE, strerror(errno));
	return fd;
}

int gup_ioctl(int fd, unsigned int cmd, void *args)
{
	return SYS(ioctl(fd, cmd, args));
}

struct bench_args bench_args(const void *addr, size_t pages)
{
	return (struct bench_args) {
		.addr = (uintptr_t)addr,
		.size = pages * page_size,
		.pages_per_call = 1,
	};
}

int bench_run(unsigned int cmd, struct bench_args *args)
{
	int fd = gup_open();
	int ret = gup_ioctl(fd, cmd, args);

	close(fd);
	return ret;
}

int gup_start(int fd, const void *addr, size_t pages, uint32_t flags)
{
	struct start_args args = {
		.addr = (uintptr_t)addr,
		.size = pages * page_size,
		.flags = flags,
	};

	return gup_ioctl(fd, START, &args);
}

int gup_stop(int fd)
{
	return gup_ioctl(fd, STOP, NULL);
}

int gup_read(int fd, void *to)
{
	__u64 addr = (uintptr_t)to;

	return gup_ioctl(fd, READ, &addr);
}

void gup_must_have_pages(int fd, size_t pages)
{
	char *bytes = map_untouched(pages);
	size_t i;

	REQUIRE_EQ(gup_read(fd, bytes), 0);
	for (i = 0; i < pages * page_size; i++)
		REQUIRE_EQ((unsigned char)bytes[i],
			   memory_byte(i / page_size));
}
