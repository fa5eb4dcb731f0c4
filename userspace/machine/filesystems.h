/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * File systems that are made for a while.
 */
#ifndef PINTEST_FILESYSTEMS_H
#define PINTEST_FILESYSTEMS_H

#include <stdbool.h>

#include "base/reason.h"

/**
 * filesystem_need() - have a file system of some type mounted
 * @type: its name, as mount() takes it
 * @option: an option that is set with a value, or NULL
 * @value: its value
 * @why: why it cannot be had
 *
 * It is made when it is needed for the first time, and then kept. It has no
 * place in the tree of directories, and goes with the last process that was
 * forked since, so that there is nothing to clean up.
 */
int filesystem_need(const char *type, const char *option, const char *value,
		    struct reason *why);

/**
 * filesystem_file() - a new, empty file that nobody else can open
 * @why: why it cannot be had
 *
 * It is on the file system that was needed last, maybe by a parent of this
 * process.
 *
 * Return: its descriptor, or -errno.
 */
int filesystem_file(struct reason *why);

/**
 * filesystem_block_device() - a block device that nobody else has
 * @why: why it cannot be had
 *
 * A loop device, which goes with the last use of the descriptor.
 *
 * Return: its descriptor, or -errno.
 */
int filesystem_block_device(struct reason *why);

#endif /* PINTEST_FILESYSTEMS_H */
