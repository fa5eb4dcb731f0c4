// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this kernel does, measured with pins that last for a moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/page_size.h"
#include "base/reason.h"
#include "kernel.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"

/* The numbers are those of the kernel's uapi, for older C libraries. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif
#ifndef SYS_fsopen
#define SYS_fsopen		430
#define SYS_fsconfig		431
#define SYS_fsmount		432
#endif
#define CONFIG_CMD_CREATE	6

#define PRIVATE_ANON	(MAP_PRIVATE | MAP_ANONYMOUS)
#define BOTH		(PROT_READ | PROT_WRITE)
#define LONGTERM	PINTEST_FOLL_LONGTERM
#define WRITE		PINTEST_FOLL_WRITE

/* What came of a pin of one page: 0, -errno, and its record. */
static int pin_page(struct pintest *pt, uint32_t api, uint32_t foll,
		    const void *page, struct pintest_record *record)
{
	struct pintest_request request = {
		.api = api,
		.foll = foll,
		.addr = (uintptr_t)page,
		.length = page_size(),
	};
	struct pintest_pin *pin;
	int ret = pintest_pin_new(pt, &request, &pin);

	if (ret)
		return ret;
	if (record && pintest_pin_records(pin, 0, record, 1) != 1)
		ret = -EIO;
	pintest_pin_free(pin);
	return ret;
}

static enum answer succeeded(int ret)
{
	return ret ? ANSWER_NO : ANSWER_YES;
}

static enum answer failed(int ret)
{
	return ret ? ANSWER_YES : ANSWER_NO;
}

/* A page that was read only is the shared zeropage until it is unshared. */
static enum answer unshares_cow(struct pintest *pt)
{
	struct pintest_record record = { 0 };
	volatile char *page = mmap(NULL, page_size(), BOTH, PRIVATE_ANON, -1,
				   0);
	int ret;

	if (page == MAP_FAILED)
		return ANSWER_UNKNOWN;
	(void)*page;
	ret = pin_page(pt, PINTEST_API_PIN, LONGTERM, (void *)page, &record);
	munmap((void *)page, page_size());
	if (ret || !(record.flags_known & PINTEST_PAGE_ANON))
		return ANSWER_UNKNOWN;
	return record.flags & PINTEST_PAGE_ANON ? ANSWER_YES : ANSWER_NO;
}

/* A file on ramfs, which every kernel has, mounted nowhere. */
static int open_tracked(void)
{
	int fs = syscall(SYS_fsopen, "ramfs", 1);
	int mount = -1, file = -1;

	if (fs >= 0 && !syscall(SYS_fsconfig, fs, CONFIG_CMD_CREATE, NULL,
				NULL, 0))
		mount = syscall(SYS_fsmount, fs, 1, 0);
	if (mount >= 0)
		file = openat(mount, "page", O_RDWR | O_CREAT | O_CLOEXEC,
			      0600);
	if (file >= 0 && ftruncate(file, page_size())) {
		close(file);
		file = -1;
	}
	if (mount >= 0)
		close(mount);
	if (fs >= 0)
		close(fs);
	return file;
}

static enum answer refuses_tracked(struct pintest *pt)
{
	int ret, fd = open_tracked();
	char *page;

	if (fd < 0)
		return ANSWER_UNKNOWN;
	page = mmap(NULL, page_size(), BOTH, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return ANSWER_UNKNOWN;
	ret = pin_page(pt, PINTEST_API_PIN, WRITE | LONGTERM, page, NULL);
	munmap(page, page_size());
	return failed(ret);
}

/* As far from the stack as the kernel lets pass without a line in its log. */
static enum answer stack_grows(struct pintest *pt)
{
	const size_t room = 8 << 20, distance = 256 << 10;
	char *base = mmap(NULL, room, BOTH, PRIVATE_ANON | MAP_NORESERVE, -1,
			  0);
	char *stack = base + room - page_size();
	int ret;

