/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that more than one file of pintest.ko uses.
 *
 * device.c   the misc device, module load and unload
 * command.c  how an ioctl runs: arguments in, handler, arguments out
 * info.c     INFO: which calls and flags this kernel has
 * gup.c      one GUP call: which flags are legal, the call, the way back
 * gup.h      the call itself, inline
 * count.c    keeps reference counts from overflowing
 * memfd.c    memfd_pin_folios(), which pins pages of the mapped file
 * pages.c    the pages of a range: pin them all, find one, unpin them all
 * account.c  who pays for the pages
 * pin.c      a pin: the file that owns pinned pages
 * access.c   reading and writing the bytes of a pin
 * record.c   the state of a page
 * recorder.c records of many pages
 * inspect.c  the state of whatever is mapped in a range
 * bench.c    BENCH: the time to take pages and to give them back
 * target.c   which process's memory a call works on
 * trace*.c   the pins of other drivers: trace.h lists the files
 * gup_test.c the interface of the kernel's mm/gup_test.c, if the user wants it
 * compat/    the only place that deals with differences between kernels
 *
 * Lock order: pintest_pin.lock, then the mmap lock.
 */
#ifndef PINTEST_PRIVATE_H
#define PINTEST_PRIVATE_H

#include <linux/build_bug.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/pintest.h>
#include <linux/rwsem.h>
#include "compat/mapped.h"

/* command.c */

union pintest_args {
	u32 size;
	struct pintest_info_args info;
	struct pintest_pin_args pin;
	struct pintest_unpin_args unpin;
	struct pintest_records_args records;
	struct pintest_inspect_args inspect;
	struct pintest_bench_args bench;
	struct pintest_trace_args trace;
	struct pintest_symbol_args symbol;
	struct pintest_status_args status;
	struct pintest_held_args held;
	struct pintest_held_records_args held_records;
	struct pintest_who_args who;
};

/**
 * struct pintest_call - an ioctl under way
 * @file: the descriptor
 * @args: the arguments, a copy in kernel memory
 * @user: their user address
 * @copied: bytes that both the caller's and the module's version have
 */
struct pintest_call {
	struct file *file;
	union pintest_args args;
	void __user *user;
	size_t copied;
};

/**
 * struct pintest_command - a row of a descriptor's table of ioctls
 * @cmd: number
 * @size: size of the argument structure
 * @min_size: size of its first version
 * @run: checks the arguments, does the work, and calls pintest_respond() last
 */
struct pintest_command {
	unsigned int cmd;
	size_t size;
	size_t min_size;
	long (*run)(struct pintest_call *call);
};

/*
 * A row of a table of ioctls: the number, the member of the union, the last
 * field in the first version of that structure, and the handler.
 */
