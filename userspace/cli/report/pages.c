// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a report tells of pages, of their mapping, and of other pins of such
 * memory.
 */
#include <inttypes.h>
#include <string.h>

#include "base/page_size.h"
#include "console/lines.h"
#include "report.h"

#define FRAMES_MAX	(2 * CHECK_PAGES * MOMENT_COUNT)

/* Page frames get numbers in the order in which they come. */
struct frames {
	uint64_t pfn[FRAMES_MAX];
	size_t count;
};

static size_t frame_of(struct frames *frames, uint64_t pfn)
{
	size_t i;

	for (i = 0; i < frames->count; i++)
		if (frames->pfn[i] == pfn)
			return i + 1;
	frames->pfn[frames->count++] = pfn;
	return i + 1;
}

/* A record without an address is none. */
static void rename_record(struct frames *frames, size_t page,
			  struct pintest_record *record)
{
	if (!record_taken(record))
		return;
	record->addr = (page + 1) * page_size();
	if (record->fields & PINTEST_FIELD_PFN)
		record->pfn = frame_of(frames, record->pfn);
	if (record->fields & PINTEST_FIELD_MAPPED_PFN)
		record->mapped_pfn = frame_of(frames, record->mapped_pfn);
}

void frames_rename(struct observations *seen)
{
	struct frames frames = { 0 };
	size_t i, j;

	for (i = 0; i < CHECK_PAGES; i++)
		for (j = 0; j < MOMENT_COUNT; j++)
			rename_record(&frames, i, &seen->pages[i].records[j]);
}

static void add_count(struct lines *lines,
		      const struct pintest_record *record, uint64_t field,
		      const char *name, int64_t value)
{
	if (record->fields & field)
		lines_add(lines, " %s %" PRId64, name, value);
}

static void print_record(FILE *out, const struct pintest_record *record,
			 size_t page, const char *moment)
{
	struct lines lines;
	char flags[512];

	lines_begin_on(&lines, out, "", "    ");
	lines_add(&lines, "page %zu %s:", page, moment);
	if (record->fields & PINTEST_FIELD_PFN)
		lines_add(&lines, " frame p%" PRIu64, (uint64_t)record->pfn);
	if (record->fields & PINTEST_FIELD_MAPPED_PFN)
		lines_add(&lines, " mapped p%" PRIu64,
			  (uint64_t)record->mapped_pfn);
	add_count(&lines, record, PINTEST_FIELD_FOLIO, "order",
		  record->folio_order);
	add_count(&lines, record, PINTEST_FIELD_REFCOUNT, "ref",
		  record->refcount);
	add_count(&lines, record, PINTEST_FIELD_MAPCOUNT, "map",
		  record->mapcount);
	add_count(&lines, record, PINTEST_FIELD_PINCOUNT, "pin",
		  record->pincount);
	pintest_format_mask(PINTEST_NAMES_PAGE, record->flags, flags,
			    sizeof(flags));
	for (char *comma = flags; (comma = strchr(comma, ',')); )
		*comma = ' ';
	lines_add(&lines, " %s", flags);
	lines_end(&lines);
}

void report_pages(FILE *out, const struct result *result)
{
	struct observations seen = *result->seen;
	char text[WORD_TEXT_LENGTH];
	size_t i, j;

	frames_rename(&seen);
	report_heading(out, "Pages (p1, p2, ... stand for page frames)");
	for (i = 0; i < CHECK_PAGES; i++) {
		const struct page_seen *page = &seen.pages[i];

		for (j = 0; j < READ_COUNT; j++)
			if (page->words[j].known)
				fprintf(out, "page %zu: %s reads %s\n", i,
					reading_name(j),
					word_text(&page->words[j], text));
		for (j = 0; j < MOMENT_COUNT; j++)
			if (record_taken(&page->records[j]))
				print_record(out, &page->records[j], i,
					     moment_name(j));
	}
}

/* The line that begins an entry has its range, and what may be a path. */
static bool begins_entry(const char *line, uint64_t addr, char rights[8],
			 bool *is_it)
{
	uint64_t start, end;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s", &start, &end,
		   rights) != 3)
		return false;
	*is_it = addr >= start && addr < end;
	return true;
}

void report_mapping(FILE *out, pid_t pid, uint64_t addr)
{
	char path[64], line[512], rights[8];
	struct lines lines;
	bool is_it = false;
	FILE *file;

	snprintf(path, sizeof(path), pid ? "/proc/%d/smaps" :
		 "/proc/self/smaps", pid);
	file = fopen(path, "re");
	if (!file)
		return;
	report_heading(out, "Mapping, as in smaps, while it is pinned");
	lines_begin_on(&lines, out, "", "    ");
	while (fgets(line, sizeof(line), file)) {
		if (begins_entry(line, addr, rights, &is_it)) {
			if (is_it)
				lines_add(&lines, "%s ", rights);
		} else if (is_it && redact_smaps(line)) {
			lines_add(&lines, "%s ", line);
		}
	}
	lines_end(&lines);
	fclose(file);
}

void report_siblings(FILE *out, const struct run *run)
{
	size_t i;

	report_heading(out, "The same memory and event, pinned otherwise");
	for (i = 0; i < run->result_count; i++) {
		const struct result *result = &run->results[i];

		fprintf(out, "%-8s %s\n",
			verdict_name(result->judgement.verdict),
			result->check->id);
	}
}
