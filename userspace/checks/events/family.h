/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What families of events share.
 *
 * A family is a file with the rows of its events and the functions that make
 * them happen. Such a function does its part to the memory of an event_run. The
 * write of the process comes after it. When the function returns, all that it
 * changed is as before, except for children, which event_end() ends.
 */
#ifndef PINTEST_EVENTS_FAMILY_H
#define PINTEST_EVENTS_FAMILY_H

#include <sys/types.h>

#include "events.h"
#include "memory/places.h"

/** struct event_family - rows of the table of events, of one file */
struct event_family {
	const struct event *rows;
	size_t count;
};

extern const struct event_family event_family_write;
extern const struct event_family event_family_fork;
extern const struct event_family event_family_repin;
extern const struct event_family event_family_protect;
extern const struct event_family event_family_reclaim;
extern const struct event_family event_family_migrate;
extern const struct event_family event_family_merge;
extern const struct event_family event_family_unmap;
extern const struct event_family event_family_around;
extern const struct event_family event_family_exit;

/**
 * define COHERENT - traits of most events
 *
 * The process writes, only leading rows of the other axes are met, and the pin
 * has to see the write.
 */
#define COHERENT	(EVENT_WRITES | EVENT_LEADING_ONLY)

/**
 * struct extent - the bytes that an event happens to
 *
 * @addr: first byte
 * @length: bytes: those that are pinned, or the huge pages that they lie in
 */
struct extent {
	void *addr;
	size_t length;
};

/** extent_of() - the extent of memory */
struct extent extent_of(const struct memory *memory);

/** file_offset() - where in its file memory begins */
off_t file_offset(const struct memory *memory);

/**
 * file_write_direct() - write WORD_FILE to the file of memory by direct I/O
 * @memory: the memory
 * @offset: where in the file, at a multiple of the page size
 * @length: bytes, whole pages
 * @why: why it cannot be written
 */
int file_write_direct(const struct memory *memory, off_t offset, size_t length,
		      struct reason *why);

/**
 * file_clone() - replace blocks of the file of memory with those of another file
 * @memory: the memory
 * @offset: where in the file, at a multiple of the page size
 * @length: bytes, whole pages, which then read WORD_FILE
 * @why: why they cannot be replaced
 */
int file_clone(const struct memory *memory, off_t offset, size_t length,
	       struct reason *why);

/** bystander_map() - map memory of the same kind that is not pinned */
int bystander_map(struct event_run *run, struct reason *why);

struct places;

/** bystander_places() - where its pages are now */
int bystander_places(const struct event_run *run, struct places *places,
		     struct reason *why);

#endif /* PINTEST_EVENTS_FAMILY_H */
