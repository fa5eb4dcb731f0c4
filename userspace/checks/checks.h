/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The check engine.
 *
 * A check asks whether one promise about a pin holds. It is the product of
 * four axes, each a table with a row for each member: a *rule* (which access
 * pins, and which property is judged), a *way* (the kernel call that pins), a
 * *memory kind* (what is pinned) and an *event* (what happens while the pin is
 * held). Its id is <rule>.<way>.<memory>.<event>.
 *
 * Rules that pin alike share a *scenario*: it is run once, in a child of its
 * own, and leaves *observations*, which every one of those rules judges by a
 * function that looks at nothing else.
 *
 * Functions return 0 or a negative errno. Those that take a &struct reason
 * say there what went wrong; -EOPNOTSUPP then means that this machine does
 * not have it, which is a reason to skip, and any other that something which
 * should have worked did not.
 */
#ifndef PINTEST_CHECKS_H
#define PINTEST_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pintest.h"

#define REASON_LENGTH	224
#define CHECK_ID_LENGTH	96

/** define CHECK_PAGES - pages that a scenario pins, and observes one by one */
#define CHECK_PAGES	2

/** struct reason - why something is not as it should be, in one sentence */
struct reason {
	char text[REASON_LENGTH];
};

/* Settings of the machine */

/**
 * struct settings - settings of the machine, changed for a while
 *
 * The old values are kept by a process of their own, which writes them back
 * when its starter lets it go or ends in whatever way.
 */
struct settings;

/**
 * settings_new() - begin to change settings
 * @sysfs: where sysfs is mounted; NULL for /sys
 *
 * Return: NULL without memory.
 */
struct settings *settings_new(const char *sysfs);

/**
 * settings_restore() - write all old values back and free
 * @settings: the settings, or NULL
 */
void settings_restore(struct settings *settings);

/* Memory kinds */

/**
 * enum memory_trait - what is true of a memory kind
 *
 * @MEMORY_PRIVATE: what one process writes, its children do not see
 * @MEMORY_ANON: its pages are anonymous before they are pinned
 * @MEMORY_FILE: its pages are page cache before they are pinned
 * @MEMORY_HUGETLB: made of pages of a hugetlb pool
 * @MEMORY_THP: made of a transparent huge page
 * @MEMORY_ZERO: backed by a shared zero page before it is pinned
 * @MEMORY_SHARED_CHILD: a living child has the same pages mapped
 * @MEMORY_LONG: so large that it is used only on demand
 */
enum memory_trait {
	MEMORY_PRIVATE		= 1 << 0,
	MEMORY_ANON		= 1 << 1,
	MEMORY_FILE		= 1 << 2,
	MEMORY_HUGETLB		= 1 << 3,
	MEMORY_THP		= 1 << 4,
	MEMORY_ZERO		= 1 << 5,
	MEMORY_SHARED_CHILD	= 1 << 6,
	MEMORY_LONG		= 1 << 7,
};

struct memory;

/**
 * struct memory_kind - a row of the table of memory kinds
 *
 * @id: its name in ids of checks
 * @what: what it is, in one sentence
 * @traits: &enum memory_trait bits
 * @huge_size: bytes of the huge pages it is made of; 0 if of base pages, or
 *	if this machine does not have such pages
 * @is: &enum pintest_page bits that its mapped pages have
 * @is_not: &enum pintest_page bits that they do not have
 * @map: maps @memory->length bytes, which is a multiple of the page size and
 *	lies in one huge page; sets up the rest of @memory
 */
struct memory_kind {
	const char *id;
	const char *what;
	unsigned int traits;
	uint64_t huge_size;
	uint64_t is;
	uint64_t is_not;
	int (*map)(struct memory *memory, struct reason *why);
};

/**
 * memory_kinds() - the table of memory kinds
 * @count: how many rows there are
 *
 * The same for the life of the process. It has a row for each size of
 * hugetlb pages that this kernel offers, beside 2 MiB and 1 GiB.
 */
const struct memory_kind *memory_kinds(size_t *count);

/** memory_kind_find() - memory kind of an id, or NULL */
const struct memory_kind *memory_kind_find(const char *id);

/** memory_kind_pages() - pages that can be mapped at most; 0 is no limit */
size_t memory_kind_pages(const struct memory_kind *kind);

struct peer;

