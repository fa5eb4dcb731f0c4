// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine: runs the scenarios of a plan one after the other, each in a
 * child of its own, and lets the rules judge them.
 *
 * Children write what they observe into memory that the engine shares with
 * them, so that nothing of it is lost when one is killed. Settings are
 * changed by the engine, for all scenarios of one memory kind, and put back
 * when the next kind begins, or after a scenario whose event takes more.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "array_size.h"
#include "base/child.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "engine.h"
#include "machine/settings.h"
#include "scenario.h"

#define LONGER	10

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	interrupted = signal;
}

static const int ending_signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM };

/*
 * The signals that end a run, blocked but while the engine waits: nothing is
 * interrupted halfway. @waiting is the mask of then, and of children: the caller's,
 * @before, may block these signals already.
 */
struct endings {
	sigset_t before;
	sigset_t waiting;
	struct sigaction actions[ARRAY_SIZE(ending_signals)];
};

static sigset_t endings_set(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaddset(&set, ending_signals[i]);
	return set;
}

void engine_hold_signals(void)
{
	sigset_t set = endings_set();

	sigprocmask(SIG_BLOCK, &set, NULL);
}

static void endings_catch(struct endings *endings)
{
	struct sigaction action = { .sa_handler = interrupt };
	sigset_t set = endings_set();
	size_t i;

	interrupted = 0;
	for (i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaction(ending_signals[i], &action, &endings->actions[i]);
	sigprocmask(SIG_BLOCK, &set, &endings->before);
	endings->waiting = endings->before;
	for (i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigdelset(&endings->waiting, ending_signals[i]);
}

/* Whether a signal that ends the run has come meanwhile. */
static bool endings_came(const struct endings *endings)
{
	sigset_t blocked;

	sigprocmask(SIG_SETMASK, &endings->waiting, &blocked);
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	return interrupted;
}

static void endings_release(const struct endings *endings)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ending_signals); i++)
		sigaction(ending_signals[i], &endings->actions[i], NULL);
	sigprocmask(SIG_SETMASK, &endings->before, NULL);
}

/* What a child gets. */
struct job {
	struct pintest *pt;
	const struct scenario *scenario;
	struct observations *seen;
};

static void do_job(void *arg)
{
	const struct job *job = arg;

	if (job->scenario->story)
		story_run(job->pt, job->scenario->story, job->seen);
	else
		scenario_run(job->pt, job->scenario, job->seen);
}

/* A run that is going on. */
struct going {
	const struct engine *engine;
	struct run *run;
	struct settings *settings;
	const struct memory_kind *kind;
	bool own_settings;
	struct endings endings;
};

static void put_back(struct going *going)
{
	if (settings_restore(going->settings))
		going->run->unrestored = true;
}

static void settings_renew(struct going *going)
{
	put_back(going);
	going->settings = settings_new(NULL);
}

/* What has to be so before a child is started; else what is seen is that. */
static bool prepare(struct going *going, const struct scenario *scenario,
		    struct observations *seen)
{
	seen->stage = STAGE_ASK;
	seen->error = scenario_ask(going->engine->pt, scenario, &seen->why);
	if (seen->error)
		return false;
	seen->stage = STAGE_MAP;
	if (scenario->memory != going->kind || going->own_settings)
		settings_renew(going);
	going->kind = scenario->memory;
	going->own_settings = scenario->event->prepare;
	if (going->settings)
		seen->error = event_prepare(scenario->event, scenario->memory,
					    going->settings, &seen->why);
	else
		seen->error = reason(&seen->why, -ENOMEM, "no memory");
	return !seen->error;
}

static bool prepare_story(struct going *going, const struct story *story,
			 struct observations *seen)
{
	seen->stage = STAGE_MAP;
	settings_renew(going);
	going->kind = NULL;
	if (!going->settings)
		seen->error = reason(&seen->why, -ENOMEM, "no memory");
	else if (story->prepare)
		seen->error = story->prepare(story->arg, going->settings,
					    &seen->why);
	return !seen->error;
}

/* Another process may have a page for a moment: then it is back in the next one. */
struct settling {
	const struct pool_counts *before;
	struct pool_counts *after;
	uint64_t size;
};

static bool is_settled(void *arg)
{
	struct settling *settling = arg;

	*settling->after = pool_count(settling->size);
	return pool_same(settling->before, settling->after);
}

static int run_in_child(struct going *going, struct job *job, int deadline,
			struct child_end *end)
{
	const struct memory_kind *kind = job->scenario->memory;
	struct observations *seen = job->seen;
	struct settling settling = {
		.before = &seen->pool[POOL_BEFORE],
		.after = &seen->pool[POOL_AFTER],
	};
	int ret;

	if (!kind || !(kind->traits & MEMORY_HUGETLB))
		return child_run(do_job, job, deadline,
				 &going->endings.waiting, end);
	settling.size = kind->huge_size;
	seen->pool[POOL_BEFORE] = pool_count(settling.size);
	ret = child_run(do_job, job, deadline, &going->endings.waiting, end);
	deadline_spin(is_settled, &settling);
	return ret;
}

