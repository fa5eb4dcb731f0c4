/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libpintest: pin user memory through /dev/pintest and look at its pages.
 */
#ifndef PINTEST_H
#define PINTEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * The constants and struct pintest_record of the module are this library's
 * too. They are defined, and explained, in one place only.
 */
#include <linux/pintest.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The library is built with all else hidden. */
#pragma GCC visibility push(default)

/**
 * DOC: Conventions
 *
 * Functions that can fail return a negative errno, 0 or a count otherwise.
 * They never print, and there is no global state: two devices may be used in
 * two threads, one device or pin in several, as long as nobody closes it
 * meanwhile. What a function hands out is the caller's, to be given back to
 * the function named with it; those accept NULL.
 */

/** struct pintest - the opened device and what its module told of itself */
struct pintest;

/** struct pintest_pin - a pin: pages that are held until it is freed */
struct pintest_pin;

/**
 * pintest_version() - version of this library
 *
 * Return: a static string such as "0.1.0".
 */
const char *pintest_version(void);

/* The device */

/**
 * pintest_open() - open /dev/pintest and ask what this kernel has
 * @pt: the device, to be closed with pintest_close()
 *
 * Return: 0; -ENOENT if there is no device node, so most likely no module;
 * -EACCES without the permission to open it; -EPROTO if the module speaks
 * another version of the ABI, or something else sits behind the node.
 */
int pintest_open(struct pintest **pt);

/**
 * pintest_close() - close the device; its pins stay as they are
 * @pt: the device, or NULL
 */
void pintest_close(struct pintest *pt);

/** pintest_fd() - the descriptor of the device, which stays its owner's */
int pintest_fd(const struct pintest *pt);

/** pintest_abi() - the PINTEST_ABI of the module */
unsigned int pintest_abi(const struct pintest *pt);

/** pintest_page_size() - bytes in a page, the unit of ranges and records */
size_t pintest_page_size(const struct pintest *pt);

/** pintest_has_api() - whether this kernel has an &enum pintest_api */
bool pintest_has_api(const struct pintest *pt, unsigned int api);

/** pintest_api_foll() - &enum pintest_foll bits that @api takes here */
uint64_t pintest_api_foll(const struct pintest *pt, unsigned int api);

/** pintest_known_fields() - &enum pintest_field bits a record can have here */
uint64_t pintest_known_fields(const struct pintest *pt);

/** pintest_known_flags() - &enum pintest_page bits a record can know here */
uint64_t pintest_known_flags(const struct pintest *pt);

/* Pins */

/**
 * struct pintest_request - what to pin, and how
 *
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits
 * @pid: whose memory; 0 is the caller's, PINTEST_PID_OPENER that of who opened
 *	the device; others than the caller's need a remote @api
 * @addr: first byte, a multiple of the page size
 * @length: bytes, a multiple of the page size
 * @charge: &enum pintest_charge: how the pages count against RLIMIT_MEMLOCK
 */
struct pintest_request {
	uint32_t api;
	uint32_t foll;
	pid_t pid;
	uint64_t addr;
	uint64_t length;
	uint32_t charge;
};

/**
 * pintest_last_stop() - why the last request took no more pages
 * @pt: the device, which one thread uses
 *
 * Tells what ENOMEM means, also if there is no pin.
 *
 * Return: &enum pintest_stop.
 */
uint32_t pintest_last_stop(const struct pintest *pt);

/**
 * pintest_pin_new() - pin as much of a range as the kernel lets us
 * @pt: the device
 * @req: what to pin
 * @pin: the pin, to be freed with pintest_pin_free()
 *
 * A pin may hold fewer pages than were asked for: see pintest_pin_pages() and
 * pintest_pin_errno().
 *
 * Return: 0, or what PINTEST_IOC_PIN says: above all -EBADRQC if this kernel
 * lacks the API or the API does not take the flags here.
 */
int pintest_pin_new(struct pintest *pt, const struct pintest_request *req,
		    struct pintest_pin **pin);

/**
 * pintest_pin_adopt() - the pin of a descriptor that another process passed on
 * @fd: the descriptor, which is the pin's from now on
 * @pages: how many pages it holds
 * @pin: the pin, to be freed with pintest_pin_free()
 *
 * Return: 0 or -ENOMEM.
 */
int pintest_pin_adopt(int fd, uint64_t pages, struct pintest_pin **pin);

