// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of pins and memory that is taken offline, as before a memory module is
 * pulled out: what is pinned cannot go elsewhere, and so the memory must stay.
 *
 * Short-term pins are meant, which do not move pages out of ZONE_MOVABLE. That
 * is the only memory that is taken offline here: who has it has asked for
 * memory that can be. It is brought online again whatever happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "array_size.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "family.h"
#include "machine/pagemap.h"
#include "machine/settings.h"
#include "memory/places.h"
#include "model/words.h"

#define MEMORY		"devices/system/memory/"
/* Of what is free, this part may be taken away for a while: an eighth. */
#define SPARE		8
/* So often has the kernel tried in vain before we believe it. */
#define FAILURES	3
#define WAKE_MS		20

/* The number behind a name in a file, which has no other name like that. */
static uint64_t read_number(const char *path, const char *name, int base)
{
	FILE *file = fopen(path, "re");
	size_t length = strlen(name);
	uint64_t number = 0;
	char line[128];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length))
			number = strtoull(line + length, NULL, base);
	if (file)
		fclose(file);
	return number;
}

/**
 * struct block - the memory block that a page lies in
 *
 * @settings: what brings it online again
 * @number: its number
 * @file: what takes it offline and online, below sysfs
 */
struct block {
	struct settings *settings;
	uint64_t number;
	char file[SETTING_LENGTH];
};

static uint64_t block_size(void)
{
	return read_number("/sys/" MEMORY "block_size_bytes", "", 16);
}

/* The way back is there before anything is tried. */
static int find_block(const struct memory *memory, struct block *block,
		      struct reason *why)
{
	uint64_t size = block_size();
	struct places places;
	int ret;

	if (!size)
		return reason(why, -EOPNOTSUPP,
			      "this kernel does not take memory offline");
	if (places_of(memory, &places))
		return reason(why, -EPERM, "cannot tell where pages are");
	block->number = places.pfns[0] / (size / page_size());
	block->settings = settings_new(NULL);
	if (!block->settings)
		return reason(why, -ENOMEM, "no memory left");
	snprintf(block->file, sizeof(block->file), MEMORY "memory%" PRIu64
		 "/state", block->number);
	ret = settings_write_at_end(block->settings, block->file,
				    "online_movable");
	return ret ? reason(why, ret, "cannot have memory block %" PRIu64
			    " brought online in the end: %s", block->number,
			    strerror(-ret)) : 0;
}

/* Nobody must run short of memory because of us. */
static int may_go(struct reason *why)
{
	uint64_t mib = block_size() >> 20;
	uint64_t available = read_number("/proc/meminfo", "MemAvailable:", 10);

	if (available >> 10 >= SPARE * mib)
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "taking a memory block of %" PRIu64
		      " MiB offline needs %" PRIu64
		      " MiB that are free, and there are %" PRIu64, mib,
		      SPARE * mib, available >> 10);
}

/*
 * Someone who asks for the block to go offline. While a page stays where it is
 * the kernel tries forever to move it, until a signal comes.
 */
struct asker {
	const struct block *block;
	int done;
	int ret;
};

static void *ask(void *arg)
{
	struct asker *asker = arg;
	uint64_t one = 1;

	asker->ret = settings_write_once(asker->block->settings,
					 asker->block->file, "offline");
	return write(asker->done, &one, sizeof(one)) < 0 ? arg : NULL;
}

static void wake(int signal)
{
	(void)signal;
}

/* Pages that could not be migrated since the machine was booted. */
static uint64_t failed_migrations(void)
{
	return read_number("/proc/vmstat", "pgmigrate_fail ", 10);
}

struct trying {
	const struct asker *asker;
	uint64_t enough;
};

static bool has_tried(void *arg)
{
	const struct trying *trying = arg;

	return deadline_await(trying->asker->done, 0, NULL) > 0 ||
	       failed_migrations() >= trying->enough;
}

/* The signal may come before the kernel looks for one. */
static void give_up(const struct asker *asker, pthread_t thread)
{
	do {
		pthread_kill(thread, SIGUSR1);
	} while (!deadline_await(asker->done, WAKE_MS, NULL));
	pthread_join(thread, NULL);
}

