// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "device.h"
#include "kernel.h"
#include "ktap.h"
#include "memory.h"

const char *const device_api_names[NR_APIS + 1] = {
	[PINTEST_API_PIN] = "pin",
	[PINTEST_API_PIN_FAST] = "pin-fast",
	[PINTEST_API_PIN_UNLOCKED] = "pin-unlocked",
	[PINTEST_API_PIN_REMOTE] = "pin-remote",
	[PINTEST_API_PIN_REMOTE_LOCKED] = "pin-remote-locked",
	[PINTEST_API_GET] = "get",
	[PINTEST_API_GET_FAST] = "get-fast",
	[PINTEST_API_PIN_ITER] = "pin-iter",
	[PINTEST_API_PIN_MEMFD] = "pin-memfd",
};

const char *const device_foll_names[NR_FOLL] = {
	"WRITE", "FORCE", "LONGTERM", "NOFAULT", "NOWAIT", "HWPOISON", "ANON",
	"DUMP", "SPLIT_PMD", "PCI_P2PDMA", "INTERRUPTIBLE",
	"HONOR_NUMA_FAULT", "TOUCH", "MIGRATION", "NUMA", "SPLIT",
};

int device(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(PINTEST_DEVICE, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		FAIL("cannot open %s: %s", PINTEST_DEVICE, strerror(errno));
	return fd;
}

int device_ioctl(int fd, unsigned int cmd, void *args)
{
	return SYS(ioctl(fd, cmd, args));
}

struct pintest_info_args device_info(uint32_t api)
{
	struct pintest_info_args args = {
		.size = sizeof(args),
		.api = api,
	};

	REQUIRE_EQ(device_ioctl(device(), PINTEST_IOC_INFO, &args), 0);
	return args;
}

/* Pairs that no call takes, though some take either. */
static bool has_pair(uint32_t foll)
{
	static const uint32_t never[] = {
		PINTEST_FOLL_LONGTERM | PINTEST_FOLL_PCI_P2PDMA,
		PINTEST_FOLL_FORCE | PINTEST_FOLL_NUMA,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(never); i++)
		if ((foll & never[i]) == never[i])
			return true;
	return false;
}

bool device_takes(uint32_t api, uint32_t foll)
{
	struct pintest_info_args info = device_info(api);

	return info.out_apis & 1ULL << api && !(foll & ~info.out_foll) &&
	       !has_pair(foll);
}

uint32_t next_api(uint32_t api, uint32_t foll)
{
	while (api < NR_APIS && !device_takes(api, foll))
		api++;
	return api;
}

uint32_t some_api(unsigned int number, uint32_t foll)
{
	uint32_t api = next_api(number % NR_APIS, foll);

	return api < NR_APIS ? api : next_api(0, foll);
}

void need_api(uint32_t api)
{
	if (!(device_info(api).out_apis & 1ULL << api))
		ktap_skip("this kernel has no such call");
}

bool device_is_remote(uint32_t api)
{
	return api == PINTEST_API_PIN_REMOTE ||
	       api == PINTEST_API_PIN_REMOTE_LOCKED;
}

uint32_t device_knows(uint32_t flags)
{
	return flags & device_info(PINTEST_API_PIN).out_flags;
}

void need_mapped(void)
{
	if (!device_knows(PINTEST_PAGE_MAPPED))
		ktap_skip("this kernel cannot tell what is mapped");
}

struct pintest_pin_args pin_args(const void *addr, size_t pages, uint32_t api,
				 uint32_t foll)
{
	return (struct pintest_pin_args){
		.size = sizeof(struct pintest_pin_args),
		.api = api,
		.addr = (uintptr_t)addr,
		.length = (uint64_t)pages * page_size,
		.foll = foll,
	};
}

int pin_try(struct pintest_pin_args *args)
{
	int ret = device_ioctl(device(), PINTEST_IOC_PIN, args);

	return ret ? ret : args->out_fd;
}

int pin(const void *addr, size_t pages, uint32_t api, uint32_t foll)
{
	struct pintest_pin_args args = pin_args(addr, pages, api, foll);
	int fd = pin_try(&args);

	if (fd < 0 || args.out_pages != pages || args.out_errno)
		FAIL("%s of %zu pages, flags %#x: %s, %llu pages, errno %u",
		     device_api_names[api], pages, foll,
		     fd < 0 ? strerror(-fd) : "pinned",
		     (unsigned long long)args.out_pages, args.out_errno);
	return fd;
}

int lowest_free_fd(void)
{
	int fd = dup(device());

	REQUIRE(fd >= 0);
	close(fd);
	return fd;
}

void pin_must_fail(struct pintest_pin_args *args, int error)
{
	int fd = lowest_free_fd();
	long long locked = kernel_locked_pages(0);

	REQUIRE_EQ(pin_try(args), error);
	REQUIRE_EQ(lowest_free_fd(), fd);
	REQUIRE_EQ(kernel_locked_pages(0), locked);
}

int pin_must_run_out(struct pintest_pin_args args, uint64_t pages, uint32_t stop)
{
	int fd = pin_try(&args);

	REQUIRE(fd >= 0);
	REQUIRE_EQ(args.out_pages, pages);
	REQUIRE_EQ(args.out_errno, ENOMEM);
	REQUIRE_EQ(args.out_stop, stop);
	return fd;
}

void pin_must_run_out_at_once(struct pintest_pin_args args, uint32_t stop)
{
	pin_must_fail(&args, -ENOMEM);
	REQUIRE_EQ(args.out_stop, stop);
}

int unpin(int fd, uint32_t flags)
{
	struct pintest_unpin_args args = {
		.size = sizeof(args),
		.flags = flags,
	};

	return device_ioctl(fd, PINTEST_IOC_UNPIN, &args);
}

int records(int fd, uint64_t first, struct pintest_record *to, uint32_t count)
{
	struct pintest_records_args args = {
		.size = sizeof(args),
		.record_size = sizeof(*to),
		.first = first,
		.records = (uintptr_t)to,
		.count = count,
	};
	int ret = device_ioctl(fd, PINTEST_IOC_RECORDS, &args);

	return ret ? ret : (int)args.out_count;
}

struct pintest_record record_of(int fd, uint64_t index)
{
	struct pintest_record record;

	REQUIRE_EQ(records(fd, index, &record, 1), 1);
	return record;
}

int inspect(pid_t pid, uint64_t addr, uint64_t length,
	    struct pintest_record *to, uint32_t count, uint64_t *next)
{
	struct pintest_inspect_args args = {
		.size = sizeof(args),
		.record_size = sizeof(*to),
		.addr = addr,
		.length = length,
		.records = (uintptr_t)to,
		.count = count,
		.pid = pid,
	};
	int ret;

	need_mapped();
	ret = device_ioctl(device(), PINTEST_IOC_INSPECT, &args);
	if (ret)
		return ret;
	REQUIRE(args.out_count <= count);
	REQUIRE(args.out_next >= addr && args.out_next <= addr + length);
	*next = args.out_next;
	return args.out_count;
}

size_t inspect_all(pid_t pid, uint64_t addr, uint64_t length,
		   struct pintest_record *to, size_t room)
{
	uint64_t end = addr + length, next;
	size_t nr = 0;
	int ret;

	for (; addr < end && nr < room; addr = next, nr += ret) {
		ret = inspect(pid, addr, end - addr, to + nr, room - nr,
			      &next);
		if (ret < 0)
			FAIL("INSPECT: %s", strerror(-ret));
		if (next == addr)
			FAIL("INSPECT does not get on from %#llx",
			     (unsigned long long)addr);
	}
	if (addr < end)
		FAIL("more than %zu records", room);
	return nr;
}

void pin_must_have_page(int fd, size_t index, size_t page)
{
	char *bytes = malloc(page_size);
	size_t i;

	REQUIRE(bytes);
	REQUIRE_EQ(SYS(pread(fd, bytes, page_size, index * page_size)),
		   page_size);
	for (i = 0; i < page_size; i++)
		REQUIRE_EQ((unsigned char)bytes[i], memory_byte(page));
	free(bytes);
}

bool same_state(struct pintest_record a, struct pintest_record b)
{
	a.refcount = b.refcount;
	a.flags &= ~PINTEST_PAGE_LRU;
	b.flags &= ~PINTEST_PAGE_LRU;
	return !memcmp(&a, &b, sizeof(a));
}
