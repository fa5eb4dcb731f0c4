// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going on with a run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "json_line.h"
#include "pintest.h"
#include "resume.h"

#define LINE_BEGINS	"{\"pintest\":"

/* A check that has a result. */
struct recorded {
	char id[CHECK_ID_LENGTH];
	const char *line;
};

/*
 * The record: @first and @last are its first and last line of a run; @begun is
 * the scenario that has begun and has no result yet, and @tries how often;
 * @crashed says that it took the machine down, if so.
 */
struct resume {
	const char *path;
	char *text;
	size_t length;
	const char *first;
	const char *last;
	struct recorded *recorded;
	size_t count;
	char begun[CHECK_ID_LENGTH];
	unsigned int tries;
	const char *crashed;
	char *arguments[RESUME_ARGUMENTS_MAX + 1];
};

static int read_file(struct resume *resume, struct reason *why)
{
	FILE *file = fopen(resume->path, "re");
	struct stat stat;

	if (!file || fstat(fileno(file), &stat)) {
		reason(why, 0, "cannot read %s: %s", resume->path,
		       strerror(errno));
		if (file)
			fclose(file);
		return -EIO;
	}
	resume->text = malloc(stat.st_size + 1);
	if (resume->text)
		resume->length = fread(resume->text, 1, stat.st_size, file);
	fclose(file);
	if (!resume->text)
		return reason(why, -ENOMEM, "no memory");
	resume->text[resume->length] = '\0';
	return 0;
}

/* How often a scenario has begun without a result in between. */
static void note_begin(struct resume *resume, const char *line)
{
	char name[CHECK_ID_LENGTH];

	if (!json_find_text(line, "scenario", name, sizeof(name)))
		return;
	resume->tries = strcmp(name, resume->begun) ? 1 : resume->tries + 1;
	strcpy(resume->begun, name);
}

static int note_check(struct resume *resume, const char *line)
{
	struct recorded *more = realloc(resume->recorded,
			(resume->count + 1) * sizeof(*resume->recorded));
	char verdict[32] = "";

	if (!more)
		return -ENOMEM;
	resume->recorded = more;
	more += resume->count++;
	more->line = line;
	json_find_text(line, "verdict", verdict, sizeof(verdict));
	resume->begun[0] = '\0';
	return json_find_text(line, "id", more->id, sizeof(more->id)) &&
	       verdict_of(verdict) != VERDICT_COUNT ? 0 : -EINVAL;
}

/* A run that could write its end has not been taken down. */
static int note_line(struct resume *resume, const char *line)
{
	char kind[16] = "";

	json_find_text(line, "pintest", kind, sizeof(kind));
	if (!strcmp(kind, "run")) {
		resume->first = resume->first ? : line;
		resume->last = line;
	} else if (!strcmp(kind, "begin")) {
		note_begin(resume, line);
	} else if (!strcmp(kind, "check")) {
		return note_check(resume, line);
	} else if (!strcmp(kind, "end")) {
		resume->begun[0] = '\0';
	}
	return 0;
}

/*
 * A line that is no record's, or has no end, is what a crash left of the last
 * write: nothing but such lines may follow.
 */
static int split_lines(struct resume *resume, struct reason *why)
{
	char *line = resume->text, *end;
	int ret = 0;

	for (; !ret && (end = strchr(line, '\n')); line = end + 1) {
		if (strncmp(line, LINE_BEGINS, strlen(LINE_BEGINS)))
			break;
		*end = '\0';
		ret = note_line(resume, line);
	}
	if (ret == -ENOMEM)
		return reason(why, ret, "no memory");
	if (ret || !resume->first || strstr(line, "\n" LINE_BEGINS))
		return reason(why, -EINVAL,
			      "%s is not a record of pintest check: see --output jsonl:FILE",
			      resume->path);
	resume->length = line - resume->text;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct recorded *one = a, *other = b;

	return strcmp(one->id, other->id);
}

static int sort_checks(struct resume *resume, struct reason *why)
{
	size_t i;

	if (resume->count)
		qsort(resume->recorded, resume->count,
		      sizeof(*resume->recorded), compare);
	for (i = 1; i < resume->count; i++)
		if (!compare(&resume->recorded[i - 1], &resume->recorded[i]))
			return reason(why, -EINVAL, "%s has %s twice",
				      resume->path, resume->recorded[i].id);
	return 0;
}

static int read_arguments(struct resume *resume, struct reason *why)
{
	char text[4096];
	size_t i;

	for (i = 0; json_find_item(resume->first, "arguments", i, text,
				   sizeof(text)); i++) {
		if (i < RESUME_ARGUMENTS_MAX)
			resume->arguments[i] = strdup(text);
		if (i >= RESUME_ARGUMENTS_MAX || !resume->arguments[i])
			return reason(why, -ENOMEM,
				      "%s has too many arguments",
				      resume->path);
	}
	return 0;
}

struct resume *resume_read(const char *path, struct reason *why)
{
	struct resume *resume = calloc(1, sizeof(*resume));
	int ret;

