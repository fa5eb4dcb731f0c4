// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "ktap.h"
#include "memory.h"

size_t page_size;

__attribute__((constructor))
static void init(void)
{
	page_size = sysconf(_SC_PAGESIZE);
}

char *map_or_fail(size_t size, int prot, int flags, int fd)
{
	char *memory = mmap(NULL, size, prot, flags, fd, 0);

	if (memory == MAP_FAILED)
		FAIL("cannot map %zu bytes: %s", size, strerror(errno));
	return memory;
}

/* It may be more than the machine has, if little of it is ever written. */
char *map_untouched(size_t pages)
{
	char *memory = map_or_fail(pages * page_size, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				   -1);

	/* EINVAL if the kernel has no THP. */
	madvise(memory, pages * page_size, MADV_NOHUGEPAGE);
	return memory;
}

unsigned char memory_byte(size_t page)
{
	return page % 255 + 1;
}

static void fill(char *memory, size_t pages)
{
	size_t i;

	for (i = 0; i < pages; i++)
		memset(memory + i * page_size, memory_byte(i), page_size);
}

char *map_pages(size_t pages)
{
	char *memory = map_untouched(pages);

	fill(memory, pages);
	return memory;
}

char *map_nothing(size_t pages)
{
	char *memory = map_untouched(pages);

	REQUIRE(!munmap(memory, pages * page_size));
	return memory;
}

char *map_island(size_t pages)
{
	char *memory = map_untouched(pages + 2);

	REQUIRE(!mprotect(memory, page_size, PROT_NONE));
	memory += page_size;
	REQUIRE(!mprotect(memory + pages * page_size, page_size, PROT_NONE));
	fill(memory, pages);
	return memory;
}

int stop_faults(char *addr, size_t pages)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = {
		.range.start = (uintptr_t)addr,
		.range.len = pages * page_size,
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		ktap_skip("no userfaultfd here: %s", strerror(errno));
	REQUIRE(!ioctl(fd, UFFDIO_API, &api));
	REQUIRE(!ioctl(fd, UFFDIO_REGISTER, &range));
	return fd;
}
