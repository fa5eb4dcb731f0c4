/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What checks that stand alone are made of.
 *
 * Functions return 0 or a negative errno, and then say why.
 */
#ifndef PINTEST_STORIES_FAMILY_H
#define PINTEST_STORIES_FAMILY_H

#include "memory/memory.h"
#include "stories.h"
#include "ways/ways.h"

/** story_passes() - the promise held; tell what was seen, as printf() does */
int story_passes(struct story_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** story_number() - name a number of the reason, which may differ each time */
void story_number(struct story_run *run, const char *name, int64_t value);

/** story_fails() - the promise did not hold; tell what was seen */
int story_fails(struct story_run *run, enum finding finding, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

/** story_detaches() - pin and memory went apart, as they may; tell how */
int story_detaches(struct story_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** story_refuses() - the kernel refused a pin, as it has to; tell which */
int story_refuses(struct story_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * story_pin() - pin all of a range, of this process
 * @run: the check
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @addr: first byte
 * @length: bytes
 * @pin: the pin
 * @why: why it is not pinned
 */
int story_pin(struct story_run *run, uint32_t api, uint32_t foll, void *addr,
	     size_t length, struct pintest_pin **pin, struct reason *why);

/**
 * story_exchange() - let the process write to a page, then the pin
 * @pin: the pin
 * @page: the first page it is a pin of
 * @seen: what the pin reads after the write of the process
 * @back: what the process reads after the store through the pin
 * @why: what went wrong
 *
 * Return: 1 if both see what the other one writes; 0 if not; or -errno.
 */
int story_exchange(struct pintest_pin *pin, void *page, struct word *seen,
		  struct word *back, struct reason *why);

/** story_prepare_kind() - &story.prepare of those whose &story.arg is a kind */
int story_prepare_kind(const void *kind, struct settings *settings,
		      struct reason *why);

/** story_takes() - whether a way takes such pins of any memory, on this kernel */
bool story_takes(struct pintest *pt, const struct way *way, uint32_t foll);

/** story_prepare_thp() - &story.prepare of those that map the kind anon-thp */
int story_prepare_thp(const void *unused, struct settings *settings,
		     struct reason *why);

/** story_map() - memory_map() of the kind of an id, verified */
int story_map(struct story_run *run, const char *kind, size_t pages,
	     struct memory *memory, struct reason *why);

/** define STORY_HUGETLB - flags of mmap() for private hugetlb pages of 2 MiB */
#define STORY_HUGETLB	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | \
			 21 << MAP_HUGE_SHIFT)

/** story_map_hugetlb() - map a page of STORY_HUGETLB, filled with WORD_PIN_TIME */
int story_map_hugetlb(char **page, struct reason *why);

/** story_share() - fork a child that shares all memory, and lives on */
int story_share(struct reason *why);

/* Tables of checks, by family */

/** struct story_family - some rows of the table */
struct story_family {
	const struct story *rows;
	size_t count;
};

extern const struct story_family story_bugs_cow;
extern const struct story_family story_bugs_file_thp;
extern const struct story_family story_bugs_folio;
extern const struct story_family story_bugs_hugetlb;
extern const struct story_family story_bugs_uffd;
extern const struct story_family story_effects;
extern const struct story_family story_files;
extern const struct story_family story_cow;
extern const struct story_family story_uffd;
extern const struct story_family story_load;
extern const struct story_family story_movable;
extern const struct story_family story_flags;
extern const struct story_family story_leaks;
extern const struct story_family story_offline;
extern const struct story_family story_punch;
extern const struct story_family story_seal;
extern const struct story_family story_vdso;

#endif /* PINTEST_STORIES_FAMILY_H */
