// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether FOLL flags do what they say. What a flag changes is tried without
 * it as well, which has to go the other way.
 */
#include <errno.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "array_size.h"
#include "base/counts.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "events/family.h"
#include "family.h"
#include "machine/settings.h"
#include "machine/uffd.h"
#include "model/words.h"

#define FLAG_DEADLINE_MS	30000

/* A call that takes all flags that any does, if this kernel has them. */
static int need_flag(struct story_run *run, uint32_t api, uint32_t foll,
		     struct reason *why)
{
	char name[64];

	if (pintest_has_api(run->pt, api) &&
	    !(foll & ~pintest_api_foll(run->pt, api)))
		return 0;
	pintest_format_mask(PINTEST_NAMES_FOLL, foll, name, sizeof(name));
	return reason(why, -EOPNOTSUPP, "this kernel does not take %s", name);
}

/* Pins a page and lets go of it: 0 or -errno. */
static int try_pin(struct story_run *run, uint32_t api, uint32_t foll,
		   void *page)
{
	struct pintest_pin *pin;
	struct reason ignored;
	int ret = story_pin(run, api, foll, page, page_size(), &pin, &ignored);

	if (!ret)
		pintest_pin_free(pin);
	return ret;
}

/* One of two that have to differ. */
struct trial {
	const char *what;
	void *page;
	uint32_t foll;
	int wanted;
};

static int judge_trials(struct story_run *run, uint32_t api,
			const struct trial *trials, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		int ret = try_pin(run, api, trials[i].foll, trials[i].page);

		if (ret != trials[i].wanted)
			return story_fails(run, FINDING_FLAG, "%s: '%s', not '%s'",
					  trials[i].what, strerror(-ret),
					  strerror(-trials[i].wanted));
	}
	return story_passes(run, "%zu pins ended as the flag says", count);
}

static void *map_pages(size_t pages, int protection, int flags)
{
	void *addr = mmap(NULL, pages * page_size(), protection,
			  flags | MAP_ANONYMOUS, -1, 0);

	if (addr != MAP_FAILED)
		madvise(addr, pages * page_size(), MADV_NOHUGEPAGE);
	return addr == MAP_FAILED ? NULL : addr;
}

/* Which flag, of which call, keeps pages from being made. */
struct no_fault {
	uint32_t api;
	uint32_t foll;
};

