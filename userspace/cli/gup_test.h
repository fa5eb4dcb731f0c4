/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/gup_test: the interface that the kernel's own selftests
 * use, as the module offers it on request.
 */
#ifndef PINTEST_CLI_GUP_TEST_H
#define PINTEST_CLI_GUP_TEST_H

#include <stdbool.h>

/** gup_test_is_ours() - whether the module is loaded and offers gup_test */
bool gup_test_is_ours(void);

/** gup_test_is_there() - whether the kernel or the module offers gup_test */
bool gup_test_is_there(void);

/**
 * gup_test_load() - load the module so that there is a gup_test
 * @path: the module's file, or NULL for the one installed for this kernel
 *
 * A kernel that has its own is reported, which is no error.
 *
 * Return: 0, or -errno after telling why on stderr.
 */
int gup_test_load(const char *path);

#endif /* PINTEST_CLI_GUP_TEST_H */
