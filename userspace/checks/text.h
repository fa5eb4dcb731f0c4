/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the kernel that take commands.
 */
#ifndef PINTEST_TEXT_H
#define PINTEST_TEXT_H

/** text_write() - write a text to a file, in one go; returns 0 or -errno */
int text_write(const char *path, const char *text);

#endif /* PINTEST_TEXT_H */