	if (!resume) {
		reason(why, 0, "no memory");
		return NULL;
	}
	resume->path = path;
	ret = read_file(resume, why);
	if (!ret)
		ret = split_lines(resume, why);
	if (!ret)
		ret = sort_checks(resume, why);
	if (!ret)
		ret = read_arguments(resume, why);
	if (!ret)
		return resume;
	resume_free(resume);
	return NULL;
}

void resume_free(struct resume *resume)
{
	size_t i;

	if (!resume)
		return;
	for (i = 0; resume->arguments[i]; i++)
		free(resume->arguments[i]);
	free(resume->recorded);
	free(resume->text);
	free(resume);
}

off_t resume_length(const struct resume *resume)
{
	return resume->length;
}

char *resume_argument(const struct resume *resume, size_t index)
{
	return resume->arguments[index];
}

static int differs(const struct resume *resume, const char *key,
		   const char *here, struct reason *why)
{
	char there[256] = "";

	json_find_text(resume->first, key, there, sizeof(there));
	if (!strcmp(there, here))
		return 0;
	return reason(why, -EINVAL,
		      "%s cannot be continued here: its %s is '%s', not '%s'",
		      resume->path, key, there, here);
}

static int same_kernel(const struct resume *resume,
		       const struct facts *facts, struct reason *why)
{
	int ret = differs(resume, "version", pintest_version(), why);

	if (!ret)
		ret = differs(resume, "kernel", facts->uts.release, why);
	if (!ret)
		ret = differs(resume, "build", facts->uts.version, why);
	if (!ret)
		ret = differs(resume, "machine", facts->uts.machine, why);
	return ret;
}

static bool was_this_boot(const struct resume *resume,
			  const struct facts *facts)
{
	char boot[FACT_LENGTH] = "";

	json_find_text(resume->last, "boot_id", boot, sizeof(boot));
	return boot[0] && !strcmp(boot, facts->boot_id);
}

static const struct recorded *find(const struct resume *resume, const char *id)
{
	struct recorded key;

	if (!resume->count)
		return NULL;
	snprintf(key.id, sizeof(key.id), "%s", id);
	return bsearch(&key, resume->recorded, resume->count, sizeof(key),
		       compare);
}

/* Every result has to be of the plan, or the totals would not add up. */
static int same_plan(const struct resume *resume, const struct plan *plan,
		     struct reason *why)
{
	size_t i, found = 0;
	int64_t planned = -1;

	json_find_number(resume->first, "plan", &planned);
	for (i = 0; i < plan->check_count; i++)
		found += find(resume, plan->checks[i].id) != NULL;
	if (found == resume->count && planned == (int64_t)plan->check_count)
		return 0;
	return reason(why, -EINVAL,
		      "%s cannot be continued here: %zu of its %zu results are of the %zu checks of this plan, and its own has %lld",
		      resume->path, found, resume->count, plan->check_count,
		      (long long)planned);
}

int resume_fits(struct resume *resume, struct report *report,
		struct reason *why)
{
	int ret = same_kernel(resume, &report->facts, why);

	if (!ret)
		ret = same_plan(resume, report->run->plan, why);
	if (ret)
		return ret;
	json_find_text(resume->first, "id", report->resumes,
		       sizeof(report->resumes));
	if (resume->begun[0] && !was_this_boot(resume, &report->facts))
		resume->crashed = "the machine went down while this ran";
	else if (resume->begun[0] && resume->tries > 1)
		resume->crashed = "pintest was killed twice while this ran";
	return 0;
}

static const struct known *known_of(const char *id)
{
	size_t count, i;
	const struct known *known = known_behaviours(&count);

	for (i = 0; i < count; i++)
		if (!strcmp(known[i].id, id))
			return &known[i];
	return NULL;
}

static void read_result(const char *line, struct result *result)
{
	char text[64];
	int64_t ms;

	result->recalled = true;
	if (json_find_text(line, "verdict", text, sizeof(text)))
		result->judgement.verdict = verdict_of(text);
	if (json_find_text(line, "finding", text, sizeof(text)))
		result->judgement.finding = finding_of(text);
	if (json_find_text(line, "known", text, sizeof(text)))
		result->known = known_of(text);
	json_find_text(line, "reason", result->judgement.why.text,
		       sizeof(result->judgement.why.text));
	if (json_find_number(line, "ms", &ms))
		result->ms = ms;
}

bool resume_recall(const struct resume *resume, const struct plan *plan,
		   const struct check *check, struct result *result)
{
	const struct recorded *recorded = find(resume, check->id);
	char name[CHECK_ID_LENGTH];

	if (recorded) {
		read_result(recorded->line, result);
		return true;
	}
	if (!resume->crashed ||
	    strcmp(scenario_name(&plan->scenarios[check->scenario], name),
		   resume->begun))
		return false;
	result->judgement.verdict = VERDICT_CRASHED;
	result->judgement.finding = FINDING_CRASHED;
	reason(&result->judgement.why, 0, "%s", resume->crashed);
	return true;
}
