// SPDX-License-Identifier: GPL-2.0-only
/*
 * Peers: children that work hand in hand with their parent.
 *
 * The link is a pair of sockets, of which each side keeps one. A peer that is
 * killed closes its own, so that waiting for the dead ends at once.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "deadline.h"
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
	int ret;

	do {
		ret = deadline_await(fd, PEER_DEADLINE_MS, NULL);
	} while (ret == -EINTR);
	if (ret < 0)
		return ret;
	return ret ? 0 : -ETIMEDOUT;
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

/* Room for the one descriptor that a message carries. */
union fd_room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

/* A message of one byte, since none without bytes is sent. */
static struct msghdr fd_message(struct iovec *byte, union fd_room *room)
{
	return (struct msghdr) {
		.msg_iov = byte,
		.msg_iovlen = 1,
		.msg_control = room->bytes,
		.msg_controllen = sizeof(room->bytes),
	};
}

int peer_send_fd(struct peer *peer, int fd)
{
	struct iovec byte = { "", 1 };
	union fd_room room = { 0 };
	struct msghdr message = fd_message(&byte, &room);
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(peer->fd, &message, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

int peer_receive_fd(struct peer *peer)
{
	char zero;
	struct iovec byte = { &zero, 1 };
	union fd_room room;
	struct msghdr message = fd_message(&byte, &room);
	struct cmsghdr *head;
	int fd, ret = await_input(peer->fd);

	if (ret)
		return ret;
	if (recvmsg(peer->fd, &message, MSG_CMSG_CLOEXEC) != 1)
		return -EPIPE;
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		return -EBADMSG;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
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
