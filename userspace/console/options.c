// SPDX-License-Identifier: GPL-2.0-only
/*
 * Command lines: options by the table of the command, its --help, and the
 * values that options take.
 */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array_size.h"
#include "base/nearest.h"
#include "cli.h"
#include "table.h"

#define MAX_OPTIONS	32

static const struct cli_option help_option = {
	"help", 'h', NULL, "this help",
};

/* The rows of a command's table, and --help after them. */
static const struct cli_option *option_at(const struct command *cmd, int i)
{
	const struct cli_option *option = cmd->options;

	while (i && option->name) {
		option++;
		i--;
	}
	if (option->name)
		return option;
	return i ? NULL : &help_option;
}

#define HELP_COLUMN	26

/* Long names stand below each other, whether they have short ones or not. */
static void print_option(const struct cli_option *option)
{
	const char *line = option->help;
	int column, length;

	column = printf(option->key < 256 ? "  -%c, " : "      ",
			option->key);
	column += printf("--%s%s%s", option->name, option->arg ? " " : "",
			 option->arg ? option->arg : "");
	for (;; line += length + 1) {
		length = strcspn(line, "\n");
		printf("%*s%.*s\n", HELP_COLUMN - column, "", length, line);
		if (!line[length])
			break;
		column = 0;
	}
}

static void print_indented(const char *title, const char *text)
{
	int length;

	if (!text)
		return;
	printf("\n%s:\n", title);
	for (; *text; text += length + 1) {
		length = strcspn(text, "\n");
		printf("  %.*s\n", length, text);
	}
}

static void print_help(const struct command *cmd)
{
	const struct cli_option *option;
	int i;

	printf("Usage: pintest %s [OPTION]...%s%s\n\n%s\nOptions:\n",
	       cmd->name, cmd->operands ? " " : "",
	       cmd->operands ? cmd->operands : "", cmd->about);
	for (i = 0; (option = option_at(cmd, i)); i++)
		print_option(option);
	if (cmd->columns) {
		printf("\nColumns:\n");
		columns_help(cmd->columns, stdout);
	}
	print_indented("Exit codes", cmd->exits);
	print_indented("Examples", cmd->examples);
}

/* getopt_long() numbers what has no short name from 256 on, as we do. */
static void getopt_tables(const struct command *cmd, struct option *longs,
			  char *shorts)
{
	const struct cli_option *option;
	int i;

	for (i = 0; i < MAX_OPTIONS && (option = option_at(cmd, i)); i++) {
		longs[i] = (struct option) {
			.name = option->name,
			.has_arg = option->arg ? required_argument :
						 no_argument,
			.val = option->key,
		};
		if (option->key >= 256)
			continue;
		*shorts++ = option->key;
		if (option->arg)
			*shorts++ = ':';
	}
	longs[i] = (struct option) { 0 };
	*shorts = '\0';
}

/* What getopt_long() has complained of is the word before the next one. */
static void suggest_option(const struct command *cmd, const char *word)
{
	const struct cli_option *option;
	struct nearest nearest = { 0 };
	int i;

	if (strncmp(word, "--", 2) || !word[2])
		return;
	nearest.word = word + 2;
	nearest.length = strcspn(nearest.word, "=");
	for (i = 0; (option = option_at(cmd, i)); i++)
		nearest_try(&nearest, option->name);
	if (nearest.best && nearest.distance)
		fprintf(stderr, "Did you mean --%s?\n", nearest.best);
}

int cli_getopt(const struct command *cmd, int argc, char **argv)
{
	struct option longs[MAX_OPTIONS + 1];
	char shorts[2 * MAX_OPTIONS + 1];
	char name[64];
	int key;

	getopt_tables(cmd, longs, shorts);

	/* getopt_long() begins its complaints with argv[0]. */
	snprintf(name, sizeof(name), "pintest %s", cmd->name);
	argv[0] = name;
	key = getopt_long(argc, argv, shorts, longs, NULL);
	argv[0] = (char *)cmd->name;

	if (key == '?') {
		suggest_option(cmd, argv[optind - 1]);
		fprintf(stderr, "See 'pintest %s --help'.\n", cmd->name);
		exit(CLI_USAGE);
	}
	if (key == 'h') {
		print_help(cmd);
		exit(CLI_PASSED);
	}
	return key;
}

void cli_usage(const struct command *cmd, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "pintest %s: ", cmd->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nSee 'pintest %s --help'.\n", cmd->name);
	exit(CLI_USAGE);
}

void cli_no_operands(const struct command *cmd, int argc, char **argv)
{
	if (optind < argc)
		cli_usage(cmd, "'%s' is one argument too many", argv[optind]);
}

/* Bits that a unit shifts by, or -1. */
static int unit_shift(const char *unit)
{
	static const char units[] = "KMGT";
	const char *at;

	if (!*unit)
		return 0;
	at = strchr(units, toupper(*unit));
	return at && !unit[1] ? 10 * (at - units + 1) : -1;
}

/* Operands are written in upper case. */
static const char *dashes(const char *option)
{
	return isupper(*option) ? "" : "--";
}

