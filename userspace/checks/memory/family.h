/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What families of memory kinds share.
 *
 * A family is a file with the rows of its kinds and the functions that map
 * them. Such a function maps @memory->length bytes, sets @memory->addr, base
 * and base_length, and leaves every page touched, filled with @memory->word.
 * What it got before it failed is given back by memory_unmap().
 */
#ifndef PINTEST_MEMORY_FAMILY_H
#define PINTEST_MEMORY_FAMILY_H

#include "memory.h"

#define ANONYMOUS	(MAP_PRIVATE | MAP_ANONYMOUS)

/** define EXCLUSIVE - bits of pages that only one process can have mapped */
#define EXCLUSIVE	(PINTEST_PAGE_ANON_EXCLUSIVE | \
			 PINTEST_PAGE_HEAD_ANON_EXCLUSIVE)

/* The table in the making */

struct memory_table;

/** memory_add() - add a row */
void memory_add(struct memory_table *table, const struct memory_kind *kind);

/** memory_add_kinds() - add rows */
void memory_add_kinds(struct memory_table *table,
		      const struct memory_kind *kinds, size_t count);

/** memory_row() - a row that was added, or NULL */
const struct memory_kind *memory_row(const struct memory_table *table,
				     const char *id);

/** memory_text() - a text for a row, made as by printf(); NULL if no memory */
const char *memory_text(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/**
 * memory_sized() - a row for huge pages of some size
 * @kind: the row; its id and what have a %s for the size
 * @size: bytes in a huge page
 *
 * Rows live as long as the process, and their texts with them.
 */
struct memory_kind memory_sized(const struct memory_kind *kind, uint64_t size);

/**
 * memory_sizes() - sizes of which sysfs has a directory hugepages-<size>kB
 * @directory: where these are
 * @file: what is in them if there are such pages
 * @sizes: what is known already; takes those that are missing, in order
 * @count: how many are known
 * @room: how many there is room for
 *
 * Return: how many there are.
 */
size_t memory_sizes(const char *directory, const char *file, uint64_t *sizes,
		    size_t count, size_t room);

/**
 * memory_add_states() - add rows for the states of private anonymous memory
 * @table: the table
 * @kind: the kind as only this process has it mapped, with EXCLUSIVE bits
 *
 * Beside @kind itself: shared with a child, previously shared, and mapped
 * read-only.
 */
void memory_add_states(struct memory_table *table,
		       const struct memory_kind *kind);

/* Families */

void memory_add_zero(struct memory_table *table);
void memory_add_huge_zero(struct memory_table *table);
void memory_add_file(struct memory_table *table);
void memory_add_file_thp(struct memory_table *table);
void memory_add_written(struct memory_table *table, const char *filesystem);
void memory_add_anon(struct memory_table *table);
void memory_add_swapped(struct memory_table *table);
void memory_add_thp(struct memory_table *table);
void memory_add_hugetlb(struct memory_table *table);
void memory_add_odd(struct memory_table *table);
void memory_add_exec(struct memory_table *table);
void memory_add_ring(struct memory_table *table);
void memory_add_pci(struct memory_table *table);
void memory_add_movable(struct memory_table *table);

/* Steps */

/**
 * memory_mmap_range() - mmap() of the file of @memory, if it has one
 * @memory: sets nothing in it
 * @length: bytes
 * @protection: as of mmap()
 * @flags: as of mmap()
 *
 * Base pages only, unless the kind is made of huge ones.
 *
 * Return: as of mmap().
 */
void *memory_mmap_range(const struct memory *memory, size_t length,
			int protection, int flags);

/** memory_mmap() - memory_mmap_range() that sets up @memory */
int memory_mmap(struct memory *memory, size_t length, int flags,
		struct reason *why);

/**
 * memory_mmap_aligned() - mmap() anonymous memory that begins where a huge page
 * of @size bytes can; the mapping is of twice as many bytes
 */
int memory_mmap_aligned(struct memory *memory, size_t size,
			struct reason *why);

/** memory_no_huge_page() - say that the kernel had none: a reason to skip */
int memory_no_huge_page(const struct memory_kind *kind, struct reason *why);

/** memory_fill() - write every page */
void memory_fill(const struct memory *memory);

/** memory_fill_file() - fill @memory->fd, which is empty, with so many bytes */
int memory_fill_file(struct memory *memory, size_t length,
		     struct reason *why);

/** memory_map_file() - mmap() @memory->fd, shared or private, and read it */
int memory_map_file(struct memory *memory, size_t length, struct reason *why);

/** memory_new_file() - memory_fill_file() and then memory_map_file() */
int memory_new_file(struct memory *memory, size_t length, struct reason *why);

/** memory_reopen_read_only() - have @memory->fd only read from now on */
int memory_reopen_read_only(struct memory *memory, struct reason *why);

/** memory_base_pages() - mmap() anonymous memory that gets base pages only */
memory_map_fn memory_base_pages;

/** memory_filled_pages() - memory_base_pages() and then memory_fill() */
memory_map_fn memory_filled_pages;

/** memory_swap_out() - have every page of @memory written to the swap space */
memory_map_fn memory_swap_out;

/** memory_share() - fork a child that lives on and shares the memory */
memory_map_fn memory_share;

/** memory_share_for_a_while() - fork such a child and let it exit */
memory_map_fn memory_share_for_a_while;

/** memory_make_read_only() - let nobody write to it before memory_write() */
memory_map_fn memory_make_read_only;

/** memory_protect() - mprotect() all that is mapped alike */
int memory_protect(struct memory *memory, int protection, struct reason *why);

#endif /* PINTEST_MEMORY_FAMILY_H */
