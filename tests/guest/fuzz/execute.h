/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FUZZ_EXECUTE_H
#define FUZZ_EXECUTE_H

#include "coverage.h"
#include "program.h"

/*
 * Runs a program in a process of its own and waits until nothing of it is
 * left. Threads run freely beside each other; each collects what it covers.
 *
 * Returns false if the program did not end by itself.
 */
bool execute(const struct program *program, struct coverage *coverage);

#endif /* FUZZ_EXECUTE_H */