uint64_t cli_number(const struct command *cmd, const char *option,
		    const char *text)
{
	int base = text[0] == '0' && tolower(text[1]) == 'x' ? 16 : 10;
	uint64_t value;
	char *end;
	int shift;

	errno = 0;
	value = strtoull(text, &end, base);
	shift = unit_shift(end);
	if (!isdigit(*text) || end == text || shift < 0)
		cli_usage(cmd, "%s%s '%s' is not a number: it is written as 4096, 0x1000 or 4K",
			  dashes(option), option, text);
	if (errno || value > UINT64_MAX >> shift)
		cli_usage(cmd, "%s%s '%s' is too large", dashes(option),
			  option, text);
	return value << shift;
}

uint64_t cli_number_in(const struct command *cmd, const char *option,
		       const char *text, uint64_t least, uint64_t most)
{
	uint64_t value = cli_number(cmd, option, text);

	if (value < least || value > most)
		cli_usage(cmd, "--%s takes %" PRIu64 " to %" PRIu64 ", not '%s'",
			  option, least, most, text);
	return value;
}

pid_t cli_pid(const struct command *cmd, const char *text)
{
	return cli_number_in(cmd, "pid", text, 1, INT32_MAX);
}

void cli_columns(const struct command *cmd, const struct column *columns,
		 const char *wanted)
{
	const char *bad = columns_unknown(columns, wanted);

	if (bad)
		cli_usage(cmd, "--columns does not know '%.*s'",
			  (int)strcspn(bad, ","), bad);
}

/* Ends the program: the first @length letters of @word are no name of a table. */
static void no_such_name(const struct command *cmd, const char *option,
			 const char *takes, enum pintest_names table,
			 const char *word, size_t length)
{
	struct nearest nearest = { .word = word, .length = length };
	char known[512], meant[NEAREST_TEXT];
	const struct pintest_name *names;
	size_t i, count, used = 0;

	names = pintest_names(table, &count);
	for (i = 0; i < count; i++) {
		if (used < sizeof(known))
			used += snprintf(known + used, sizeof(known) - used,
					 "%s%s", i ? ", " : "", names[i].name);
		if (length) {
			nearest_try(&nearest, names[i].name);
			nearest_try(&nearest,
				    pintest_kernel_name(table,
							names[i].value));
		}
	}
	cli_usage(cmd, "--%s does not know '%.*s'%s: it takes %s %s", option,
		  (int)length, word, nearest_text(&nearest, meant), takes,
		  known);
}

uint64_t cli_mask(const struct command *cmd, const char *option,
		  enum pintest_names table, const char *text)
{
	const char *bad;
	uint64_t mask = 0;

	if (pintest_parse_mask(table, text, &mask, &bad))
		no_such_name(cmd, option, "none, or some of", table, bad,
			     strcspn(bad, ",|"));
	return mask;
}

uint64_t cli_value(const struct command *cmd, const char *option,
		   enum pintest_names table, const char *text)
{
	uint64_t value = 0;

	if (pintest_value(table, text, &value))
		no_such_name(cmd, option, "one of", table, text,
			     strlen(text));
	return value;
}

/* CALL, or CALL(FLAGS), whose brackets may hold what is no flag: &locked. */
void cli_call(const struct command *cmd, const char *option, const char *text,
	      uint32_t *api, uint32_t *foll)
{
	size_t name = strcspn(text, "("), all = strlen(text);
	char word[128];

	if (!text[name] || text[all - 1] != ')' ||
	    !strcmp(text + name, "(&locked)") || name >= sizeof(word)) {
		*api = cli_value(cmd, option, PINTEST_NAMES_API, text);
		return;
	}
	snprintf(word, sizeof(word), "%.*s", (int)name, text);
	*api = cli_value(cmd, option, PINTEST_NAMES_API, word);
	snprintf(word, sizeof(word), "%.*s", (int)(all - name - 2),
		 text + name + 1);
	if (word[0])
		*foll = cli_mask(cmd, option, PINTEST_NAMES_FOLL, word);
}

uint64_t cli_ways(const struct command *cmd, const char *text)
{
	char *list = strdup(text), *rest = list, *word;
	uint64_t mask = 0;

	if (!list)
		errx(CLI_FAILED, "no memory left");
	while ((word = strsep(&rest, ",")))
		mask |= 1ULL << cli_value(cmd, "ways", PINTEST_NAMES_API,
					  word);
	free(list);
	return mask;
}

void cli_add_glob(const struct command *cmd, struct cli_globs *globs,
		  const char *glob)
{
	if (globs->count == ARRAY_SIZE(globs->glob))
		cli_usage(cmd, "at most %zu --filter", globs->count);
	globs->glob[globs->count++] = glob;
}

void cli_exclude(const struct command *cmd, bool one, const char *one_name,
		 bool other, const char *other_name)
{
	if (one && other)
		cli_usage(cmd, "--%s and --%s exclude each other", one_name,
			  other_name);
}

void cli_progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r\033[K");
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
}

void cli_end_progress(void)
{
	cli_progress("%s", "");
}

void cli_end_by_signal(int number)
{
	sigset_t set;

	fflush(stdout);
	signal(number, SIG_DFL);
	raise(number);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

void cli_module_error(const struct pintest_module_error *why)
{
	warnx("%s.", why->why);
	if (why->advice[0])
		fprintf(stderr, "To go on, %s.\n", why->advice);
}

int cli_open(struct pintest **pt)
{
	struct pintest_module_error why;
	int ret;

	ret = pintest_open_loading(pt, &why);
	if (ret)
		cli_module_error(&why);
	return ret;
}
