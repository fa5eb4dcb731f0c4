/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The check engine.
 *
 * A check asks whether one promise about a pin holds. It is the product of
 * four axes, each a table with a row for each member: a *rule* (which access
 * pins, and which property is judged), a *way* (the kernel call that pins), a
 * *memory kind* (what is pinned) and an *event* (what happens while the pin is
 * held). Its id is <rule>.<way>.<memory>.<event>. What is no such product is
 * a check that stands alone: see &struct solo.
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
 *
 * Return: 0; or -errno if some could not be put back, which stderr tells.
 */
int settings_restore(struct settings *settings);

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
 * @MEMORY_LEADING: stands for kinds like it: every event happens to it
 * @MEMORY_VARIANT: like other kinds but for one thing, which the leading ways
 *	and a plain write bring out
 * @MEMORY_UNMAPPED: no page of it from &memory_kind.refused_from on is mapped,
 *	as far as the device tells, before it is pinned
 * @MEMORY_PTE_MAPPED: each page of its large folio is mapped by itself
 * @MEMORY_READ_ONLY: mapped without PROT_WRITE until somebody writes to it
 * @MEMORY_UNREADABLE: mapped without PROT_READ, so that the device does not
 *	tell what is; page table entries do not know of that
 * @MEMORY_MOVABLE: lies where no long-term pin may stay
 * @MEMORY_SHMEM: shared mapping of a file in memory: shmem, or hugetlb pages
 * @MEMORY_WIPED: children find zeros in its place
 * @MEMORY_WITHHELD: children find nothing in its place
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
	MEMORY_LEADING		= 1 << 8,
	MEMORY_VARIANT		= 1 << 9,
	MEMORY_UNMAPPED		= 1 << 10,
	MEMORY_PTE_MAPPED	= 1 << 11,
	MEMORY_READ_ONLY	= 1 << 12,
	MEMORY_UNREADABLE	= 1 << 13,
	MEMORY_MOVABLE		= 1 << 14,
	MEMORY_SHMEM		= 1 << 15,
	MEMORY_WIPED		= 1 << 16,
	MEMORY_WITHHELD		= 1 << 17,
};

/**
 * enum memory_refusal - pins that the kernel has to refuse
 *
 * @REFUSES_READ: those without FOLL_WRITE and FOLL_FORCE
 * @REFUSES_WRITE: those with FOLL_WRITE
 * @REFUSES_LONGTERM_WRITE: those with FOLL_WRITE and FOLL_LONGTERM
 * @REFUSES_FORCE: those with FOLL_WRITE and FOLL_FORCE
 * @REFUSES_FORCED_READ: those with FOLL_FORCE and without FOLL_WRITE
 * @REFUSES_ALL: all of them
 * @REFUSES_LONGTERM: those with FOLL_LONGTERM
 */
enum memory_refusal {
	REFUSES_READ		= 1 << 0,
	REFUSES_WRITE		= 1 << 1,
	REFUSES_LONGTERM_WRITE	= 1 << 2,
	REFUSES_FORCE		= 1 << 3,
	REFUSES_FORCED_READ	= 1 << 4,
	REFUSES_ALL		= (1 << 5) - 1,
	REFUSES_LONGTERM	= 1 << 5,
};

struct memory;
struct memory_kind;

/** typedef memory_map_fn - one step of mapping memory of some kind */
typedef int memory_map_fn(struct memory *memory, struct reason *why);

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
 * @refuses: &enum memory_refusal bits
 * @refused_from: page at which the kernel refuses; those before it are pinned
 * @refused_with: the error that it refuses with; 0 is EFAULT
 * @filesystem: type of the file system that is made for it, or NULL
 * @prepare: changes settings, as memory_prepare() does; or NULL
 * @map: maps @memory->length bytes, which is a multiple of the page size and
 *	lies in one huge page; sets up the rest of @memory
 * @alter: then brings what is mapped into a state of its own; or NULL
 * @let_write: lets the process write to it again, in memory_write(); or NULL
 */
struct memory_kind {
	const char *id;
	const char *what;
	unsigned int traits;
	uint64_t huge_size;
	uint64_t is;
	uint64_t is_not;
	unsigned int refuses;
	unsigned int refused_from;
	int refused_with;
	const char *filesystem;
	int (*prepare)(const struct memory_kind *kind, unsigned int children,
		       struct settings *settings, struct reason *why);
	memory_map_fn *map;
	memory_map_fn *alter;
	int (*let_write)(const struct memory *memory, struct reason *why);
};

