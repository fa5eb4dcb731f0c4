// SPDX-License-Identifier: GPL-2.0-only
/*
 * pintest advise: what a kernel call does to pinned memory on this kernel.
 */
#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "array_size.h"
#include "cli/advise/advise.h"
#include "cli/driver.h"
#include "cli/kinds.h"
#include "commands.h"
#include "machine/settings.h"

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	60000
#define MAX_KINDS	64

#define CHECKED_FLAGS	(PINTEST_FOLL_WRITE | PINTEST_FOLL_FORCE | \
			 PINTEST_FOLL_LONGTERM)

/* Memory that drivers meet, and events that it meets. */
static const char *const usual_kinds[] = {
	"zeropage", "anon-untouched", "huge-zeropage", "memfd-private",
	"memfd-shared", "shmem-shared", "tmpfs-private", "ext4-private",
	"ext4-shared", "xfs-shared", "anon", "anon-shared",
	"anon-previously-shared", "anon-readonly", "anon-swapped", "anon-ksm",
	"anon-thp", "anon-thp-shared", "anon-thp-pte",
	"memfd-hugetlb-2m-shared", "anon-hugetlb-2m", "hole", "guard",
	"secretmem", "anon-uffd-wp",
};

static const char *const usual_events[] = {
	"write", "write-by-child", "write-after-fork", "repin", "mprotect-ro",
	"soft-dirty", "uffd-wp", "pageout", "move-pages", "compact", "ksm",
	"dontneed", "munmap", "truncate",
};

/* The command line. */
struct advise_options {
	const char *call;
	struct driver_options driver;
	const struct memory_kind *kinds[MAX_KINDS];
	size_t kind_count;
	bool chosen;		/* by --memory */
	struct releases kernels;
	struct recorded *from;
	struct table *json;
};

enum {
	OPTION_CALL = 256,
	OPTION_KERNELS,
	OPTION_FROM,
};

static const struct cli_option advise_options[] = {
	{ "call", OPTION_CALL, "CALL", "such as 'pin_user_pages_fast(FOLL_LONGTERM)'" },
	{ "driver", OPTION_DRIVER, "NAME", DRIVER_HELP },
	{ "as", OPTION_AS, "RELEASE", AS_HELP },
	{ "read-only", OPTION_READ_ONLY, NULL, READ_ONLY_HELP },
	{ "memory", 'm', "LIST", "memory kinds (those that drivers meet): see\n"
				 "'pintest list memory'" },
	{ "kernels", OPTION_KERNELS, "RANGE",
	  "also what is known of other kernels: 5.10.. or 6.1..6.12" },
	{ "from", OPTION_FROM, "FILE",
	  "take results from this record of a run, and run nothing" },
	{ "json", 'J', NULL, "print JSON: the table, and the checks behind it" },
	{ 0 },
};

static void add_kind(struct advise_options *options, const char *id)
{
	if (options->kind_count == MAX_KINDS)
		cli_usage(&command_advise, "--memory takes at most %d kinds",
			  MAX_KINDS);
	options->kinds[options->kind_count++] =
		cli_memory(&command_advise, "memory", id);
}

static void add_kinds(struct advise_options *options, char *list)
{
	char *word;

	while ((word = strsep(&list, ",")))
		add_kind(options, word);
}

static struct recorded *read_record(const char *path)
{
	struct reason why;
	struct recorded *recorded = recorded_read(path, &why);

	if (!recorded)
		cli_usage(&command_advise, "%s", why.text);
	return recorded;
}

static void parse_option(struct advise_options *options, int key, char *value)
{
	switch (key) {
	case OPTION_CALL:
		options->call = value;
		break;
	case 'm':
		options->chosen = true;
		add_kinds(options, value);
		break;
	case OPTION_FROM:
		options->from = read_record(value);
		break;
	case 'J':
		options->json = advice_table();
		break;
	case OPTION_KERNELS:
		if (releases_parse(value, &options->kernels))
			cli_usage(&command_advise,
				  "--kernels takes releases, such as 5.10.. or 6.1..6.12, not '%s'",
				  value);
		break;
	}
}

