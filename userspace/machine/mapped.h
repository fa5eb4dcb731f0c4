/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is mapped, with the module and without it.
 */
#ifndef PINTEST_MAPPED_H
#define PINTEST_MAPPED_H

#include "pintest.h"

/**
 * mapped_records() - the state of pages that this process has mapped now
 * @pt: the device, which knows most; NULL to take what /proc tells: page frame
 *	number, mapcount and a few flags
 * @addr: first byte of the range; moved as by pintest_inspect()
 * @end: first byte after it
 * @records: room for @count records
 * @count: records wanted at most
 *
 * Return: records written, or -errno.
 */
ssize_t mapped_records(struct pintest *pt, uint64_t *addr, uint64_t end,
		       struct pintest_record *records, size_t count);

#endif /* PINTEST_MAPPED_H */
