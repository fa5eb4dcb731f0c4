/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kinds of steps that a program can have.
 */
#ifndef FUZZ_STEPS_H
#define FUZZ_STEPS_H

#include "program.h"

/**
 * struct step_kind - something that a thread can do
 * @name: in the text of a program
 * @run: does it
 * @weight: how often a new program has it, against others
 * @args: what the arguments stand for
 */
struct step_kind {
	const char *name;
	void (*run)(const uint64_t *args);
	unsigned int weight;
	enum arg_kind args[MAX_ARGS];
};

extern const struct step_kind step_kinds[];
extern const size_t nr_step_kinds;

/**
 * struct child - whether this thread is a forked child's
 * @is: it is
 * @left: steps that it has still to do
 * @end: how it ends then
 */
struct child {
	bool is;
	size_t left;
	unsigned int end;
};

extern _Thread_local struct child step_child;

/* It ends by itself, is killed, or stays until all the rest is. */
__attribute__((noreturn))
void step_child_end(void);

/*
 * Whether /sys/kernel/debug/gup_test is the module's. The kernel's own warns
 * about what programs do to it.
 */
extern bool steps_have_gup_test;

/* Makes regions and slots, in a process of its own. */
void steps_begin(void);

#endif /* FUZZ_STEPS_H */
