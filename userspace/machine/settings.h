/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the machine: what memory kinds use of them.
 */
#ifndef PINTEST_SETTINGS_H
#define PINTEST_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/reason.h"

/** define SETTING_LENGTH - room for a value, and for the name of a file */
#define SETTING_LENGTH	128

/** define SETTINGS_PROC_SYS - where sysctl files are, seen from sysfs */
#define SETTINGS_PROC_SYS	"../proc/sys/"

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

/**
 * settings_lock() - keep others from changing settings
 * @sysfs: where sysfs is mounted; NULL for /sys
 *
 * The first change does it as well, until settings_restore(); who wants to
 * change settings again and again does it before.
 *
 * Return: 0; -EALREADY if somebody else does that; or -errno.
 */
int settings_lock(const char *sysfs);

/** settings_unlock() - let others change settings */
void settings_unlock(void);

/** settings_error() - what a negative errno of these functions means */
const char *settings_error(int error);

/**
 * settings_refused() - say what cannot be changed, and fail
 * @why: takes the sentence
 * @error: negative errno of the change
 * @format: what cannot be changed, as printf() takes it
 *
 * Return: -EOPNOTSUPP, as this machine does not have it; -EALREADY if it is
 * only that somebody else changes settings.
 */
int settings_refused(struct reason *why, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * settings_read() - read a setting
 * @settings: the settings
 * @file: its file below sysfs
 * @value: its value without the newline; of a choice the line "a [b] c"
 */
int settings_read(const struct settings *settings, const char *file,
		  char value[SETTING_LENGTH]);

/** settings_read_number() - read a setting that is a number */
int settings_read_number(const struct settings *settings, const char *file,
			 uint64_t *value);

/** settings_write() - change a setting for a while */
int settings_write(struct settings *settings, const char *file,
		   const char *value);

/**
 * settings_resize_pool() - change the size of a pool of hugetlb pages for a while
 * @settings: takes the change
 * @directory: of the pool, below sysfs
 * @was: pages that are to be put back, as text
 * @pages: pages wanted
 */
int settings_resize_pool(struct settings *settings, const char *directory,
			 const char *was, const char *pages);

/** settings_write_once() - write to a file that has nothing to be put back */
int settings_write_once(const struct settings *settings, const char *file,
			const char *value);

/**
 * settings_write_at_end() - have something written when all is put back
 * @settings: the settings
 * @file: file below sysfs
 * @value: what to write, before what was changed earlier is put back
 */
int settings_write_at_end(struct settings *settings, const char *file,
			  const char *value);

/** settings_swapon() - use a swap area for a while */
int settings_swapon(struct settings *settings, const char *path);

/** settings_chosen() - whether @word is the chosen one of "a [b] c" */
bool settings_chosen(const char *value, const char *word);

/**
 * settings_need_hugepages() - see to it that so many huge pages are free
 * @settings: takes the change
 * @size: bytes in a huge page
 * @count: how many pages
 * @why: why they cannot be had
 */
int settings_need_hugepages(struct settings *settings, uint64_t size,
			    unsigned int count, struct reason *why);

/**
 * settings_allow_surplus() - have so many pages beyond the size of the pool allowed
 * @settings: takes the change
 * @size: bytes in a huge page
 * @count: how many pages
 * @why: why they are not
 */
int settings_allow_surplus(struct settings *settings, uint64_t size,
			   unsigned int count, struct reason *why);

/**
 * settings_need_thp() - see to it that MADV_HUGEPAGE gives huge pages
 * @settings: takes the change
 * @zero_page: also that reading maps the huge zero page
 * @why: why it cannot be had
 */
int settings_need_thp(struct settings *settings, bool zero_page,
		      struct reason *why);

/**
 * settings_need_thp_size() - see to it that huge pages of a size are used too
 * @settings: takes the change; settings_need_thp() has been called
 * @size: bytes in a huge page
 * @why: why they cannot be had
 */
int settings_need_thp_size(struct settings *settings, uint64_t size,
			   struct reason *why);

/** settings_have_swap() - whether this machine has swap space */
bool settings_have_swap(void);

/**
 * settings_need_swap() - see to it that there is swap space
 * @settings: takes the change: compressed memory, if there is none
 * @why: why it cannot be had
 */
int settings_need_swap(struct settings *settings, struct reason *why);

/** settings_need_ksm() - see to it that KSM merges pages without delay */
int settings_need_ksm(struct settings *settings, struct reason *why);

/** settings_slow_ksm() - the same, but let it rest between so many pages */
int settings_slow_ksm(struct settings *settings, struct reason *why);

/**
 * settings_pause_ksm() - have no page unmapped for a moment to be compared
 *
 * Even one that it cannot merge, as it is pinned. Until settings_need_ksm() or
 * settings_resume_ksm().
 */
int settings_pause_ksm(struct reason *why);

/** settings_resume_ksm() - let it go on after settings_pause_ksm() */
int settings_resume_ksm(struct reason *why);

/** settings_need_balancing() - have pages sampled for NUMA balancing soon */
int settings_need_balancing(struct settings *settings, struct reason *why);

#endif /* PINTEST_SETTINGS_H */
