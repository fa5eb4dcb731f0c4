/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A program of the fuzzer: steps for a few threads that share everything.
 *
 * Its text is one line, "THREAD NAME [ARG...]; THREAD NAME ...", with the
 * arguments in hex. What an argument means is known to the step's kind only.
 */
#ifndef FUZZ_PROGRAM_H
#define FUZZ_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_STEPS	32
#define MAX_ARGS	7
#define NR_THREADS	3

/* What an argument stands for, and so which values are worth trying. */
enum arg_kind {
	ARG_NONE,
	ARG_REGION,
	ARG_PAGE,
	ARG_PAGES,
	ARG_MEMORY,
	ARG_SLOT,
	ARG_API,
	ARG_FOLL,
	ARG_PROCESS,
	ARG_PROTECTION,
	ARG_ADVICE,
	ARG_COUNT,
	ARG_BUFFER,
	ARG_SMALL,
	ARG_TWEAK,
	ARG_VALUE,
};

struct step {
	uint8_t kind;
	uint8_t thread;
	uint64_t args[MAX_ARGS];
};

struct program {
	size_t nr;
	struct step steps[MAX_STEPS];
};

/* A generator of numbers; the same start gives the same numbers. */
struct random {
	uint64_t state;
};

uint64_t random_next(struct random *random);

/* 0 <= n < @limit */
uint64_t random_below(struct random *random, uint64_t limit);

void program_random(struct program *program, struct random *random);

/* @other gives a part now and then. */
void program_mutate(struct program *program, const struct program *other,
		    struct random *random);

void program_print(const struct program *program, char *text, size_t size);

/* Returns whether @text is a program. */
bool program_parse(struct program *program, const char *text);

#endif /* FUZZ_PROGRAM_H */
