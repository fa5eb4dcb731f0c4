// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest bench: charts of cost against size, as a page that needs nothing else.
 * Cases that differ in nothing but their size are a line.
 */
#include <inttypes.h>
#include <math.h>

#include "array_size.h"
#include "bench.h"

/* Of a chart, in pixels: the whole, and the part with lines in it. */
#define WIDTH	640
#define HEIGHT	320
#define LEFT	60
#define RIGHT	20
#define TOP	20
#define BOTTOM	40

static const char *const colours[] = {
	"#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b",
	"#17becf", "#7f7f7f", "#e377c2", "#bcbd22",
};

/* What the axes have to show. */
struct scale {
	uint64_t least;
	uint64_t most;
	double highest;
};

static bool same_line(const struct bench_case *a, const struct bench_case *b)
{
	return a->kind == b->kind && a->api == b->api && a->foll == b->foll &&
	       a->batch == b->batch && a->threads == b->threads;
}

/* Whether no case before it is on the same line. */
static bool begins_line(const struct bench_case *cases, size_t index)
{
	size_t i;

	for (i = 0; i < index; i++)
		if (same_line(&cases[i], &cases[index]))
			return false;
	return true;
}

static struct scale scale_of(const struct bench_case *cases, size_t count,
			     enum bench_figure figure)
{
	struct scale scale = { .least = UINT64_MAX };
	size_t i;

	for (i = 0; i < count; i++) {
		if (cases[i].ns[figure] < 0)
			continue;
		if (cases[i].size < scale.least)
			scale.least = cases[i].size;
		if (cases[i].size > scale.most)
			scale.most = cases[i].size;
		if (cases[i].ns[figure] > scale.highest)
			scale.highest = cases[i].ns[figure];
	}
	return scale;
}

/* The least number of the form 1, 2 or 5 times a power of ten above @value. */
static double round_up(double value)
{
	const double steps[] = { 1, 2, 5, 10 };
	double unit = 1;
	size_t i;

	while (unit * 10 < value)
		unit *= 10;
	while (unit >= value)
		unit /= 10;
	for (i = 0; i < ARRAY_SIZE(steps) - 1; i++)
		if (steps[i] * unit >= value)
			break;
	return steps[i] * unit;
}

static double x_of(const struct scale *scale, uint64_t size)
{
	double width = WIDTH - LEFT - RIGHT;

	if (scale->most == scale->least)
		return LEFT + width / 2;
	return LEFT + width * log2((double)size / scale->least) /
		      log2((double)scale->most / scale->least);
}

static double y_of(const struct scale *scale, double ns)
{
	return HEIGHT - BOTTOM -
	       (HEIGHT - TOP - BOTTOM) * ns / scale->highest;
}

static void draw_size(const struct scale *scale, uint64_t size, FILE *out)
{
	static const char units[] = "KMGT";
	int unit = 0;

	fprintf(out, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
		x_of(scale, size), HEIGHT - BOTTOM + 18);
	for (size >>= 10; size >= 1024 && size % 1024 == 0; size >>= 10)
		unit++;
	fprintf(out, "%" PRIu64 "%c</text>\n", size, units[unit]);
}

static void draw_axes(const struct scale *scale, const struct bench_case *cases,
		      size_t count, FILE *out)
{
	size_t i, j;

	for (i = 0; i <= 4; i++) {
		double ns = scale->highest * i / 4, y = y_of(scale, ns);

		fprintf(out, "<path d=\"M%d %.1fH%d\" stroke=\"#ddd\"/>\n",
			LEFT, y, WIDTH - RIGHT);
		fprintf(out,
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%g</text>\n",
			LEFT - 6, y + 4, ns);
	}
	for (i = 0; i < count; i++) {
		for (j = 0; j < i && cases[j].size != cases[i].size; j++)
			;
		if (j == i)
			draw_size(scale, cases[i].size, out);
	}
}

/* Points in the order of the cases, which is that of their sizes on a line. */
static void draw_line(const struct scale *scale, const struct bench_case *cases,
		      size_t count, size_t first, enum bench_figure figure,
		      FILE *out)
{
	const char *command = "M";
	size_t i;

	fprintf(out, "<path d=\"");
	for (i = first; i < count; i++) {
		if (!same_line(&cases[first], &cases[i]) ||
		    cases[i].ns[figure] < 0)
			continue;
		/* A stroke of no length is a dot. */
		fprintf(out, "%s%.1f %.1fh0", command,
			x_of(scale, cases[i].size),
			y_of(scale, cases[i].ns[figure]));
		command = "L";
	}
	fprintf(out, "\"");
}

static void draw_figure(const struct bench_case *cases, size_t count,
			enum bench_figure figure, FILE *out)
{
	struct scale scale = scale_of(cases, count, figure);
	size_t i, line = 0;

	if (!scale.highest)
		return;
	scale.highest = round_up(scale.highest);
	fprintf(out, "<h2>%s</h2>\n<svg viewBox=\"0 0 %d %d\" width=\"%d\">\n",
		bench_figure_name(figure), WIDTH, HEIGHT, WIDTH);
	draw_axes(&scale, cases, count, out);
	fprintf(out, "<g fill=\"none\" stroke-width=\"3\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n");
	for (i = 0; i < count; i++) {
		if (!begins_line(cases, i))
			continue;
		draw_line(&scale, cases, count, i, figure, out);
		fprintf(out, " stroke=\"%s\"/>\n",
			colours[line++ % ARRAY_SIZE(colours)]);
	}
	fprintf(out, "</g>\n</svg>\n");
}

static void draw_legend(const struct bench_case *cases, size_t count, FILE *out)
{
	char flags[256];
	size_t i, line = 0;

	fprintf(out, "<ul>\n");
	for (i = 0; i < count; i++) {
		if (!begins_line(cases, i))
			continue;
		pintest_format_mask(PINTEST_NAMES_FOLL, cases[i].foll, flags,
				    sizeof(flags));
		fprintf(out,
			"<li style=\"color:%s\">%s, %s, flags %s, %u pages a call, threads: %u</li>\n",
			colours[line++ % ARRAY_SIZE(colours)],
			cases[i].kind->id,
			pintest_name(PINTEST_NAMES_API, cases[i].api), flags,
			cases[i].batch, cases[i].threads);
	}
	fprintf(out, "</ul>\n");
}

void bench_chart(const struct bench_case *cases, size_t count, FILE *out)
{
	int figure;

	fprintf(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
		     "<title>pintest bench</title>\n"
		     "<style>body { font: 14px sans-serif } text { font-size: 12px }</style>\n"
		     "<h1>Nanoseconds a page, by bytes of memory</h1>\n");
	draw_legend(cases, count, out);
	for (figure = 0; figure < BENCH_FIGURES; figure++)
		draw_figure(cases, count, figure, out);
	fprintf(out, "</html>\n");
}