/* Whether a plan, as it was made, has the way itself with such memory. */
static bool has_own(const struct plan *plan, const struct ask *ask,
		    const struct memory_kind *kind)
{
	size_t i;

	for (i = 0; i < plan->check_count; i++) {
		const struct scenario *scenario =
			&plan->scenarios[plan->checks[i].scenario];

		if (scenario->way == ask->way && scenario->memory == kind)
			return true;
	}
	return false;
}

/* Kinds and events that are wanted, of the scenarios of a plan. */
static bool is_wanted(const struct advise_options *options,
		      const struct scenario *scenario)
{
	size_t i;

	for (i = 0; i < options->kind_count; i++)
		if (options->kinds[i] == scenario->memory)
			break;
	if (i == options->kind_count)
		return false;
	for (i = 0; i < ARRAY_SIZE(usual_events); i++)
		if (!strcmp(usual_events[i], scenario->event->id))
			return true;
	return false;
}

/* Which scenarios stay, as an array to be freed. */
static bool *choose(const struct advise_options *options,
		    const struct ask *ask, const struct plan *plan)
{
	bool *wanted = calloc(plan->scenario_count + 1, sizeof(*wanted));
	size_t i;

	if (!wanted)
		errx(CLI_BROKEN, "no memory left for the checks");
	for (i = 0; i < plan->scenario_count; i++) {
		const struct scenario *scenario = &plan->scenarios[i];

		wanted[i] = is_wanted(options, scenario) &&
			    (scenario->way == ask->way ||
			     !has_own(plan, ask, scenario->memory));
	}
	return wanted;
}

static bool stays(const void *wanted, size_t scenario)
{
	return ((const bool *)wanted)[scenario];
}

static struct plan *new_plan(const struct plan_choice *choice)
{
	struct plan *plan = plan_new(choice);

	if (!plan)
		errx(CLI_BROKEN, "no memory left for the checks");
	return plan;
}

static struct plan *plan_of(const struct advise_options *options,
			    const struct ask *ask)
{
	const struct plan_pin pins[] = {
		{ ask->way->api, ask->access },
		{ ask->stand_in ? ask->stand_in->api : 0, ask->access },
	};
	struct plan *plan = new_plan(&(struct plan_choice) {
		.way_mask = ~0ULL, .pins = pins,
		.pin_count = ask->stand_in ? 2 : 1,
	});
	bool *wanted;

	wanted = choose(options, ask, plan);
	plan_keep(plan, stays, wanted);
	free(wanted);
	return plan;
}

/* Effects of this access on the process; bugs unless kinds were chosen. */
static struct plan *plan_stories(const struct advise_options *options,
				 const struct ask *ask)
{
	static const char *const names[ACCESS_ROWS] = {
		[RO_LONGTERM] = "ro-longterm",
		[RO_LONGTERM_FORCE] = "ro-longterm",
		[RW_LONGTERM] = "rw-longterm",
		[RW_LONGTERM_FORCE] = "rw-longterm-force",
		[RO] = "ro",
		[RW] = "rw",
	};
	char globs[MAX_KINDS][CHECK_ID_LENGTH];
	const char *list[MAX_KINDS + 1];
	size_t i, count = 0;

	for (i = 0; i < options->kind_count; i++) {
		snprintf(globs[i], sizeof(globs[i]), "side-effects.%s-%s",
			 options->kinds[i]->id,
			 names[ask->access - access_table]);
		list[count++] = globs[i];
	}
	if (!options->chosen)
		list[count++] = "bugs.*";
	return new_plan(&(struct plan_choice) {
		.globs = list, .glob_count = count, .way_mask = ~0ULL,
	});
}