static int no_fault(struct story_run *run, struct reason *why)
{
	const struct no_fault *what = run->arg;
	char *pages = map_pages(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct trial trials[] = {
		{ "a page that is there", pages, what->foll, 0 },
		{ "a page that is not there", pages + page_size(), what->foll,
		  -EFAULT },
		{ "the same once more", pages + page_size(), what->foll,
		  -EFAULT },
		{ "without the flag", pages + page_size(), 0, 0 },
	};
	int ret = need_flag(run, what->api, what->foll, why);

	if (ret)
		return ret;
	if (!pages)
		return reason(why, -ENOMEM, "cannot map pages");
	words_fill(pages, page_size(), WORD_PIN_TIME);
	return judge_trials(run, what->api, trials, ARRAY_SIZE(trials));
}

/*
 * What a write would replace has to be replaced before it is pinned for long,
 * for which a fault is needed.
 */
static int no_fault_longterm(struct story_run *run, struct reason *why)
{
	const uint32_t longterm = PINTEST_FOLL_LONGTERM;
	const uint32_t foll = longterm | PINTEST_FOLL_NOFAULT;
	const uint32_t *api = run->arg;
	struct memory zero;
	int ret = need_flag(run, *api, foll, why);

	if (!ret)
		ret = story_map(run, "zeropage", 1, &zero, why);
	if (ret)
		return ret;
	return judge_trials(run, *api, (struct trial[]) {
		{ "a short-term pin of a zero page", zero.addr,
		  PINTEST_FOLL_NOFAULT, 0 },
		{ "a long-term pin of a zero page", zero.addr, foll, -EFAULT },
		{ "a long-term pin without the flag", zero.addr, longterm, 0 },
	}, 3);
}

static int anon_only(struct story_run *run, struct reason *why)
{
	const uint32_t api = PINTEST_API_PIN, foll = PINTEST_FOLL_ANON;
	struct memory file, anon;
	int ret = need_flag(run, api, foll, why);

	if (!ret)
		ret = story_map(run, "memfd-private", 1, &file, why);
	if (!ret)
		ret = story_map(run, "anon", 1, &anon, why);
	if (ret)
		return ret;
	return judge_trials(run, api, (struct trial[]) {
		{ "anonymous memory", anon.addr, foll, 0 },
		{ "a file mapping", file.addr, foll, -EFAULT },
		{ "a file mapping without the flag", file.addr, 0, 0 },
	}, 3);
}

/* A write is forced into private memory only, which is then a private copy. */
static int force(struct story_run *run, struct reason *why)
{
	const uint32_t *api = run->arg;
	const uint32_t write = PINTEST_FOLL_WRITE;
	const uint32_t forced = write | PINTEST_FOLL_FORCE;
	void *private = map_pages(1, PROT_READ, MAP_PRIVATE);
	void *shared = map_pages(1, PROT_READ, MAP_SHARED);
	void *none = map_pages(1, PROT_NONE, MAP_PRIVATE);

	if (!private || !shared || !none)
		return reason(why, -ENOMEM, "cannot map pages");
	return judge_trials(run, *api, (struct trial[]) {
		{ "read-write pin of read-only private memory", private, write,
		  -EFAULT },
		{ "forced read-write pin of read-only private memory", private,
		  forced, 0 },
		{ "read-write pin of read-only shared memory", shared, write,
		  -EFAULT },
		{ "read-only pin of inaccessible memory", none, 0, -EFAULT },
		{ "forced read-only pin of inaccessible memory", none,
		  PINTEST_FOLL_FORCE, 0 },
	}, 5);
}

/* KiB of the mapping that entries for huge pages map. */
static long mapped_huge(const struct memory *memory)
{
	return count_of_mappings(memory->addr, memory->length,
				 "AnonHugePages:");
}

static int split_pmd(struct story_run *run, struct reason *why)
{
	const uint32_t api = PINTEST_API_PIN, foll = PINTEST_FOLL_SPLIT_PMD;
	long before, without, with, size;
	struct memory memory;
	int ret = need_flag(run, api, foll, why);

	if (!ret)
		ret = story_map(run, "anon-thp", 1, &memory, why);
	if (!ret)
		ret = memory_keep_from_khugepaged(&memory, why);
	if (ret)
		return ret;
	before = mapped_huge(&memory);
	if (try_pin(run, api, 0, memory.addr))
		return reason(why, -EFAULT, "a huge page cannot be pinned");
	without = mapped_huge(&memory);
	if (try_pin(run, api, foll, memory.addr))
		return story_fails(run, FINDING_FLAG, "the pin is refused");
	with = mapped_huge(&memory);
	size = memory.kind->huge_size >> 10;
	if (before == size && without == size && !with)
		return story_passes(run, "the huge page is mapped by pages afterwards");
	return story_fails(run, FINDING_FLAG,
			  "mapped as huge pages: %ld KiB, %ld KiB after a pin without the flag, %ld KiB after one with it",
			  before, without, with);
}

/* Pages of which a userfaultfd withholds some, and how many were pinned. */
struct withheld {
	struct story_run *run;
	uint32_t foll;
	char *pages;
	size_t count;
	int pinned;
};

static void pin_withheld(void *arg)
{
	struct withheld *withheld = arg;
	struct pintest_request request = {
		.api = PINTEST_API_PIN_UNLOCKED,
		.foll = withheld->foll,
		.addr = (uintptr_t)withheld->pages,
		.length = withheld->count * page_size(),
	};
	struct pintest_pin *pin;

	withheld->pinned = pintest_pin_new(withheld->run->pt, &request, &pin);
	if (withheld->pinned)
		return;
	withheld->pinned = pintest_pin_pages(pin);
	pintest_pin_free(pin);
}

static int give_zeros(const struct uffd_pager *pager, void *page,
		      struct reason *why)
{
	struct uffdio_zeropage args = {
		.range = { (uintptr_t)page, pager->size },
	};

	return ioctl(pager->uffd, UFFDIO_ZEROPAGE, &args) ?
	       reason(why, -errno, "UFFDIO_ZEROPAGE is refused: %s",
		      strerror(errno)) : 0;
}

/* How often it has to wait, and how many pages it has to get. */
struct wait {
	const char *what;
	size_t first;
	size_t count;
	uint32_t foll;
	int events;
	int pinned;
};

/* 0 if it is as it has to be, 1 if there is a verdict, or -errno. */
static int judge_wait(struct story_run *run, int uffd, char *pages,
		      const struct wait *wait, struct reason *why)
{
	const struct uffd_pager pager = { uffd, page_size(), give_zeros };
	struct withheld withheld = {
		run, wait->foll, pages + wait->first * page_size(),
		wait->count, 0,
	};
	int events = uffd_serve(&pager, pin_withheld, &withheld, why);

	if (events < 0)
		return events;
	if (events == wait->events && (withheld.pinned == wait->pinned ||
				       (withheld.pinned < 0 && !wait->pinned)))
		return 0;
	story_fails(run, FINDING_FLAG,
		   "%s: %d pages are pinned (or errno), not %d, after %d events, not %d",
		   wait->what, withheld.pinned, wait->pinned, events,
		   wait->events);
	return 1;
}

/* The second page is missing, and comes when somebody waits for it. */
static int nowait(struct story_run *run, struct reason *why)
{
	const uint32_t foll = PINTEST_FOLL_NOWAIT;
	const struct wait waits[] = {
		{ "a page that is there and one that is not", 0, 2, foll, 0,
		  1 },
		{ "a page that is not there", 1, 1, foll, 0, 0 },
		{ "without the flag", 0, 2, 0, 1, 2 },
	};
	char *pages = map_pages(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int ret = need_flag(run, PINTEST_API_PIN_UNLOCKED, foll, why), uffd;
	size_t i;

	if (ret)
		return ret;
	if (!pages)
		return reason(why, -ENOMEM, "cannot map pages");
	words_fill(pages, page_size(), WORD_PIN_TIME);
	uffd = uffd_open(0, "interface", why);
	ret = uffd < 0 ? uffd :
	      uffd_register(uffd, pages, 2 * page_size(),
			    UFFDIO_REGISTER_MODE_MISSING, why);
	for (i = 0; !ret && i < ARRAY_SIZE(waits); i++)
		ret = judge_wait(run, uffd, pages, &waits[i], why);
	if (ret)
		return ret < 0 ? ret : 0;
	return story_passes(run, "a pin ends before a page that is missing, and without the flag waits for it");
}

/*
 * Poison that a userfaultfd makes: a mark in the page table, to which faults
 * answer as to a broken page. MADV_HWPOISON would take a page from the machine
 * until its next boot.
 */
static int poison(void *page, struct reason *why)
{
	int uffd = uffd_open(UFFD_FEATURE_POISON, "poison", why);
	int ret = uffd < 0 ? uffd :
		  uffd_register(uffd, page, page_size(),
				UFFDIO_REGISTER_MODE_MISSING, why);

	return ret ? ret : uffd_poison(uffd, page, page_size(), why);
}

static int hwpoison(struct story_run *run, struct reason *why)
{
	const uint32_t api = PINTEST_API_PIN, foll = PINTEST_FOLL_HWPOISON;
	char *pages = map_pages(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	int ret = need_flag(run, api, foll, why);

	if (ret)
		return ret;
	if (!pages)
		return reason(why, -ENOMEM, "cannot map pages");
	words_fill(pages, page_size(), WORD_PIN_TIME);
	ret = poison(pages + page_size(), why);
	if (ret)
		return ret;
	return judge_trials(run, api, (struct trial[]) {
		{ "a page that is intact", pages, foll, 0 },
		{ "a page that is poisoned", pages + page_size(), foll,
		  -EHWPOISON },
		{ "a page that is poisoned, without the flag",
		  pages + page_size(), 0, -EFAULT },
	}, 3);
}

/* So often is a sample left alone before that is believed. */
#define SAMPLES		4

/* A page that NUMA balancing samples, which the device takes for not mapped. */
struct sampled {
	struct story_run *run;
	char *page;
	int error;
};

static bool is_sampled(void *arg)
{
	const struct sampled *sampled = arg;
	uint64_t addr = (uintptr_t)sampled->page;
	struct pintest_record record;

	return !pintest_inspect(sampled->run->pt, 0, &addr,
				addr + page_size(), &record, 1);
}

/* Whether the sample is taken by a pin: then the page is mapped again. */
static bool pin_takes_sample(struct sampled *sampled, uint32_t foll)
{
	if (!deadline_spin(is_sampled, sampled))
		sampled->error = -EAGAIN;
	else
		sampled->error = try_pin(sampled->run, PINTEST_API_PIN, foll,
					 sampled->page);
	return !sampled->error && !is_sampled(sampled);
}

/* It may be sampled again right after the pin: one of several will show it. */
static bool is_taken(void *arg)
{
	return pin_takes_sample(arg, PINTEST_FOLL_HONOR_NUMA_FAULT);
}

static void *sleep_for_ever(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static int honor_numa_fault(struct story_run *run, struct reason *why)
{
	struct sampled sampled = { .run = run };
	pthread_t thread;
	int i, ret = need_flag(run, PINTEST_API_PIN,
			       PINTEST_FOLL_HONOR_NUMA_FAULT, why);

	if (ret)
		return ret;
	sampled.page = map_pages(1, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	/* Of one thread alone, no page that is near is sampled. */
	if (!sampled.page || pthread_create(&thread, NULL, sleep_for_ever,
					    NULL))
		return reason(why, -ENOMEM, "no memory left");
	words_fill(sampled.page, page_size(), WORD_PIN_TIME);
	for (i = 0; i < SAMPLES; i++) {
		if (pin_takes_sample(&sampled, 0))
			return story_fails(run, FINDING_FLAG,
					  "a pin without the flag takes what NUMA balancing has sampled");
		if (sampled.error)
			return reason(why, sampled.error,
				      "NUMA balancing leaves a page alone that is not pinned");
	}
	if (!deadline_spin(is_taken, &sampled))
		return story_fails(run, FINDING_FLAG,
				  "a pin with the flag does not take what NUMA balancing has sampled: %s",
				  strerror(-sampled.error));
	return story_passes(run, "only a pin with the flag takes what NUMA balancing has sampled");
}

static int prepare_balance(const void *arg, struct settings *settings,
			   struct reason *why)
{
	(void)arg;
	return settings_need_balancing(settings, why);
}

/* A thread that pins a page which a userfaultfd keeps from being there. */
struct sleeper {
	struct story_run *run;
	uint32_t foll;
	void *page;
	int ret;
};

static void *sleep_in_fault(void *arg)
{
	struct sleeper *sleeper = arg;

	sleeper->ret = try_pin(sleeper->run, PINTEST_API_PIN_UNLOCKED,
			       sleeper->foll, sleeper->page);
	return NULL;
}

static void wake(int number)
{
	(void)number;
}

/* What a pin returns that is sent a signal while it sleeps, then the page. */
static int signal_sleeper(int uffd, struct sleeper *sleeper,
			  struct reason *why)
{
	struct uffdio_zeropage zero = {
		.range = { (uintptr_t)sleeper->page, page_size() },
	};
	struct uffd_msg message;
	pthread_t thread;

	if (pthread_create(&thread, NULL, sleep_in_fault, sleeper))
		return reason(why, -EAGAIN, "cannot create a thread");
	if (deadline_await(uffd, FLAG_DEADLINE_MS, NULL) != 1 ||
	    read(uffd, &message, sizeof(message)) != sizeof(message))
		return reason(why, -ETIMEDOUT, "no fault came");
	pthread_kill(thread, SIGUSR1);
	if (!(sleeper->foll & PINTEST_FOLL_INTERRUPTIBLE))
		ioctl(uffd, UFFDIO_ZEROPAGE, &zero);
	pthread_join(thread, NULL);
	return 0;
}

/* One that is not interrupted goes on once the page is there. */
static int interruptible(struct story_run *run, struct reason *why)
{
	const uint32_t foll = PINTEST_FOLL_INTERRUPTIBLE;
	char *pages = map_pages(2, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	struct sleeper with = { run, foll, pages, 0 };
	struct sleeper without = { run, 0, pages + page_size(), 0 };
	int uffd, ret = need_flag(run, PINTEST_API_PIN_UNLOCKED, foll, why);

	if (ret)
		return ret;
	sigaction(SIGUSR1, &(struct sigaction) { .sa_handler = wake }, NULL);
	uffd = uffd_open(0, "interface", why);
	ret = uffd < 0 ? uffd :
	      uffd_register(uffd, pages, 2 * page_size(),
			    UFFDIO_REGISTER_MODE_MISSING, why);
	if (!ret)
		ret = signal_sleeper(uffd, &with, why);
	if (!ret)
		ret = signal_sleeper(uffd, &without, why);
	if (ret)
		return ret;
	if (with.ret == -EINTR && !without.ret)
		return story_passes(run, "a signal ends the pin that waits for a page");
	return story_fails(run, FINDING_FLAG,
			  "after a signal: '%s' with the flag, '%s' without it",
			  strerror(-with.ret), strerror(-without.ret));
}

#define SLOW(flag)	(&(const struct no_fault) { PINTEST_API_PIN, flag })
#define FAST(flag)	(&(const struct no_fault) { PINTEST_API_PIN_FAST, flag })
#define NUMBER(of)	(&(const uint32_t) { of })

static const struct story table[] = {
	{
		.id = "flags.nofault-slow",
		.what = "FOLL_NOFAULT: pin_user_pages() pins pages that are present and allocates none",
		.run = no_fault,
		.arg = SLOW(PINTEST_FOLL_NOFAULT),
	}, {
		.id = "flags.nofault-fast",
		.what = "FOLL_NOFAULT: pin_user_pages_fast() pins pages that are present and allocates none",
		.run = no_fault,
		.arg = FAST(PINTEST_FOLL_NOFAULT),
	}, {
		.id = "flags.nofault-longterm-slow",
		.what = "FOLL_NOFAULT: pin_user_pages() takes no long-term pin of the zero page",
		.run = no_fault_longterm,
		.arg = NUMBER(PINTEST_API_PIN),
	}, {
		.id = "flags.nofault-longterm-fast",
		.what = "FOLL_NOFAULT: pin_user_pages_fast() takes no long-term pin of the zero page",
		.run = no_fault_longterm,
		.arg = NUMBER(PINTEST_API_PIN_FAST),
	}, {
		.id = "flags.dump",
		.what = "FOLL_DUMP: a hole in anonymous memory is an error and stays a hole",
		.run = no_fault,
		.arg = SLOW(PINTEST_FOLL_DUMP),
	}, {
		.id = "flags.anon",
		.what = "FOLL_ANON: only anonymous memory is pinned",
		.run = anon_only,
	}, {
		.id = "flags.force-slow",
		.what = "FOLL_FORCE: pin_user_pages() writes to private memory that is read-only, and reads what is inaccessible",
		.run = force,
		.arg = NUMBER(PINTEST_API_PIN),
	}, {
		.id = "flags.force-fast",
		.what = "FOLL_FORCE: pin_user_pages_fast() writes to private memory that is read-only, and reads what is inaccessible",
		.run = force,
		.arg = NUMBER(PINTEST_API_PIN_FAST),
	}, {
		.id = "flags.split-pmd",
		.what = "FOLL_SPLIT_PMD: the huge page is mapped by PTEs afterwards",
		.prepare = story_prepare_thp,
		.run = split_pmd,
	}, {
		.id = "flags.interruptible",
		.what = "FOLL_INTERRUPTIBLE: a signal ends a pin that waits for a page; without the flag it does not",
		.run = interruptible,
	}, {
		.id = "flags.nowait",
		.what = "FOLL_NOWAIT: a pin stops before a page that it would have to wait for",
		.run = nowait,
	}, {
		.id = "flags.hwpoison",
		.what = "FOLL_HWPOISON: a poisoned page gives another error than a missing one",
		.run = hwpoison,
	}, {
		.id = "flags.honor-numa-fault",
		.what = "FOLL_HONOR_NUMA_FAULT: a pin takes a NUMA hinting fault; without the flag it does not",
		.prepare = prepare_balance,
		.run = honor_numa_fault,
	},
};

const struct story_family story_flags = { table, ARRAY_SIZE(table) };
