/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From axes to verdicts: scenarios, what is observed in them, the rules that
 * judge it, and the engine that runs a plan.
 */
#ifndef PINTEST_ENGINE_H
#define PINTEST_ENGINE_H

#include "checks.h"

/* Verdicts */

/**
 * enum verdict - how a check ended
 *
 * @VERDICT_PASS: the promise held
 * @VERDICT_FAIL: it did not
 * @VERDICT_BROKEN: something that should work kept it from being judged
 * @VERDICT_SKIP: it does not apply here
 * @VERDICT_XFAIL: it did not hold, which is a known behaviour of this kernel
 * @VERDICT_DETACHED: pin and memory went apart, which is what was asked for
 */
enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_BROKEN,
	VERDICT_SKIP,
	VERDICT_XFAIL,
	VERDICT_DETACHED,
	VERDICT_COUNT,
};

/**
 * enum finding - what a verdict other than PASS is about
 *
 * @FINDING_NONE: nothing that a known behaviour could explain
 * @FINDING_NO_FLAG: the way does not take the flags on this kernel
 * @FINDING_REFUSED: the kernel refused to pin
 * @FINDING_STALE: the pin does not see a write of the process
 * @FINDING_OTHER_PAGE: the pinned page is not the mapped one any more
 * @FINDING_LOST: a store through the pin is not seen by the process
 * @FINDING_LEAKED: a child sees what it must not, or is seen
 * @FINDING_UNBALANCED: references or pins are not given back, or too often
 * @FINDING_HANG: a call into the kernel did not return
 * @FINDING_MOVED: the kernel unmapped or moved a pinned page
 * @FINDING_FLAG: a flag does not do what it says
 * @FINDING_UNPROTECTED: userfaultfd write protection is lost
 * @FINDING_UNMARKED: what is written does not count as written
 * @FINDING_ALLOWED: memory is pinned that must not be pinned like that
 * @FINDING_DISAGREE: ways differ in what they refuse
 * @FINDING_EVENT: an access that is not a write counts as one
 * @FINDING_MARKED: what nobody wrote counts as written
 * @FINDING_KILLED: another process was killed
 * @FINDING_STAYS: a page is pinned for long where no such pin may be
 * @FINDING_EXPOSED: a page is pinned that nobody but its process may see
 */
enum finding {
	FINDING_NONE		= 0,
	FINDING_NO_FLAG		= 1 << 0,
	FINDING_REFUSED		= 1 << 1,
	FINDING_STALE		= 1 << 2,
	FINDING_OTHER_PAGE	= 1 << 3,
	FINDING_LOST		= 1 << 4,
	FINDING_LEAKED		= 1 << 5,
	FINDING_UNBALANCED	= 1 << 6,
	FINDING_HANG		= 1 << 7,
	FINDING_MOVED		= 1 << 8,
	FINDING_FLAG		= 1 << 9,
	FINDING_UNPROTECTED	= 1 << 16,
	FINDING_MARKED		= 1 << 17,
	FINDING_KILLED		= 1 << 18,
	FINDING_STAYS		= 1 << 19,
	FINDING_EXPOSED		= 1 << 20,
	FINDING_EVENT		= 1 << 21,
	FINDING_UNMARKED	= 1 << 22,
	FINDING_ALLOWED		= 1 << 23,
	FINDING_DISAGREE	= 1 << 24,
};

/**
 * struct judgement - a verdict with its reason
 *
 * @verdict: the verdict
 * @finding: what it is about
 * @why: what was seen; also of a PASS, if there is something to tell
 */
struct judgement {
	enum verdict verdict;
	enum finding finding;
	struct reason why;
};

/* Scenarios and observations */

/**
 * struct access - with which flags memory is pinned
 *
 * @id: its name, a part of the names of the rules that judge it
 * @foll: &enum pintest_foll bits
 * @leading: stands for accesses like it: every event happens to its pins
 */
struct access {
	const char *id;
	uint32_t foll;
	bool leading;
};

/** accesses() - the table of accesses; @count is how many rows there are */
const struct access *accesses(size_t *count);

struct solo;

