/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Explanations of everything, compared with what the kernel does.
 */
#ifndef PINTEST_CLI_EXPLAIN_MATRIX_H
#define PINTEST_CLI_EXPLAIN_MATRIX_H

#include "memory/memory.h"

/**
 * struct matrix - what to compare
 *
 * @kind: only memory of this kind; NULL for all
 * @api: only this &enum pintest_api; -1 for all
 * @any_flags: all flags that a call takes, not only @foll
 * @foll: only these &enum pintest_foll bits
 */
struct matrix {
	const struct memory_kind *kind;
	int api;
	bool any_flags;
	uint32_t foll;
};

/** matrix_run() - explain, try and compare; returns an &enum cli_exit */
int matrix_run(const struct matrix *matrix, struct pintest *pt);

#endif /* PINTEST_CLI_EXPLAIN_MATRIX_H */
