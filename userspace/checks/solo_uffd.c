// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of pins and userfaultfd write protection: a device that reads is no
 * writer, and one that writes is.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "array_size.h"
#include "filesystems.h"
#include "pages.h"
#include "reason.h"
#include "settings.h"
#include "solo.h"
#include "uffd.h"
#include "words.h"

/* A protected page that is pinned, and how that went. */
struct pinning {
	struct solo_run *run;
	int uffd;
	struct memory memory;
	const struct way *way;
	uint32_t foll;
	int error;
};

static void pin_once(void *arg)
{
	struct pinning *pinning = arg;
	struct pintest_pin *pin = NULL;
	struct reason ignored;

	pinning->error = solo_pin(pinning->run, pinning->way->api,
				  pinning->foll, pinning->memory.addr,
				  page_size(), &pin, &ignored);
	pintest_pin_free(pin);
}

static void write_once(void *arg)
{
	struct pinning *pinning = arg;

	words_fill(pinning->memory.addr, page_size(), WORD_PROCESS);
}

static int protect_kind(struct pinning *pinning, struct reason *why)
{
	const struct memory_kind *kind = memory_kind_find(pinning->run->arg);
	size_t pages = memory_kind_pages(kind) ? : 1;
	int ret = solo_map(pinning->run, kind->id, pages, &pinning->memory,
			   why);

	if (ret)
		return ret;
	pinning->uffd = uffd_open_wp(why);
	if (pinning->uffd < 0)
		return pinning->uffd;
	ret = uffd_register(pinning->uffd, pinning->memory.addr,
			    pinning->memory.length,
			    UFFDIO_REGISTER_MODE_WP, why);
	return ret ? ret : uffd_protect(pinning->uffd, pinning->memory.addr,
					pinning->memory.length, true, why);
}

static bool takes(const struct pinning *pinning, uint32_t foll)
{
	uint32_t api = pinning->way->api;

	return pinning->way->traits & WAY_PINS &&
	       way_is_for(pinning->way, foll, 0) &&
	       pintest_has_api(pinning->run->pt, api) &&
	       !(foll & ~pintest_api_foll(pinning->run->pt, api));
}

/* 0 if it raised no event; else the verdict is told. */
static int read_pin(struct pinning *pinning, struct reason *why)
{
	int ret = uffd_hears(pinning->uffd, page_size(), pin_once, pinning,
			     why);

	if (ret < 0)
		return ret;
	if (ret) {
		solo_fails(pinning->run, FINDING_EVENT,
			   "a R/O pin by %s raises %d events",
			   pinning->way->what, ret);
		return 1;
	}
	if (!pinning->error)
		return 0;
	solo_fails(pinning->run, FINDING_REFUSED,
		   "a R/O pin by %s is refused: %s", pinning->way->what,
		   strerror(-pinning->error));
	return 1;
}

/* In all ways, short-term first: a long-term pin may unshare the page. */
static int read_pins(struct pinning *pinning, struct reason *why)
{
	static const uint32_t flags[] = { 0, PINTEST_FOLL_LONGTERM };
	size_t i, way, count;
	const struct way *table = ways(&count);
	int ret;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		for (way = 0; way < count; way++) {
			pinning->way = &table[way];
			pinning->foll = flags[i];
			if (!takes(pinning, pinning->foll))
				continue;
			ret = read_pin(pinning, why);
			if (ret)
				return ret;
		}
	return 0;
}

