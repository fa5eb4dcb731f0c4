/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pintest-way.h: let pintest pin memory through your driver.
 *
 * A way is a shared object that defines pintest_way. "pintest check --way
 * ./my_driver.so" then asks of your driver whatever it asks of the kernel's own
 * calls. pintest-way(7) explains, /usr/share/pintest/ways has a template.
 */
#ifndef PINTEST_WAY_H
#define PINTEST_WAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * define PINTEST_WAY_VERSION - version of struct pintest_way
 *
 * It changes if a way that was built for another version cannot be used. New
 * members are added at the end, and &pintest_way.size tells which are there.
 */
#define PINTEST_WAY_VERSION	1

/**
 * enum pintest_way_can - what a way can be asked for
 *
 * @PINTEST_WAY_READ_ONLY: pins that the device only reads, without FOLL_WRITE
 * @PINTEST_WAY_READ_WRITE: pins that the device writes to, with FOLL_WRITE
 * @PINTEST_WAY_LONGTERM: pins that are held as long as the process likes, for
 *	which the kernel has FOLL_LONGTERM
 * @PINTEST_WAY_SHORT_TERM: pins that are held for one transfer
 * @PINTEST_WAY_SHMEM_ONLY: it takes shared mappings of memfd, tmpfs and
 *	hugetlbfs files, and nothing else
 *
 * A way has one at least of the first two, and exactly one of the next two.
 */
enum pintest_way_can {
	PINTEST_WAY_READ_ONLY	= 1 << 0,
	PINTEST_WAY_READ_WRITE	= 1 << 1,
	PINTEST_WAY_LONGTERM	= 1 << 2,
	PINTEST_WAY_SHORT_TERM	= 1 << 3,
	PINTEST_WAY_SHMEM_ONLY	= 1 << 4,
};

/**
 * struct pintest_way - a way from outside
 *
 * @version: PINTEST_WAY_VERSION
 * @size: sizeof(struct pintest_way)
 * @name: its name in ids of checks, of the characters a-z, 0-9 and -
 * @what: what pins, in a few words
 * @can: &enum pintest_way_can bits
 * @open: find the device and open it. @arg is what follows --way NAME: on the
 *	command line, "" if nothing does. Sets *@way, which is given to all
 *	others. Return -EOPNOTSUPP if this machine or kernel does not have what
 *	it takes: then checks are skipped, and @error says why
 * @close: close it. What is pinned still has to be unpinned
 * @pin: pin the @length bytes at @addr, both multiples of the page size, so that
 *	the device can read them, and write them if @write. Sets *@pin. Return
 *	the kernel's error if the driver refuses; -EOPNOTSUPP if such memory is
 *	none that the driver is for
 * @unpin: unpin it, and free @pin
 * @read: have the device read @length bytes, @offset bytes from the beginning
 *	of the pinned memory on, into @buf. All of it or nothing. NULL if what
 *	the device reads cannot be seen
 * @write: have the device write, likewise. NULL if it cannot
 * @error: the last error in words, or NULL if there is nothing to say but
 *	strerror(). May be NULL
 *
 * Callbacks return 0 or a negative errno; anything else is a failure of the check,
 * and so is any error of @unpin, @read or @write but of memory or files that ran
 * out. They do not print and do not exit.
 *
 * All that concerns one check happens in a process of its own, in one thread,
 * which opens the way, pins once or more, and is gone afterwards. A callback
 * that does not return is killed, and that and any crash is told of as a
 * failure of the check. Memory may be unmapped, or the process may fork, while
 * it is pinned.
 */
struct pintest_way {
	uint32_t version;
	uint32_t size;
	const char *name;
	const char *what;
	uint32_t can;
	int (*open)(const char *arg, void **way);
	void (*close)(void *way);
	int (*pin)(void *way, void *addr, size_t length, bool write,
		   void **pin);
	int (*unpin)(void *way, void *pin);
	int (*read)(void *way, void *pin, void *buf, size_t length,
		    size_t offset);
	int (*write)(void *way, void *pin, const void *buf, size_t length,
		     size_t offset);
	const char *(*error)(void *way);
};

/** pintest_way - what a shared object that is a way defines */
extern const struct pintest_way pintest_way
	__attribute__((visibility("default")));

#ifdef __cplusplus
}
#endif

#endif /* PINTEST_WAY_H */