/* Until the kernel has answered, or failed to move so many pages. */
static int take_offline(const struct block *block, uint64_t failures)
{
	const struct sigaction action = { .sa_handler = wake };
	struct asker asker = { block, eventfd(0, EFD_CLOEXEC), 0 };
	struct trying trying = { &asker, failed_migrations() + failures };
	pthread_t thread;
	int ret;

	if (asker.done < 0)
		return -errno;
	sigaction(SIGUSR1, &action, NULL);
	ret = -pthread_create(&thread, NULL, ask, &asker);
	if (!ret) {
		deadline_spin(has_tried, &trying);
		give_up(&asker, thread);
		ret = asker.ret;
	}
	close(asker.done);
	return ret;
}

/* The control: without the pin it goes, and takes nothing with it. */
static int judge_unpinned(struct story_run *run, struct block *block,
			  const struct memory *memory, struct reason *why)
{
	struct places places;
	int ret = places_of(memory, &places);

	if (!ret)
		ret = take_offline(block, UINT32_MAX);
	if (!ret && !places_left(memory, &places))
		ret = -ENODATA;
	if (ret)
		return reason(why, ret,
			      "a memory block without pins is not taken offline: %s",
			      strerror(-ret));
	settings_restore(block->settings);
	return story_passes(run, "memory block %" PRIu64 " goes offline only when it is unpinned",
			   block->number);
}

/*
 * The pin sees what the process writes, wherever the kernel tried to go. It
 * tries for what is pinned, and refuses at once what it knows to stay, such as
 * its own pages, which may lie anywhere.
 */
static int judge_pinned(struct story_run *run, const struct block *block,
			struct pintest_pin *pin, const struct memory *memory,
			struct reason *why)
{
	struct word words[CHECK_PAGES] = { 0 };
	int ret = take_offline(block, FAILURES);

	if (ret == -EBUSY)
		return reason(why, -EOPNOTSUPP,
			      "memory block %" PRIu64 " has more in it that cannot be moved than the pinned page",
			      block->number);
	if (!ret) {
		settings_restore(block->settings);
		return story_fails(run, FINDING_MOVED,
				  "memory block %" PRIu64 " was taken offline with a pinned page in it",
				  block->number);
	}
	words_fill(memory->addr, memory->length, WORD_PROCESS);
	ret = words_of_pin(pin, words);
	if (!ret && !word_is(&words[0], WORD_PROCESS))
		return story_fails(run, FINDING_STALE,
				  "the pin does not see what the process writes after memory block %" PRIu64 " was to go offline",
				  block->number);
	return ret ? ret : 1;
}

/* In a CMA area, or where a pin has moved it, there is nothing to be seen. */
static int is_in_movable(const struct story_run *run, struct reason *why)
{
	const struct pintest_record *record =
		&run->seen->pages[0].records[MOMENT_PINNED];

	if (record->fields & PINTEST_FIELD_ZONE &&
	    record->zone == PINTEST_ZONE_MOVABLE)
		return 0;
	return reason(why, -EOPNOTSUPP,
		      "the pinned page is not in ZONE_MOVABLE: boot with kernelcore= or movablecore=");
}

static int offline(struct story_run *run, struct reason *why)
{
	struct pintest_pin *pin;
	struct memory memory;
	struct block block = { 0 };
	int ret = story_map(run, run->arg, CHECK_PAGES, &memory, why);

	if (!ret)
		ret = story_pin(run, PINTEST_API_PIN, PINTEST_FOLL_WRITE,
			       memory.addr, memory.length, &pin, why);
	if (!ret)
		ret = is_in_movable(run, why);
	if (!ret)
		ret = may_go(why);
	if (!ret)
		ret = find_block(&memory, &block, why);
	if (ret)
		return ret;
	ret = judge_pinned(run, &block, pin, &memory, why);
	if (ret <= 0)
		return ret;
	ret = pintest_pin_release(pin, 0);
	if (ret)
		return reason(why, ret, "cannot unpin: %s", strerror(-ret));
	return judge_unpinned(run, &block, &memory, why);
}

#define OFFLINE(kind, of) {						\
	.id = "offline." kind,						\
	.what = "memory stays online while a short-term pin of " of " in it is held, and can be taken offline afterwards",	\
	.prepare = story_prepare_kind,					\
	.run = offline,							\
	.arg = kind "-movable",						\
}

static const struct story table[] = {
	OFFLINE("anon", "private anonymous memory"),
	OFFLINE("anon-thp", "a transparent huge page"),
	OFFLINE("memfd-shared", "a shared mapping of a memfd"),
};

const struct story_family story_offline = { table, ARRAY_SIZE(table) };
