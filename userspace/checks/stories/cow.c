// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of copy-on-write itself, which pins rely on: after fork(), one of two
 * processes holds on to what was there, and the other one writes.
 *
 * What holds on is a mapping, or a reference in a pipe without a pin, which is
 * all that is left when vmsplice() has put the memory there and it is unmapped.
 * Whoever finds its page to be nobody else's by then gives its writes away
 * (CVE-2020-29374).
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "family.h"
#include "machine/madvise.h"
#include "model/words.h"

/**
 * struct plot - who does what
 *
 * @process_holds: the process holds on and its child writes, or the other way
 *	round
 * @early: what holds on does so before fork()
 * @pipe: it holds on to a reference in a pipe, not to its mapping
 * @before_write: what the process does before it writes, or NULL
 * @shares: what of a huge page fork() shares
 * @kinds: ids of the memory kinds that it is about, as fnmatch() with
 *	FNM_EXTMATCH takes them
 */
struct plot {
	bool process_holds;
	bool early;
	bool pipe;
	int (*before_write)(const struct memory *memory, struct reason *why);
	enum { SHARES_ALL, SHARES_LOWER, SHARES_UPPER } shares;
	const char *kinds;
};

/**
 * struct telling - a plot that is being told
 *
 * @plot: the plot
 * @memory: of what memory
 * @pages: the pages of it that are looked at, CHECK_PAGES
 * @pipe: ends of a pipe, if it takes one
 */
struct telling {
	const struct plot *plot;
	struct memory memory;
	char *pages;
	int pipe[2];
};

static int cycle_protection(const struct memory *memory, struct reason *why)
{
	size_t extent = memory->extent;

	if (!mprotect(memory->addr, extent, PROT_READ) &&
	    !mprotect(memory->addr, extent, PROT_READ | PROT_WRITE))
		return 0;
	return reason(why, -errno, "mprotect() is refused: %s",
		      strerror(errno));
}

/* Of pages that are mapped one by one, else there is nothing to do. */
static int collapse(const struct memory *memory, struct reason *why)
{
	size_t extent = memory->extent;

	if (!mprotect(memory->addr, page_size(), PROT_READ) &&
	    !mprotect(memory->addr, page_size(), PROT_READ | PROT_WRITE) &&
	    !madvise(memory->addr, extent, MADV_DOFORK) &&
	    !madvise(memory->addr, extent, MADV_COLLAPSE))
		return 0;
	return reason(why, -EOPNOTSUPP, "MADV_COLLAPSE is refused: %s",
		      strerror(errno));
}

static int take(struct telling *telling)
{
	struct iovec pages = { telling->pages, CHECK_PAGES * page_size() };

	if (!telling->plot->pipe ||
	    vmsplice(telling->pipe[1], &pages, 1, 0) == (ssize_t)pages.iov_len)
		return 0;
	return -EIO;
}

/* What was taken is held by the pipe alone from now on. */
static int let_go(struct telling *telling)
{
	if (!telling->plot->pipe ||
	    !munmap(telling->memory.addr, telling->memory.extent))
		return 0;
	return -errno;
}

static int read_held(struct telling *telling, struct word *words)
{
	size_t i, size = page_size();
	char *page = malloc(size);

	if (!page)
		return -ENOMEM;
	for (i = 0; i < CHECK_PAGES; i++) {
		char *from = page;

		if (!telling->plot->pipe)
			from = telling->pages + i * size;
		else if (read(telling->pipe[0], page, size) != (ssize_t)size)
			break;
		words[i] = word_of_page(from);
	}
	free(page);
	return i < CHECK_PAGES ? -EIO : 0;
}

static void write_pages(const struct telling *telling, uint64_t word)
{
	words_fill(telling->pages, CHECK_PAGES * page_size(), word);
}

static int child_writes(struct peer *process, struct telling *telling)
{
	if (peer_turn(process) || peer_await(process))
		return EXIT_FAILURE;
	write_pages(telling, WORD_CHILD);
	return peer_turn(process) ? EXIT_FAILURE : 0;
}

