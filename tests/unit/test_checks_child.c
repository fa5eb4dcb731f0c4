// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children: what is known of their end, and that nothing of them is left.
 *
 * Whether processes are gone is seen at a pipe that they hold: reading it
 * ends with the last of them.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/peer.h"
#include "test_checks.h"

/* Far longer than any of this takes. */
#define GENEROUS_MS	60000

static int held[2];

static int make_pipe(void **state)
{
	(void)state;
	return pipe(held);
}

/* Hangs if a process that holds the pipe is left. */
static int close_pipe(void **state)
{
	char byte;
	int left;

	(void)state;
	close(held[1]);
	left = read(held[0], &byte, 1);
	close(held[0]);
	return left;
}

static struct child_end run(void (*body)(void *arg), int deadline_ms)
{
	struct child_end end;
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	assert_int_equal(child_run(body, NULL, deadline_ms, &mask, &end), 0);
	return end;
}

static void return_at_once(void *arg)
{
	(void)arg;
}

static void crash(void *arg)
{
	(void)arg;
	raise(SIGABRT);
}

static void fork_and_hang(void *arg)
{
	(void)arg;
	if (fork() < 0)
		_exit(EXIT_FAILURE);
	peer_idle();
}

static void fork_and_leave(void *arg)
{
	(void)arg;
	if (!fork())
		peer_idle();
}

static void a_child_that_ends(void **state)
{
	struct child_end end = run(return_at_once, GENEROUS_MS);

	(void)state;
	assert_int_equal(end.signal, 0);
	assert_false(end.late);
}

static void a_child_that_crashes(void **state)
{
	struct child_end end = run(crash, GENEROUS_MS);

	(void)state;
	assert_int_equal(end.signal, SIGABRT);
	assert_false(end.late);
}

static void a_child_that_hangs(void **state)
{
	struct child_end end = run(fork_and_hang, 1);

	(void)state;
	assert_true(end.late);
	assert_int_equal(end.signal, 0);
}

static void what_a_child_leaves_behind(void **state)
{
	struct child_end end = run(fork_and_leave, GENEROUS_MS);

	(void)state;
	assert_int_equal(end.signal, 0);
	assert_false(end.late);
}

static void note_signal(int number)
{
	(void)number;
}

/* The signal is pending before the wait, which unblocks it. */
static void a_signal_ends_the_wait(void **state)
{
	struct sigaction action = { .sa_handler = note_signal }, before;
	struct child_end end;
	sigset_t set, mask;

	(void)state;
	sigaction(SIGUSR1, &action, &before);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, &mask);
	raise(SIGUSR1);
	assert_int_equal(child_run(fork_and_hang, NULL, GENEROUS_MS, &mask,
				   &end), -EINTR);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGUSR1, &before, NULL);
}

static int answer(struct peer *parent, void *arg)
{
	int number = 0;

	(void)arg;
	if (peer_await(parent) || peer_receive(parent, &number, sizeof(number)))
		return EXIT_FAILURE;
	number++;
	peer_send(parent, &number, sizeof(number));
	peer_idle();
}

static void peers_take_turns(void **state)
{
	struct peer *peer = peer_start(answer, NULL);
	int number = 41;

	(void)state;
	assert_non_null(peer);
	assert_int_equal(peer_turn(peer), 0);
	assert_int_equal(peer_send(peer, &number, sizeof(number)), 0);
	assert_int_equal(peer_receive(peer, &number, sizeof(number)), 0);
	assert_int_equal(number, 42);
	peer_end(peer);
}

static int leave(struct peer *parent, void *arg)
{
	(void)parent;
	(void)arg;
	return EXIT_SUCCESS;
}

/* Waiting for it ends at once, long before the deadline. */
static void a_peer_that_dies(void **state)
{
	struct peer *peer = peer_start(leave, NULL);
	char byte[4096] = { 0 };

	(void)state;
	assert_non_null(peer);
	assert_int_equal(peer_await(peer), -EPIPE);
	assert_int_equal(peer_send(peer, byte, sizeof(byte)), -EPIPE);
	peer_end(peer);
}

#define CHILD_TEST(test) \
	cmocka_unit_test_setup_teardown(test, make_pipe, close_pipe)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CHILD_TEST(a_child_that_ends),
		CHILD_TEST(a_child_that_crashes),
		CHILD_TEST(a_child_that_hangs),
		CHILD_TEST(what_a_child_leaves_behind),
		CHILD_TEST(a_signal_ends_the_wait),
		CHILD_TEST(peers_take_turns),
		CHILD_TEST(a_peer_that_dies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
