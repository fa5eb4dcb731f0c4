// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks for bugs of kernels in use: a pinned anonymous page is replaced, or
 * counts as written though nobody wrote to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"
#include "stories/family.h"

#define RO_LONGTERM	PINTEST_FOLL_LONGTERM
#define RW_LONGTERM	(PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE)

/* Both see what the other one writes: the process first, then the pin. */
static int judge_both_ways(struct story_run *run, struct pintest_pin *pin,
			   void *page, struct reason *why)
{
	char read[WORD_TEXT_LENGTH], stored[WORD_TEXT_LENGTH];
	struct word seen, back;
	int ret = story_exchange(pin, page, &seen, &back, why);

	if (ret < 0)
		return ret;
	if (ret)
		return story_passes(run, "the pin and the process see what the other one writes");
	return story_fails(run, FINDING_STALE | FINDING_LOST,
			  "the pin reads %s after a write of the process, which reads %s after a store through the pin",
			  word_text(&seen, read), word_text(&back, stored));
}

static int mprotect_cycle(struct story_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	struct memory memory;
	int ret = story_map(run, "anon", 1, &memory, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, RW_LONGTERM, memory.addr,
			       page_size(), &pin, why);
	if (ret)
		return ret;
	if (mprotect(memory.addr, page_size(), PROT_READ) ||
	    mprotect(memory.addr, page_size(), PROT_READ | PROT_WRITE))
		return reason(why, -errno, "mprotect() is refused: %s",
			      strerror(errno));
	return judge_both_ways(run, pin, memory.addr, why);
}

static int uffd_wp_cycle(struct story_run *run, struct reason *why)
{
	struct pintest_pin *pin = NULL;
	struct memory memory;
	int uffd = uffd_open_wp(why);
	int ret = uffd < 0 ? uffd : story_map(run, "anon", 1, &memory, why);

	if (!ret)
		ret = uffd_register(uffd, memory.addr, page_size(),
				    UFFDIO_REGISTER_MODE_WP, why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, RW_LONGTERM, memory.addr,
			       page_size(), &pin, why);
	if (!ret)
		ret = uffd_protect(uffd, memory.addr, page_size(), true, why);
	if (!ret)
		ret = uffd_protect(uffd, memory.addr, page_size(), false, why);
	return ret ? ret : judge_both_ways(run, pin, memory.addr, why);
}

static int force_write_readonly(struct story_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	void *page = mmap(NULL, page_size(), PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (page == MAP_FAILED)
		return reason(why, -errno, "cannot map a page: %s",
			      strerror(errno));
	ret = story_pin(run, PINTEST_API_PIN, RW_LONGTERM | PINTEST_FOLL_FORCE,
		       page, page_size(), &pin, why);
	if (ret)
		return ret;
	if (mprotect(page, page_size(), PROT_READ | PROT_WRITE))
		return reason(why, -errno, "mprotect() is refused: %s",
			      strerror(errno));
	return judge_both_ways(run, pin, page, why);
}

/*
 * A page of instructions that do nothing, mapped from a file, but with a
 * private copy: a uprobe wants a file, and the pin an anonymous page.
 */
struct code {
	int fd;
	char *page;
};

/* Four bytes of them; uprobes of most architectures look at what they replace. */
#if defined(__aarch64__)
#define NOPS	0xd503201f
#elif defined(__arm__)
#define NOPS	0xe1a00000
#elif defined(__loongarch__)
#define NOPS	0x03400000
#elif defined(__powerpc__)
#define NOPS	0x60000000
#elif defined(__riscv)
#define NOPS	0x00000013
#elif defined(__s390__)
#define NOPS	0x07070707
#else
#define NOPS	0x90909090
#endif

static void fill_with_nops(char *page)
{
	const uint32_t nops = NOPS;
	size_t i;

	for (i = 0; i < page_size(); i += sizeof(nops))
		memcpy(page + i, &nops, sizeof(nops));
}

static int map_code(struct code *code, struct reason *why)
{
	char *file;

	code->fd = memfd_create("pintest", MFD_CLOEXEC);
	if (code->fd < 0 || ftruncate(code->fd, page_size()))
		return reason(why, -errno, "cannot create a memfd: %s",
			      strerror(errno));
	file = mmap(NULL, page_size(), PROT_READ | PROT_WRITE, MAP_SHARED,
		    code->fd, 0);
	code->page = mmap(NULL, page_size(), PROT_READ | PROT_WRITE,
			  MAP_PRIVATE, code->fd, 0);
	if (file == MAP_FAILED || code->page == MAP_FAILED)
		return reason(why, -errno, "cannot map a memfd: %s",
			      strerror(errno));
	fill_with_nops(file);
	fill_with_nops(code->page);
	if (mprotect(code->page, page_size(), PROT_READ | PROT_EXEC))
		return reason(why, -errno, "cannot make memory executable: %s",
			      strerror(errno));
	return 0;
}

static int uprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/uprobe/type", "re");
	int type = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &type) != 1)
		type = -1;
	fclose(file);
	return type;
}