/**
 * pintest_pin_free() - close the pin, which unpins if nobody else has it open
 * @pin: the pin, or NULL
 *
 * A child forked meanwhile has it open: use pintest_pin_release() to unpin
 * for sure.
 */
void pintest_pin_free(struct pintest_pin *pin);

/**
 * pintest_pin_release() - unpin now, whoever has the pin open
 * @pin: the pin, which has still to be freed
 * @flags: &enum pintest_unpin bits
 *
 * Return: 0; -ENXIO if it is not pinned any more; -EACCES for
 * PINTEST_UNPIN_DIRTY on a pin without PINTEST_FOLL_WRITE.
 */
int pintest_pin_release(struct pintest_pin *pin, uint32_t flags);

/** pintest_pin_fd() - the descriptor of the pin, which stays its owner's */
int pintest_pin_fd(const struct pintest_pin *pin);

/** pintest_pin_pages() - pages that were pinned, at least 1 */
uint64_t pintest_pin_pages(const struct pintest_pin *pin);

/**
 * pintest_pin_errno() - why fewer pages were pinned than asked for
 * @pin: the pin
 *
 * Return: the positive errno for the first page that is missing, 0 if none is.
 */
int pintest_pin_errno(const struct pintest_pin *pin);

/**
 * pintest_pin_read() - read the pinned pages, as a device would
 * @pin: the pin
 * @buf: where to put the bytes
 * @len: how many
 * @offset: byte of the pin to begin with
 *
 * Return: bytes read, fewer than @len at the end of the pin or if an error
 * stopped it after the first byte; or -errno.
 */
ssize_t pintest_pin_read(struct pintest_pin *pin, void *buf, size_t len,
			 uint64_t offset);

/**
 * pintest_pin_write() - write the pinned pages, as a device would
 * @pin: a pin taken with PINTEST_FOLL_WRITE, else -EBADF
 * @buf: the bytes
 * @len: how many
 * @offset: byte of the pin to begin with
 *
 * Return: bytes written, fewer than @len if the end of the pin or an error
 * stopped it after the first byte; or -errno.
 */
ssize_t pintest_pin_write(struct pintest_pin *pin, const void *buf,
			  size_t len, uint64_t offset);

/* Records */

/**
 * pintest_pin_records() - state of pinned pages
 * @pin: the pin
 * @first: page of the pin to begin with
 * @records: room for @count records
 * @count: how many pages to look at
 *
 * Return: records written, fewer than @count at the end of the pin; or
 * -errno, -ENXIO after pintest_pin_release().
 */
ssize_t pintest_pin_records(struct pintest_pin *pin, uint64_t first,
			    struct pintest_record *records, size_t count);

/**
 * pintest_inspect() - state of the pages that a process has mapped now
 * @pt: the device
 * @pid: the process; 0 is the caller
 * @addr: first byte of the range, a multiple of the page size; on success
 *	moved to where the next call goes on, @end if all was looked at
 * @end: first byte after the range, a multiple of the page size
 * @records: room for @count records
 * @count: records wanted at most
 *
 * No pin, no fault, no side effect. Pages that are not mapped have no record.
 *
 * Return: records written, @count unless the end was reached before; or
 * -errno.
 */
ssize_t pintest_inspect(struct pintest *pt, pid_t pid, uint64_t *addr,
			uint64_t end, struct pintest_record *records,
			size_t count);

/* Costs */

/**
 * struct pintest_cost - what taking pages and giving them back took
 *
 * @pages: pages taken, at least 1
 * @error: why there are fewer than asked for, a positive errno, or 0
 * @take_ns: nanoseconds that taking them took
 * @put_ns: nanoseconds that giving them back took
 */
struct pintest_cost {
	uint64_t pages;
	int error;
	uint64_t take_ns;
	uint64_t put_ns;
};

/**
 * pintest_bench() - time the kernel's calls on a range, and nothing else
 * @pt: the device
 * @req: what to take, and how
 * @batch: pages that each call is asked for, 1 to PINTEST_BENCH_BATCH
 * @cost: what it took; nothing stays pinned
 *
 * Return: 0, or what PINTEST_IOC_BENCH says.
 */
int pintest_bench(struct pintest *pt, const struct pintest_request *req,
		  uint32_t batch, struct pintest_cost *cost);

/* Traces: the pins of others */

/** struct pintest_trace - a trace: calls are watched until it is freed */
struct pintest_trace;

