/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Children of a test, and how they wait for each other.
 */
#ifndef TESTS_PROCESS_H
#define TESTS_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct peer - a child of the test
 * @pid: the child
 * @fd: a socket to it; what waits on it fails when the other end is gone
 */
struct peer {
	pid_t pid;
	int fd;
};

/* The child runs @run with its end of the socket, and is well if it returns. */
struct peer peer_start(void (*run)(int fd, void *arg), void *arg);

/* Waits for the end of the child, and fails the test unless it was well. */
void peer_join(struct peer *peer);

/* A value serves as a mere signal, too. */
void peer_send(int fd, uint64_t value);
uint64_t peer_receive(int fd);

void peer_send_fd(int fd, int passed);
int peer_receive_fd(int fd);

/* Waits until the other end is closed: a peer's way to stay until it may go. */
void peer_wait_close(int fd);

/* A child that does nothing until its end of the socket is closed. */
struct peer peer_idle(void);

/* Runs @run in a child and waits for its good end. */
void in_child(void (*run)(int fd, void *arg), void *arg);

/*
 * Runs a program, found in $PATH, that says nothing. Not through a shell: that
 * of a small system may take another program of the same name for it.
 */
__attribute__((sentinel))
bool run_program(const char *name, ...);

/* Gives up root and all capabilities, for good. */
void become_nobody(void);

/* Gives up one capability and keeps the others. */
void drop_capability(int capability);

#endif /* TESTS_PROCESS_H */
