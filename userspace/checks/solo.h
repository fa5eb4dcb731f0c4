/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What checks that stand alone are made of.
 *
 * Functions return 0 or a negative errno, and then say why.
 */
#ifndef PINTEST_SOLO_H
#define PINTEST_SOLO_H

#include "engine.h"

/** solo_passes() - the promise held; tell what was seen, as printf() does */
int solo_passes(struct solo_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/** solo_fails() - the promise did not hold; tell what was seen */
int solo_fails(struct solo_run *run, enum finding finding, const char *format,
	       ...) __attribute__((format(printf, 3, 4)));

/** solo_detaches() - pin and memory went apart, as they may; tell how */
int solo_detaches(struct solo_run *run, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * solo_pin() - pin all of a range, of this process
 * @run: the check
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @addr: first byte
 * @length: bytes
 * @pin: the pin
 * @why: why it is not pinned
 */
int solo_pin(struct solo_run *run, uint32_t api, uint32_t foll, void *addr,
	     size_t length, struct pintest_pin **pin, struct reason *why);

/**
 * solo_exchange() - let the process write to a page, then the pin
 * @pin: the pin
 * @page: the first page it is a pin of
 * @seen: what the pin reads after the write of the process
 * @back: what the process reads after the store through the pin
 * @why: what went wrong
 *
 * Return: 1 if both see what the other one writes; 0 if not; or -errno.
 */
int solo_exchange(struct pintest_pin *pin, void *page, struct word *seen,
		  struct word *back, struct reason *why);

/** solo_prepare_kind() - &solo.prepare of those whose &solo.arg is a kind */
int solo_prepare_kind(const void *kind, struct settings *settings,
		      struct reason *why);

/** solo_takes() - whether a way takes such pins of any memory, on this kernel */
bool solo_takes(struct pintest *pt, const struct way *way, uint32_t foll);

/** solo_prepare_thp() - &solo.prepare of those that map the kind anon-thp */
int solo_prepare_thp(const void *unused, struct settings *settings,
		     struct reason *why);

/** solo_map() - memory_map() of the kind of an id, verified */
int solo_map(struct solo_run *run, const char *kind, size_t pages,
	     struct memory *memory, struct reason *why);

/** define SOLO_HUGETLB - flags of mmap() for private hugetlb pages of 2 MiB */
#define SOLO_HUGETLB	(MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | \
			 21 << MAP_HUGE_SHIFT)

/** solo_map_hugetlb() - map a page of SOLO_HUGETLB, filled with WORD_PIN_TIME */
int solo_map_hugetlb(char **page, struct reason *why);

/** solo_share() - fork a child that shares all memory, and lives on */
int solo_share(struct reason *why);

/* Tables of checks, by family */

/** struct solo_family - some rows of the table */
struct solo_family {
	const struct solo *rows;
	size_t count;
};

extern const struct solo_family solo_bugs_cow;
extern const struct solo_family solo_bugs_file_thp;
extern const struct solo_family solo_bugs_hugetlb;
extern const struct solo_family solo_bugs_uffd;
extern const struct solo_family solo_effects;
extern const struct solo_family solo_files;
extern const struct solo_family solo_cow;
extern const struct solo_family solo_uffd;
extern const struct solo_family solo_load;
extern const struct solo_family solo_movable;
extern const struct solo_family solo_flags;
extern const struct solo_family solo_leaks;
extern const struct solo_family solo_offline;
extern const struct solo_family solo_punch;
extern const struct solo_family solo_seal;
extern const struct solo_family solo_vdso;

#endif /* PINTEST_SOLO_H */