/**
 * memory_kinds() - the table of memory kinds
 * @count: how many rows there are
 *
 * The same for the life of the process. It has rows for each size of
 * hugetlb pages that this kernel offers, beside 2 MiB and 1 GiB, and for each
 * size of transparent huge pages.
 */
const struct memory_kind *memory_kinds(size_t *count);

/** memory_kind_find() - memory kind of an id, or NULL */
const struct memory_kind *memory_kind_find(const char *id);

/**
 * memory_pmd_size() - bytes of the transparent huge page that an entry of the
 * second level maps; 0 if this kernel has none
 */
uint64_t memory_pmd_size(void);

/**
 * memory_keep_from_khugepaged() - leave a huge page to be mapped page by page
 * @memory: in a transparent huge page, which khugepaged would map as a whole again
 *	once it is not; how it is mapped now stays
 * @why: why it cannot be kept from that
 */
int memory_keep_from_khugepaged(const struct memory *memory,
				struct reason *why);

/** memory_kind_pages() - pages that can be mapped at most; 0 is no limit */
size_t memory_kind_pages(const struct memory_kind *kind);

/**
 * memory_refuses() - whether pins have to be refused
 * @kind: pins of what
 * @foll: &enum pintest_foll bits
 */
bool memory_refuses(const struct memory_kind *kind, uint32_t foll);

struct peer;

/**
 * struct memory - memory of some kind, mapped into this process
 *
 * @kind: of which kind
 * @addr: first byte
 * @length: bytes that are to be pinned
 * @extent: bytes from @addr on that are mapped alike, @length or more
 * @word: what every page is filled with
 * @base: the whole mapping, which may begin before @addr
 * @base_length: bytes of it
 * @alias: the pages at @base mapped writable, if it cannot be; or NULL
 * @fd: descriptor of the file, or -1
 * @child: the living child that has the same pages mapped, or NULL
 */