#define PINTEST_COMMAND(_cmd, _name, _last, _run) { \
	.cmd = (_cmd), \
	.size = sizeof(struct pintest_##_name##_args) + BUILD_BUG_ON_ZERO( \
		sizeof(struct pintest_##_name##_args) != \
		sizeof_field(union pintest_args, _name)), \
	.min_size = offsetofend(struct pintest_##_name##_args, _last), \
	.run = (_run), \
}

long pintest_dispatch(const struct pintest_command *commands, size_t nr,
		      struct file *file, unsigned int cmd, unsigned long arg);
int pintest_respond(struct pintest_call *call);
int pintest_check_range(u64 addr, u64 length);

/* info.c */

long pintest_info_run(struct pintest_call *call);

/* gup.c */

/**
 * struct pintest_gup - a way to take references to pages
 * @mm: the memory; the owner of this structure holds the reference
 * @api: &enum pintest_api
 * @foll: &enum pintest_foll bits, legal for @api
 * @kernel_foll: the same flags as this kernel numbers them
 * @file: for PINTEST_API_PIN_MEMFD: the mapped file, from pintest_gup_begin()
 *	to pintest_gup_end(); else NULL
 * @file_start: an address in that mapping
 * @file_offset: the offset in @file that is mapped at @file_start
 */
struct pintest_gup {
	struct mm_struct *mm;
	u32 api;
	u32 foll;
	unsigned int kernel_foll;
	struct file *file;
	unsigned long file_start;
	loff_t file_offset;
};

u64 pintest_gup_apis(void);
bool pintest_gup_is_api(u32 api);
u32 pintest_gup_legal(u32 api);
bool pintest_gup_is_pin(u32 api);
bool pintest_gup_is_remote(u32 api);
int pintest_gup_check(u32 api, u32 foll);
unsigned int pintest_gup_foll(unsigned int flags, u32 *foll);
void pintest_gup_init(struct pintest_gup *gup, struct mm_struct *mm, u32 api,
		      u32 foll);
int pintest_gup_begin(struct pintest_gup *gup, unsigned long start,
		      unsigned long nr);
void pintest_gup_end(struct pintest_gup *gup);
struct page **pintest_gup_array(u64 nr);
bool pintest_gup_needs_lock(const struct pintest_gup *gup);
long pintest_gup_take(const struct pintest_gup *gup, unsigned long start,
		      unsigned long nr, struct page **pages);
void pintest_gup_put(const struct pintest_gup *gup, struct page **pages,
		     unsigned long nr, bool dirty);
unsigned long pintest_gup_settle(const struct pintest_gup *gup,
				 struct page **pages, unsigned long nr,
				 u32 *stop);
int pintest_gup_stop_error(u32 stop);
void pintest_gup_put_in_steps(const struct pintest_gup *gup,
			      struct page **pages, unsigned long nr,
			      unsigned long step);
void pintest_gup_put_range(const struct pintest_gup *gup, struct page *first,
			   unsigned long nr, bool dirty);

/* count.c */

bool pintest_count_begin(unsigned long nr);
void pintest_count_end(unsigned long nr);
bool pintest_count_is_safe(struct page *page);

/* memfd.c */

int pintest_memfd_begin(struct pintest_gup *gup, unsigned long start,
			unsigned long nr);
void pintest_memfd_join(struct page **pages, unsigned long nr);
long pintest_memfd_take(const struct pintest_gup *gup, unsigned long start,
			unsigned long nr, struct page **pages);
void pintest_memfd_put(struct page **pages, unsigned long nr, bool dirty);

/* account.c */

/**
 * struct pintest_account - who pays for pages
 * @charge: how, &enum pintest_charge
 * @mm: the memory that is charged, kept with mmgrab()
 * @user: the user who is charged; NULL where that is not possible
 */
struct pintest_account {
	u32 charge;
	struct mm_struct *mm;
	struct user_struct *user;
};

u32 pintest_account_charges(void);
int pintest_account_check(u32 charge);
void pintest_account_init(struct pintest_account *account, u32 charge);
void pintest_account_end(struct pintest_account *account);
long pintest_account_add(struct pintest_account *account, unsigned long nr);
void pintest_account_sub(struct pintest_account *account, unsigned long nr);

/* pages.c */

struct pintest_segment;

/**
 * struct pintest_pages - the referenced pages of a range
 * @start: address of the first page
 * @nr: pages
 * @segments: the pages, see pages.c
 * @room: entries in @segments
 * @account: who pays for them; belongs to the owner of this structure
 * @stop: why there are no more, &enum pintest_stop
 */
struct pintest_pages {
	struct pintest_account *account;
	u32 stop;
	unsigned long start;
	unsigned long nr;
	struct pintest_segment *segments;
	unsigned long room;
};

int pintest_pages_take(struct pintest_pages *pages,
		       const struct pintest_gup *gup,
		       struct pintest_account *account, unsigned long start,
		       unsigned long nr);
void pintest_pages_put(struct pintest_pages *pages,
		       const struct pintest_gup *gup, bool dirty);
struct page **pintest_pages_list(const struct pintest_pages *pages,
				 unsigned long index, unsigned long *nr,
				 struct page **room);

/* pin.c */

/**
 * struct pintest_pin - what a pin's file points to
 * @lock: held for writing to unpin, for reading by all who use @pages.
 *	The last close does not take it: nobody else has the file any more
 * @gup: how the pages were taken. @gup.mm is kept with mmgrab(): a pin does
 *	not keep the memory of a process that exits
 * @pages: the pinned pages; none after UNPIN. Protected by @lock
 * @account: who pays for @pages
 * @length: bytes in @pages when they were pinned; never changes
 */
struct pintest_pin {
	struct rw_semaphore lock;
	struct pintest_gup gup;
	struct pintest_pages pages;
	struct pintest_account account;
	loff_t length;
};

long pintest_pin_run(struct pintest_call *call);
struct pintest_pin *pintest_pin_take(struct pintest_pin_args *args,
				     const struct file *device);
void pintest_pin_free(struct pintest_pin *pin);
int pintest_pin_use(struct pintest_pin *pin);
void pintest_pin_unuse(struct pintest_pin *pin);

/* access.c */

ssize_t pintest_access_pages(const struct pintest_pages *pages,
			     void __user *to, size_t count, loff_t start);
ssize_t pintest_access_read(struct file *file, char __user *to, size_t count,
			    loff_t *offset);
ssize_t pintest_access_write(struct file *file, const char __user *from,
			     size_t count, loff_t *offset);

/* record.c */

u64 pintest_record_fields(void);
u64 pintest_record_flags(void);
void pintest_record_page(struct pintest_record *record, unsigned long addr,
			 struct page *page, pintest_mapped_t mapped, int held);

/* recorder.c */

/* The most pages looked up under the mmap lock at once. */
#define PINTEST_BATCH 512

/**
 * struct pintest_span - pages at consecutive addresses
 * @addr: address of the first
 * @nr: how many
 * @pages: the pages
 * @mapped: what is mapped at their addresses now
 */
struct pintest_span {
	unsigned long addr;
	unsigned long nr;
	struct page **pages;
	const pintest_mapped_t *mapped;
};

/**
 * struct pintest_room - buffers for a span and its records
 * @pages: its pages
 * @mapped: what is mapped
 * @pfn: for the recorder: frame numbers of the pages, 0 if hidden from the
 *	caller
 * @mapped_pfn: the same for what is mapped
 */
struct pintest_room {
	struct page *pages[PINTEST_BATCH];
	pintest_mapped_t mapped[PINTEST_BATCH];
	unsigned long pfn[PINTEST_BATCH];
	unsigned long mapped_pfn[PINTEST_BATCH];
};

/**
 * struct pintest_recorder - makes records and writes them to user space
 * @to: user address of the next record
 * @record_size: size of a record there
 * @pfn_mask: 0 unless the caller may see page frame numbers
 * @held: pins on each page that certainly last until the record is made; 0 at
 *	first
 * @room: buffers for the owner of the recorder
 */
struct pintest_recorder {
	void __user *to;
	size_t record_size;
	u64 pfn_mask;
	int held;
	struct pintest_room *room;
};

int pintest_recorder_init(struct pintest_recorder *recorder, u64 to,
			  u32 record_size);
void pintest_recorder_end(struct pintest_recorder *recorder);
int pintest_recorder_add(struct pintest_recorder *recorder,
			 struct pintest_span span);
int pintest_recorder_lookup(struct mm_struct *mm, unsigned long addr,
			    unsigned long nr, pintest_mapped_t *mapped);
long pintest_records_run(struct pintest_call *call);

/* inspect.c */

long pintest_inspect_run(struct pintest_call *call);

/* bench.c */

long pintest_bench_run(struct pintest_call *call);

/* gup_test.c */

int pintest_gup_test_init(void);
void pintest_gup_test_exit(void);

/* target.c */

struct mm_struct *pintest_target_get(const struct file *device, s32 pid);

/* trace.c */

long pintest_trace_run(struct pintest_call *call);

#endif /* PINTEST_PRIVATE_H */
