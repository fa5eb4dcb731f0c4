// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that are waited for with a deadline.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "deadline.h"

/* One that is stuck in the kernel does not even die: it is left behind. */
#define DYING_MS	10000

static void child_main(pid_t parent, const sigset_t *mask,
		       void (*body)(void *arg), void *arg)
{
	setpgid(0, 0);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EXIT_FAILURE);
	sigprocmask(SIG_SETMASK, mask, NULL);
	body(arg);
	_exit(EXIT_SUCCESS);
}

static int await_killed(int pidfd)
{
	sigset_t all;

	sigfillset(&all);
	return deadline_await(pidfd, DYING_MS, &all);
}

/*
 * The group is killed before the child is reaped, as long as its number
 * cannot be anybody else's.
 */
static int wait_for(pid_t pid, int pidfd, int deadline_ms,
		    const sigset_t *mask, struct child_end *end)
{
	int status, ended = deadline_await(pidfd, deadline_ms, mask);

	end->late = !ended;
	kill(-pid, SIGKILL);
	if (ended <= 0 && await_killed(pidfd) <= 0)
		return ended;
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	if (ended > 0 && WIFSIGNALED(status))
		end->signal = WTERMSIG(status);
	return ended < 0 ? ended : 0;
}

int child_run(void (*body)(void *arg), void *arg, int deadline_ms,
	      const sigset_t *mask, struct child_end *end)
{
	pid_t parent = getpid(), pid = fork();
	int pidfd, ret;

	*end = (struct child_end) { 0 };
	if (pid < 0)
		return -errno;
	if (!pid)
		child_main(parent, mask, body, arg);
	/* Both do it, so that it is done for both. */
	setpgid(pid, pid);

	pidfd = syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0) {
		ret = -errno;
		kill(-pid, SIGKILL);
		waitpid(pid, NULL, 0);
		return ret;
	}
	ret = wait_for(pid, pidfd, deadline_ms, mask, end);
	close(pidfd);
	return ret;
}