/* That a write is heard afterwards shows that one would have been before. */
static int run_read_pins(struct solo_run *run, struct reason *why)
{
	struct pinning pinning = { .run = run };
	ssize_t before, after;
	int ret = protect_kind(&pinning, why);

	if (ret)
		return ret;
	before = pages_count(pinning.memory.addr, pinning.memory.length,
			       PAGEMAP_UFFD_WP);
	ret = read_pins(&pinning, why);
	if (ret)
		return ret < 0 ? ret : 0;
	after = pages_count(pinning.memory.addr, pinning.memory.length,
			      PAGEMAP_UFFD_WP);
	ret = uffd_hears(pinning.uffd, page_size(), write_once, &pinning, why);
	if (ret < 0)
		return ret;
	if (!ret || after < before)
		return solo_fails(run, FINDING_UNPROTECTED,
				  "of %zd protected pages %zd are left, and a write raises %d events",
				  before, after, ret);
	return solo_passes(run, "no event, and a write still raises one");
}

/* An event or a refusal, and never neither. */
static int run_write_pins(struct solo_run *run, struct reason *why)
{
	struct pinning pinning = { .run = run, .foll = PINTEST_FOLL_WRITE };
	int ret = protect_kind(&pinning, why);
	size_t i, count;
	const struct way *table = ways(&count);

	for (i = 0; !ret && i < count; i++) {
		pinning.way = &table[i];
		if (!takes(&pinning, pinning.foll))
			continue;
		ret = uffd_protect(pinning.uffd, pinning.memory.addr,
				   pinning.memory.length, true, why);
		if (ret)
			return ret;
		ret = uffd_hears(pinning.uffd, page_size(), pin_once, &pinning,
				 why);
		if (!ret && !pinning.error)
			return solo_fails(run, FINDING_UNPROTECTED,
					  "a R/W pin by %s raises no event",
					  table[i].what);
		ret = ret < 0 ? ret : 0;
	}
	return ret ? ret : solo_passes(run, "every way raises an event or is refused");
}

static int prepare_thp(const void *arg, struct settings *settings,
		       struct reason *why)
{
	(void)arg;
	return settings_need_thp(settings, false, why);
}

/*
 * A pager in user space: protects memory, writes it out, drops it, and reads
 * it in again when somebody wants it. The writing out is done by somebody
 * else than who answers events, so that it cannot wait for itself.
 */
#define PAGER_PAGES	16
/* The page that is written to when it is already written out. */
#define PAGER_LATE	3

struct paged {
	struct uffd_pager pager;
	struct solo_run *run;
	char *memory;
	char *store;
	int error;
};

/* How pages are written out: from memory at @from to the store at @to. */
struct way_out {
	int (*copy)(struct paged *paged, const char *from, char *to);
};

static size_t paged_length(void)
{
	return PAGER_PAGES * page_size();
}

static int out_by_write(struct paged *paged, const char *from, char *to)
{
	int fd = memfd_create("pintest", MFD_CLOEXEC);
	bool done = fd >= 0 &&
		    write(fd, from, page_size()) == (ssize_t)page_size() &&
		    pread(fd, to, page_size(), 0) == (ssize_t)page_size();

	(void)paged;
	if (fd >= 0)
		close(fd);
	return done ? 0 : -EIO;
}

/* Past the page cache: the kernel pins the page for the device. */
static int out_by_direct(struct paged *paged, const char *from, char *to)
{
	struct reason ignored;
	int fd = filesystem_file(&ignored);
	bool done = fd >= 0 && !fcntl(fd, F_SETFL, O_DIRECT) &&
		    pwrite(fd, from, page_size(), 0) == (ssize_t)page_size() &&
		    pread(fd, to, page_size(), 0) == (ssize_t)page_size();

	(void)paged;
	if (fd >= 0)
		close(fd);
	return done ? 0 : -EIO;
}

static int prepare_ext4(const void *arg, struct settings *settings,
			struct reason *why)
{
	(void)arg;
	(void)settings;
	return filesystem_need("ext4", NULL, NULL, why);
}

static int out_by_splice(struct paged *paged, const char *from, char *to)
{
	struct iovec iov = { (void *)from, page_size() };
	int fds[2];
	bool done;

	(void)paged;
	if (pipe(fds))
		return -errno;
	done = vmsplice(fds[1], &iov, 1, 0) == (ssize_t)page_size() &&
	       read(fds[0], to, page_size()) == (ssize_t)page_size();
	close(fds[0]);
	close(fds[1]);
	return done ? 0 : -EIO;
}

