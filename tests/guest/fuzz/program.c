// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "program.h"
#include "steps.h"

/* splitmix64: small, and good from any start. */
uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	return random_next(random) % limit;
}

static bool one_in(struct random *random, unsigned int n)
{
	return random_below(random, n) == 0;
}

/* Values at which code changes its mind. */
static uint64_t random_value(struct random *random)
{
	static const uint64_t values[] = {
		0, 1, 7, 8, 63, 64, 127, 128, 129, 511, 512, 513, 4095, 4096,
		4097, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
		0x7fffffffffff, 0x7ffffffff000, 0x800000000000,
		0x7fffffffffffffff, 0x8000000000000000, 0xfffffffffffff000,
		0xffffffffffffffff,
	};
	uint64_t value = values[random_below(random, sizeof(values) /
						     sizeof(*values))];

	switch (random_below(random, 4)) {
	case 0:
		return random_below(random, 16384);
	case 1:
		return value + random_below(random, 5) - 2;
	default:
		return value;
	}
}

static uint64_t random_foll(struct random *random)
{
	/* WRITE, FORCE and LONGTERM, the first three bits, matter most. */
	uint64_t foll = random_below(random, 8) & ~2ULL;

	if (one_in(random, 4))
		foll |= 1 << random_below(random, 16);
	if (one_in(random, 16))
		foll |= random_next(random) & 0xffff;
	return foll;
}

/* Mostly none: one field of the arguments spoilt, as execute.c says. */
static uint64_t random_tweak(struct random *random)
{
	if (!one_in(random, 6))
		return 0;
	return 1 + random_below(random, 15) + (random_value(random) << 4);
}

static uint64_t random_arg(enum arg_kind kind, struct random *random)
{
	switch (kind) {
	case ARG_PAGE:
		return one_in(random, 2) ? 0 : random_below(random, 1040);
	case ARG_PAGES:
		return one_in(random, 3) ? 1 + random_below(random, 1040) :
					   1 + random_below(random, 8);
	case ARG_FOLL:
		return random_foll(random);
	case ARG_TWEAK:
		return random_tweak(random);
	case ARG_COUNT:
		return one_in(random, 8) ? random_value(random) :
					   random_below(random, 300);
	case ARG_VALUE:
		return random_value(random);
	default:
		return random_below(random, 16);
	}
}

/* No kind has a greater weight. */
#define MAX_WEIGHT 16

static unsigned int random_kind(struct random *random)
{
	unsigned int kind;

	do
		kind = random_below(random, nr_step_kinds);
	while (random_below(random, MAX_WEIGHT) >= step_kinds[kind].weight);
	return kind;
}

static struct step random_step(struct random *random)
{
	struct step step = {
		.kind = random_kind(random),
		.thread = random_below(random, NR_THREADS),
	};
	size_t i;

	for (i = 0; i < MAX_ARGS; i++)
		if (step_kinds[step.kind].args[i])
			step.args[i] = random_arg(step_kinds[step.kind].args[i],
						  random);
	return step;
}

void program_random(struct program *program, struct random *random)
{
	size_t i;

	program->nr = 4 + random_below(random, MAX_STEPS - 4);
	for (i = 0; i < program->nr; i++)
		program->steps[i] = random_step(random);
}

static void insert_step(struct program *program, const struct step *step,
			size_t at)
{
	if (program->nr == MAX_STEPS)
		return;
	memmove(&program->steps[at + 1], &program->steps[at],
		(program->nr - at) * sizeof(*step));
	program->steps[at] = *step;
	program->nr++;
}

static void remove_step(struct program *program, size_t at)
{
	program->nr--;
	memmove(&program->steps[at], &program->steps[at + 1],
		(program->nr - at) * sizeof(program->steps[0]));
}

static void change_arg(struct step *step, struct random *random)
{
	size_t i = random_below(random, MAX_ARGS);
	enum arg_kind kind = step_kinds[step->kind].args[i];

	if (!kind)
		step->thread = random_below(random, NR_THREADS);
	else if (one_in(random, 8))
		step->args[i] ^= 1ULL << random_below(random, 20);
	else
		step->args[i] = random_arg(kind, random);
}

static void mutate_once(struct program *program, const struct program *other,
			struct random *random)
{
	size_t at = random_below(random, program->nr);
	struct step step;

	switch (random_below(random, 8)) {
	case 0:
		step = random_step(random);
		insert_step(program, &step, at);
		break;
	case 1:
		step = other->steps[random_below(random, other->nr)];
		insert_step(program, &step, at);
		break;
	case 2:
		if (program->nr > 1)
			remove_step(program, at);
		break;
	default:
		change_arg(&program->steps[at], random);
	}
}

void program_mutate(struct program *program, const struct program *other,
		    struct random *random)
{
	size_t times = 1 + random_below(random, 6);

	while (times--)
		mutate_once(program, other, random);
}

void program_print(const struct program *program, char *text, size_t size)
{
	const struct step *step = program->steps;
	size_t used = 0, i;

	for (; step < program->steps + program->nr; step++) {
		used += snprintf(text + used, size - used, "%s%u %s",
				 step == program->steps ? "" : "; ",
				 step->thread, step_kinds[step->kind].name);
		for (i = 0; i < MAX_ARGS && step_kinds[step->kind].args[i]; i++)
			used += snprintf(text + used, size - used, " %llx",
					 (unsigned long long)step->args[i]);
	}
}

static bool parse_name(struct step *step, const char **text)
{
	size_t length = strcspn(*text, " ;\n");
	unsigned int kind;

	for (kind = 0; kind < nr_step_kinds; kind++) {
		if (strlen(step_kinds[kind].name) != length ||
		    memcmp(step_kinds[kind].name, *text, length))
			continue;
		step->kind = kind;
		*text += length;
		return true;
	}
	return false;
}

static bool parse_step(struct step *step, const char **text)
{
	char *end;
	size_t i;

	*step = (struct step){ .thread = strtoul(*text, &end, 10) };
	if (end == *text || step->thread >= NR_THREADS || *end != ' ')
		return false;
	*text = end + 1;
	if (!parse_name(step, text))
		return false;
	for (i = 0; i < MAX_ARGS && step_kinds[step->kind].args[i]; i++) {
		step->args[i] = strtoull(*text, &end, 16);
		if (end == *text)
			return false;
		*text = end;
	}
	return true;
}

bool program_parse(struct program *program, const char *text)
{
	for (program->nr = 0; program->nr < MAX_STEPS; text += 2) {
		if (!parse_step(&program->steps[program->nr++], &text))
			return false;
		if (!*text || *text == '\n')
			return true;
		if (strncmp(text, "; ", 2))
			return false;
	}
	return false;
}
