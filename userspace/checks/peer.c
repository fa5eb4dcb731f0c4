// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers: children that work hand in hand with their parent.
 *
 * The link is a pair of sockets, of which each side keeps one. A peer that is
 * killed closes its own, so that waiting for the dead ends at once.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "peer.h"

static void child_main(pid_t parent, int fd,
		       int (*body)(struct peer *parent, void *arg), void *arg)
{
	struct peer peer = { .pid = parent, .fd = fd };

	/* The parent may have died before this took effect. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(EXIT_FAILURE);
	_exit(body(&peer, arg));
}

struct peer *peer_start(int (*body)(struct peer *parent, void *arg), void *arg)
{
	struct peer *peer = malloc(sizeof(*peer));
	pid_t parent = getpid();
	int fds[2];

	if (!peer)
		return NULL;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		goto err_free;

	peer->pid = fork();
	if (peer->pid < 0)
		goto err_close;
	if (!peer->pid) {
		close(fds[0]);
		child_main(parent, fds[1], body, arg);
	}
	close(fds[1]);
	peer->fd = fds[0];
	return peer;

err_close:
	close(fds[0]);
	close(fds[1]);
err_free:
	free(peer);
	return NULL;
}

int peer_send(struct peer *peer, const void *buf, size_t len)
{
	const char *from = buf;

	while (len) {
		ssize_t n = send(peer->fd, from, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ECONNRESET ? -EPIPE : -errno;
		from += n;
		len -= n;
	}
	return 0;
}

/* Wait until there is something to read, the end included. */
static int await_input(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	do {
		n = poll(&poll_fd, 1, PEER_DEADLINE_MS);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n ? 0 : -ETIMEDOUT;
}

int peer_receive(struct peer *peer, void *buf, size_t len)
{
	char *to = buf;

	while (len) {
		int ret = await_input(peer->fd);
		ssize_t n;

		if (ret)
			return ret;
		n = recv(peer->fd, to, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != ECONNRESET)
			return -errno;
		if (n <= 0)
			return -EPIPE;
		to += n;
		len -= n;
	}
	return 0;
}

int peer_turn(struct peer *peer)
{
	return peer_send(peer, "", 1);
}

int peer_await(struct peer *peer)
{
	char turn;

	return peer_receive(peer, &turn, 1);
}

void peer_idle(void)
{
	for (;;)
		pause();
}

void peer_end(struct peer *peer)
{
	if (!peer)
		return;
	kill(peer->pid, SIGKILL);
	while (waitpid(peer->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(peer->fd);
	free(peer);
}