/**
 * struct pintest_trace_request - what to watch
 *
 * @flags: &enum pintest_trace_flag bits
 * @calls: bit n: calls of &enum pintest_traced n make events
 * @pid: only those of this process; 0 is any
 * @callers: how many callers an event names, up to PINTEST_CALLERS
 * @events: how many events are kept until they are read, up to
 *	PINTEST_TRACE_EVENTS
 */
struct pintest_trace_request {
	uint32_t flags;
	uint64_t calls;
	pid_t pid;
	uint32_t callers;
	uint32_t events;
};

/**
 * pintest_trace_new() - begin to watch the calls that pin memory
 * @pt: the device
 * @req: what to watch
 * @trace: the trace, to be freed with pintest_trace_free()
 *
 * Return: 0, or what PINTEST_IOC_TRACE says: above all -ENOENT if there is no
 * trace to be joined, and -EBADRQC if this kernel lets no call be watched.
 */
int pintest_trace_new(struct pintest *pt,
		      const struct pintest_trace_request *req,
		      struct pintest_trace **trace);

/** pintest_trace_free() - end a trace, or NULL */
void pintest_trace_free(struct pintest_trace *trace);

/**
 * pintest_trace_fd() - the descriptor of the trace, which stays its owner's
 * @trace: the trace
 *
 * poll() tells when there is something to read.
 */
int pintest_trace_fd(const struct pintest_trace *trace);

/** pintest_trace_calls() - bit n: this kernel has &enum pintest_traced n */
uint64_t pintest_trace_calls(const struct pintest_trace *trace);

/**
 * pintest_trace_read() - read events; waits for one unless the descriptor has O_NONBLOCK
 * @trace: the trace
 * @events: room for @count events
 * @count: at least 1
 *
 * Return: events read; or -errno, -EAGAIN if there is none and the descriptor
 * has O_NONBLOCK.
 */
ssize_t pintest_trace_read(struct pintest_trace *trace,
			   struct pintest_event *events, size_t count);

/**
 * pintest_trace_symbol() - the function that a return address is in
 * @trace: the trace
 * @addr: the address, of &pintest_event.callers
 * @buf: gets "function [module]", or the address if there is none any more
 * @size: bytes in @buf; what does not fit is cut
 *
 * Return: 0 or -errno.
 */
int pintest_trace_symbol(struct pintest_trace *trace, uint64_t addr, char *buf,
			 size_t size);

/**
 * struct pintest_trace_status - what a trace does not know, and what is held
 *
 * @lost: events that found no room
 * @missed: calls that nobody saw
 * @held: pins that are followed and out
 * @untracked: pins that were given back and of which no taker was known
 * @not_followed: pins that were taken and not followed, for want of memory
 */
struct pintest_trace_status {
	uint64_t lost;
	uint64_t missed;
	uint64_t held;
	uint64_t untracked;
	uint64_t not_followed;
};

/** pintest_trace_status() - 0, or -errno */
int pintest_trace_status(struct pintest_trace *trace,
			 struct pintest_trace_status *status);

/**
 * pintest_trace_held() - the calls whose pins are out
 * @trace: a trace that follows pins
 * @first: lowest id to begin with
 * @events: room for @count of them
 * @count: events wanted at most
 *
 * Return: events written, fewer than @count after the last one; or -errno.
 */
ssize_t pintest_trace_held(struct pintest_trace *trace, uint64_t first,
			   struct pintest_event *events, size_t count);

/**
 * pintest_trace_records() - state of the pages that a call holds
 * @trace: a trace that follows pins
 * @id: of the call
 * @first: page of the call to begin with; moved to where to go on
 * @records: room for @count records
 * @count: records wanted at most
 *
 * Return: records written, fewer than @count after the last one; or -errno,
 * -ENOENT if nothing of the call is held.
 */
ssize_t pintest_trace_records(struct pintest_trace *trace, uint64_t id,
			      uint64_t *first, struct pintest_record *records,
			      size_t count);

/**
 * pintest_trace_who() - the calls that hold a page
 * @trace: a trace that follows pins
 * @pfn: page frame number
 * @holders: room for @count of them
 * @count: at most 256
 *
 * Return: holders written; or -errno.
 */
ssize_t pintest_trace_who(struct pintest_trace *trace, uint64_t pfn,
			  struct pintest_holder *holders, size_t count);

/* Names */