/**
 * struct memory - memory of some kind, mapped into this process
 *
 * @kind: of which kind
 * @addr: first byte
 * @length: bytes that are to be pinned
 * @word: what every page is filled with
 * @base: the whole mapping, which may begin before @addr
 * @base_length: bytes of it
 * @fd: descriptor of the file, or -1
 * @child: the living child that has the same pages mapped, or NULL
 */
struct memory {
	const struct memory_kind *kind;
	void *addr;
	size_t length;
	uint64_t word;
	void *base;
	size_t base_length;
	int fd;
	struct peer *child;
};

/**
 * memory_prepare() - change settings so that memory of a kind can be mapped
 * @kind: the kind
 * @children: children that will write to a private copy of it
 * @settings: takes the changes
 * @why: why it cannot be had
 */
int memory_prepare(const struct memory_kind *kind, unsigned int children,
		   struct settings *settings, struct reason *why);

/**
 * memory_map() - map memory of a kind, every page of it touched
 * @kind: the kind
 * @pages: how many pages; see memory_kind_pages()
 * @memory: the memory, to be given to memory_unmap()
 * @why: why it cannot be had
 */
int memory_map(const struct memory_kind *kind, size_t pages,
	       struct memory *memory, struct reason *why);

/**
 * memory_verify() - whether the kernel mapped what the kind promises
 * @pt: the device
 * @memory: the memory, not written to since it was mapped
 * @why: what it is not
 */
int memory_verify(struct pintest *pt, const struct memory *memory,
		  struct reason *why);

/** memory_unmap() - unmap memory and let its child go */
void memory_unmap(struct memory *memory);

/* Ways */

/**
 * enum way_trait - what is true of a way
 *
 * @WAY_PINS: takes pins; the others take plain references
 */
enum way_trait {
	WAY_PINS	= 1 << 0,
};

/**
 * struct way - a row of the table of ways
 *
 * @id: its name in ids of checks, that of &pintest_name too
 * @what: the kernel call
 * @api: &enum pintest_api
 * @traits: &enum way_trait bits
 */
struct way {
	const char *id;
	const char *what;
	uint32_t api;
	unsigned int traits;
};

/** ways() - the table of ways; @count is how many rows there are */
const struct way *ways(size_t *count);

/* Events */

/**
 * enum event_trait - what is true of an event
 *
 * @EVENT_WRITES: the process ends up writing all pages
 * @EVENT_FORKS: a child is forked while the pin is held, and lives on
 * @EVENT_CHILD_WRITES: that child writes all pages before the process does
 * @EVENT_REPINS: the memory is pinned and unpinned again and again
 */
enum event_trait {
	EVENT_WRITES		= 1 << 0,
	EVENT_FORKS		= 1 << 1,
	EVENT_CHILD_WRITES	= 1 << 2,
	EVENT_REPINS		= 1 << 3,
};

/** define REPINS - how often an event with EVENT_REPINS pins and unpins */
#define REPINS	32

/**
 * struct word - what one page holds
 *
 * @value: its first eight bytes
 * @uniform: the whole page is made of them
 * @known: the page could be read
 */
struct word {
	uint64_t value;
	bool uniform;
	bool known;
};

/**
 * struct event_run - an event that is going on
 *
 * @pt: the device
 * @request: what the held pin was asked for with
 * @pin: the held pin
 * @memory: the memory it is a pin of
 * @child: the child of an event that forks, alive until event_end()
 * @between: for EVENT_CHILD_WRITES: what the pin read after the child's write
 *	and before the process's
 * @child_reads: what the child reads in event_end()
 *
 * The caller sets the first four and clears the rest.
 */
struct event_run {
	struct pintest *pt;
	const struct pintest_request *request;
	struct pintest_pin *pin;
	const struct memory *memory;
	struct peer *child;
	struct word between[CHECK_PAGES];
	struct word child_reads[CHECK_PAGES];
};

/**
 * struct event - a row of the table of events
 *
 * @id: its name in ids of checks
 * @what: what happens, in one sentence
 * @traits: &enum event_trait bits
 * @run: makes it happen
 */
struct event {
	const char *id;
	const char *what;
	unsigned int traits;
	int (*run)(struct event_run *run, struct reason *why);
};

/** events() - the table of events; @count is how many rows there are */
const struct event *events(size_t *count);

/** event_find() - event of an id, or NULL */
const struct event *event_find(const char *id);

/**
 * event_end() - end an event: its child tells what it reads, and goes
 * @run: the event, run before, whether it failed or not
 * @why: what went wrong
 */
int event_end(struct event_run *run, struct reason *why);

#endif /* PINTEST_CHECKS_H */