static int child_holds(struct peer *process, struct telling *telling)
{
	struct word words[CHECK_PAGES] = { 0 };

	if (take(telling) || let_go(telling) || peer_turn(process) ||
	    peer_await(process) || read_held(telling, words))
		return EXIT_FAILURE;
	return peer_send(process, words, sizeof(words)) ? EXIT_FAILURE : 0;
}

static int child_main(struct peer *process, void *arg)
{
	struct telling *telling = arg;

	return telling->plot->process_holds ? child_writes(process, telling) :
					       child_holds(process, telling);
}

static int process_holds(struct telling *telling, struct peer *child,
			 struct word *held, struct reason *why)
{
	int ret = telling->plot->early ? 0 : take(telling);

	if (!ret)
		ret = let_go(telling);
	if (!ret)
		ret = peer_turn(child);
	if (!ret)
		ret = peer_await(child);
	if (!ret)
		ret = read_held(telling, held);
	return ret ? reason(why, ret, "cannot hold on to the memory: %s",
			    strerror(-ret)) : 0;
}

static int process_writes(struct telling *telling, struct peer *child,
			  struct word *held, struct reason *why)
{
	int ret = telling->plot->before_write ?
		  telling->plot->before_write(&telling->memory, why) : 0;

	if (ret)
		return ret;
	write_pages(telling, WORD_PROCESS);
	ret = peer_turn(child);
	if (!ret)
		ret = peer_receive(child, held, CHECK_PAGES * sizeof(*held));
	return ret ? reason(why, ret, "the child is lost: %s",
			    strerror(-ret)) : 0;
}

/* Leaves in @held what is read by who held on. */
static int tell_with_child(struct telling *telling, struct word *held,
			   struct reason *why)
{
	struct peer *child = peer_start(child_main, telling);
	int ret = child ? peer_await(child) : -errno;

	if (ret)
		ret = reason(why, ret, "the child is lost: %s",
			     strerror(-ret));
	else if (telling->plot->process_holds)
		ret = process_holds(telling, child, held, why);
	else
		ret = process_writes(telling, child, held, why);
	peer_end(child);
	return ret;
}

static int share_half(const struct telling *telling, struct reason *why)
{
	size_t half = telling->memory.extent / 2;
	char *other = telling->memory.addr;

	if (telling->plot->shares == SHARES_ALL)
		return 0;
	if (telling->plot->shares == SHARES_LOWER)
		other += half;
	if (!madvise(other, half, MADV_DONTFORK))
		return 0;
	return reason(why, -errno, "MADV_DONTFORK is refused: %s",
		      strerror(errno));
}

static int tell(struct telling *telling, struct word *held, struct reason *why)
{
	int ret = share_half(telling, why);

	if (ret)
		return ret;
	if (pipe2(telling->pipe, O_CLOEXEC))
		return reason(why, -errno, "cannot make a pipe: %s",
			      strerror(errno));
	if (telling->plot->early && take(telling))
		ret = reason(why, -EIO, "vmsplice() is refused");
	else
		ret = tell_with_child(telling, held, why);
	close(telling->pipe[0]);
	close(telling->pipe[1]);
	return ret;
}

/**
 * struct tally - the kinds of memory that a plot was tried on, and how it ended
 *
 * @told: kinds
 * @leaks: those of which who held on does not read what was there
 * @leaked: their ids
 * @word: what was read of the last of them
 */
struct tally {
	size_t told;
	size_t leaks;
	char leaked[REASON_LENGTH];
	struct word word;
};

static void add_to_tally(struct tally *tally, const struct telling *telling,
			 const struct word *held)
{
	size_t used = strlen(tally->leaked), i;

	tally->told++;
	for (i = 0; i < CHECK_PAGES; i++)
		if (!word_is(&held[i], telling->memory.word))
			break;
	if (i == CHECK_PAGES)
		return;
	tally->word = held[i];
	snprintf(tally->leaked + used, sizeof(tally->leaked) - used, "%s%s",
		 tally->leaks++ ? ", " : "", telling->memory.kind->id);
}

