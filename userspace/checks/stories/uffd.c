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
#include "base/reason.h"
#include "family.h"
#include "machine/filesystems.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"

#define L	PINTEST_FOLL_LONGTERM
#define W	PINTEST_FOLL_WRITE

/* A protected page that is pinned, and how that went. */
struct pinning {
	struct story_run *run;
	int uffd;
	struct memory memory;
	const struct way *way;
	uint32_t foll;
	struct pintest_pin *pin;
	int error;
};

static void pin_once(void *arg)
{
	struct pinning *pinning = arg;
	struct reason ignored;

	pinning->error = story_pin(pinning->run, pinning->way->api,
				  pinning->foll, pinning->memory.addr,
				  page_size(), &pinning->pin, &ignored);
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
	int ret = story_map(pinning->run, kind->id, pages, &pinning->memory,
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

static void let_go(struct pinning *pinning)
{
	pintest_pin_free(pinning->pin);
	close(pinning->uffd);
	memory_unmap(&pinning->memory);
}

/* Short-term or long-term, as messages have it. */
static const char *term(const struct pinning *pinning)
{
	return pinning->foll & L ? "long-term" : "short-term";
}

/* Judges one pin: 0 if all is well, 1 if there is a verdict, or -errno. */
typedef int judge_pinning(struct pinning *pinning, struct reason *why);

/*
 * By all ways, each with memory of its own: what one pin has unshared, or had
 * made writable, tells nothing of the next.
 */
static int pin_by_all_ways(struct story_run *run, uint32_t foll,
			   judge_pinning *judge, struct reason *why)
{
	size_t i, count;
	const struct way *table = ways(&count);
	int ret = 0;

	for (i = 0; !ret && i < count; i++) {
		struct pinning pinning = { run, .way = &table[i],
					   .foll = foll };

		if (!story_takes(run->pt, &table[i], foll))
			continue;
		ret = protect_kind(&pinning, why);
		if (!ret)
			ret = judge(&pinning, why);
		if (!ret)
			let_go(&pinning);
	}
	return ret;
}

static int protected_pages(const struct pinning *pinning)
{
	return pages_count(pinning->memory.addr, pinning->memory.length,
			   PAGEMAP_UFFD_WP);
}

/* That a write is heard afterwards shows that one would have been before. */
static int judge_protection(struct pinning *pinning, int before,
			    struct reason *why)
{
	int after = protected_pages(pinning);
	int ret = uffd_hears(pinning->uffd, page_size(), write_once, pinning,
			     why);

	if (ret < 0)
		return ret;
	if (ret && after >= before)
		return 0;
	story_fails(pinning->run, FINDING_UNPROTECTED,
		   "of %d protected pages a read-only %s pin by %s leaves %d, and a write raises %d events",
		   before, term(pinning), pinning->way->what, after, ret);
	return 1;
}

static int judge_read(struct pinning *pinning, struct reason *why)
{
	int before = protected_pages(pinning);
	int ret = uffd_hears(pinning->uffd, page_size(), pin_once, pinning,
			     why);

	if (ret < 0)
		return ret;
	if (!ret && !pinning->error)
		return judge_protection(pinning, before, why);
	if (ret)
		story_fails(pinning->run, FINDING_EVENT,
			   "a read-only %s pin by %s raises %d events",
			   term(pinning), pinning->way->what, ret);
	else
		story_fails(pinning->run, FINDING_REFUSED,
			   "a read-only %s pin by %s is refused: %s", term(pinning),
			   pinning->way->what, strerror(-pinning->error));
	return 1;
}

static int run_read_pins(struct story_run *run, struct reason *why)
{
	int ret = pin_by_all_ways(run, 0, judge_read, why);

	if (!ret)
		ret = pin_by_all_ways(run, L, judge_read, why);
	if (ret)
		return ret < 0 ? ret : 0;
	return story_passes(run, "no event, and a write still raises one");
}

/*
 * An event is waited for only by a call that may let go of the mmap lock and
 * try again. The others must not wait, and are refused. Long-term pins could
 * not try again on older kernels, whatever call takes them: those do not take
 * long-term pins by the calls that are there for nothing else.
 */
static bool may_wait(const struct pinning *pinning)
{
	uint32_t api = pinning->way->api;

	if (api == PINTEST_API_PIN || api == PINTEST_API_PIN_REMOTE)
		return false;
	return !(pinning->foll & L) ||
	       pintest_api_foll(pinning->run->pt,
				PINTEST_API_PIN_UNLOCKED) & L;
}

/* Both see what the other one writes, once the event was answered. */
static int judge_stores(struct pinning *pinning, struct reason *why)
{
	struct word seen, back;
	int ret = story_exchange(pinning->pin, pinning->memory.addr, &seen,
				&back, why);

	if (ret)
		return ret < 0 ? ret : 0;
	story_fails(pinning->run, FINDING_STALE | FINDING_LOST,
		   "a read-write %s pin by %s and the process do not see what the other one writes",
		   term(pinning), pinning->way->what);
	return 1;
}

static int judge_write(struct pinning *pinning, struct reason *why)
{
	bool waits = may_wait(pinning);
	int events = uffd_hears(pinning->uffd, page_size(), pin_once, pinning,
				why);

	if (events < 0)
		return events;
	if (events == waits && pinning->error == (waits ? 0 : -EFAULT))
		return waits ? judge_stores(pinning, why) : 0;
	story_fails(pinning->run, events ? FINDING_EVENT : FINDING_UNPROTECTED,
		   "a read-write %s pin by %s raises %d events, not %d, and ends with: %s",
		   term(pinning), pinning->way->what, events, waits,
		   strerror(-pinning->error));
	return 1;
}

static int run_write_pins(struct story_run *run, struct reason *why)
{
	int ret = pin_by_all_ways(run, W, judge_write, why);

	if (!ret)
		ret = pin_by_all_ways(run, L | W, judge_write, why);
	if (ret)
		return ret < 0 ? ret : 0;
	return story_passes(run, "calls that may wait raise one event, and the others are refused");
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
	struct story_run *run;
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
	int ret = story_pin(paged->run, PINTEST_API_PIN_FAST, 0, (void *)from,
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
			return story_fails(paged->run, FINDING_LOST,
					  "page %zu was not read in as it was written",
					  i);
	}
	return story_passes(paged->run, "%d pages were written out with no event, dropped and read in again",
			   PAGER_PAGES);
}

static int run_pager(struct story_run *run, struct reason *why)
{
	struct paged paged = { .run = run };
	int late, ret = paged_map(&paged, why);

	if (!ret)
		ret = page_out(&paged, write_out, why);
	if (ret > 0)
		return story_fails(run, FINDING_EVENT,
				  "writing out raises %d events, which a pager would wait for in vain",
				  ret);
	if (ret)
		return ret;
	late = uffd_hears(paged.pager.uffd, page_size(), write_late, &paged,
			  why);
	if (late < 0)
		return late;
	if (!late)
		return story_fails(run, FINDING_UNPROTECTED,
				  "a write to a page that was written out raises no event");
	ret = page_out(&paged, write_out_late, why);
	if (ret)
		return ret < 0 ? ret : reason(why, -EIO,
					      "%d late events", ret);
	return page_in(&paged, why);
}

#define READ_PIN(kind, words) {						\
	.id = "uffd.read-pin-" kind,					\
	.what = "read-only pins of " words " that a userfaultfd protects raise no event, and leave it protected",	\
	.prepare = story_prepare_kind,					\
	.run = run_read_pins,						\
	.arg = kind,							\
}

#define WRITE_PIN(kind, words) {					\
	.id = "uffd.write-pin-" kind,					\
	.what = "read-write pins of " words " that a userfaultfd protects raise one event and stay coherent afterwards; calls that may not wait are refused",	\
	.prepare = story_prepare_kind,					\
	.run = run_write_pins,						\
	.arg = kind,							\
}

