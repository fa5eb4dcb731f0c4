// SPDX-License-Identifier: GPL-2.0-only
/*
 * Outputs of a run.
 *
 * Everything is flushed as it is written. A record is whole up to a line at all
 * times that can be chosen: @whole is where its last line ended that tells what
 * has happened. If the disk is full, what stands behind it is cut off, so that
 * no scenario is said to have begun which did not run.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "array_size.h"
#include "output.h"

static const struct format *const formats[] = {
	&format_text,
	&format_ktap,
	&format_json,
	&format_record,
	&format_junit,
	&format_kcidb,
	&format_markdown,
};

static const struct format *find_format(const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (strlen(formats[i]->name) == length &&
		    !strncmp(formats[i]->name, name, length))
			return formats[i];
	return NULL;
}

static int unknown_format(const char *name, size_t length, struct reason *why)
{
	char list[256] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++)
		snprintf(list + strlen(list), sizeof(list) - strlen(list),
			 "%s%s", i ? ", " : "", formats[i]->name);
	return reason(why, -EINVAL,
		      "there is no format '%.*s': it is one of %s, as in jsonl:run.jsonl",
		      (int)length, name, list);
}

/* Two outputs must not write over each other. */
static bool is_taken(const struct outputs *outputs, const char *path)
{
	size_t i;

	for (i = 0; i < outputs->count; i++) {
		const char *other = outputs->output[i].path;

		if (path && other ? !strcmp(path, other) : path == other)
			return true;
	}
	return false;
}

int outputs_add(struct outputs *outputs, const char *text, struct reason *why)
{
	size_t length = strcspn(text, ":");
	const char *path = text[length] ? text + length + 1 : NULL;
	const struct format *format = find_format(text, length);

	if (!format)
		return unknown_format(text, length, why);
	if (path && !*path)
		return reason(why, -EINVAL, "'%s' does not name a file", text);
	if (is_taken(outputs, path))
		return reason(why, -EINVAL,
			      "two formats for %s: give each a file of its own, as in %s:FILE",
			      path ? path : "standard output", format->name);
	if (outputs->count == OUTPUTS_MAX)
		return reason(why, -EINVAL, "at most %d outputs", OUTPUTS_MAX);
	outputs->output[outputs->count++] = (struct output) {
		.format = format,
		.path = path,
	};
	return 0;
}

static int open_file(struct output *output, off_t length, struct reason *why)
{
	int fd = open(output->path,
		      O_WRONLY | O_CREAT | O_CLOEXEC | O_APPEND, 0666);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) ||
	    (S_ISREG(stat.st_mode) && ftruncate(fd, length)))
		return reason(why, -errno, "cannot write %s: %s", output->path,
			      strerror(errno));
	output->whole = length;
	output->out = fdopen(fd, "a");
	return output->out ? 0 : reason(why, -ENOMEM, "no memory");
}

int outputs_open(struct outputs *outputs, const char *resume, off_t length,
		 struct reason *why)
{
	size_t i;
	int ret = 0;

	if (!is_taken(outputs, NULL))
		ret = outputs_add(outputs, format_text.name, why);
	for (i = 0; i < outputs->count && !ret; i++) {
		struct output *output = &outputs->output[i];
		bool goes_on = resume && output->format->is_record &&
			       output->path && !strcmp(output->path, resume);

		if (output->path)
			ret = open_file(output, goes_on ? length : 0, why);
		else
			output->out = stdout;
	}
	return ret;
}

/* Cutting off works on a full disk. Only a record is worth it. */
static void cut_off(struct output *output)
{
	__fpurge(output->out);
	clearerr(output->out);
	if (output->format->is_record && output->path &&
	    ftruncate(fileno(output->out), output->whole))
		clearerr(output->out);
}

/* After this the file has what was written, or nothing of it. */
static int flush(struct output *output, bool to_disk, struct reason *why)
{
	int error = 0;

	if (fflush(output->out) || ferror(output->out))
		error = errno;
	/* Pipes and some file systems have no disk below them. */
	else if (to_disk && fdatasync(fileno(output->out)) &&
		 errno != EINVAL && errno != EROFS)
		error = errno;
	if (!error)
		return 0;
	cut_off(output);
	return reason(why, -error, "cannot write %s: %s",
		      output->path ? output->path : "standard output",
		      strerror(error));
}

static int settle(struct output *output, struct reason *why)
{
	int ret = flush(output, false, why);

	if (!ret && output->path)
		output->whole = lseek(fileno(output->out), 0, SEEK_END);
	return ret;
}

int outputs_begin(struct outputs *outputs, const struct report *report,
		  struct reason *why)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < outputs->count && !ret; i++) {
		struct output *output = &outputs->output[i];

		if (output->format->begin)
			output->format->begin(output->out, report);
		ret = settle(output, why);
	}
	return ret;
}

/* What it says is true only once there is a result. */
int outputs_scenario(struct outputs *outputs, const struct scenario *scenario,
		     struct reason *why)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < outputs->count && !ret; i++) {
		struct output *output = &outputs->output[i];

		if (!output->format->scenario)
			continue;
		output->format->scenario(output->out, scenario);
		ret = flush(output, true, why);
	}
	return ret;
}

int outputs_result(struct outputs *outputs, const struct report *report,
		   const struct result *result, struct reason *why)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < outputs->count && !ret; i++) {
		struct output *output = &outputs->output[i];

		if (!output->format->result)
			continue;
		output->format->result(output->out, report, result);
		ret = settle(output, why);
	}
	return ret;
}

/* One that cannot be written does not keep the others from their end. */
int outputs_end(struct outputs *outputs, const struct report *report,
		struct reason *why)
{
	struct reason other;
	size_t i;
	int ret = 0;

	for (i = 0; i < outputs->count; i++) {
		struct output *output = &outputs->output[i];

		if (output->format->end)
			output->format->end(output->out, report);
		if (flush(output, true, ret ? &other : why) && !ret)
			ret = -EIO;
		if (output->path)
			fclose(output->out);
	}
	return ret;
}

const char *outputs_record(const struct outputs *outputs)
{
	size_t i;

	for (i = 0; i < outputs->count; i++)
		if (outputs->output[i].format->is_record)
			return outputs->output[i].path;
	return NULL;
}