static int judge(struct story_run *run, const struct tally *tally)
{
	char text[WORD_TEXT_LENGTH];

	if (!tally->leaks)
		return story_passes(run, "the holder still reads the old data, for %zu kinds of memory",
				   tally->told);
	return story_fails(run, FINDING_LEAKED,
			  "the holder reads %s, which is not the old data, for %zu of %zu kinds of memory: %s",
			  word_text(&tally->word, text), tally->leaks,
			  tally->told, tally->leaked);
}

static int tell_of(struct story_run *run, const struct memory_kind *kind,
		   struct tally *tally, struct reason *why)
{
	struct telling telling = { .plot = run->arg };
	struct word held[CHECK_PAGES] = { 0 };
	struct memory *memory = &telling.memory;
	int ret = memory_map(kind, CHECK_PAGES, memory, why);

	if (!ret)
		ret = memory_verify(run->pt, memory, why);
	if (ret)
		return ret;
	telling.pages = memory->addr;
	if (telling.plot->shares == SHARES_UPPER) {
		telling.pages += memory->extent / 2;
		words_fill(telling.pages, memory->length, memory->word);
	}
	ret = tell(&telling, held, why);
	memory_unmap(memory);
	if (!ret)
		add_to_tally(tally, &telling, held);
	return ret;
}

/* Shared memory is not copied on write, which has to be seen. */
static int see_a_leak(const struct plot *plot, struct reason *why)
{
	static const struct memory_kind shared = { .id = "shared memory" };
	const size_t length = CHECK_PAGES * page_size();
	struct telling telling = { .plot = plot, .memory.kind = &shared };
	struct word held[CHECK_PAGES] = { 0 };
	int ret;

	telling.pages = mmap(NULL, length, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (telling.pages == MAP_FAILED)
		return reason(why, -errno, "cannot map memory: %s",
			      strerror(errno));
	words_fill(telling.pages, length, WORD_PIN_TIME);
	telling.memory.addr = telling.pages;
	telling.memory.length = length;
	telling.memory.extent = length;
	ret = tell(&telling, held, why);
	if (!ret && word_is(&held[0], WORD_PIN_TIME))
		return reason(why, -ENODATA,
			      "a write to shared memory is not seen, so a leak could not be seen either");
	return ret;
}

/*
 * Kinds that prepare() could not have: they may be mapped all the same, and be
 * something else, as memory that is not swapped out without swap space.
 */
static bool *unprepared;

static bool is_about(const struct plot *plot, const struct memory_kind *kind)
{
	return !(kind->traits & MEMORY_LONG) &&
	       !fnmatch(plot->kinds, kind->id, FNM_EXTMATCH);
}

/* Of each kind that there is here, also after one of which it ends badly. */
static int tell_of_all(struct story_run *run, struct reason *why)
{
	size_t count, i;
	const struct memory_kind *kinds = memory_kinds(&count);
	const struct plot *plot = run->arg;
	struct tally tally = { 0 };
	int ret = plot->before_write == collapse ? 0 : see_a_leak(plot, why);

	if (ret)
		return ret;
	for (i = 0; i < count; i++) {
		if (!is_about(plot, &kinds[i]) || unprepared[i])
			continue;
		ret = tell_of(run, &kinds[i], &tally, why);
		if (ret && ret != -EOPNOTSUPP)
			return ret;
	}
	return tally.told ? judge(run, &tally) : ret;
}

static int prepare(const void *arg, struct settings *settings,
		   struct reason *why)
{
	size_t count, i, prepared = 0;
	const struct memory_kind *kinds = memory_kinds(&count);
	int ret = 0;

	free(unprepared);
	unprepared = calloc(count, sizeof(*unprepared));
	if (!unprepared)
		return reason(why, -ENOMEM, "no memory left");
	for (i = 0; i < count; i++) {
		if (!is_about(arg, &kinds[i]))
			continue;
		ret = memory_prepare(&kinds[i], 1, settings, why);
		if (ret && ret != -EOPNOTSUPP)
			return ret;
		unprepared[i] = ret;
		prepared += !ret;
	}
	return prepared ? 0 : ret;
}

/*
 * As the kernel's own selftest has it; longer pages would take too long. With
 * pipes, hugetlb pages have rows of their own, since they overlook pipes.
 */
#define THP	"anon-thp"
#define HUGETLB	"anon-hugetlb-2m"
#define PAGES	"anon@(|-swapped|-thp@(|-*([0-9])[km])@(|-pte|-swapped|-pte-swapped|-remnant|-remnant-swapped|-mremapped|-partly-shared|-collapsed))"
#define ALL	"@(" PAGES "|" HUGETLB ")"

#define ROW(_id, _what, ...) { \
	.id = "cow." _id, \
	.what = _what, \
	.prepare = prepare, \
	.run = tell_of_all, \
	.arg = &(const struct plot) { __VA_ARGS__ }, \
}

