/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ioctls, called by hand: errors are -errno.
 */
#ifndef TESTS_DEVICE_H
#define TESTS_DEVICE_H

#include <linux/pintest.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Calls that take any memory: all but PINTEST_API_PIN_MEMFD, the last one, which
 * has tests of its own.
 */
#define NR_APIS		8
#define NR_FOLL		16

/* Those of them that take these flags on this kernel. */
#define for_each_api(api, foll) \
	for (api = next_api(0, foll); api < NR_APIS; \
	     api = next_api((api) + 1, foll))

extern const char *const device_api_names[NR_APIS + 1];
extern const char *const device_foll_names[NR_FOLL];

/* A descriptor of /dev/pintest that lasts as long as this process. */
int device(void);

/* Tells also of a descriptor that is taken, but no file is behind it. */
int lowest_free_fd(void);

int device_ioctl(int fd, unsigned int cmd, void *args);

struct pintest_info_args device_info(uint32_t api);
bool device_takes(uint32_t api, uint32_t foll);
bool device_is_remote(uint32_t api);

/* The first such call from @api on, or NR_APIS. */
uint32_t next_api(uint32_t api, uint32_t foll);

/* A call like these, another one for each of some @number that follow. */
uint32_t some_api(unsigned int number, uint32_t foll);

/* Skips the test where the kernel lacks the call. */
void need_api(uint32_t api);

/* Those of some &enum pintest_page bits that this kernel can know. */
uint32_t device_knows(uint32_t flags);

/* Skips the test where the kernel cannot tell what is mapped. */
void need_mapped(void);

/* Arguments of PIN for whole pages, by @api. */
struct pintest_pin_args pin_args(const void *addr, size_t pages, uint32_t api,
				 uint32_t foll);

/* A pin, or -errno; @args has what the kernel answered. */
int pin_try(struct pintest_pin_args *args);

/* A pin of all pages, or the test fails. */
int pin(const void *addr, size_t pages, uint32_t api, uint32_t foll);

/*
 * PIN must fail with @error, -errno, and leave no descriptor and no debt. Pins
 * without a descriptor would outlive the test, and are looked for then.
 */
void pin_must_fail(struct pintest_pin_args *args, int error);

/*
 * PIN must pin some of the pages, and stop with ENOMEM for a reason of &enum
 * pintest_stop. Returns the pin.
 */
int pin_must_run_out(struct pintest_pin_args args, uint64_t pages, uint32_t stop);

/* PIN must fail with ENOMEM for that reason. */
void pin_must_run_out_at_once(struct pintest_pin_args args, uint32_t stop);

int unpin(int fd, uint32_t flags);

/* Records written, or -errno. */
int records(int fd, uint64_t first, struct pintest_record *to,
	    uint32_t count);
struct pintest_record record_of(int fd, uint64_t index);

/*
 * Records written, or -errno. *@next is where to go on. Skips the test where
 * there is no INSPECT.
 */
int inspect(pid_t pid, uint64_t addr, uint64_t length,
	    struct pintest_record *to, uint32_t count, uint64_t *next);

/* All records of a range of at most @room mapped pages. */
size_t inspect_all(pid_t pid, uint64_t addr, uint64_t length,
		   struct pintest_record *to, size_t room);

/* The pin has bytes of page @page as map_pages() makes them. */
void pin_must_have_page(int fd, size_t index, size_t page);

/*
 * Two records of the same page, but for what changes while nothing happens: the
 * kernel puts pages on its lists in batches, and holds a reference until then.
 */
bool same_state(struct pintest_record a, struct pintest_record b);

#endif /* TESTS_DEVICE_H */
