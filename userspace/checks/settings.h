/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the machine: what memory kinds use of them.
 */
#ifndef PINTEST_SETTINGS_H
#define PINTEST_SETTINGS_H

#include "checks.h"

/** define SETTING_LENGTH - room for a value, and for the name of a file */
#define SETTING_LENGTH	128

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
 * settings_need_thp() - see to it that MADV_HUGEPAGE has an effect
 * @settings: takes the change
 * @zero_page: also that reading maps the huge zero page
 * @why: why it cannot be had
 */
int settings_need_thp(struct settings *settings, bool zero_page,
		      struct reason *why);

#endif /* PINTEST_SETTINGS_H */
