// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program runs in a child with NR_THREADS threads that share a few regions at
 * fixed addresses and a few slots for descriptors (steps.c).
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "execute.h"
#include "steps.h"

/* A program that is not done by then hangs, or nearly. */
#define MAX_SECONDS	60

static const struct program *running;
static struct coverage *followed;
static pthread_barrier_t all_threads;

static void *run_thread(void *arg)
{
	uintptr_t thread = (uintptr_t)arg;
	const struct step *step = running->steps;

	coverage_follow(followed, thread);
	pthread_barrier_wait(&all_threads);
	for (; step < running->steps + running->nr; step++) {
		if (step->thread != thread)
			continue;
		if (step_child.is && !step_child.left--)
			break;
		step_kinds[step->kind].run(step->args);
	}
	if (step_child.is)
		step_child_end();
	return NULL;
}

static void run_program(void)
{
	const struct rlimit no_core = {};
	pthread_t threads[NR_THREADS];
	uintptr_t i;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CORE, &no_core);
	alarm(MAX_SECONDS);
	steps_begin();
	pthread_barrier_init(&all_threads, NULL, NR_THREADS);
	for (i = 0; i < NR_THREADS; i++)
		if (pthread_create(&threads[i], NULL, run_thread, (void *)i))
			_exit(1);
	for (i = 0; i < NR_THREADS; i++)
		pthread_join(threads[i], NULL);
	_exit(0);
}

/* Ends all that is left of the program's processes. */
static void reap(pid_t pid)
{
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

bool execute(const struct program *program, struct coverage *coverage)
{
	int status = 0;
	pid_t pid;

	running = program;
	followed = coverage;
	coverage_clear(coverage);
	pid = fork();
	if (!pid)
		run_program();
	if (pid < 0)
		return false;
	setpgid(pid, pid);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	reap(pid);
	return !WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM;
}