static const struct story table[] = {
	ROW("fork",
	    "a child does not see what the process writes after fork()",
	    .kinds = ALL),
	ROW("fork-mprotect",
	    "a child does not see what the process writes after fork() to memory that was read-only for a while",
	    .kinds = ALL, .before_write = cycle_protection),
	ROW("fork-collapse",
	    "a child does not see what the process writes after fork() and MADV_COLLAPSE, which makes a huge page",
	    .kinds = THP, .before_write = collapse),
	ROW("fork-collapse-lower",
	    "a child that kept the lower half of a huge page does not see what the process writes after MADV_COLLAPSE",
	    .kinds = THP, .before_write = collapse,
	    .shares = SHARES_LOWER),
	ROW("fork-collapse-upper",
	    "a child that kept the upper half of a huge page does not see what the process writes after MADV_COLLAPSE",
	    .kinds = THP, .before_write = collapse,
	    .shares = SHARES_UPPER),
	ROW("vmsplice-child",
	    "a pipe that a child filled with vmsplice() before it unmapped the memory does not see what the process writes",
	    .kinds = PAGES, .pipe = true),
	ROW("vmsplice-child-mprotect",
	    "a pipe that a child filled with vmsplice() does not see what the process writes after the memory was read-only for a while",
	    .kinds = PAGES, .pipe = true,
	    .before_write = cycle_protection),
	ROW("vmsplice-before-fork",
	    "a pipe that the process filled with vmsplice() before fork(), and then unmapped the memory, does not see what the child writes",
	    .kinds = PAGES, .pipe = true,
	    .process_holds = true, .early = true),
	ROW("vmsplice-after-fork",
	    "a pipe that the process filled with vmsplice() after fork(), and then unmapped the memory, does not see what the child writes",
	    .kinds = PAGES, .pipe = true,
	    .process_holds = true),
	ROW("vmsplice-child-hugetlb",
	    "a pipe that a child filled with hugetlb pages by vmsplice() before it unmapped them does not see what the process writes",
	    .kinds = HUGETLB, .pipe = true),
	ROW("vmsplice-child-mprotect-hugetlb",
	    "a pipe that a child filled with hugetlb pages by vmsplice() does not see what the process writes after they were read-only for a while",
	    .kinds = HUGETLB, .pipe = true,
	    .before_write = cycle_protection),
	ROW("vmsplice-before-fork-hugetlb",
	    "a pipe that the process filled with hugetlb pages by vmsplice() before fork(), and then unmapped them, does not see what the child writes",
	    .kinds = HUGETLB, .pipe = true,
	    .process_holds = true, .early = true),
	ROW("vmsplice-after-fork-hugetlb",
	    "a pipe that the process filled with hugetlb pages by vmsplice() after fork(), and then unmapped them, does not see what the child writes",
	    .kinds = HUGETLB, .pipe = true,
	    .process_holds = true),
};

const struct story_family story_cow = { table, ARRAY_SIZE(table) };
