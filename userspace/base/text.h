/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of the kernel that take commands, and tell of themselves.
 */
#ifndef PINTEST_TEXT_H
#define PINTEST_TEXT_H

#include <stddef.h>

/** text_write() - write a text to a file, in one go; returns 0 or -errno */
int text_write(const char *path, const char *text);

/**
 * text_read() - read the line that a file is
 * @path: the file
 * @text: takes it, without the newline
 * @size: bytes there
 *
 * Return: 0 or -errno.
 */
int text_read(const char *path, char *text, size_t size);

#endif /* PINTEST_TEXT_H */