static int out_by_readv(struct paged *paged, const char *from, char *to)
{
	struct iovec local = { to, page_size() };
	struct iovec remote = { (void *)from, page_size() };

	(void)paged;
	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) ==
	       (ssize_t)page_size() ? 0 : -EIO;
}

static int out_by_pin(struct paged *paged, const char *from, char *to)
{
	struct pintest_pin *pin;
	struct reason ignored;
	int ret = solo_pin(paged->run, PINTEST_API_PIN_FAST, 0, (void *)from,
			   page_size(), &pin, &ignored);

	if (ret)
		return ret;
	if (pintest_pin_read(pin, to, page_size(), 0) != (ssize_t)page_size())
		ret = -EIO;
	pintest_pin_free(pin);
	return ret;
}

static void write_out_page(struct paged *paged, size_t page)
{
	const struct way_out *out = paged->run->arg;
	size_t at = page * page_size();
	int ret = out->copy(paged, paged->memory + at, paged->store + at);

	if (ret)
		paged->error = ret;
}

static void write_out(void *arg)
{
	size_t i;

	for (i = 0; i < PAGER_PAGES; i++)
		write_out_page(arg, i);
}

static void write_out_late(void *arg)
{
	write_out_page(arg, PAGER_LATE);
}

static void write_late(void *arg)
{
	struct paged *paged = arg;

	words_fill(paged->memory + PAGER_LATE * page_size(), page_size(),
		   WORD_PROCESS);
}

static void read_in(void *arg)
{
	struct paged *paged = arg;
	size_t i;

	for (i = 0; i < paged_length(); i += page_size())
		(void)*(volatile char *)(paged->memory + i);
}

static int fill_from_store(const struct uffd_pager *pager, void *page,
			   struct reason *why)
{
	const struct paged *paged = (const struct paged *)pager;
	struct uffdio_copy args = {
		.dst = (uintptr_t)page,
		.src = (uintptr_t)paged->store +
		       ((char *)page - paged->memory),
		.len = page_size(),
	};

	if (ioctl(pager->uffd, UFFDIO_COPY, &args) && errno != EEXIST)
		return reason(why, -errno, "UFFDIO_COPY is refused: %s",
			      strerror(errno));
	return 0;
}

static int paged_map(struct paged *paged, struct reason *why)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	size_t i;

	paged->memory = mmap(NULL, paged_length(), prot, flags, -1, 0);
	paged->store = mmap(NULL, paged_length(), prot, flags, -1, 0);
	if (paged->memory == MAP_FAILED || paged->store == MAP_FAILED)
		return reason(why, -errno, "cannot map memory: %s",
			      strerror(errno));
	madvise(paged->memory, paged_length(), MADV_NOHUGEPAGE);
	for (i = 0; i < PAGER_PAGES; i++)
		words_fill(paged->memory + i * page_size(), page_size(),
			   WORD_PIN_TIME + i);
	paged->pager.uffd = uffd_open_wp(why);
	if (paged->pager.uffd < 0)
		return paged->pager.uffd;
	return uffd_register(paged->pager.uffd, paged->memory, paged_length(),
			     UFFDIO_REGISTER_MODE_WP |
			     UFFDIO_REGISTER_MODE_MISSING, why);
}

/* Protect, and let it be written out: events are what nobody wants then. */
static int page_out(struct paged *paged, void (*out)(void *arg),
		    struct reason *why)
{
	int uffd = paged->pager.uffd;
	int ret = uffd_protect(uffd, paged->memory, paged_length(), true, why);

	if (!ret)
		ret = uffd_hears(uffd, page_size(), out, paged, why);
	if (!ret && paged->error)
		ret = reason(why, paged->error, "cannot write out a page: %s",
			     strerror(-paged->error));
	return ret;
}