/**
 * enum pintest_names - tables of names
 *
 * @PINTEST_NAMES_API: of &enum pintest_api: "slow", "fast", ...
 * @PINTEST_NAMES_FOLL: of &enum pintest_foll bits: "write", "longterm", ...
 * @PINTEST_NAMES_PAGE: of &enum pintest_page bits: "mapped", "anon", ...
 * @PINTEST_NAMES_FIELD: of &enum pintest_field bits: "pfn", "refcount", ...
 * @PINTEST_NAMES_PINCOUNT: of &enum pintest_pincount: "exact", ...
 * @PINTEST_NAMES_ZONE: of &enum pintest_zone: "dma", "normal", ...
 * @PINTEST_NAMES_MIGRATETYPE: of &enum pintest_migratetype: "movable", ...
 * @PINTEST_NAMES_TRACED: of &enum pintest_traced: "pin_user_pages", ...
 */
enum pintest_names {
	PINTEST_NAMES_API,
	PINTEST_NAMES_FOLL,
	PINTEST_NAMES_PAGE,
	PINTEST_NAMES_FIELD,
	PINTEST_NAMES_PINCOUNT,
	PINTEST_NAMES_ZONE,
	PINTEST_NAMES_MIGRATETYPE,
	PINTEST_NAMES_TRACED,
};

/**
 * struct pintest_name - one row of a table of names
 *
 * @value: the number, or the bit
 * @name: its name, of a-z, 0-9 and "-"; never changes. That of a call of the
 *	kernel is the kernel's
 * @brief: a shorter one for narrow tables, which may change
 * @what: what it is, in half a sentence
 */
struct pintest_name {
	uint64_t value;
	const char *name;
	const char *brief;
	const char *what;
};

/**
 * pintest_names() - all rows of a table, in the order of their values
 * @table: which table
 * @count: how many rows there are
 *
 * Return: the rows, or NULL if there is no such table.
 */
const struct pintest_name *pintest_names(enum pintest_names table,
					 size_t *count);

/**
 * pintest_name() - name of a number or of a single bit
 * @table: which table
 * @value: the number or bit
 *
 * Return: the name, or NULL if the table has none.
 */
const char *pintest_name(enum pintest_names table, uint64_t value);

/**
 * pintest_kernel_name() - how the kernel spells a number or a single bit
 * @table: which table
 * @value: the number or bit
 *
 * For people who know the kernel: "pin_user_pages_fast()", "FOLL_WRITE".
 *
 * Return: that; the name, if the kernel has no other; or NULL.
 */
const char *pintest_kernel_name(enum pintest_names table, uint64_t value);

/**
 * pintest_value() - number or bit that has a name
 * @table: which table
 * @name: the name, or what pintest_kernel_name() gives; "()" may be missing
 * @value: the number or bit, left alone if there is none
 *
 * Return: 0, or -ENOENT if the table does not know @name.
 */
int pintest_value(enum pintest_names table, const char *name,
		  uint64_t *value);

/**
 * pintest_parse_mask() - read a list such as "longterm,write"
 * @table: a table of bits
 * @list: names, or what pintest_kernel_name() gives, separated by "," or "|";
 *	"none" or "" is no bit at all
 * @mask: the bits
 * @bad: if not NULL: start of the word in @list that is not known, which ends
 *	at the next separator
 *
 * Return: 0, or -ENOENT if a word is not known.
 */
int pintest_parse_mask(enum pintest_names table, const char *list,
		       uint64_t *mask, const char **bad);

/**
 * pintest_format_mask() - write a list such as "write,longterm"
 * @table: a table of bits
 * @mask: the bits; those without a name are written as one hex number
 * @buf: where to write to; "none" if there is no bit at all
 * @size: bytes in @buf; what does not fit is cut
 *
 * Return: length of the whole list, as snprintf() does.
 */
int pintest_format_mask(enum pintest_names table, uint64_t mask, char *buf,
			size_t size);

/**
 * pintest_format_foll() - write FOLL flags as C does: "FOLL_WRITE|FOLL_LONGTERM"
 * @foll: &enum pintest_foll bits
 * @buf: where to write to; "0" if there is no bit at all
 * @size: bytes in @buf; what does not fit is cut
 *
 * Return: length of the whole text, as snprintf() does.
 */
int pintest_format_foll(uint64_t foll, char *buf, size_t size);

/* The kernel module */