static int show_progress(void *data, const struct run *run,
			 const struct scenario *scenario)
{
	cli_progress("%s: [%zu/%zu] %s %s", (const char *)data,
		     run->result_count, run->plan->check_count,
		     scenario->story ? scenario->story->id :
				       scenario->memory->id,
		     scenario->story ? "" : scenario->event->id);
	return 0;
}

/* What is not measured is no fact of this kernel, but has an id. */
static void add_unmeasured(struct facts *facts, struct plan *plan)
{
	size_t i;

	facts->plan = plan;
	facts->fact = calloc(plan->check_count + 1, sizeof(*facts->fact));
	if (!facts->fact)
		errx(CLI_BROKEN, "no memory left for the checks");
	for (i = 0; i < plan->check_count; i++)
		facts->fact[facts->count++] = (struct fact) {
			.scenario = &plan->scenarios[plan->checks[i].scenario],
			.rule = plan->checks[i].rule,
			.id = plan->checks[i].id,
			.verdict = VERDICT_SKIP,
			.reason = not_measured,
		};
}

static void facts_free(struct facts *facts)
{
	run_free(&facts->run);
	plan_free(facts->plan);
	free(facts->fact);
}

static void add_results(struct facts *facts)
{
	size_t i;

	for (i = 0; i < facts->run.result_count; i++) {
		const struct result *result = &facts->run.results[i];
		struct fact *fact = &facts->fact[i];

		fact->verdict = result->judgement.verdict;
		fact->finding = result->judgement.finding;
		fact->known = result->known;
		fact->reason = result->judgement.why.text;
	}
}

static void recall(struct facts *facts, const struct recorded *from)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		recorded_fill(from, &facts->fact[i]);
}

/* Run a plan, which the facts own. Without a device, take them from a record. */
static struct facts measure(struct pintest *pt,
			    const struct advise_options *options,
			    struct plan *plan, const char *what)
{
	struct engine engine = {
		.pt = pt,
		.deadline_ms = DEADLINE_MS,
		.begin = show_progress,
		.data = (void *)what,
	};
	struct facts facts = { 0 };
	int ret;

	add_unmeasured(&facts, plan);
	if (!pt)
		recall(&facts, options->from);
	if (!pt || !plan->check_count)
		return facts;
	ret = engine_run(&engine, plan, &facts.run);
	cli_end_progress();
	if (ret > 0)
		cli_end_by_signal(ret);
	if (ret)
		errx(CLI_BROKEN, "cannot run checks: %s", settings_error(ret));
	if (facts.run.unrestored)
		warnx("not all settings are as they were");
	add_results(&facts);
	return facts;
}

static size_t count_trouble(const struct facts *facts, const struct ask *ask)
{
	size_t i, count = 0;

	for (i = 0; i < facts->count; i++)
		count += fact_is_of(&facts->fact[i], ask, NULL) &&
			 fact_fails(&facts->fact[i]);
	return count;
}

/* Facts of both, those of the first one first. */
static struct facts join(const struct facts *a, const struct facts *b)
{
	struct facts both = {
		.fact = calloc(a->count + b->count + 1, sizeof(*both.fact)),
		.count = a->count + b->count,
	};

	if (!both.fact)
		errx(CLI_BROKEN, "no memory left");
	memcpy(both.fact, a->fact, a->count * sizeof(*both.fact));
	memcpy(both.fact + a->count, b->fact, b->count * sizeof(*both.fact));
	return both;
}

/* Other flags, and pins instead of references. */
static size_t find_others(const struct ask *ask, struct ask *others)
{
	const struct access *const *instead = advise_instead(ask->access);
	size_t count = 0;

	if (!(ask->way->traits & WAY_PINS))
		others[count++] = ask_of(way_of(ask->way->traits & WAY_FAST ?
						PINTEST_API_PIN_FAST :
						PINTEST_API_PIN), ask->access);
	for (; *instead; instead++)
		if (!((*instead)->foll & ask->way->never))
			others[count++] = ask_of(ask->way, *instead);
	return count;
}

