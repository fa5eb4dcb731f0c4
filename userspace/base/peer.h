/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Peers: children that work hand in hand with their parent.
 */
#ifndef PINTEST_PEER_H
#define PINTEST_PEER_H

#include <stddef.h>
#include <sys/types.h>

/** define PEER_DEADLINE_MS - how long to wait for a peer; a hang guard */
#define PEER_DEADLINE_MS	30000

/**
 * struct peer - the other end of a link between parent and child
 *
 * @pid: process at the other end
 * @fd: the link; both ends see the other's death as its end
 */
struct peer {
	pid_t pid;
	int fd;
};

/**
 * peer_start() - fork a child that runs a function and exits
 * @body: what the child does; returns its exit status
 * @arg: passed to it
 *
 * The child is killed if its parent dies.
 *
 * Return: the child, to be given to peer_end(); NULL with errno set.
 */
struct peer *peer_start(int (*body)(struct peer *parent, void *arg),
			void *arg);

/** peer_send() - send bytes; -EPIPE if the peer is dead */
int peer_send(struct peer *peer, const void *buf, size_t len);

/**
 * peer_receive() - receive bytes
 *
 * Return: 0; -EPIPE if the peer is dead; -ETIMEDOUT after the deadline.
 */
int peer_receive(struct peer *peer, void *buf, size_t len);

/** peer_send_fd() - send a descriptor */
int peer_send_fd(struct peer *peer, int fd);

/**
 * peer_receive_fd() - receive a descriptor
 *
 * Return: the descriptor; -EPIPE if the peer is dead; -ETIMEDOUT after the
 * deadline; -EBADMSG if something else came.
 */
int peer_receive_fd(struct peer *peer);

/** peer_turn() - tell the peer that it is its turn */
int peer_turn(struct peer *peer);

/** peer_await() - wait until the peer says that it is our turn */
int peer_await(struct peer *peer);

/** peer_idle() - live on until killed; what a child does that is not needed */
_Noreturn void peer_idle(void);

/** peer_end() - kill the child, reap it and free; @peer may be NULL */
void peer_end(struct peer *peer);

#endif /* PINTEST_PEER_H */
