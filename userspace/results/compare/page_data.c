// SPDX-License-Identifier: GPL-2.0-only
/*
 * All checks as data for the script of the page. Texts are written once, and known
 * by number.
 */
#include "page.h"
#include "page_groups.h"

/* A string of JSON that can stand between <script> and </script>. */
static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = *text;

		if (c < ' ' || c == '"' || c == '\\' || c == '<')
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void write_strings(FILE *out, const char *name, const struct pool *pool)
{
	size_t i;

	fprintf(out, "\"%s\":[", name);
	for (i = 0; i < pool->count; i++) {
		fputs(i ? "," : "", out);
		write_string(out, pool->text[i]);
	}
	fputs("],\n", out);
}

/* Texts of a pool that are JSON already, each between @open and @close. */
static void write_json(FILE *out, const char *name, const struct pool *pool,
		       const char *open, const char *close)
{
	const char *text;
	size_t i;

	fprintf(out, "\"%s\":[", name);
	for (i = 0; i < pool->count; i++) {
		fprintf(out, "%s%s", i ? "," : "", open);
		for (text = pool->text[i]; *text; text++)
			if (*text == '<')
				fputs("\\u003c", out);
			else
				fputc(*text, out);
		fputs(close, out);
	}
	fputs("],\n", out);
}

/* The class and the symbol of each verdict that occurs. */
static void write_verdicts(FILE *out, const struct comparison *cmp)
{
	struct pool verdicts = { .count = 0 };
	size_t i, look;

	for (i = 0; i < cmp->outcomes.count; i++)
		pool_add(&verdicts, word(cmp, cmp->outcome[i].verdict));
	fputs("\"verdicts\":{", out);
	for (i = 0; i < verdicts.count; i++) {
		look = look_of(verdicts.text[i]);
		fputs(i ? "," : "", out);
		write_string(out, verdicts.text[i]);
		fprintf(out, ":[\"%c\",\"%s\"]",
			look < VERDICT_LOOKS ? verdict_looks[look].class : 'o',
			look < VERDICT_LOOKS ? verdict_looks[look].symbol : "!");
	}
	fputs("},\n", out);
	pool_free(&verdicts);
}

/* Of each check its way, its event, and in each run its outcome: -1 unplanned,
 * -2 lost.
 */
static void write_checks(FILE *out, const struct comparison *cmp,
			 const struct group *group)
{
	size_t i, column;

	for (i = 0; i < group->count; i++) {
		uint32_t number = group->rows[i];
		const struct row *row = &cmp->rows[number];

		fprintf(out, "%s%u,%u", i ? "," : "", row->way, row->event);
		for (column = 0; column < cmp->column_count; column++) {
			const struct outcome *outcome =
				outcome_at(cmp, number, column);

			if (outcome)
				fprintf(out, ",%u",
					cmp->columns[column].outcomes[number]);
			else
				fputs(cmp->columns[column].complete ?
				      ",-1" : ",-2", out);
		}
	}
}

static void write_groups(FILE *out, const struct comparison *cmp)
{
	struct groups groups = groups_of(cmp);
	size_t i;

	fputs("\"groups\":[", out);
	for (i = 0; i < groups.names.count; i++) {
		fprintf(out, "%s[%u,%u,[", i ? ",\n" : "", groups.all[i].rule,
			groups.all[i].memory);
		write_checks(out, cmp, &groups.all[i]);
		fputs("]]", out);
	}
	fputs("]}\n", out);
	groups_free(&groups);
}

void page_data(FILE *out, const struct compare_report *report)
{
	const struct comparison *cmp = report->cmp;
	struct pool labels = { .count = 0 };
	size_t i;

	for (i = 0; i < cmp->column_count; i++)
		pool_add(&labels, cmp->columns[i].label);
	fputc('{', out);
	write_strings(out, "runs", &labels);
	write_strings(out, "words", &cmp->words);
	write_strings(out, "known", &cmp->known);
	write_verdicts(out, cmp);
	write_json(out, "outcomes", &cmp->outcomes, "[", "]");
	write_json(out, "evidence", &cmp->evidence, "", "");
	write_json(out, "sights", &cmp->sights, "", "");
	write_groups(out, cmp);
	pool_free(&labels);
}