#define PAGER(name, words, out) {					\
	.id = "uffd.pager-" name,					\
	.what = "a pager that write-protects memory with userfaultfd can save it with " words ", drop it, and read it back",	\
	.run = run_pager,						\
	.arg = &(const struct way_out) { out },				\
}

static const struct story table[] = {
	READ_PIN("anon", "anonymous memory"),
	READ_PIN("anon-shared", "anonymous memory that a child shares"),
	READ_PIN("zeropage", "the zero page"),
	READ_PIN("anon-thp", "a THP"),
	WRITE_PIN("anon", "anonymous memory"),
	WRITE_PIN("anon-shared", "anonymous memory that a child shares"),
	WRITE_PIN("zeropage", "the zero page"),
	WRITE_PIN("anon-thp", "a THP"),
	PAGER("write", "write()", out_by_write),
	PAGER("splice", "vmsplice()", out_by_splice),
	PAGER("readv", "process_vm_readv()", out_by_readv),
	PAGER("pin", "a device that has it pinned read-only", out_by_pin),
	{
		.id = "uffd.pager-direct",
		.what = "a pager that write-protects memory with userfaultfd can save it with O_DIRECT, drop it, and read it back",
		.prepare = prepare_ext4,
		.run = run_pager,
		.arg = &(const struct way_out) { out_by_direct },
	},
};

const struct story_family story_uffd = { table, ARRAY_SIZE(table) };
