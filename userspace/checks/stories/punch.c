// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of holes in a file that is made of a huge page. A huge page that is
 * pinned cannot be split, so that no page of it can be taken out alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "model/words.h"

#define PAGES	(2 * CHECK_PAGES)
/* It has a neighbour in the same pin, and another one in the other pin. */
#define HOLE	1

/* The first pages of a huge page of a file, in two pins. */
struct punched {
	struct story_run *run;
	uint32_t foll;
	struct memory memory;
	struct pintest_pin *pins[2];
};

static char *page_at(const struct punched *file, size_t page)
{
	return (char *)file->memory.addr + page * page_size();
}

static int map_and_pin(struct punched *file, struct reason *why)
{
	int ret = story_map(file->run, "tmpfs-thp-shared", PAGES, &file->memory,
			   why);
	size_t i;

	for (i = 0; !ret && i < ARRAY_SIZE(file->pins); i++)
		ret = story_pin(file->run, PINTEST_API_PIN_FAST, file->foll,
			       page_at(file, i * CHECK_PAGES),
			       CHECK_PAGES * page_size(), &file->pins[i], why);
	return ret;
}

/* 0 if what is where the hole is reads zeros, as holes do. */
static int punch(const struct punched *file, struct reason *why)
{
	struct word word;

	if (fallocate(file->memory.fd,
		      FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      HOLE * page_size(), page_size()))
		return reason(why, -errno, "no hole can be punched: %s",
			      strerror(errno));
	word = word_of_page(page_at(file, HOLE));
	if (word_is(&word, WORD_ZERO))
		return 0;
	return reason(why, -ENODATA, "the hole does not read zeros");
}

static int read_pins(const struct punched *file, struct word *words,
		     struct reason *why)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ARRAY_SIZE(file->pins); i++)
		ret = words_of_pin(file->pins[i], words + i * CHECK_PAGES);
	return ret ? reason(why, ret, "cannot read through a pin: %s",
			    strerror(-ret)) : 0;
}

static int store(const struct punched *file, struct reason *why)
{
	int ret = 0;
	size_t i;

	for (i = 0; !ret && i < ARRAY_SIZE(file->pins); i++)
		ret = words_to_pin(file->pins[i], WORD_DEVICE);
	return ret ? reason(why, ret, "cannot write through a pin: %s",
			    strerror(-ret)) : 0;
}

static void read_memory(const struct punched *file, struct word *words)
{
	size_t i;

	for (i = 0; i < PAGES; i++)
		words[i] = word_of_page(page_at(file, i));
}

/* The first page but the hole that does not read so, or PAGES. */
static size_t stray(const struct word *words, uint64_t word)
{
	size_t i;

	for (i = 0; i < PAGES; i++)
		if (i != HOLE && !word_is(&words[i], word))
			break;
	return i;
}

/* Whether one does not, of which this tells. */
static bool tell_stray(const struct punched *file, const struct word *words,
		       uint64_t word, enum finding finding, const char *who)
{
	char text[WORD_TEXT_LENGTH];
	size_t page = stray(words, word);

	if (page == PAGES)
		return false;
	story_fails(file->run, finding,
		   "page %d is a hole now, and of page %zu %s reads %s", HOLE,
		   page, who, word_text(&words[page], text));
	return true;
}

/* 1 if a page around the hole was taken away from its pin. */
static int judge_around(const struct punched *file, struct word *words,
			struct reason *why)
{
	int ret;

	if (tell_stray(file, words, WORD_PROCESS, FINDING_STALE, "the pin"))
		return 1;
	if (!(file->foll & PINTEST_FOLL_WRITE))
		return 0;
	ret = store(file, why);
	if (ret)
		return ret;
	read_memory(file, words);
	return tell_stray(file, words, WORD_DEVICE, FINDING_LOST,
			  "the process");
}

/* What went apart from the mapping keeps what it had. */
static int judge_hole(const struct punched *file, const struct word *word)
{
	char text[WORD_TEXT_LENGTH];

	if (word_is(word, WORD_PROCESS))
		return story_passes(file->run,
				   "the page of the hole is cleared where it is");
	if (word_is(word, WORD_PIN_TIME) || word_is(word, WORD_ZERO))
		return story_detaches(file->run,
				     "the page of the hole is taken out of the file, and no other");
	return story_fails(file->run, FINDING_LEAKED,
			  "the pin of the hole reads %s, which nobody wrote there",
			  word_text(word, text));
}

static int run_punch(struct story_run *run, struct reason *why)
{
	const uint32_t *foll = run->arg;
	struct punched file = { .run = run, .foll = *foll };
	struct word words[PAGES], hole;
	int ret = map_and_pin(&file, why);

	if (!ret)
		ret = punch(&file, why);
	if (!ret)
		ret = memory_write(&file.memory, WORD_PROCESS, why);
	if (!ret)
		ret = read_pins(&file, words, why);
	if (ret)
		return ret;
	hole = words[HOLE];
	ret = judge_around(&file, words, why);
	if (ret)
		return ret < 0 ? ret : 0;
	return judge_hole(&file, &hole);
}

static int prepare_file(const void *unused, struct settings *settings,
			struct reason *why)
{
	(void)unused;
	return story_prepare_kind("tmpfs-thp-shared", settings, why);
}

#define PUNCH(name, does, flags) {					\
	.id = "files.punch-thp-" name,					\
	.what = does " long-term pins of a file's huge page stay coherent around a hole of one page; only the pin of that page may go stale",	\
	.prepare = prepare_file,					\
	.run = run_punch,						\
	.arg = &(const uint32_t) { flags },				\
}

static const struct story table[] = {
	PUNCH("ro-longterm", "read-only", PINTEST_FOLL_LONGTERM),
	PUNCH("rw-longterm", "read-write",
	      PINTEST_FOLL_LONGTERM | PINTEST_FOLL_WRITE),
};

const struct story_family story_punch = { table, ARRAY_SIZE(table) };