struct memory {
	const struct memory_kind *kind;
	void *addr;
	size_t length;
	size_t extent;
	uint64_t word;
	void *base;
	size_t base_length;
	void *alias;
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

/** record_is_movable() - whether a page is where no long-term pin may stay */
bool record_is_movable(const struct pintest_record *record);

/** memory_touch() - read every page, so that one is mapped */
void memory_touch(const struct memory *memory);

/** memory_write() - fill memory with a word, making it writable if need be */
int memory_write(const struct memory *memory, uint64_t word,
		 struct reason *why);

/** memory_unmap() - unmap memory and let its child go */
void memory_unmap(struct memory *memory);

/* Ways */

/**
 * enum way_trait - what is true of a way
 *
 * @WAY_PINS: takes pins; the others take plain references
 * @WAY_LEADING: stands for ways like it: every event happens to its pins
 * @WAY_FAST: takes what page table entries allow without a look at the mapping
 */
enum way_trait {
	WAY_PINS	= 1 << 0,
	WAY_LEADING	= 1 << 1,
	WAY_FAST	= 1 << 2,
};

/**
 * struct way - a row of the table of ways
 *
 * @id: its name in ids of checks, that of &pintest_name too
 * @what: the kernel call
 * @api: &enum pintest_api
 * @traits: &enum way_trait bits
 * @never: &enum pintest_foll bits that no kernel lets it take
 * @always: bits that it cannot do without
 * @needs: &enum memory_trait bits of all memory that it is for
 */
struct way {
	const char *id;
	const char *what;
	uint32_t api;
	unsigned int traits;
	uint32_t never;
	uint32_t always;
	unsigned int needs;
};

/** way_is_for() - whether it can be asked for such pins of such memory */
bool way_is_for(const struct way *way, uint32_t foll, unsigned int memory);

/** ways() - the table of ways; @count is how many rows there are */
const struct way *ways(size_t *count);

/* Events */

/**
 * enum event_trait - what is true of an event
 *
 * @EVENT_WRITES: the process writes all pages afterwards
 * @EVENT_FORKS: a child is forked while the pin is held, and lives on
 * @EVENT_CHILD_WRITES: that child writes all pages
 * @EVENT_REPINS: the memory is pinned and unpinned again and again
 * @EVENT_LEADING_ONLY: so like another event to most rows of the other axes
 *	that it happens to the leading ones only
 * @EVENT_MOVES: the kernel unmaps, moves or merges memory of the same kind
 *	that is not pinned, of which run() has convinced itself
 * @EVENT_DETACHES_PRIVATE: private memory is given up, so that the pin need not
 *	be coherent with what is mapped in its place
 * @EVENT_DETACHES_SHARED: the file gives the pages up, which does the same to
 *	shared mappings of it
 * @EVENT_UNMAPS: even pages that are in use, but not pinned, are unmapped
 * @EVENT_WRITES_FIRST: the process writes all pages in another way already
 * @EVENT_WRITES_FILE: the file is written to, which shared memory may see
 * @EVENT_CLEARS: shared memory may read zeros afterwards
 * @EVENT_REMAPS: the memory is at another address afterwards
 * @EVENT_MACHINE_WIDE: it is work on the whole machine, or waits for a daemon:
 *	that it takes long says nothing of the pin
 */
enum event_trait {
	EVENT_WRITES		= 1 << 0,
	EVENT_FORKS		= 1 << 1,
	EVENT_CHILD_WRITES	= 1 << 2,
	EVENT_REPINS		= 1 << 3,
	EVENT_LEADING_ONLY	= 1 << 4,
	EVENT_MOVES		= 1 << 5,
	EVENT_DETACHES_PRIVATE	= 1 << 6,
	EVENT_DETACHES_SHARED	= 1 << 7,
	EVENT_UNMAPS		= 1 << 8,
	EVENT_WRITES_FIRST	= 1 << 9,
	EVENT_WRITES_FILE	= 1 << 10,
	EVENT_CLEARS		= 1 << 11,
	EVENT_REMAPS		= 1 << 12,
	EVENT_MACHINE_WIDE	= 1 << 13,
};

/** define REPINS - how often an event with EVENT_REPINS pins and unpins */
#define REPINS	32

/** define TEXT_OF - what a macro stands for, as a string */
#define TEXT_OF(macro)	TEXT_OF_TOKEN(macro)
#define TEXT_OF_TOKEN(token)	#token

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
 * @pin: the held pin; an event may put another one into its place, and free
 *	this one
 * @memory: the memory it is a pin of
 * @bystander: memory of the same kind that is not pinned, if the event
 *	mapped some
 * @child: the child of an event that forks, alive until event_end()
 * @child_reads: what the child reads in event_end()
 *
 * The caller sets the first four and clears the rest.
 */
struct event_run {
	struct pintest *pt;
	const struct pintest_request *request;
	struct pintest_pin *pin;
	struct memory *memory;
	struct memory bystander;
	struct peer *child;
	struct word child_reads[CHECK_PAGES];
};

/** typedef event_prepare_fn - changes settings for an event and a kind */
typedef int event_prepare_fn(const struct memory_kind *kind,
			     struct settings *settings, struct reason *why);

/**
 * struct event - a row of the table of events
 *
 * @id: its name in ids of checks
 * @what: what happens, in one sentence
 * @traits: &enum event_trait bits
 * @needs: &enum memory_trait bits of memory that it can happen to
 * @lacks: bits that such memory does not have
 * @copies: private copies of the memory that it takes at most
 * @prepare: changes settings that it takes, or NULL
 * @begin: what has to be so before the memory is mapped, or NULL
 * @run: makes it happen; NULL if there is no more to it than its traits
 * @end: undoes what begin() did, also if run() was never called; or NULL
 */
struct event {
	const char *id;
	const char *what;
	unsigned int traits;
	unsigned int needs;
	unsigned int lacks;
	unsigned int copies;
	event_prepare_fn *prepare;
	int (*begin)(struct reason *why);
	int (*run)(struct event_run *run, struct reason *why);
	void (*end)(void);
};

/** events() - the table of events; @count is how many rows there are */
const struct event *events(size_t *count);

/** event_find() - event of an id, or NULL */
const struct event *event_find(const char *id);

/** event_fits() - whether it can happen to such memory */
bool event_fits(const struct event *event, const struct memory_kind *kind);

/** event_detaches() - whether it may end the coherence of such memory */
bool event_detaches(const struct event *event, const struct memory_kind *kind);

/**
 * event_prepare() - change settings for an event and the memory it happens to
 * @event: the event
 * @kind: the kind of memory
 * @settings: takes the changes
 * @why: what cannot be had
 */
int event_prepare(const struct event *event, const struct memory_kind *kind,
		  struct settings *settings, struct reason *why);

/**
 * event_happen() - let an event happen, up to the write of the process
 * @event: the event
 * @run: how; to be given to event_end() whatever the outcome
 * @why: what went wrong
 */
int event_happen(const struct event *event, struct event_run *run,
		 struct reason *why);

/** event_write() - let the process write, if that is what it does then */
int event_write(const struct event *event, const struct event_run *run,
		struct reason *why);

/**
 * event_end() - end an event: its child tells what it reads, and goes
 * @run: the event, run before, whether it failed or not
 * @why: what went wrong
 */
int event_end(struct event_run *run, struct reason *why);

#endif /* PINTEST_CHECKS_H */
