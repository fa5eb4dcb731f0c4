// SPDX-License-Identifier: GPL-2.0-only
/*
 * The options that choose a covering plan.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "cover.h"

/* Parts are counted from 1 on by people. */
static void choose_cover(const struct command *cmd,
			 struct cover_options *options, const char *arg)
{
	struct cover *cover = &options->cover;
	char rest;

	options->wanted = true;
	if (!strcmp(arg, "pairs"))
		return;
	if (sscanf(arg, "pairs:%u/%u%c", &cover->part, &cover->parts,
		   &rest) != 2 ||
	    cover->parts > COVER_PARTS_MAX || cover->part < 1 ||
	    cover->part > cover->parts)
		cli_usage(cmd,
			  "--cover takes pairs, or pairs:I/N with I from 1 to N and N up to %d, not '%s'",
			  COVER_PARTS_MAX, arg);
	cover->part--;
}

static void read_expected(const struct command *cmd,
			  struct expected *expected, const char *path)
{
	struct reason why;

	if (expected_read(expected, path, &why))
		cli_usage(cmd, "%s", why.text);
}

static void add_lacks(const struct command *cmd, struct cover *cover,
		      const char *arg)
{
	unsigned int part;
	int length = 0;

	if (sscanf(arg, "%u:%n", &part, &length) != 1 || !length || part < 1 ||
	    part > COVER_PARTS_MAX)
		cli_usage(cmd,
			  "--lacks takes the number of a part and a file, as in 1:FILE, not '%s'",
			  arg);
	read_expected(cmd, &cover->lacks[part - 1], arg + length);
}

bool cover_option(const struct command *cmd, struct cover_options *options,
		  int key, const char *arg)
{
	switch (key) {
	case OPTION_COVER:
		choose_cover(cmd, options, arg);
		return true;
	case OPTION_EXPECTED:
		read_expected(cmd, &options->cover.expected, arg);
		return true;
	case OPTION_LACKS:
		add_lacks(cmd, &options->cover, arg);
		return true;
	}
	return false;
}

static void cover_free(struct cover *cover)
{
	size_t i;

	expected_free(&cover->expected);
	for (i = 0; i < COVER_PARTS_MAX; i++)
		expected_free(&cover->lacks[i]);
}

static void see_that_they_fit(const struct command *cmd,
			      const struct cover_options *options)
{
	size_t i;

	if (options->cover.expected.count && !options->wanted)
		cli_usage(cmd, "--expected goes with --cover only");
	for (i = options->cover.parts; i < COVER_PARTS_MAX; i++)
		if (options->cover.lacks[i].count)
			cli_usage(cmd,
				  "--lacks %zu: --cover pairs:I/N has no part of that number",
				  i + 1);
}

void cover_plan(const struct command *cmd, struct cover_options *options,
		struct plan *plan)
{
	see_that_they_fit(cmd, options);
	if (options->wanted && plan_cover(plan, &options->cover))
		errx(CLI_BROKEN, "no memory left for the checks");
	cover_free(&options->cover);
}
