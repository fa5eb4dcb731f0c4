/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program reaches in the module: KCOV, if the kernel has it. Nothing
 * else of the kernel is instrumented, so every address is one of ours.
 */
#ifndef FUZZ_COVERAGE_H
#define FUZZ_COVERAGE_H

#include <stdbool.h>
#include <stddef.h>
#include "program.h"

struct coverage;

/* NULL if this kernel has no KCOV. */
struct coverage *coverage_new(void);

/* Before a program. */
void coverage_clear(struct coverage *coverage);

/* From here on the calling thread, @thread of the program, is followed. */
void coverage_follow(struct coverage *coverage, unsigned int thread);

/* After a program. Returns how much of it was not reached before. */
size_t coverage_merge(struct coverage *coverage);

/* Places in the module, and ways from one to the next, that were reached. */
size_t coverage_places(const struct coverage *coverage);
size_t coverage_ways(const struct coverage *coverage);

#endif /* FUZZ_COVERAGE_H */