static int run_scenario(struct going *going, const struct scenario *scenario,
			struct observations *seen)
{
	struct job job = {
		.pt = going->engine->pt,
		.scenario = scenario,
		.seen = seen,
	};
	int deadline = going->engine->deadline_ms;
	struct child_end end;
	bool ready;
	int ret;

	ready = scenario->story ? prepare_story(going, scenario->story, seen) :
				 prepare(going, scenario, seen);
	if (!ready)
		return 0;
	if (scenario->memory && scenario->memory->traits & MEMORY_LONG)
		deadline *= LONGER;
	ret = run_in_child(going, &job, deadline, &end);
	seen->signal = end.signal;
	seen->late = end.late;
	return ret;
}

static bool recall(const struct going *going, const struct check *check,
		   struct result *result)
{
	const struct engine *engine = going->engine;

	*result = (struct result) { 0 };
	return engine->recall && engine->recall(engine->data, check, result);
}

/*
 * What stands behind a failure. A driver can have a bug that the kernel had once:
 * to say so of a kernel that has the fix would mislead the driver's author.
 */
static const struct known *behind(const struct check *check,
				  const struct result *result)
{
	const struct known *known = known_find(check->id, &result->judgement,
					       result->seen);
	const struct way *way = result->scenario->way;

	return known && way && way->outside && known_is_over(known) ? NULL :
								       known;
}

static void judge_check(const struct going *going, const struct check *check,
			struct result *result)
{
	const struct engine *engine = going->engine;

	result->judgement = result->scenario->story ?
		story_judge(result->seen) :
		rule_judge(check->rule, result->scenario, result->seen);
	result->known = behind(check, result);
	if (result->judgement.verdict == VERDICT_FAIL)
		result->judgement.verdict = known_verdict(result->known,
							  engine->known);
}

/* Results of one scenario, which took so long. */
static int add_results(struct going *going, const struct check *check,
		       const struct check *end, uint64_t ms)
{
	const struct engine *engine = going->engine;
	struct run *run = going->run;
	int ret = 0;

	for (; check < end && !ret; check++) {
		struct result *result = &run->results[run->result_count];
		bool recalled = recall(going, check, result);

		result->check = check;
		result->scenario = &run->plan->scenarios[check->scenario];
		result->seen = &run->seen[check->scenario];
		if (!recalled) {
			result->ms = ms;
			ms = 0;
			judge_check(going, check, result);
		}
		run->result_count++;
		if (engine->result)
			ret = engine->result(engine->data, run, result);
	}
	return ret;
}

static bool all_recalled(const struct going *going, const struct check *check,
			 const struct check *end)
{
	struct result result;

	for (; check < end; check++)
		if (!recall(going, check, &result))
			return false;
	return true;
}

/* The checks from @check to before @end share a scenario. */
static int run_checks(struct going *going, const struct check *check,
		      const struct check *end)
{
	const struct engine *engine = going->engine;
	const struct scenario *scenario =
		&going->run->plan->scenarios[check->scenario];
	uint64_t begin = now_ms();
	int ret = 0;

	if (all_recalled(going, check, end))
		return add_results(going, check, end, 0);
	if (endings_came(&going->endings))
		return interrupted;
	if (engine->begin)
		ret = engine->begin(engine->data, going->run, scenario);
	if (!ret)
		ret = run_scenario(going, scenario,
				   &going->run->seen[check->scenario]);
	if (interrupted)
		return interrupted;
	return ret ? ret : add_results(going, check, end, now_ms() - begin);
}

static int run_plan(struct going *going)
{
	const struct plan *plan = going->run->plan;
	const struct check *check = plan->checks, *next;
	const struct check *end = check + plan->check_count;
	int ret = 0;

	for (; check < end && !ret; check = next) {
		for (next = check; next < end &&
				   next->scenario == check->scenario;)
			next++;
		ret = run_checks(going, check, next);
	}
	return ret;
}

/* mmap() takes no length of 0. */
static size_t seen_size(const struct plan *plan)
{
	return (plan->scenario_count + 1) * sizeof(struct observations);
}

static int run_new(struct run *run, const struct plan *plan)
{
	void *seen = mmap(NULL, seen_size(plan), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*run = (struct run) { .plan = plan };
	if (seen == MAP_FAILED)
		return -errno;
	run->seen = seen;
	run->results = calloc(plan->check_count + 1, sizeof(*run->results));
	return run->results ? 0 : -ENOMEM;
}

/* A whole run has the settings to itself: most scenarios change some. */
int engine_run(const struct engine *engine, const struct plan *plan,
	       struct run *run)
{
	struct going going = { .engine = engine, .run = run };
	int ret = run_new(run, plan);

	if (ret)
		return ret;
	ret = settings_lock(NULL);
	if (ret)
		return ret;
	endings_catch(&going.endings);
	ret = run_plan(&going);
	put_back(&going);
	endings_release(&going.endings);
	settings_unlock();
	return ret;
}

void run_free(struct run *run)
{
	if (run->seen)
		munmap(run->seen, seen_size(run->plan));
	free(run->results);
}
