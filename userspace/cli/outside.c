// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options that bring ways from outside, of all commands that make plans.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/child.h"
#include "outside.h"
#include "ways/hold.h"
#include "ways/outside.h"

#define OPEN_MS	60000

const struct way *outside_take(const struct command *cmd,
			       struct outside_options *options,
			       const char *spec)
{
	struct reason why;
	const struct way *way = outside_load(spec, &why);

	if (!way)
		cli_usage(cmd, "way '%s': %s", spec, why.text);
	options->mask |= 1ULL << way->api;
	return way;
}

bool outside_option(const struct command *cmd, struct outside_options *options,
		    int key, const char *arg)
{
	switch (key) {
	case OPTION_WAY:
		outside_take(cmd, options, arg);
		return true;
	case OPTION_NO_MODULE:
		options->no_module = true;
		return true;
	}
	return false;
}

void outside_choose(const struct command *cmd,
		    const struct outside_options *options,
		    struct plan_choice *choice)
{
	if (options->no_module && !options->mask)
		cli_usage(cmd, "--no-module takes --way: the other ways are the module's");
	if (options->no_module && ~choice->way_mask)
		cli_usage(cmd, "--no-module and --ways exclude each other: those ways are the module's");
	choice->no_module = options->no_module;
	if (!options->mask)
		return;
	choice->way_mask = (~choice->way_mask ? choice->way_mask : 0) |
			   options->mask;
}

static void list_facts(unsigned int facts, char *text, size_t size)
{
	size_t i, used = 0;

	for (i = 0; i < FACT_COUNT && used < size; i++)
		if (facts & 1 << i)
			used += snprintf(text + used, size - used, "%s%s",
					 used ? ", " : "", fact_name(1 << i));
}

void outside_tell(const struct plan *plan)
{
	char facts[256] = "";

	if (!plan->unknown)
		return;
	list_facts(plan->unknown_facts, facts, sizeof(facts));
	warnx("%zu check%s left out, which would have to know what cannot be known here: %s",
	      plan->unknown, plan->unknown == 1 ? " is" : "s are", facts);
}

/* What the child says; shared with it. */
struct trial {
	const struct way *way;
	const char *call;
	int error;
	struct reason why;
};

static void open_and_close(void *arg)
{
	struct trial *trial = arg;
	struct pinner pinner = { trial->way, NULL, NULL, &trial->call };

	trial->error = pinner_open(&pinner, &trial->why);
	if (!trial->error)
		pinner_close(&pinner);
}

/* Nothing is printed if it was opened. */
static void tell_trial(const struct trial *trial, int ret,
		       const struct child_end *end)
{
	const char *id = trial->way->id;

	if (ret)
		warnx("cannot try %s: %s", id, strerror(-ret));
	else if (end->late)
		warnx("%s of %s does not return", trial->call ? : "a call", id);
	else if (end->signal)
		warnx("%s of %s crashed: %s", trial->call ? : "a call", id,
		      strsignal(end->signal));
	else if (trial->error)
		warnx("%s", trial->why.text);
	else if (trial->call)
		warnx("%s of %s has ended the process: a callback does not exit",
		      trial->call, id);
}

static int try_way(struct trial *trial)
{
	struct child_end end;
	sigset_t none;
	int ret;

	sigemptyset(&none);
	ret = child_run(open_and_close, trial, OPEN_MS, &none, &end);
	tell_trial(trial, ret, &end);
	if (trial->error == -EOPNOTSUPP)
		return CLI_SKIPPED;
	return ret || end.late || end.signal || trial->error || trial->call ?
	       CLI_BROKEN : CLI_PASSED;
}

int outside_try(const struct outside_options *options)
{
	struct trial *trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int ret = CLI_PASSED;
	size_t i, count;
	const struct way *way = ways(&count);

	if (trial == MAP_FAILED)
		err(CLI_BROKEN, "no memory left");
	for (i = 0; i < count && !ret; i++) {
		if (!(options->mask & 1ULL << way[i].api))
			continue;
		*trial = (struct trial) { .way = &way[i] };
		ret = try_way(trial);
	}
	munmap(trial, sizeof(*trial));
	return ret;
}