/**
 * struct scenario - what is done
 *
 * @memory: the memory kind
 * @access: the access
 * @way: the way
 * @event: the event
 * @solo: the check that stands alone, which has none of the others; or NULL
 */
struct scenario {
	const struct memory_kind *memory;
	const struct access *access;
	const struct way *way;
	const struct event *event;
	const struct solo *solo;
};

/**
 * enum stage - how far a scenario got
 *
 * @STAGE_ASK: asking whether this kernel has the way and its flags
 * @STAGE_MAP: mapping memory, in the state that its kind promises
 * @STAGE_PIN: pinning it
 * @STAGE_LOOK: looking at the pin
 * @STAGE_EVENT: letting the event happen
 * @STAGE_WRITE: letting the process write
 * @STAGE_STORE: storing through the pin
 * @STAGE_END: hearing what the event's child reads
 * @STAGE_UNPIN: unpinning
 * @STAGE_SOLO: all that a check does which stands alone
 * @STAGE_DONE: all done
 */
enum stage {
	STAGE_ASK,
	STAGE_MAP,
	STAGE_PIN,
	STAGE_LOOK,
	STAGE_EVENT,
	STAGE_WRITE,
	STAGE_STORE,
	STAGE_END,
	STAGE_UNPIN,
	STAGE_SOLO,
	STAGE_DONE,
};

/**
 * enum moment - when records are taken
 *
 * @MOMENT_BEFORE: of the mapped page, before pinning
 * @MOMENT_PINNED: of the pinned page, right after pinning
 * @MOMENT_BETWEEN: of the pinned page, after the event, before the process
 *	writes
 * @MOMENT_AFTER: of the pinned page, after that
 * @MOMENT_UNPINNED: of the mapped page, after unpinning
 */
enum moment {
	MOMENT_BEFORE,
	MOMENT_PINNED,
	MOMENT_BETWEEN,
	MOMENT_AFTER,
	MOMENT_UNPINNED,
	MOMENT_COUNT,
};

/**
 * enum reading - who reads a page, and when
 *
 * @READ_PINNED: the pin, right after pinning
 * @READ_BETWEEN: the pin, after the event, before the process writes
 * @READ_AFTER: the pin, after that
 * @READ_PROCESS: the process, at the same time
 * @READ_STORED: the process, after a store through the pin
 * @READ_BACK: the pin, after that store
 * @READ_CHILD: the child of the event, in the end
 */
enum reading {
	READ_PINNED,
	READ_BETWEEN,
	READ_AFTER,
	READ_PROCESS,
	READ_STORED,
	READ_BACK,
	READ_CHILD,
	READ_COUNT,
};

/**
 * struct page_seen - what was seen of one page
 *
 * @words: what was read; one that was not read is not known
 * @records: its records; one that was not taken has no addr
 */
struct page_seen {
	struct word words[READ_COUNT];
	struct pintest_record records[MOMENT_COUNT];
};

/**
 * struct observations - what was seen in a scenario
 *
 * @stage: the stage that was begun last
 * @error: negative errno that ended it there, or 0
 * @why: the error in words
 * @filled: what every page held before it was pinned
 * @pinned: how many pages were pinned
 * @signal: the signal that killed it there, or 0
 * @late: it was killed since it did not end in time
 * @pages: what was seen of each page
 * @told: the verdict of a check that stands alone
 */
struct observations {
	enum stage stage;
	int error;
	struct reason why;
	uint64_t filled;
	uint64_t pinned;
	int signal;
	bool late;
	struct page_seen pages[CHECK_PAGES];
	struct judgement told;
};

/** record_taken() - whether there is a record of that moment */
bool record_taken(const struct pintest_record *record);

/** moment_name(), reading_name(), stage_name() - names for reports */
const char *moment_name(enum moment moment);
const char *reading_name(enum reading reading);
const char *stage_name(enum stage stage);

/**
 * scenario_ask() - whether this kernel has what a scenario needs
 * @pt: the device
 * @scenario: the scenario
 * @why: what it does not have
 *
 * Return: 0, -ENOSYS without the way, or -EOPNOTSUPP if it does not take the
 * flags.
 */
int scenario_ask(struct pintest *pt, const struct scenario *scenario,
		 struct reason *why);