	if (base == MAP_FAILED)
		return ANSWER_UNKNOWN;
	munmap(base, room);
	if (mmap(stack, page_size(), BOTH,
		 PRIVATE_ANON | MAP_GROWSDOWN | MAP_FIXED, -1,
		 0) == MAP_FAILED)
		return ANSWER_UNKNOWN;
	ret = pin_page(pt, PINTEST_API_PIN, 0, stack - distance, NULL);
	munmap(base, room);
	return succeeded(ret);
}

/* Nothing reads the page. */
static enum answer fast_secretmem(struct pintest *pt)
{
	int ret, fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	char *page = MAP_FAILED;

	if (fd < 0)
		return ANSWER_UNKNOWN;
	if (!ftruncate(fd, page_size()))
		page = mmap(NULL, page_size(), BOTH, MAP_SHARED, fd, 0);
	close(fd);
	if (page == MAP_FAILED)
		return ANSWER_UNKNOWN;
	*(volatile char *)page = 1;
	ret = pin_page(pt, PINTEST_API_PIN_FAST, 0, page, NULL);
	munmap(page, page_size());
	return succeeded(ret);
}

/* What a pin of a huge page needs is there only if the pool has a free one. */
static void measure_hugetlb(struct pintest *pt, struct kernel_facts *kernel)
{
	const size_t size = 2 << 20;
	char *page = mmap(NULL, size, BOTH, PRIVATE_ANON | MAP_HUGETLB, -1,
			  0);

	if (page == MAP_FAILED)
		return;
	if (kernel->taken[PINTEST_API_PIN] & PINTEST_FOLL_NOFAULT)
		kernel->faults_hugetlb =
			succeeded(pin_page(pt, PINTEST_API_PIN,
					   PINTEST_FOLL_NOFAULT, page, NULL));
	*(volatile char *)page = 1;
	kernel->splits_hugetlb =
		succeeded(pin_page(pt, PINTEST_API_PIN,
				   PINTEST_FOLL_SPLIT_PMD, page, NULL));
	mprotect(page, size, PROT_READ);
	kernel->forces_hugetlb =
		succeeded(pin_page(pt, PINTEST_API_PIN,
				   WRITE | PINTEST_FOLL_FORCE, page, NULL));
	munmap(page, size);
}

/* Before 5.14 pagemap does not say which pages a userfaultfd protects. */
static enum answer tells_uffd_wp(void)
{
	enum answer answer = ANSWER_UNKNOWN;
	struct reason ignored;
	char *page = mmap(NULL, page_size(), BOTH, PRIVATE_ANON, -1, 0);
	int uffd;

	if (page == MAP_FAILED)
		return ANSWER_UNKNOWN;
	*(volatile char *)page = 1;
	uffd = uffd_open_wp(&ignored);
	if (uffd >= 0 &&
	    !uffd_register(uffd, page, page_size(),
			   UFFDIO_REGISTER_MODE_WP, &ignored) &&
	    !uffd_protect(uffd, page, page_size(), true, &ignored))
		answer = page_entry(page) & PAGEMAP_UFFD_WP ? ANSWER_YES :
							      ANSWER_NO;
	if (uffd >= 0)
		close(uffd);
	munmap(page, page_size());
	return answer;
}

static bool tells_mapped(struct pintest *pt)
{
	uint64_t addr = (uintptr_t)&addr;
	struct pintest_record record;

	addr -= addr % page_size();
	return pintest_inspect(pt, 0, &addr, addr + page_size(), &record,
			       1) == 1;
}

void kernel_measure(struct pintest *pt, struct kernel_facts *kernel)
{
	unsigned int api;

	*kernel = (struct kernel_facts) { 0 };
	for (api = 0; api < KERNEL_APIS; api++) {
		if (pintest_has_api(pt, api))
			kernel->apis |= UINT64_C(1) << api;
		kernel->taken[api] = pintest_api_foll(pt, api);
	}
	kernel->tells_mapped = tells_mapped(pt);
	kernel->unshares_anon =
		pintest_known_flags(pt) & PINTEST_PAGE_ANON_EXCLUSIVE ?
		ANSWER_YES : ANSWER_NO;
	kernel->unshares_cow = unshares_cow(pt);
	kernel->refuses_tracked = refuses_tracked(pt);
	kernel->stack_grows = stack_grows(pt);
	kernel->fast_secretmem = fast_secretmem(pt);
	kernel->tells_uffd_wp = tells_uffd_wp();
	measure_hugetlb(pt, kernel);
}
