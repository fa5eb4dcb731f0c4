/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module as a file, to load and unload it.
 */
#ifndef TESTS_MODULE_FILE_H
#define TESTS_MODULE_FILE_H

/* The module that modprobe would load. */
int module_open(void);

/* 0 or -errno, at once. */
int module_load(int fd, const char *parameters);
int module_unload(void);

#endif /* TESTS_MODULE_FILE_H */