/** scenario_is_refused() - whether the kernel has to refuse the pin */
bool scenario_is_refused(const struct scenario *scenario);

/** scenario_run() - run a scenario in this process; a refused one ends there */
void scenario_run(struct pintest *pt, const struct scenario *scenario,
		  struct observations *seen);

/* Rules */

/**
 * struct rule - a row of the table of rules
 *
 * @id: its name in ids of checks
 * @what: what is promised, in one sentence
 * @access: the access that it is about, a row of accesses()
 * @applies: whether a scenario with that access has something to judge
 * @judge: judges observations of a scenario that came to its end
 */
struct rule {
	const char *id;
	const char *what;
	const struct access *access;
	bool (*applies)(const struct scenario *scenario);
	struct judgement (*judge)(const struct scenario *scenario,
				  const struct observations *seen);
};

/** rules() - the table of rules; @count is how many rows there are */
const struct rule *rules(size_t *count);

/** rule_judge() - judge a scenario, however far it got */
struct judgement rule_judge(const struct rule *rule,
			    const struct scenario *scenario,
			    const struct observations *seen);

/* Checks that stand alone */

/**
 * struct solo_run - a check that stands alone, as it runs
 *
 * @pt: the device
 * @arg: that of its row
 * @seen: its verdict, by solo_passes() or solo_fails(), and its first page as it
 *	was pinned last, by solo_pin()
 */
struct solo_run {
	struct pintest *pt;
	const void *arg;
	struct observations *seen;
};

/**
 * struct solo - a row of the table of checks that stand alone
 *
 * What is no product of the axes: one story with its own memory, pins, events
 * and verdict. It runs in a child of its own, as scenarios do.
 *
 * @id: id of the check, of two slugs: "bugs.uffd-wp-huge-zeropage"
 * @what: what is promised, in one sentence
 * @prepare: changes settings of the machine for it, or NULL
 * @run: does it and tells the verdict; what it maps, opens and forks may be
 *	left to the end of its process
 * @arg: for @prepare and @run, which several rows may share
 */
struct solo {
	const char *id;
	const char *what;
	int (*prepare)(const void *arg, struct settings *settings,
		       struct reason *why);
	int (*run)(struct solo_run *run, struct reason *why);
	const void *arg;
};

/** solos() - the table of checks that stand alone; @count is its rows */
const struct solo *solos(size_t *count);

/** solo_run() - run a check that stands alone in this process */
void solo_run(struct pintest *pt, const struct solo *solo,
	      struct observations *seen);

/** solo_judge() - judge a check that stands alone, however far it got */
struct judgement solo_judge(const struct observations *seen);

/** verdict_name() - "PASS", "FAIL", ... */
const char *verdict_name(enum verdict verdict);

/** verdict_worse() - the one of two verdicts that matters more */
enum verdict verdict_worse(enum verdict a, enum verdict b);

/* Known behaviours */

/**
 * struct known - a row of the table of known behaviours
 *
 * @id: its name
 * @checks: ids of checks it may explain, as fnmatch() with FNM_EXTMATCH takes
 *	them; or NULL
 * @findings: &enum finding bits that it explains
 * @is: &enum pintest_page bits of the page as it was pinned
 * @is_not: bits that the page did not have
 * @cases: names of cases of the kernel's own selftests that it explains, as
 *	fnmatch() with FNM_EXTMATCH takes them; or NULL
 * @what: what the kernel does
 * @since: release that began it, or NULL if it was always so
 * @fixed_in: release that ended it, or NULL if none did
 * @change: the upstream change that ended it; without one, that it is not
 *	fixed or so by design, and the change that began it
 *
 * Explains a verdict, and never makes one. Releases are only text.
 */
struct known {
	const char *id;
	const char *checks;
	unsigned int findings;
	uint64_t is;
	uint64_t is_not;
	const char *cases;
	const char *what;
	const char *since;
	const char *fixed_in;
	const char *change;
};

/** known_behaviours() - the table; @count is how many rows there are */
const struct known *known_behaviours(size_t *count);

/** known_find() - the known behaviour behind a judgement, or NULL */
const struct known *known_find(const char *check_id,
			       const struct judgement *judgement,
			       const struct observations *seen);

