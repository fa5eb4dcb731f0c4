/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Going on with a run: what its record says of the part that was run.
 *
 * The scenario that had begun last and has no result took the machine down if
 * this is another boot, or if it ended the run twice. Otherwise only the
 * command was killed, and the scenario is run again.
 */
#ifndef PINTEST_RESUME_H
#define PINTEST_RESUME_H

#include <sys/types.h>

#include "report.h"

/** struct resume - the record of a run that is continued */
struct resume;

/**
 * resume_read() - read a record
 * @path: the file
 * @why: why it cannot be continued
 *
 * Return: the record, to be given to resume_free(); NULL if @why tells why.
 */
struct resume *resume_read(const char *path, struct reason *why);

/** resume_free() - free it, or NULL */
void resume_free(struct resume *resume);

/** resume_length() - bytes of the file that are complete lines */
off_t resume_length(const struct resume *resume);

#define RESUME_ARGUMENTS_MAX	128

/** resume_argument() - option @index that chose its checks, or NULL */
char *resume_argument(const struct resume *resume, size_t index);

/**
 * resume_fits() - whether the record is of this kernel and this plan
 * @resume: the record
 * @report: the run that is to continue it; is told which run that is
 * @why: what is different
 *
 * Return: 0 or -EINVAL.
 */
int resume_fits(struct resume *resume, struct report *report,
		struct reason *why);

/** resume_recall() - the result of a check, as &engine.recall() wants it */
bool resume_recall(const struct resume *resume, const struct plan *plan,
		   const struct check *check, struct result *result);

#endif /* PINTEST_RESUME_H */