static int set_uprobe(const struct code *code, struct reason *why)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	int type = uprobe_type();
	char path[32];

	if (type < 0)
		return reason(why, -EOPNOTSUPP, "this kernel has no uprobes");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", code->fd);
	attr.type = type;
	attr.uprobe_path = (uintptr_t)path;
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1,
		    PERF_FLAG_FD_CLOEXEC) < 0)
		return reason(why, -errno, "cannot set a uprobe: %s",
			      strerror(errno));
	if (*(volatile char *)code->page == code->page[page_size() / 2])
		return reason(why, -ENODATA, "no breakpoint was set");
	return 0;
}

static int judge_code(struct story_run *run, struct pintest_pin *pin,
		      const struct code *code, struct reason *why)
{
	char *read = malloc(page_size());
	bool same;

	if (!read || pintest_pin_read(pin, read, page_size(), 0) !=
		     (ssize_t)page_size()) {
		free(read);
		return reason(why, -EIO, "cannot read through the pin");
	}
	same = !memcmp(read, code->page, page_size());
	free(read);
	if (same)
		return story_passes(run, "the pin reads the breakpoint");
	return story_fails(run, FINDING_STALE,
			  "the process has a breakpoint in its page that the pin does not read");
}

static int uprobe(struct story_run *run, struct reason *why)
{
	struct code code = { .fd = -1, .page = MAP_FAILED };
	struct pintest_pin *pin = NULL;
	int ret = map_code(&code, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, RO_LONGTERM, code.page,
			       page_size(), &pin, why);
	if (!ret)
		ret = set_uprobe(&code, why);
	return ret ? ret : judge_code(run, pin, &code, why);
}

static int soft_dirty_thp(struct story_run *run, struct reason *why)
{
	const size_t pages = memory_kind_pages(memory_kind_find("anon-thp"));
	struct pintest_pin *pin;
	struct memory memory;
	ssize_t marked;
	int ret = story_map(run, "anon-thp", pages, &memory, why);

	if (!ret)
		ret = story_share(why);
	if (!ret)
		ret = soft_dirty_clear(why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, RO_LONGTERM, memory.addr,
			       page_size(), &pin, why);
	if (ret)
		return ret;
	marked = pages_count(memory.addr, memory.length, PAGEMAP_SOFT_DIRTY);
	if (marked < 0)
		return reason(why, marked, "cannot count soft-dirty pages: %s",
			      strerror(-marked));
	story_number(run, "soft-dirty-pages", marked);
	if (marked)
		return story_fails(run, FINDING_MARKED,
				  "%zd of %zu pages are soft-dirty, and nobody wrote to any",
				  marked, pages);
	return story_passes(run, "no page is soft-dirty");
}

/* Page tables have the page, which is all that GUP-fast looks at. */
static int secretmem(struct story_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	struct memory secret, control;
	struct reason refused;
	int ret = memory_map(memory_kind_find("secretmem"), 1, &secret, why);

	if (!ret)
		ret = story_map(run, "anon", 1, &control, why);
	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN_FAST, 0, control.addr,
			       page_size(), &pin, why);
	if (ret)
		return ret;
	ret = story_pin(run, PINTEST_API_PIN_FAST, 0, secret.addr, page_size(),
		       &pin, &refused);
	if (!ret)
		return story_fails(run, FINDING_EXPOSED,
				  "GUP-fast pins secretmem");
	if (ret != -EFAULT)
		return reason(why, ret, "%s, and not since it is secret",
			      refused.text);
	return story_refuses(run, "%s", refused.text);
}

static const struct story table[] = {
	{
		.id = "bugs.uprobe-replaces-page",
		.what = "a page that is pinned read-only long-term stays mapped when a uprobe is set in it",
		.run = uprobe,
	}, {
		.id = "bugs.soft-dirty-shared-thp",
		.what = "a read-only long-term pin of one page of a THP that a child shares marks no page as written",
		.prepare = story_prepare_thp,
		.run = soft_dirty_thp,
	}, {
		.id = "bugs.mprotect-replaces-page",
		.what = "an anonymous page that is pinned read-write long-term stays mapped after the memory was read-only for a while",
		.run = mprotect_cycle,
	}, {
		.id = "bugs.uffd-wp-replaces-page",
		.what = "an anonymous page that is pinned read-write long-term stays mapped after a userfaultfd protected it for a while",
		.run = uffd_wp_cycle,
	}, {
		.id = "bugs.force-write-replaced",
		.what = "a page of a read-only mapping that is pinned read-write long-term by force stays mapped when the process becomes able to write",
		.run = force_write_readonly,
	}, {
		.id = "bugs.secretmem-fast",
		.what = "secretmem, which only its process may see, is not pinned by pin_user_pages_fast()",
		.run = secretmem,
	},
};

const struct story_family story_bugs_cow = { table, ARRAY_SIZE(table) };