/* Whether another call may do better for the memory of a fact. */
static bool may_help(const struct fact *fact, const struct ask *ask,
		     const struct ask *other)
{
	return fact_is_of(fact, ask, NULL) &&
	       (fact_fails(fact) || fact_is_refusal(fact)) &&
	       !memory_refuses(fact->scenario->memory, other->access->foll);
}

/* The kinds that it may help, in place of those that were asked for. */
static void choose_kinds(struct advise_options *options,
			 const struct facts *facts, const struct ask *ask,
			 const struct ask *other)
{
	const struct memory_kind *last = NULL;
	size_t i;

	options->kind_count = 0;
	for (i = 0; i < facts->count; i++) {
		if (!may_help(&facts->fact[i], ask, other) ||
		    facts->fact[i].scenario->memory == last)
			continue;
		last = facts->fact[i].scenario->memory;
		options->kinds[options->kind_count++] = last;
	}
}

static void tell_other(struct pintest *pt,
		       const struct advise_options *options,
		       const struct ask *ask, const struct ask *other,
		       const struct facts *facts)
{
	struct facts more = measure(pt, options,
				    plan_of(options, other),
				    other->access->id);
	struct facts both = join(facts, &more);

	advise_better(&both, ask, other);
	free(both.fact);
	facts_free(&more);
}

static void tell_others(struct pintest *pt,
			const struct advise_options *options,
			const struct ask *ask, const struct facts *facts)
{
	struct advise_options few = *options;
	struct ask others[4];
	size_t i, count = find_others(ask, others);
	bool any = false;

	for (i = 0; i < count; i++) {
		choose_kinds(&few, facts, ask, &others[i]);
		if (!few.kind_count)
			continue;
		if (!any)
			printf("\nInstead, where this call is refused or not reliable:\n");
		any = true;
		tell_other(pt, &few, ask, &others[i], facts);
	}
}

static void tell_kernels(const struct advise_options *options,
			 const struct ask *ask, const struct facts *facts)
{
	struct ask others[4];
	size_t i, count = find_others(ask, others);

	if (!options->kernels.from)
		return;
	advise_kernels(facts, ask, &options->kernels);
	for (i = 0; i < count; i++) {
		struct facts more = { 0 };

		add_unmeasured(&more, plan_of(options, &others[i]));
		advise_kernels(&more, &others[i], &options->kernels);
		facts_free(&more);
	}
}

static const char *kernel_of(const struct advise_options *options)
{
	static struct utsname name;

	uname(&name);
	return options->from ? recorded_kernel(options->from) : name.release;
}

static void print_head(const struct advise_options *options,
		       const struct ask *ask, const struct facts *facts)
{
	size_t measured = facts_measured(facts, ask);
	char text[256];

	printf("%s on Linux %s: %zu check%s",
	       ask_name(ask, text, sizeof(text)), kernel_of(options), measured,
	       measured == 1 ? "" : "s");
	if (measured < facts->count)
		printf(", %zu more are not in the record",
		       facts->count - measured);
	printf("\n");
	if (!facts->count)
		printf("No check pins such memory by this call with these flags: see 'pintest list'.\n");
	printf("\n");
}

static void print_advice(struct pintest *pt,
			 const struct advise_options *options,
			 const struct ask *ask, const struct facts *facts,
			 const struct facts *stories, const char *driver_release)
{
	print_head(options, ask, facts);
	advise_table(facts, ask);
	advise_tell(facts, ask);
	tell_others(pt, options, ask, facts);
	tell_kernels(options, ask, facts);
	advise_stories(stories);
	advise_give_back(ask, driver_release);
}