/**
 * known_find_case() - the known behaviour behind a failure of a case of the
 * kernel's own selftests, or NULL
 */
const struct known *known_find_case(const char *name);

/** known_text() - one line that tells a known behaviour */
void known_text(const struct known *known, struct reason *text);

/* Plans */

/**
 * struct check - a rule in a scenario
 *
 * @id: <rule>.<way>.<memory>.<event>, or that of &struct solo
 * @rule: the rule, or NULL if it stands alone
 * @scenario: index into &plan.scenarios
 */
struct check {
	char id[CHECK_ID_LENGTH];
	const struct rule *rule;
	size_t scenario;
};

/**
 * struct plan - what is to be run
 *
 * @scenarios: in the order they are run, those of one memory kind together
 * @scenario_count: how many
 * @checks: in the order of their scenarios
 * @check_count: how many
 * @matched: for each of &plan_choice.globs whether it chose a check
 * @left_out: checks that were chosen, but are left out by plan_cover()
 */
struct plan {
	struct scenario *scenarios;
	size_t scenario_count;
	struct check *checks;
	size_t check_count;
	bool *matched;
	size_t left_out;
};

/**
 * struct plan_choice - which checks are wanted
 *
 * @globs: patterns of ids as fnmatch() takes them; none chooses all
 * @glob_count: how many
 * @way_mask: ways that are wanted: bit n is &enum pintest_api n. Checks that
 *	stand alone have no way, and are run if all ways are wanted
 * @longer: also memory kinds that are MEMORY_LONG
 */
struct plan_choice {
	const char *const *globs;
	size_t glob_count;
	uint64_t way_mask;
	bool longer;
};

/**
 * plan_new() - work out a plan
 *
 * Return: the plan, to be given to plan_free(); NULL without memory.
 */
struct plan *plan_new(const struct plan_choice *choice);

/** plan_free() - free a plan, or NULL */
void plan_free(struct plan *plan);

/* Runs */

/**
 * struct result - how a check ended
 *
 * @check: the check
 * @scenario: its scenario
 * @judgement: the verdict with its reason
 * @known: the known behaviour that explains it, or NULL
 * @seen: what was seen
 * @ms: milliseconds that its scenario took, with what was prepared for it; of
 *	checks that share one the first has them, and the others have 0
 */
struct result {
	const struct check *check;
	const struct scenario *scenario;
	struct judgement judgement;
	const struct known *known;
	const struct observations *seen;
	uint64_t ms;
};

/**
 * struct run - a plan that was run
 *
 * @plan: the plan
 * @results: one for each check of the plan, in its order
 * @result_count: how many there are already
 * @seen: one for each scenario of the plan
 * @unrestored: settings of the machine could not be put back
 */
struct run {
	const struct plan *plan;
	struct result *results;
	size_t result_count;
	struct observations *seen;
	bool unrestored;
};

/**
 * struct engine - how to run a plan
 *
 * @pt: the device
 * @known: turn failures that are known behaviours into VERDICT_XFAIL
 * @deadline_ms: how long a scenario may take; a hang guard. MEMORY_LONG ones
 *	get ten times as much
 * @begin: called before each scenario, or NULL
 * @result: called after each check, or NULL
 * @data: passed to both
 */
struct engine {
	struct pintest *pt;
	bool known;
	int deadline_ms;
	void (*begin)(void *data, const struct run *run,
		      const struct scenario *scenario);
	void (*result)(void *data, const struct run *run,
		       const struct result *result);
	void *data;
};

/**
 * engine_run() - run a plan
 * @engine: how
 * @plan: the plan, which must outlive the run
 * @run: the run, to be given to run_free() whatever the outcome
 *
 * SIGINT, SIGTERM, SIGHUP and SIGQUIT end it early: settings are put back,
 * and it returns the number of the signal.
 *
 * Return: 0; a signal; or -errno if nothing could be run.
 */
int engine_run(const struct engine *engine, const struct plan *plan,
	       struct run *run);

/** run_free() - free what a run holds */
void run_free(struct run *run);

#endif /* PINTEST_ENGINE_H */
