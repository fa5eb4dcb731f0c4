// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rounds: processes, and the threads in them.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/peer.h"
#include "base/reason.h"
#include "stress.h"

/* Far beyond what emulation on a busy machine takes. */
#define DEADLINE_MS	300000

/*
 * All disturbers of a process together rest about so many times as long as they
 * disturb: else they keep the processors busy, and pinners find little.
 */
#define RESTS		3
#define NS_PER_S	UINT64_C(1000000000)

void stress_seed(struct stress_random *random, uint64_t seed, uint64_t round,
		 uint64_t lane)
{
	random->state = seed;
	random->state = stress_draw(random, UINT64_MAX) ^ round;
	random->state = stress_draw(random, UINT64_MAX) ^ lane;
}

/* A counter, and a hash of it that lets each bit change all bits. */
uint64_t stress_draw(struct stress_random *random, uint64_t limit)
{
	uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	x = (x ^ x >> 32) * UINT64_C(0xd6e8feb86659fd93);
	return (x ^ x >> 32) % limit;
}

void stress_add(struct stress_result *sum, const struct stress_result *more)
{
	int i, j;

	for (i = 0; i < 2; i++) {
		sum->pins[i] += more->pins[i];
		for (j = 0; j < STRESS_FINDINGS; j++)
			sum->found[i][j] += more->found[i][j];
	}
	sum->refused += more->refused;
	if (sum->example.finding == STRESS_FINE)
		sum->example = more->example;
}

uint64_t stress_failures(const struct stress_result *result)
{
	uint64_t failures = 0;
	int i;

	for (i = 0; i < 2; i++)
		failures += result->pins[i] - result->found[i][STRESS_FINE];
	return failures;
}

/**
 * struct worker - one process of a round
 *
 * @done: an eventfd that tells when the pinners have ended
 * @disturbers: how many there are
 */
struct worker {
	const struct stress_round *round;
	unsigned int number;
	struct stress_area area;
	struct stress_pinner pinners[STRESS_PINNERS];
	int done;
	size_t disturbers;
};

/* What a worker tells in the end. */
struct report {
	int error;
	struct reason why;
	struct stress_result result;
};

struct disturber {
	struct worker *worker;
	void (*disturb)(const struct stress_area *area,
			struct stress_random *random);
	struct stress_random random;
};

/* Where stores are allowed to fail for a while; for the signal handler. */
static const struct stress_area *protected_area;

/*
 * Returning makes the process store again. First whoever took the permission
 * away gets the processor, to give it back. Any other fault is none of ours.
 */
static void on_fault(int number, siginfo_t *info, void *context)
{
	const struct stress_area *area = protected_area;
	const char *addr = info->si_addr;

	(void)context;
	if (addr < area->start || addr >= area->start +
					  area->unit * area->units)
		signal(number, SIG_DFL);
	sched_yield();
}

static void outlive_faults(const struct stress_area *area)
{
	struct sigaction action = {
		.sa_sigaction = on_fault,
		.sa_flags = SA_SIGINFO,
	};

	protected_area = area;
	sigaction(SIGSEGV, &action, NULL);
}