/**
 * enum pintest_module_problem - what kept the module from being used
 *
 * @PINTEST_MODULE_OK: nothing
 * @PINTEST_MODULE_NOT_ROOT: loading and unloading need CAP_SYS_MODULE
 * @PINTEST_MODULE_NO_SUPPORT: this kernel has no loadable modules
 * @PINTEST_MODULE_NOMODULE: the kernel was started with "nomodule"
 * @PINTEST_MODULE_DISABLED: sysctl kernel.modules_disabled is set
 * @PINTEST_MODULE_NOT_INSTALLED: not installed for this kernel, nor does DKMS
 *	know it
 * @PINTEST_MODULE_NO_HEADERS: DKMS has it, but this kernel's headers, without
 *	which it cannot be built, are missing
 * @PINTEST_MODULE_NOT_BUILT: DKMS has it and the headers are there, but it was
 *	not built for this kernel
 * @PINTEST_MODULE_NO_FILE: the given file cannot be read
 * @PINTEST_MODULE_WRONG_FILE: the given file is not a pintest module
 * @PINTEST_MODULE_BLACKLISTED: modprobe.d forbids to load it
 * @PINTEST_MODULE_LOCKDOWN: kernel lockdown takes signed modules only
 * @PINTEST_MODULE_SIGNATURE: its signature is missing, or not from a key that
 *	this kernel trusts
 * @PINTEST_MODULE_OTHER_KERNEL: it was built for another kernel
 * @PINTEST_MODULE_SYMBOLS: this kernel lacks a symbol that it needs
 * @PINTEST_MODULE_OTHER_ABI: a module of another version is loaded
 * @PINTEST_MODULE_NO_NODE: it is loaded, but nobody made the device node
 * @PINTEST_MODULE_NO_ACCESS: the device node may not be opened by this user
 * @PINTEST_MODULE_NOT_LOADED: there is nothing to unload
 * @PINTEST_MODULE_IN_USE: the device or a pin is open
 * @PINTEST_MODULE_FAILED: something else, see the errno
 */
enum pintest_module_problem {
	PINTEST_MODULE_OK,
	PINTEST_MODULE_NOT_ROOT,
	PINTEST_MODULE_NO_SUPPORT,
	PINTEST_MODULE_NOMODULE,
	PINTEST_MODULE_DISABLED,
	PINTEST_MODULE_NOT_INSTALLED,
	PINTEST_MODULE_NO_HEADERS,
	PINTEST_MODULE_NOT_BUILT,
	PINTEST_MODULE_NO_FILE,
	PINTEST_MODULE_WRONG_FILE,
	PINTEST_MODULE_BLACKLISTED,
	PINTEST_MODULE_LOCKDOWN,
	PINTEST_MODULE_SIGNATURE,
	PINTEST_MODULE_OTHER_KERNEL,
	PINTEST_MODULE_SYMBOLS,
	PINTEST_MODULE_OTHER_ABI,
	PINTEST_MODULE_NO_NODE,
	PINTEST_MODULE_NO_ACCESS,
	PINTEST_MODULE_NOT_LOADED,
	PINTEST_MODULE_IN_USE,
	PINTEST_MODULE_FAILED,
};

/**
 * struct pintest_module_error - why the module cannot be used
 *
 * @problem: the kind of trouble
 * @error: the positive errno behind it, or 0
 * @why: one sentence that tells what is wrong; neither ends in a full stop
 * @advice: one sentence, an order, that tells what to do next; or empty
 */
struct pintest_module_error {
	enum pintest_module_problem problem;
	int error;
	char why[512];
	char advice[512];
};

/**
 * pintest_module_load() - load pintest.ko; fine if it is loaded already
 * @path: file to load, or NULL for the one installed for this kernel
 * @params: module parameters, or NULL
 * @why: told what went wrong, or NULL
 *
 * Return: 0, or -errno with @why filled in.
 */
int pintest_module_load(const char *path, const char *params,
			struct pintest_module_error *why);

/**
 * pintest_module_unload() - unload pintest.ko
 * @why: told what went wrong, or NULL
 *
 * Return: 0; -ENOENT if it is not loaded; -EBUSY if the device or a pin is
 * open; or another -errno, always with @why filled in.
 */
int pintest_module_unload(struct pintest_module_error *why);

/**
 * pintest_open_loading() - open the device, loading the module if need be
 * @pt: the device, to be closed with pintest_close()
 * @why: told what went wrong, or NULL
 *
 * What commands call. Return: 0, or -errno with @why filled in.
 */
int pintest_open_loading(struct pintest **pt,
			 struct pintest_module_error *why);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* PINTEST_H */
