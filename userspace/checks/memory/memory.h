/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory kinds: what is pinned.
 */
#ifndef PINTEST_MEMORY_H
#define PINTEST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/settings.h"
#include "model/words.h"
#include "pintest.h"

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
 * @MEMORY_UNTOLD: only a kernel whose page tables the device reads tells what of
 *	it is mapped
 * @MEMORY_WRITTEN: a file that was written by write(), as many bytes at a time as
 *	its large folios have; it is mapped around what is pinned as well
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
	MEMORY_UNTOLD		= 1 << 18,
	MEMORY_WRITTEN		= 1 << 19,
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
 * @pt: the device; NULL to do with what /proc tells
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

/** words_of_memory() - what the first CHECK_PAGES pages hold for the process */
void words_of_memory(const struct memory *memory, struct word *words);

/** memory_unmap() - unmap memory and let its child go */
void memory_unmap(struct memory *memory);

#endif /* PINTEST_MEMORY_H */