static void *run_pinner(void *arg)
{
	stress_pin_many(arg);
	return NULL;
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Returns whether it was woken, since the pinners have ended. */
static bool rest(struct disturber *disturber, uint64_t worked)
{
	const struct worker *worker = disturber->worker;
	struct pollfd done = { .fd = worker->done, .events = POLLIN };
	uint64_t ns = stress_draw(&disturber->random, 2 * RESTS * worked *
						      worker->disturbers);
	struct timespec time = {
		.tv_sec = ns / NS_PER_S,
		.tv_nsec = ns % NS_PER_S,
	};

	return ppoll(&done, 1, &time, NULL) > 0;
}

static void *run_disturber(void *arg)
{
	struct disturber *disturber = arg;
	uint64_t start;

	do {
		start = now();
		disturber->disturb(&disturber->worker->area,
				   &disturber->random);
	} while (!rest(disturber, now() - start + 1));
	return NULL;
}

static void prepare_pinner(struct worker *worker, size_t i)
{
	size_t share = worker->area.units / STRESS_PINNERS;
	struct stress_pinner *pinner = &worker->pinners[i];

	*pinner = (struct stress_pinner) {
		.round = worker->round,
		.area = &worker->area,
		.first = i * share,
		.count = share,
	};
	stress_seed(&pinner->random, worker->round->seed,
		    worker->round->number, worker->number << 8 | i);
}

static int start(pthread_t *thread, void *(*body)(void *), void *arg,
		 struct reason *why)
{
	int error = pthread_create(thread, NULL, body, arg);

	if (!error)
		return 0;
	return reason(why, -error, "cannot start a thread: %s",
		      strerror(error));
}

static void join_pinner(pthread_t thread, const struct stress_pinner *pinner,
			struct report *report)
{
	pthread_join(thread, NULL);
	stress_add(&report->result, &pinner->result);
	if (!pinner->error || report->error)
		return;
	report->error = pinner->error;
	report->why = pinner->why;
}

/* Threads use what is on the stack here: whatever happens, they are joined. */
static void run_pinners(struct worker *worker, struct report *report)
{
	pthread_t threads[STRESS_PINNERS];
	size_t i, count;

	for (count = 0; count < STRESS_PINNERS; count++) {
		prepare_pinner(worker, count);
		report->error = start(&threads[count], run_pinner,
				      &worker->pinners[count], &report->why);
		if (report->error)
			break;
	}
	for (i = 0; i < count; i++)
		join_pinner(threads[i], &worker->pinners[i], report);
}

static void prepare_disturber(struct worker *worker, size_t i,
			      struct disturber *disturber)
{
	*disturber = (struct disturber) {
		.worker = worker,
		.disturb = worker->round->scene->disturb[i],
	};
	stress_seed(&disturber->random, worker->round->seed,
		    worker->round->number,
		    worker->number << 8 | (STRESS_PINNERS + i));
}

static size_t count_disturbers(const struct stress_scene *scene)
{
	size_t count = 0;

	while (count < STRESS_DISTURBERS && scene->disturb[count])
		count++;
	return count;
}

static void run_threads(struct worker *worker, struct report *report)
{
	struct disturber disturbers[STRESS_DISTURBERS];
	pthread_t threads[STRESS_DISTURBERS];
	size_t i, count;

	worker->disturbers = count_disturbers(worker->round->scene);
	for (count = 0; count < worker->disturbers; count++) {
		prepare_disturber(worker, count, &disturbers[count]);
		report->error = start(&threads[count], run_disturber,
				      &disturbers[count], &report->why);
		if (report->error)
			break;
	}
	if (!report->error)
		run_pinners(worker, report);
	eventfd_write(worker->done, 1);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

static int work(struct peer *parent, void *arg)
{
	struct worker *worker = arg;
	struct report report = { 0 };

	report.error = stress_map(worker->round->scene->memory, &worker->area,
				  &report.why);
	if (worker->round->scene->protects)
		outlive_faults(&worker->area);
	worker->done = eventfd(0, EFD_CLOEXEC);
	if (worker->done < 0 && !report.error)
		report.error = reason(&report.why, -errno,
				      "cannot make an eventfd: %s",
				      strerror(errno));
	if (!report.error)
		run_threads(worker, &report);
	return peer_send(parent, &report, sizeof(report)) ? 1 : 0;
}

static int await_report(struct peer *peer, struct report *report,
			struct reason *why)
{
	int ret = deadline_await(peer->fd, DEADLINE_MS, NULL);

	if (!ret)
		return reason(why, -ETIMEDOUT, "a process does not end");
	if (ret > 0)
		ret = peer_receive(peer, report, sizeof(*report));
	if (ret == -EPIPE)
		return reason(why, ret, "a process was killed");
	if (ret)
		return reason(why, ret, "a process is lost: %s",
			      strerror(-ret));
	if (report->error)
		*why = report->why;
	return report->error;
}

int stress_play(const struct stress_round *round, struct stress_result *result,
		struct reason *why)
{
	struct peer *peers[STRESS_PROCESSES] = { 0 };
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < STRESS_PROCESSES; i++) {
		struct worker worker = { .round = round, .number = i };

		peers[i] = peer_start(work, &worker);
		if (!peers[i])
			ret = reason(why, -errno, "cannot fork: %s",
				     strerror(errno));
	}
	for (i = 0; !ret && i < STRESS_PROCESSES; i++) {
		struct report report = { 0 };

		ret = await_report(peers[i], &report, why);
		if (!ret)
			stress_add(result, &report.result);
	}
	for (i = 0; i < STRESS_PROCESSES; i++)
		peer_end(peers[i]);
	return ret;
}