/* What was written out has to be what is read in. */
static int page_in(struct paged *paged, struct reason *why)
{
	size_t i;
	int ret;

	if (madvise(paged->memory, paged_length(), MADV_DONTNEED))
		return reason(why, -errno, "MADV_DONTNEED is refused: %s",
			      strerror(errno));
	paged->pager.answer = fill_from_store;
	paged->pager.size = page_size();
	ret = uffd_serve(&paged->pager, read_in, paged, why);
	if (ret < 0)
		return ret;
	for (i = 0; i < PAGER_PAGES; i++) {
		struct word word = word_of_page(paged->memory +
						i * page_size());

		if (!word_is(&word, i == PAGER_LATE ? WORD_PROCESS :
						      WORD_PIN_TIME + i))
			return solo_fails(paged->run, FINDING_LOST,
					  "page %zu was not read in as it was written",
					  i);
	}
	return solo_passes(paged->run, "%d pages were written out with no event, dropped and read in again",
			   PAGER_PAGES);
}

static int run_pager(struct solo_run *run, struct reason *why)
{
	struct paged paged = { .run = run };
	int late, ret = paged_map(&paged, why);

	if (!ret)
		ret = page_out(&paged, write_out, why);
	if (ret > 0)
		return solo_fails(run, FINDING_EVENT,
				  "writing out raises %d events, which a pager would wait for in vain",
				  ret);
	if (ret)
		return ret;
	late = uffd_hears(paged.pager.uffd, page_size(), write_late, &paged,
			  why);
	if (late < 0)
		return late;
	if (!late)
		return solo_fails(run, FINDING_UNPROTECTED,
				  "a write to a page that was written out raises no event");
	ret = page_out(&paged, write_out_late, why);
	if (ret)
		return ret < 0 ? ret : reason(why, -EIO,
					      "%d late events", ret);
	return page_in(&paged, why);
}

#define READ_PIN(kind, words) {						\
	.id = "uffd.read-pin-" kind,					\
	.what = "R/O pins of " words " that a userfaultfd protects raise no event, and leave it protected",	\
	.run = run_read_pins,						\
	.arg = kind,							\
}

#define PAGER(name, words, out) {					\
	.id = "uffd.pager-" name,					\
	.what = "a pager that protects memory by userfaultfd can write it out with " words ", drop it and read it in",	\
	.run = run_pager,						\
	.arg = &(const struct way_out) { out },				\
}

static const struct solo table[] = {
	READ_PIN("anon", "anonymous memory"),
	READ_PIN("anon-shared", "anonymous memory that a child shares"),
	READ_PIN("zeropage", "the zero page"),
	{
		.id = "uffd.read-pin-anon-thp",
		.what = "R/O pins of a THP that a userfaultfd protects raise no event, and leave it protected",
		.prepare = prepare_thp,
		.run = run_read_pins,
		.arg = "anon-thp",
	}, {
		.id = "uffd.write-pin-anon",
		.what = "R/W pins of anonymous memory that a userfaultfd protects raise an event, or are refused",
		.run = run_write_pins,
		.arg = "anon",
	}, {
		.id = "uffd.write-pin-zeropage",
		.what = "R/W pins of the zero page that a userfaultfd protects raise an event, or are refused",
		.run = run_write_pins,
		.arg = "zeropage",
	},
	PAGER("write", "write()", out_by_write),
	PAGER("splice", "vmsplice()", out_by_splice),
	PAGER("readv", "process_vm_readv()", out_by_readv),
	PAGER("pin", "a device that has it pinned R/O", out_by_pin),
	{
		.id = "uffd.pager-direct",
		.what = "a pager that protects memory by userfaultfd can write it out with O_DIRECT, drop it and read it in",
		.prepare = prepare_ext4,
		.run = run_pager,
		.arg = &(const struct way_out) { out_by_direct },
	},
};

const struct solo_family solo_uffd = { table, ARRAY_SIZE(table) };
