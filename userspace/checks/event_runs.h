/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the rows of the table of events are made of.
 *
 * Each of these lets something happen to the memory of an event_run, as far
 * as the process's write, which comes after it. What it changed for that is as
 * before when it returns, but for children, which event_end() ends.
 */
#ifndef PINTEST_EVENT_RUNS_H
#define PINTEST_EVENT_RUNS_H

#include <sys/types.h>

#include "checks.h"

/* fork() and what is like it */
int event_fork(struct event_run *run, struct reason *why);
int event_fork_write(struct event_run *run, struct reason *why);
int event_fork_exit(struct event_run *run, struct reason *why);
int event_fork_twice(struct event_run *run, struct reason *why);
int event_spawn(struct event_run *run, struct reason *why);

/* Protection of the mapping */
int event_mprotect_ro(struct event_run *run, struct reason *why);
int event_mprotect_none(struct event_run *run, struct reason *why);
int event_mlock(struct event_run *run, struct reason *why);
int event_soft_dirty(struct event_run *run, struct reason *why);
int event_uffd_wp(struct event_run *run, struct reason *why);

/* What the kernel reclaims */
event_prepare_fn event_pageout_prepare;
int event_pageout(struct event_run *run, struct reason *why);
event_prepare_fn event_pressure_prepare;
int event_pressure_begin(struct reason *why);
int event_pressure(struct event_run *run, struct reason *why);
void event_pressure_end(void);
int event_free(struct event_run *run, struct reason *why);
int event_drop_caches(struct event_run *run, struct reason *why);

/* Migration */
int event_move_pages(struct event_run *run, struct reason *why);
int event_mbind(struct event_run *run, struct reason *why);
event_prepare_fn event_balance_prepare;
int event_balance(struct event_run *run, struct reason *why);
int event_compact(struct event_run *run, struct reason *why);
int event_soft_offline(struct event_run *run, struct reason *why);

/* Merging pages, making and unmaking huge ones */
event_prepare_fn event_ksm_prepare;
int event_ksm(struct event_run *run, struct reason *why);
int event_collapse(struct event_run *run, struct reason *why);
event_prepare_fn event_khugepaged_prepare;
int event_khugepaged(struct event_run *run, struct reason *why);
int event_split(struct event_run *run, struct reason *why);

/* What the process gives up, or moves */
int event_dontneed(struct event_run *run, struct reason *why);
int event_munmap(struct event_run *run, struct reason *why);
int event_guard(struct event_run *run, struct reason *why);
int event_remove(struct event_run *run, struct reason *why);
int event_truncate(struct event_run *run, struct reason *why);
int event_discard_rest(struct event_run *run, struct reason *why);
int event_unmap_rest(struct event_run *run, struct reason *why);
int event_move_rest(struct event_run *run, struct reason *why);
int event_punch(struct event_run *run, struct reason *why);
int event_mremap(struct event_run *run, struct reason *why);
int event_mremap_dontunmap(struct event_run *run, struct reason *why);
int event_uffd_move(struct event_run *run, struct reason *why);

/* The end of who pinned, whose pin goes on in other hands */
int event_exit(struct event_run *run, struct reason *why);
int event_exec(struct event_run *run, struct reason *why);
int event_kill(struct event_run *run, struct reason *why);

/* Writes that are not stores */
int event_mem_write(struct event_run *run, struct reason *why);
int event_vm_writev(struct event_run *run, struct reason *why);
int event_file_write(struct event_run *run, struct reason *why);
int event_direct_write(struct event_run *run, struct reason *why);
int event_clone(struct event_run *run, struct reason *why);

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

/** bystander_map() - map memory of the same kind that is not pinned */
int bystander_map(struct event_run *run, struct reason *why);

struct places;

/** bystander_places() - where its pages are now */
int bystander_places(const struct event_run *run, struct places *places,
		     struct reason *why);

#endif /* PINTEST_EVENT_RUNS_H */