/* Everything about one call. Return: an &enum cli_exit. */
static int advise(struct pintest *pt, const struct advise_options *options,
		  const struct ask *ask, const char *driver_release)
{
	struct facts facts = measure(pt, options, plan_of(options, ask),
				     ask->access->id);
	struct facts stories = measure(pt, options,
				       plan_stories(options, ask), "stories");
	int ret = CLI_PASSED;

	if (options->json)
		table_add(options->json, &(struct advice) {
			ask, kernel_of(options), &facts, &stories,
		});
	else
		print_advice(pt, options, ask, &facts, &stories,
			     driver_release);
	if (count_trouble(&facts, ask))
		ret = CLI_FAILED;
	else if (!facts_measured(&facts, ask))
		ret = CLI_BROKEN;
	facts_free(&stories);
	facts_free(&facts);
	return ret;
}

static size_t find_asks(struct advise_options *options,
			struct driver_ask *asks)
{
	size_t count = driver_asks(&command_advise, &options->driver, asks);

	if (!options->call == !count)
		cli_usage(&command_advise,
			  "it takes one of --call and --driver, as in --call 'pin_user_pages_fast(FOLL_LONGTERM)'");
	if (!options->call)
		return count;
	asks[0] = (struct driver_ask) { 0 };
	cli_call(&command_advise, "call", options->call, &asks[0].api,
		 &asks[0].foll);
	if (asks[0].foll & ~CHECKED_FLAGS)
		cli_usage(&command_advise,
			  "checks have FOLL_WRITE, FOLL_FORCE and FOLL_LONGTERM only: ask 'pintest explain' about others");
	return 1;
}

static int run_advise(int argc, char **argv)
{
	struct advise_options options = { 0 };
	struct driver_ask asks[DRIVER_ASKS_MAX];
	struct pintest *pt = NULL;
	size_t i, count;
	int key, ret = CLI_PASSED, one;

	while ((key = cli_getopt(&command_advise, argc, argv)) >= 0)
		if (!driver_option(&command_advise, &options.driver, key,
				   optarg))
			parse_option(&options, key, optarg);
	cli_no_operands(&command_advise, argc, argv);
	cli_exclude(&command_advise, options.json, "json",
		    options.kernels.from, "kernels");
	count = find_asks(&options, asks);
	if (!options.kind_count)
		for (i = 0; i < ARRAY_SIZE(usual_kinds); i++)
			add_kind(&options, usual_kinds[i]);
	if (!options.from && cli_open(&pt))
		return CLI_BROKEN;
	for (i = 0; i < count; i++) {
		struct ask ask = ask_of(way_of(asks[i].api),
					access_of(asks[i].foll));

		if (i && !options.json)
			putchar('\n');
		one = advise(pt, &options, &ask, asks[i].use ?
			     asks[i].use->release : NULL);
		/* What is known to be wrong matters more. */
		if (ret != CLI_FAILED && one != CLI_PASSED)
			ret = one;
	}
	if (options.json)
		table_print(options.json);
	if (pt)
		pintest_close(pt);
	recorded_free(options.from);
	return ret;
}

const struct command command_advise = {
	.name = "advise",
	.summary = "tell a driver author what a kernel call does on this kernel",
	.about = "Run the checks of one kernel call, with its flags, and tell for each kind of\n"
		 "memory whether the kernel pins it, whether the pin sees what the process writes,\n"
		 "and what happens at fork(), reclaim, protection and unmapping; then why, which\n"
		 "flags do better, what the pin does to the process, and which call gives the\n"
		 "pages back.\n",
	.options = advise_options,
	.exits = "0   the call is reliable here, or refused as it must be\n"
		 "1   it is not reliable with some of the memory\n"
		 "2   the checks could not be run, or are not in the record\n"
		 "64  the command line is wrong\n",
	.examples = "pintest advise --call 'pin_user_pages_fast(FOLL_LONGTERM)'\n"
		    "pintest advise --driver rdma-umem --read-only --kernels 5.10..\n"
		    "pintest advise --driver xdp-umem --from run.jsonl\n"
		    "pintest advise --driver vfio-type1 --memory memfd-private,ext4-shared\n",
	.run = run_advise,
};
