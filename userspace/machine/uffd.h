/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * userfaultfd: events about memory that is missing or write-protected.
 *
 * Functions return 0 or a negative errno, and then say why.
 */
#ifndef PINTEST_UFFD_H
#define PINTEST_UFFD_H

#include <linux/userfaultfd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reason;

/* Older headers lack what newer kernels have. */
#ifndef UFFD_FEATURE_MOVE
#define UFFD_FEATURE_MOVE		(1 << 16)
#define UFFDIO_MOVE			_IOWR(UFFDIO, 0x05, struct uffdio_move)
struct uffdio_move {
	__u64 dst;
	__u64 src;
	__u64 len;
	__u64 mode;
	__s64 move;
};
#endif

#ifndef UFFD_FEATURE_MINOR_SHMEM
#define UFFD_FEATURE_MINOR_SHMEM	(1 << 10)
#endif

#ifndef UFFDIO_CONTINUE
#define UFFDIO_REGISTER_MODE_MINOR	(1 << 2)
#define UFFDIO_CONTINUE			_IOWR(UFFDIO, 0x07, struct uffdio_continue)
struct uffdio_continue {
	struct uffdio_range range;
	__u64 mode;
	__s64 mapped;
};
#endif

#ifndef UFFD_FEATURE_POISON
#define UFFD_FEATURE_POISON		(1 << 14)
#define UFFDIO_POISON			_IOWR(UFFDIO, 0x08, struct uffdio_poison)
struct uffdio_poison {
	struct uffdio_range range;
	__u64 mode;
	__s64 updated;
};
#endif

/**
 * uffd_open() - open a userfaultfd
 * @features: UFFD_FEATURE_ bits
 * @what: what they are, for people
 * @why: what this kernel does not have
 *
 * Return: the descriptor, or -errno.
 */
int uffd_open(uint64_t features, const char *what, struct reason *why);

/** uffd_open_wp() - open one that can write-protect anonymous memory */
int uffd_open_wp(struct reason *why);

/** uffd_register() - register a range, UFFDIO_REGISTER_MODE_ bits */
int uffd_register(int uffd, void *addr, size_t length, uint64_t mode,
		  struct reason *why);

/** uffd_protect() - write-protect a range, or no longer */
int uffd_protect(int uffd, void *addr, size_t length, bool protect,
		 struct reason *why);

/** uffd_poison() - have pages that are not there be as lost ones are */
int uffd_poison(int uffd, void *addr, size_t length, struct reason *why);

/** uffd_move() - move pages to where none are, which @uffd has registered */
int uffd_move(int uffd, void *to, void *from, size_t length,
	      struct reason *why);

/**
 * struct uffd_pager - who answers events
 *
 * @uffd: the descriptor, of which nobody else reads
 * @size: bytes of the pages that the memory is made of
 * @answer: lets go on who waits for a page: it makes it writable, or there
 */
struct uffd_pager {
	int uffd;
	size_t size;
	int (*answer)(const struct uffd_pager *pager, void *page,
		      struct reason *why);
};

/**
 * uffd_serve() - answer the events of something that touches memory
 * @pager: who answers
 * @touch: what touches memory; runs in a thread of its own
 * @arg: passed to it
 * @why: what went wrong
 *
 * Return: events that it raised until it returned, or -errno.
 */
int uffd_serve(const struct uffd_pager *pager, void (*touch)(void *arg),
	       void *arg, struct reason *why);

/** uffd_hears() - uffd_serve() that makes pages writable */
int uffd_hears(int uffd, size_t size, void (*touch)(void *arg), void *arg,
	       struct reason *why);

#endif /* PINTEST_UFFD_H */
