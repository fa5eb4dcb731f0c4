/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The contract between pintest.ko and user space.
 */
#ifndef _UAPI_LINUX_PINTEST_H
#define _UAPI_LINUX_PINTEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * DOC: Overview
 *
 * /dev/pintest (mode 0600) takes INFO, PIN, INSPECT, BENCH and TRACE. PIN pins
 * pages of a user range with a chosen kernel call and chosen FOLL flags, and
 * returns a new descriptor, the pin, which takes UNPIN and RECORDS. pread()
 * and pwrite() on that descriptor read and write the pinned pages as a device
 * would: offset 0 is the first byte of the first page, end of file is after
 * the last page (writing there is ENOSPC), and only a pin taken with
 * PINTEST_FOLL_WRITE can be written (EBADF otherwise). The last close of the
 * descriptor unpins; it is opened with O_CLOEXEC.
 *
 * TRACE watches the pins that others take, and returns a new descriptor, the
 * trace. read() and poll() give events of it, and it takes SYMBOL, STATUS,
 * HELD, HELD_RECORDS and WHO. Its last close ends it.
 *
 * Every argument structure begins with its size, which the caller sets to
 * sizeof() of the structure it was compiled with. Structures only ever grow
 * at the end: a shorter one is read as if its tail were zero, a longer one is
 * accepted while the tail that the kernel does not know is zero. The ioctl
 * numbers carry no size. Fields called out_* are written by the kernel, the
 * others are read; fields called reserved must be zero.
 */

/**
 * DOC: Errors of every ioctl
 *
 * ENOTTY:     no such ioctl on this kind of descriptor.
 * EINVAL:     size is smaller than the first version of the structure.
 * E2BIG:      the structure is longer than the kernel knows and its unknown
 *             tail is not zero, or it is longer than a page.
 * EFAULT:     the structure, or an array that it points to, is not
 *             accessible.
 * EOPNOTSUPP: a known field has a value that this header does not define: an
 *             unknown API or flag bit, or a reserved field that is not zero.
 *
 * Errors of one ioctl only stand with that ioctl. On any error nothing has
 * changed, and no out_ field is valid unless that ioctl says so.
 */

/** define PINTEST_ABI - version in &pintest_info_args.out_abi */
#define PINTEST_ABI		1

/** define PINTEST_DEVICE - path of the device node */
#define PINTEST_DEVICE		"/dev/pintest"

#define PINTEST_IOC_TYPE	0xBE
#define PINTEST_IOC_INFO	_IO(PINTEST_IOC_TYPE, 0x00)
#define PINTEST_IOC_PIN		_IO(PINTEST_IOC_TYPE, 0x01)
#define PINTEST_IOC_INSPECT	_IO(PINTEST_IOC_TYPE, 0x02)
#define PINTEST_IOC_BENCH	_IO(PINTEST_IOC_TYPE, 0x03)
#define PINTEST_IOC_TRACE	_IO(PINTEST_IOC_TYPE, 0x04)
#define PINTEST_IOC_UNPIN	_IO(PINTEST_IOC_TYPE, 0x10)
#define PINTEST_IOC_RECORDS	_IO(PINTEST_IOC_TYPE, 0x11)
#define PINTEST_IOC_SYMBOL	_IO(PINTEST_IOC_TYPE, 0x20)
#define PINTEST_IOC_STATUS	_IO(PINTEST_IOC_TYPE, 0x21)
#define PINTEST_IOC_HELD	_IO(PINTEST_IOC_TYPE, 0x22)
#define PINTEST_IOC_HELD_RECORDS _IO(PINTEST_IOC_TYPE, 0x23)
#define PINTEST_IOC_WHO		_IO(PINTEST_IOC_TYPE, 0x24)

/**
 * enum pintest_api - the kernel call that takes the references
 *
 * @PINTEST_API_PIN: pin_user_pages(), under the mmap lock; "slow"
 * @PINTEST_API_PIN_FAST: pin_user_pages_fast()
 * @PINTEST_API_PIN_UNLOCKED: pin_user_pages_unlocked()
 * @PINTEST_API_PIN_REMOTE: pin_user_pages_remote() with locked == NULL: it
 *	never drops the mmap lock, and so never waits for a userfaultfd
 * @PINTEST_API_PIN_REMOTE_LOCKED: pin_user_pages_remote() with &locked: it may
 *	drop the mmap lock and retry
 * @PINTEST_API_GET: get_user_pages(); control group: references, not pins
 * @PINTEST_API_GET_FAST: get_user_pages_fast(); control group
 * @PINTEST_API_PIN_ITER: iov_iter_extract_pages() of an iterator over user
 *	memory, as block I/O does, since 6.3. It knows no flags: with
 *	PINTEST_FOLL_WRITE the iterator is a destination (ITER_DEST)
 * @PINTEST_API_PIN_MEMFD: memfd_pin_folios() of the file and the offset that
 *	are mapped at the range, as udmabuf does, since 6.11. All of the range
 *	must be one shared mapping of a file. The pin is a long-term one, and
 *	PINTEST_FOLL_LONGTERM has to say so; it counts folios, not pages
 *
 * The two remote calls take a &pintest_pin_args.pid, the others work on the
 * calling process only.
 */
enum pintest_api {
	PINTEST_API_PIN			= 0,
	PINTEST_API_PIN_FAST		= 1,
	PINTEST_API_PIN_UNLOCKED	= 2,
	PINTEST_API_PIN_REMOTE		= 3,
	PINTEST_API_PIN_REMOTE_LOCKED	= 4,
	PINTEST_API_GET			= 5,
	PINTEST_API_GET_FAST		= 6,
	PINTEST_API_PIN_ITER		= 7,
	PINTEST_API_PIN_MEMFD		= 8,
};

/**
 * enum pintest_foll - FOLL flags by name
 *
 * The kernel's own numbers differ between releases, these do not. What each
 * one means is said in include/linux/mm_types.h (before 6.3 in
 * include/linux/mm.h). Flags that mm/ keeps to itself are not offered.
 *
 * @PINTEST_FOLL_WRITE: FOLL_WRITE
 * @PINTEST_FOLL_FORCE: FOLL_FORCE
 * @PINTEST_FOLL_LONGTERM: FOLL_LONGTERM, pins only
 * @PINTEST_FOLL_NOFAULT: FOLL_NOFAULT, since 5.16
 * @PINTEST_FOLL_NOWAIT: FOLL_NOWAIT, not with the fast calls
 * @PINTEST_FOLL_HWPOISON: FOLL_HWPOISON, not with the fast calls
 * @PINTEST_FOLL_ANON: FOLL_ANON, not with the fast calls
 * @PINTEST_FOLL_DUMP: FOLL_DUMP, not with the fast calls
 * @PINTEST_FOLL_SPLIT_PMD: FOLL_SPLIT_PMD, not with the fast calls
 * @PINTEST_FOLL_PCI_P2PDMA: FOLL_PCI_P2PDMA, since 6.2, not with FOLL_LONGTERM
 * @PINTEST_FOLL_INTERRUPTIBLE: FOLL_INTERRUPTIBLE, since 6.2, not with the
 *	fast calls
 * @PINTEST_FOLL_HONOR_NUMA_FAULT: FOLL_HONOR_NUMA_FAULT, since 6.6
 * @PINTEST_FOLL_TOUCH: FOLL_TOUCH, private to mm/ since 6.3, not with the
 *	fast calls
 * @PINTEST_FOLL_MIGRATION: FOLL_MIGRATION, gone in 6.3, not with the fast
 *	calls
 * @PINTEST_FOLL_NUMA: FOLL_NUMA, gone in 6.1, not with the fast calls, nor
 *	with FOLL_FORCE, which the kernel never sets together
 * @PINTEST_FOLL_SPLIT: FOLL_SPLIT, gone in 5.13, not with the fast calls
 */
enum pintest_foll {
	PINTEST_FOLL_WRITE		= 1 << 0,
	PINTEST_FOLL_FORCE		= 1 << 1,
	PINTEST_FOLL_LONGTERM		= 1 << 2,
	PINTEST_FOLL_NOFAULT		= 1 << 3,
	PINTEST_FOLL_NOWAIT		= 1 << 4,
	PINTEST_FOLL_HWPOISON		= 1 << 5,
	PINTEST_FOLL_ANON		= 1 << 6,
	PINTEST_FOLL_DUMP		= 1 << 7,
	PINTEST_FOLL_SPLIT_PMD		= 1 << 8,
	PINTEST_FOLL_PCI_P2PDMA		= 1 << 9,
	PINTEST_FOLL_INTERRUPTIBLE	= 1 << 10,
	PINTEST_FOLL_HONOR_NUMA_FAULT	= 1 << 11,
	PINTEST_FOLL_TOUCH		= 1 << 12,
	PINTEST_FOLL_MIGRATION		= 1 << 13,
	PINTEST_FOLL_NUMA		= 1 << 14,
	PINTEST_FOLL_SPLIT		= 1 << 15,
};

/**
 * struct pintest_info_args - argument of PINTEST_IOC_INFO
 *
 * @size: sizeof(struct pintest_info_args)
 * @api: the &enum pintest_api that @out_foll speaks of
 * @out_abi: PINTEST_ABI of the module
 * @out_page_size: bytes in a page
 * @out_apis: bit n is set if this kernel has &enum pintest_api n
 * @out_foll: the &enum pintest_foll bits that @api takes on this kernel
 * @out_fields: the &enum pintest_field bits that a record can have here
 * @out_flags: the &enum pintest_page bits that a record can know here
 * @out_record_size: sizeof(struct pintest_record) in the module
 * @out_charges: bit n is set if this kernel has &enum pintest_charge n
 *
 * What this kernel has. A capability that is missing here is the kernel's,
 * not the caller's: @out_fields is what CAP_SYS_ADMIN would see.
 */
struct pintest_info_args {
	__u32 size;
	__u32 api;
	__u32 out_abi;
	__u32 out_page_size;
	__aligned_u64 out_apis;
	__aligned_u64 out_foll;
	__aligned_u64 out_fields;
	__aligned_u64 out_flags;
	__u32 out_record_size;
	__u32 out_charges;
};

/**
 * enum pintest_charge - how pages count against RLIMIT_MEMLOCK of the caller
 *
 * @PINTEST_CHARGE_LOCKED_VM: with what the process has locked (VmLck), as VFIO
 *	has it
 * @PINTEST_CHARGE_PINNED_VM: with what is pinned for the process (VmPin), apart
 *	from what it has locked, as RDMA has it
 * @PINTEST_CHARGE_USER: with what the user has, all processes together, as
 *	io_uring, AF_XDP and iommufd have it; where modules can hold a user,
 *	since 5.12
 */
enum pintest_charge {
	PINTEST_CHARGE_LOCKED_VM	= 0,
	PINTEST_CHARGE_PINNED_VM	= 1,
	PINTEST_CHARGE_USER		= 2,
};

/**
 * enum pintest_stop - why no more pages were taken
 *
 * @PINTEST_STOP_NONE: all pages were taken
 * @PINTEST_STOP_CALL: the kernel's call gave no more; out_errno is what it said
 * @PINTEST_STOP_LIMIT: one page more would exceed RLIMIT_MEMLOCK; ENOMEM
 * @PINTEST_STOP_MEMORY: there is no memory for a list of the pages; ENOMEM
 * @PINTEST_STOP_COUNT: the next page has so many references, more than 1 <<
 *	30, that its count might overflow, or too many calls are under way to
 *	be sure; ENOMEM
 */
enum pintest_stop {
	PINTEST_STOP_NONE		= 0,
	PINTEST_STOP_CALL		= 1,
	PINTEST_STOP_LIMIT		= 2,
	PINTEST_STOP_MEMORY		= 3,
	PINTEST_STOP_COUNT		= 4,
};

/*
 * PINTEST_PID_OPENER - a pid: who opened this descriptor
 *
 * A descriptor of /dev/pintest carries the memory that the process which
 * opened it had then, as one of /proc/PID/mem does. Whoever it is handed to
 * may look at that memory and pin it, with no capability. It ends with the
 * process, or when that executes a program.
 */
#define PINTEST_PID_OPENER	(-1)

/**
 * struct pintest_pin_args - argument of PINTEST_IOC_PIN
 *
 * @size: sizeof(struct pintest_pin_args)
 * @api: &enum pintest_api
 * @addr: first byte of the range, a multiple of the page size, with no tag in
 *	it
 * @length: bytes in the range, a multiple of the page size, not 0
 * @foll: &enum pintest_foll bits
 * @pid: process whose memory is pinned, as the caller's pid namespace numbers
 *	it; 0 is the caller. Others need a remote @api and CAP_SYS_PTRACE in
 *	the user namespace of that memory, or in the initial one on kernels
 *	that do not tell (since 7.1). PINTEST_PID_OPENER needs a remote @api
 * @out_fd: the pin
 * @out_errno: why fewer pages than asked for were pinned: the positive errno
 *	that the kernel gave for the page at @addr + @out_pages * page size;
 *	0 if all of them were
 * @out_pages: pages pinned, at least 1
 * @charge: &enum pintest_charge
 * @out_stop: &enum pintest_stop; also if the call fails with ENOMEM
 *
 * Pins as many pages as the kernel lets it, from the first on. The call is
 * made for up to 512 pages at a time, so a range is pinned in pieces. Pages
 * are charged as they are pinned, and count against RLIMIT_MEMLOCK of the
 * caller until they are unpinned; CAP_IPC_LOCK lifts the limit.
 *
 * Errors, beside those of every ioctl and those that the kernel gives for the
 * first page (EFAULT, ENOMEM, EAGAIN, EBUSY, EEXIST, EHWPOISON, EREMOTEIO,
 * EOPNOTSUPP ...):
 *
 * EINVAL:    @addr or @length is not a multiple of the page size, @length is
 *            0, or @pid is not 0 with an @api that has none; with
 *            PINTEST_API_PIN_MEMFD also if the file is none that it pins, or
 *            ends before the range does: then nothing is pinned.
 * EOVERFLOW: @addr + @length wraps around, or needs more bits than an address
 *            of the kernel has.
 * EFAULT:    the range is not in user space, or its first page cannot be
 *            pinned; with PINTEST_API_PIN_MEMFD also if it is not all one
 *            shared mapping, or is not to be written with PINTEST_FOLL_WRITE.
 * EBADRQC:   this kernel does not have @api or @charge, or @api would not take
 *            @foll on this kernel. The kernel has not been asked: it would have
 *            warned and tainted itself.
 * EAGAIN:    the call pinned nothing and gave no error, as FOLL_NOWAIT may.
 * ENOMEM:    RLIMIT_MEMLOCK would be exceeded, no memory is left, or the first
 *            page has too many references; @out_stop says which.
 * EINTR:     a fatal signal came while pinning, or any signal with
 *            PINTEST_FOLL_INTERRUPTIBLE.
 * ESRCH:     there is no process @pid, or it has no memory any more.
 * EPERM:     the caller may not touch the memory of @pid.
 * EMFILE, ENFILE: no descriptor is left.
 */
struct pintest_pin_args {
	__u32 size;
	__u32 api;
	__aligned_u64 addr;
	__aligned_u64 length;
	__u32 foll;
	__s32 pid;
	__s32 out_fd;
	__u32 out_errno;
	__aligned_u64 out_pages;
	__u32 charge;
	__u32 out_stop;
};

/**
 * enum pintest_unpin - &pintest_unpin_args.flags
 *
 * @PINTEST_UNPIN_DIRTY: mark the pages dirty first, as
 *	unpin_user_pages_dirty_lock() does; only on a pin that was taken with
 *	PINTEST_FOLL_WRITE
 */
enum pintest_unpin {
	PINTEST_UNPIN_DIRTY		= 1 << 0,
};

/**
 * struct pintest_unpin_args - argument of PINTEST_IOC_UNPIN, on a pin
 *
 * @size: sizeof(struct pintest_unpin_args)
 * @flags: &enum pintest_unpin bits
 *
 * Unpins now, whoever else has the descriptor open: forked children inherit
 * it. Everything on the pin but close fails with ENXIO from then on, pread(),
 * pwrite() and lseek() included.
 *
 * ENXIO:  the pin has been unpinned before.
 * EACCES: PINTEST_UNPIN_DIRTY on a pin without PINTEST_FOLL_WRITE.
 * EINTR:  a fatal signal came while waiting for another call on this pin.
 */
struct pintest_unpin_args {
	__u32 size;
	__u32 flags;
};

/**
 * enum pintest_field - which numbers of a record are known
 *
 * @PINTEST_FIELD_PFN: &pintest_record.pfn; CAP_SYS_ADMIN only
 * @PINTEST_FIELD_MAPPED_PFN: &pintest_record.mapped_pfn; CAP_SYS_ADMIN only,
 *	and a page must be mapped
 * @PINTEST_FIELD_FOLIO: &pintest_record.folio_order and folio_index
 * @PINTEST_FIELD_REFCOUNT: &pintest_record.refcount
 * @PINTEST_FIELD_MAPCOUNT: &pintest_record.mapcount
 * @PINTEST_FIELD_ENTIRE_MAPCOUNT: &pintest_record.entire_mapcount
 * @PINTEST_FIELD_PINCOUNT: &pintest_record.pincount and pincount_min
 * @PINTEST_FIELD_ZONE: &pintest_record.zone
 * @PINTEST_FIELD_NODE: &pintest_record.node
 * @PINTEST_FIELD_MIGRATETYPE: &pintest_record.migratetype
 */
enum pintest_field {
	PINTEST_FIELD_PFN		= 1 << 0,
	PINTEST_FIELD_MAPPED_PFN	= 1 << 1,
	PINTEST_FIELD_FOLIO		= 1 << 2,
	PINTEST_FIELD_REFCOUNT		= 1 << 3,
	PINTEST_FIELD_MAPCOUNT		= 1 << 4,
	PINTEST_FIELD_ENTIRE_MAPCOUNT	= 1 << 5,
	PINTEST_FIELD_PINCOUNT		= 1 << 6,
	PINTEST_FIELD_ZONE		= 1 << 7,
	PINTEST_FIELD_NODE		= 1 << 8,
	PINTEST_FIELD_MIGRATETYPE	= 1 << 9,
};

/**
 * enum pintest_page - what is true of a page
 *
 * @PINTEST_PAGE_MAPPED: a page is mapped at the address now, to be read,
 *	written or executed. A page that is swapped out, under migration or
 *	made PROT_NONE is not mapped. Not known of VM_PFNMAP and VM_IO memory,
 *	and of memory that may not be read where the kernel's tables cannot be
 * @PINTEST_PAGE_MAPPED_WRITABLE: and the page table entry is writable
 * @PINTEST_PAGE_MAPPED_SAME: and it is the page of this record. A pin whose
 *	page is not the mapped one is stale
 * @PINTEST_PAGE_ANON: anonymous
 * @PINTEST_PAGE_ANON_EXCLUSIVE: PageAnonExclusive() of the page itself, of a
 *	hugetlb page that of its head
 * @PINTEST_PAGE_HEAD_ANON_EXCLUSIVE: PageAnonExclusive() of the head page,
 *	which speaks for all pages of a THP while it is mapped by a PMD
 * @PINTEST_PAGE_KSM: merged by KSM
 * @PINTEST_PAGE_ZERO: the shared zeropage
 * @PINTEST_PAGE_HUGE_ZERO: a page of the huge zeropage. Before 7.0 not known of
 *	a page that looks like it and is not mapped at the address: a driver's
 *	own folio of that size does, too
 * @PINTEST_PAGE_HUGETLB: of a hugetlb folio
 * @PINTEST_PAGE_THP: of a transparent huge page, or any other large folio
 *	that the kernel may split; not hugetlb
 * @PINTEST_PAGE_SWAPBACKED: folio is backed by swap
 * @PINTEST_PAGE_DIRTY: folio is dirty
 * @PINTEST_PAGE_WRITEBACK: folio is being written back
 * @PINTEST_PAGE_LRU: folio is on an LRU list
 * @PINTEST_PAGE_MLOCKED: folio is mlocked
 * @PINTEST_PAGE_SWAPCACHE: folio is in the swap cache
 * @PINTEST_PAGE_MAYBE_DMA_PINNED: folio_maybe_dma_pinned(), with its false
 *	positives: 1024 references to a small folio look like a pin, also
 *	where &pintest_record.pincount knows that they are none
 */
enum pintest_page {
	PINTEST_PAGE_MAPPED		= 1 << 0,
	PINTEST_PAGE_MAPPED_WRITABLE	= 1 << 1,
	PINTEST_PAGE_MAPPED_SAME	= 1 << 2,
	PINTEST_PAGE_ANON		= 1 << 3,
	PINTEST_PAGE_ANON_EXCLUSIVE	= 1 << 4,
	PINTEST_PAGE_HEAD_ANON_EXCLUSIVE = 1 << 5,
	PINTEST_PAGE_KSM		= 1 << 6,
	PINTEST_PAGE_ZERO		= 1 << 7,
	PINTEST_PAGE_HUGE_ZERO		= 1 << 8,
	PINTEST_PAGE_HUGETLB		= 1 << 9,
	PINTEST_PAGE_THP		= 1 << 10,
	PINTEST_PAGE_SWAPBACKED		= 1 << 11,
	PINTEST_PAGE_DIRTY		= 1 << 12,
	PINTEST_PAGE_WRITEBACK		= 1 << 13,
	PINTEST_PAGE_LRU		= 1 << 14,
	PINTEST_PAGE_MLOCKED		= 1 << 15,
	PINTEST_PAGE_SWAPCACHE		= 1 << 16,
	PINTEST_PAGE_MAYBE_DMA_PINNED	= 1 << 17,
};

/**
 * enum pintest_pincount - what &pintest_record.pincount means
 *
 * @PINTEST_PINCOUNT_EXACT: the folio counts its pins: 1 for each pinned page
 * @PINTEST_PINCOUNT_ESTIMATE: the folio has no pincount, and a pin is 1024 of
 *	its references. Those of page table entries, page cache, swap cache and
 *	private data are known and left out; the rest may be pins, or 1024
 *	ordinary references for each. So there are no more than pincount, and
 *	no fewer than pincount_min
 * @PINTEST_PINCOUNT_NOT_COUNTED: the shared zeropage: the kernel may or may
 *	not count its pins, and pincount is not valid
 * @PINTEST_PINCOUNT_UNKNOWN: the count has overflowed, or the kernel has frozen
 *	the folio's references for a moment; pincount is not valid
 */
enum pintest_pincount {
	PINTEST_PINCOUNT_EXACT		= 0,
	PINTEST_PINCOUNT_ESTIMATE	= 1,
	PINTEST_PINCOUNT_NOT_COUNTED	= 2,
	PINTEST_PINCOUNT_UNKNOWN	= 3,
};

/**
 * enum pintest_zone - memory zone of a page
 *
 * @PINTEST_ZONE_DMA: ZONE_DMA
 * @PINTEST_ZONE_DMA32: ZONE_DMA32
 * @PINTEST_ZONE_NORMAL: ZONE_NORMAL
 * @PINTEST_ZONE_HIGHMEM: ZONE_HIGHMEM
 * @PINTEST_ZONE_MOVABLE: ZONE_MOVABLE: no long-term pin may stay here
 * @PINTEST_ZONE_DEVICE: ZONE_DEVICE
 */
enum pintest_zone {
	PINTEST_ZONE_DMA		= 0,
	PINTEST_ZONE_DMA32		= 1,
	PINTEST_ZONE_NORMAL		= 2,
	PINTEST_ZONE_HIGHMEM		= 3,
	PINTEST_ZONE_MOVABLE		= 4,
	PINTEST_ZONE_DEVICE		= 5,
};

/**
 * enum pintest_migratetype - migrate type of the pageblock of a page
 *
 * @PINTEST_MIGRATE_UNMOVABLE: MIGRATE_UNMOVABLE
 * @PINTEST_MIGRATE_MOVABLE: MIGRATE_MOVABLE
 * @PINTEST_MIGRATE_RECLAIMABLE: MIGRATE_RECLAIMABLE
 * @PINTEST_MIGRATE_HIGHATOMIC: MIGRATE_HIGHATOMIC
 * @PINTEST_MIGRATE_CMA: MIGRATE_CMA: no long-term pin may stay here
 * @PINTEST_MIGRATE_ISOLATE: MIGRATE_ISOLATE
 */
enum pintest_migratetype {
	PINTEST_MIGRATE_UNMOVABLE	= 0,
	PINTEST_MIGRATE_MOVABLE		= 1,
	PINTEST_MIGRATE_RECLAIMABLE	= 2,
	PINTEST_MIGRATE_HIGHATOMIC	= 3,
	PINTEST_MIGRATE_CMA		= 4,
	PINTEST_MIGRATE_ISOLATE		= 5,
};

/**
 * struct pintest_record - the state of one page
 *
 * @addr: virtual address of the page
 * @pfn: page frame number of the page: of the pinned one in a record of a
 *	pin, of the mapped one in a record of INSPECT
 * @mapped_pfn: page frame number of the page that is mapped at @addr now
 * @fields: &enum pintest_field bits: which of the numbers are known. The
 *	others are 0 and mean nothing
 * @node: NUMA node
 * @flags: &enum pintest_page bits that are true
 * @flags_known: &enum pintest_page bits that are known to be true or false
 * @folio_index: which page of its folio the page is; 0 is the head
 * @refcount: references to the folio. A pin of a small folio is 1024 of them
 * @mapcount: page table entries that map this page, entire ones included
 * @entire_mapcount: page table entries that map the folio as a whole
 * @pincount: pins of the folio, all pinners together; of an estimate, the most
 *	that there can be
 * @pincount_min: the fewest pins that there can be. Of an estimate that is 0,
 *	or 1 in a record of a pin, which is one of them
 * @folio_order: the folio has 1 << folio_order pages
 * @pincount_kind: &enum pintest_pincount; known even if @pincount is not
 * @zone: &enum pintest_zone
 * @migratetype: &enum pintest_migratetype
 *
 * A snapshot: nothing is locked, and the fields are read one after the other
 * while the kernel goes on. What does not change under the reader is exact.
 */
struct pintest_record {
	__aligned_u64 addr;
	__aligned_u64 pfn;
	__aligned_u64 mapped_pfn;
	__u16 fields;
	__s16 node;
	__u32 flags;
	__u32 flags_known;
	__u32 folio_index;
	__s32 refcount;
	__s32 mapcount;
	__s32 entire_mapcount;
	__s32 pincount;
	__s32 pincount_min;
	__u8 folio_order;
	__u8 pincount_kind;
	__u8 zone;
	__u8 migratetype;
};

/**
 * struct pintest_records_args - argument of PINTEST_IOC_RECORDS, on a pin
 *
 * @size: sizeof(struct pintest_records_args)
 * @record_size: sizeof(struct pintest_record) of the caller, the stride of
 *	the array; a multiple of 8, and a page at most. A longer record than
 *	the module's gets a tail of zeros, a shorter one is cut
 * @first: page of the pin to begin with; 0 is the first
 * @records: user address of the array
 * @count: records that the array has room for
 * @out_count: records written; less than @count at the end of the pin. 0 if
 *	@first is not in the pin
 *
 * Records of pinned pages. The mapped page is looked up without a fault and
 * without a reference.
 *
 * EINVAL: @record_size is too small for the first version of the record, more
 *         than a page, or not a multiple of 8.
 * ENXIO:  the pin has been unpinned.
 * EINTR:  a fatal signal came.
 */
struct pintest_records_args {
	__u32 size;
	__u32 record_size;
	__aligned_u64 first;
	__aligned_u64 records;
	__u32 count;
	__u32 out_count;
};

/**
 * struct pintest_inspect_args - argument of PINTEST_IOC_INSPECT
 *
 * @size: sizeof(struct pintest_inspect_args)
 * @record_size: as in &struct pintest_records_args
 * @addr: first byte of the range, a multiple of the page size
 * @length: bytes in the range, a multiple of the page size, not 0
 * @records: user address of the array
 * @count: records that the array has room for, at least 1
 * @pid: process to look at, as in &struct pintest_pin_args
 * @out_count: records written
 * @out_unknown: pages in what was looked at of which nobody can tell whether
 *	one is mapped; they have no record
 * @out_next: address to go on from with the next call: the end of the range
 *	if all of it was looked at
 *
 * Records of the pages that are mapped in a range now, with no pin, no fault,
 * no reference and no other side effect. Pages that are not mapped have no
 * record; when the process has ended meanwhile, none are mapped. One call
 * looks at a bounded part of the range and may return no record at all: go on
 * from @out_next until it is the end.
 *
 * EBADRQC:   this kernel cannot tell what is mapped (no
 *            hmm_range_fault(), and no page tables that may be read).
 * EINVAL:    @addr, @length, @record_size or @count is not as said above.
 * EOVERFLOW: @addr + @length wraps around, or needs more bits than an address
 *            of the kernel has.
 * ESRCH, EPERM: as with PIN.
 * EINTR:     a fatal signal came.
 */
struct pintest_inspect_args {
	__u32 size;
	__u32 record_size;
	__aligned_u64 addr;
	__aligned_u64 length;
	__aligned_u64 records;
	__u32 count;
	__s32 pid;
	__u32 out_count;
	__u32 out_unknown;
	__aligned_u64 out_next;
};

/** define PINTEST_BENCH_BATCH - most that &pintest_bench_args.batch can be */
#define PINTEST_BENCH_BATCH	4096

/**
 * struct pintest_bench_args - argument of PINTEST_IOC_BENCH
 *
 * @size: sizeof(struct pintest_bench_args)
 * @api: &enum pintest_api
 * @addr: first byte of the range, as in &struct pintest_pin_args
 * @length: bytes in the range, as there
 * @foll: &enum pintest_foll bits
 * @pid: process whose memory it is, as in &struct pintest_pin_args
 * @batch: pages that each call is asked for, from 1 to PINTEST_BENCH_BATCH
 * @out_errno: why fewer pages than asked for were taken, as in
 *	&struct pintest_pin_args
 * @out_pages: pages taken, at least 1
 * @out_take_ns: nanoseconds that taking them took
 * @out_put_ns: nanoseconds that giving them back took
 * @charge: &enum pintest_charge
 * @out_stop: &enum pintest_stop; also if the call fails with ENOMEM
 *
 * Takes all pages of a range, then gives all of them back, and tells how long
 * that took: the calls, the mmap lock for those that need it, which is held for
 * many of them, and nothing else. They are given back many at a time; what
 * PINTEST_API_PIN_MEMFD took, as it was taken. Pages count against
 * RLIMIT_MEMLOCK meanwhile, as they are taken.
 *
 * Errors, beside those of every ioctl: as with PIN, but for those of
 * descriptors. EINVAL also if @batch is out of range. EINTR also if the signal
 * came after all pages were taken.
 */
struct pintest_bench_args {
	__u32 size;
	__u32 api;
	__aligned_u64 addr;
	__aligned_u64 length;
	__u32 foll;
	__s32 pid;
	__u32 batch;
	__u32 out_errno;
	__aligned_u64 out_pages;
	__aligned_u64 out_take_ns;
	__aligned_u64 out_put_ns;
	__u32 charge;
	__u32 out_stop;
};

/**
 * enum pintest_traced - a call of the kernel that a trace watches
 *
 * @PINTEST_CALL_PIN_USER_PAGES: pin_user_pages()
 * @PINTEST_CALL_PIN_USER_PAGES_FAST: pin_user_pages_fast()
 * @PINTEST_CALL_PIN_USER_PAGES_FAST_ONLY: pin_user_pages_fast_only()
 * @PINTEST_CALL_PIN_USER_PAGES_REMOTE: pin_user_pages_remote()
 * @PINTEST_CALL_PIN_USER_PAGES_UNLOCKED: pin_user_pages_unlocked()
 * @PINTEST_CALL_PIN_USER_PAGES_LOCKED: pin_user_pages_locked()
 * @PINTEST_CALL_MEMFD_PIN_FOLIOS: memfd_pin_folios(), on kernels of
 *	64 bits only
 * @PINTEST_CALL_FOLIO_ADD_PIN: folio_add_pin()
 * @PINTEST_CALL_FOLIO_ADD_PINS: folio_add_pins()
 * @PINTEST_CALL_GET_USER_PAGES: get_user_pages()
 * @PINTEST_CALL_GET_USER_PAGES_FAST: get_user_pages_fast()
 * @PINTEST_CALL_GET_USER_PAGES_FAST_ONLY: get_user_pages_fast_only()
 * @PINTEST_CALL_GET_USER_PAGES_REMOTE: get_user_pages_remote()
 * @PINTEST_CALL_GET_USER_PAGES_UNLOCKED: get_user_pages_unlocked()
 * @PINTEST_CALL_GET_USER_PAGES_LOCKED: get_user_pages_locked()
 * @PINTEST_CALL_UNPIN_USER_PAGE: unpin_user_page()
 * @PINTEST_CALL_UNPIN_USER_PAGES: unpin_user_pages()
 * @PINTEST_CALL_UNPIN_USER_PAGES_DIRTY_LOCK: unpin_user_pages_dirty_lock()
 * @PINTEST_CALL_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK:
 *	unpin_user_page_range_dirty_lock()
 * @PINTEST_CALL_UNPIN_USER_FOLIO: unpin_user_folio()
 * @PINTEST_CALL_UNPIN_USER_FOLIO_DIRTY_LOCKED:
 *	unpin_user_folio_dirty_locked()
 * @PINTEST_CALL_UNPIN_FOLIO: unpin_folio()
 * @PINTEST_CALL_UNPIN_FOLIOS: unpin_folios()
 *
 * Which of them a kernel has is in &pintest_trace_args.out_calls: they come and
 * go between releases.
 */
enum pintest_traced {
	PINTEST_CALL_PIN_USER_PAGES = 0,
	PINTEST_CALL_PIN_USER_PAGES_FAST = 1,
	PINTEST_CALL_PIN_USER_PAGES_FAST_ONLY = 2,
	PINTEST_CALL_PIN_USER_PAGES_REMOTE = 3,
	PINTEST_CALL_PIN_USER_PAGES_UNLOCKED = 4,
	PINTEST_CALL_PIN_USER_PAGES_LOCKED = 5,
	PINTEST_CALL_MEMFD_PIN_FOLIOS = 6,
	PINTEST_CALL_FOLIO_ADD_PIN = 7,
	PINTEST_CALL_FOLIO_ADD_PINS = 8,
	PINTEST_CALL_GET_USER_PAGES = 9,
	PINTEST_CALL_GET_USER_PAGES_FAST = 10,
	PINTEST_CALL_GET_USER_PAGES_FAST_ONLY = 11,
	PINTEST_CALL_GET_USER_PAGES_REMOTE = 12,
	PINTEST_CALL_GET_USER_PAGES_UNLOCKED = 13,
	PINTEST_CALL_GET_USER_PAGES_LOCKED = 14,
	PINTEST_CALL_UNPIN_USER_PAGE = 15,
	PINTEST_CALL_UNPIN_USER_PAGES = 16,
	PINTEST_CALL_UNPIN_USER_PAGES_DIRTY_LOCK = 17,
	PINTEST_CALL_UNPIN_USER_PAGE_RANGE_DIRTY_LOCK = 18,
	PINTEST_CALL_UNPIN_USER_FOLIO = 19,
	PINTEST_CALL_UNPIN_USER_FOLIO_DIRTY_LOCKED = 20,
	PINTEST_CALL_UNPIN_FOLIO = 21,
	PINTEST_CALL_UNPIN_FOLIOS = 22,
};

/** define PINTEST_CALLS_PIN - bits of the calls that take pins */
#define PINTEST_CALLS_PIN	0x0001ffULL
/** define PINTEST_CALLS_GET - bits of those that take references */
#define PINTEST_CALLS_GET	0x007e00ULL
/** define PINTEST_CALLS_UNPIN - bits of those that give pins back */
#define PINTEST_CALLS_UNPIN	0x7f8000ULL

/** define PINTEST_CALLERS - most callers that an event can name */
#define PINTEST_CALLERS		10

/** define PINTEST_TRACE_EVENTS - most events that a trace can keep */
#define PINTEST_TRACE_EVENTS	(1U << 20)

/**
 * enum pintest_trace_flag - &pintest_trace_args.flags
 *
 * @PINTEST_TRACE_FOLLOW: follow pins from the call that takes them to the one
 *	that gives them back, so that HELD, HELD_RECORDS and WHO know them
 * @PINTEST_TRACE_JOIN: only if a trace that follows runs already, whose
 *	knowledge this one then shares
 */
enum pintest_trace_flag {
	PINTEST_TRACE_FOLLOW		= 1 << 0,
	PINTEST_TRACE_JOIN		= 1 << 1,
};

/**
 * struct pintest_trace_args - argument of PINTEST_IOC_TRACE
 *
 * @size: sizeof(struct pintest_trace_args)
 * @flags: &enum pintest_trace_flag bits
 * @calls: bit n: calls of &enum pintest_traced n make events
 * @pid: only calls of this process make events, as the caller's pid namespace
 *	numbers it; 0 is any
 * @callers: how many callers an event names, 0 to PINTEST_CALLERS
 * @events: how many events are kept until they are read, 0 to
 *	PINTEST_TRACE_EVENTS; those beyond are lost, and counted
 * @event_size: sizeof(struct pintest_event) of the caller, as in
 *	&struct pintest_records_args: what read() and HELD give
 * @out_fd: the trace
 * @out_reserved: zero
 * @out_calls: bit n is set if this kernel has &enum pintest_traced n, and it
 *	is watched
 *
 * Watches calls of the whole machine, by kretprobes on the calls that the
 * kernel exports, while a trace is open. Nothing that was taken before the
 * first one was opened is known. What is followed is bounded by the module's
 * parameter follow_mb.
 *
 * EPERM:      the caller lacks CAP_SYS_ADMIN.
 * EBADRQC:    this kernel has no kretprobes, or none could be set.
 * EINVAL:     @callers, @events or @event_size is not as said above.
 * EOPNOTSUPP: @calls has a bit that stands for no call; as for every ioctl.
 * ENOENT:     PINTEST_TRACE_JOIN, and no trace follows pins.
 * ESRCH:      there is no process @pid.
 * ENOMEM:     no memory is left.
 * EINTR:      a fatal signal came while another trace began or ended.
 * EMFILE, ENFILE: no descriptor is left.
 */
struct pintest_trace_args {
	__u32 size;
	__u32 flags;
	__aligned_u64 calls;
	__s32 pid;
	__u32 callers;
	__u32 events;
	__u32 event_size;
	__s32 out_fd;
	__u32 out_reserved;
	__aligned_u64 out_calls;
};

/**
 * enum pintest_event_flag - &pintest_event.flags
 *
 * @PINTEST_EVENT_NESTED: made inside another call that is watched, and not
 *	counted for itself
 * @PINTEST_EVENT_SOFTIRQ: made while serving a soft interrupt; process and pid
 *	are of whoever was interrupted
 * @PINTEST_EVENT_HARDIRQ: made in an interrupt
 * @PINTEST_EVENT_KTHREAD: made by a thread of the kernel
 * @PINTEST_EVENT_NOT_FOLLOWED: took pins that are not followed, for want of
 *	memory
 * @PINTEST_EVENT_GONE: the memory of the process is gone; in HELD only
 */
enum pintest_event_flag {
	PINTEST_EVENT_NESTED		= 1 << 0,
	PINTEST_EVENT_SOFTIRQ		= 1 << 1,
	PINTEST_EVENT_HARDIRQ		= 1 << 2,
	PINTEST_EVENT_KTHREAD		= 1 << 3,
	PINTEST_EVENT_NOT_FOLLOWED	= 1 << 4,
	PINTEST_EVENT_GONE		= 1 << 5,
};

/**
 * struct pintest_event - a call that was made
 *
 * @time_ns: when it began, by CLOCK_MONOTONIC
 * @duration_ns: how long it took
 * @id: of the call, if it took pins that are followed, from 1 on; or 0
 * @addr: address that it was given; 0 if it takes none. Of memfd_pin_folios()
 *	the offset in the file
 * @pages: pages that it was asked for, or to give back. Of memfd_pin_folios()
 *	that of the range
 * @result: what it returned: pages, or -errno. Of memfd_pin_folios() folios
 * @call: &enum pintest_traced
 * @foll: &enum pintest_foll bits that it was given
 * @other_foll: bits that nothing in the header stands for, as this kernel
 *	numbers them
 * @flags: &enum pintest_event_flag bits
 * @pins: pins that it took and that are followed; of HELD, those that are still
 *	out; of a call that gives back, those whose taker is known
 * @pid: thread that made it; like all pids here, as the first pid namespace
 *	numbers it
 * @tgid: process of that thread
 * @owner: process whose memory it is, 0 if that is not known
 * @comm: name of the thread, which ends with a 0
 * @reserved: zero
 * @nr_callers: how many of @callers there are
 * @callers: return addresses: who called, who called that, and so on
 */
struct pintest_event {
	__aligned_u64 time_ns;
	__aligned_u64 duration_ns;
	__aligned_u64 id;
	__aligned_u64 addr;
	__aligned_u64 pages;
	__s64 result;
	__u32 call;
	__u32 foll;
	__u32 other_foll;
	__u32 flags;
	__u32 pins;
	__s32 pid;
	__s32 tgid;
	__s32 owner;
	char comm[16];
	__u32 reserved;
	__u32 nr_callers;
	__aligned_u64 callers[PINTEST_CALLERS];
};

/**
 * struct pintest_symbol_args - argument of PINTEST_IOC_SYMBOL, on a trace
 *
 * @size: sizeof(struct pintest_symbol_args)
 * @reserved: zero
 * @addr: a return address, as in &pintest_event.callers
 * @out_name: the function that it is in, with the module: "f [m]"; if there is
 *	none any more, the address. Ends with a 0
 */
struct pintest_symbol_args {
	__u32 size;
	__u32 reserved;
	__aligned_u64 addr;
	char out_name[256];
};

/**
 * struct pintest_status_args - argument of PINTEST_IOC_STATUS, on a trace
 *
 * @size: sizeof(struct pintest_status_args)
 * @reserved: zero
 * @out_lost: events of this trace that found no room
 * @out_missed: calls that no trace has seen: too many were under way, or one
 *	began in an interrupt while another one was being looked at. What is
 *	said of pins is then a bound
 * @out_held: pins that are followed and out
 * @out_untracked: pins that were given back and of which no taker was known
 * @out_not_followed: pins that were taken and not followed, for want of memory
 *
 * All but @out_lost is of all traces together, since the first one was opened.
 */
struct pintest_status_args {
	__u32 size;
	__u32 reserved;
	__aligned_u64 out_lost;
	__aligned_u64 out_missed;
	__aligned_u64 out_held;
	__aligned_u64 out_untracked;
	__aligned_u64 out_not_followed;
};

/**
 * struct pintest_held_args - argument of PINTEST_IOC_HELD, on a trace
 *
 * @size: sizeof(struct pintest_held_args)
 * @reserved: zero
 * @first: lowest &pintest_event.id to begin with
 * @events: user address of an array of &struct pintest_event
 * @count: events that the array has room for
 * @out_count: events written; less than @count after the last one
 *
 * The calls whose pins are out, in the order in which they returned.
 *
 * ENXIO: this trace does not follow pins.
 * EINTR: a fatal signal came.
 */
struct pintest_held_args {
	__u32 size;
	__u32 reserved;
	__aligned_u64 first;
	__aligned_u64 events;
	__u32 count;
	__u32 out_count;
};

/**
 * struct pintest_held_records_args - argument of PINTEST_IOC_HELD_RECORDS, on
 *	a trace
 *
 * @size: sizeof(struct pintest_held_records_args)
 * @record_size: as in &struct pintest_records_args
 * @id: of the call
 * @first: page of the call to begin with; 0 is the first
 * @records: user address of the array
 * @count: records that the array has room for
 * @out_count: records written; less than @count after the last one
 * @out_next: page to go on from with the next call
 *
 * Records of pages that a call has pinned and that are not all given back. Pins
 * are counted by folio, as the kernel does: of pages that follow each other in
 * one folio, all have a record until the last is given back. Where the call had
 * no address, it is not known what is mapped.
 *
 * EINVAL: @record_size is not as said there.
 * ENOENT: nothing of @id is held.
 * ENXIO:  this trace does not follow pins.
 * EINTR:  a fatal signal came.
 */
struct pintest_held_records_args {
	__u32 size;
	__u32 record_size;
	__aligned_u64 id;
	__aligned_u64 first;
	__aligned_u64 records;
	__u32 count;
	__u32 out_count;
	__aligned_u64 out_next;
};

/**
 * struct pintest_holder - who holds a page
 *
 * @id: of the call that pinned its folio
 * @pins: pins that it has on the folio
 */
struct pintest_holder {
	__aligned_u64 id;
	__aligned_u64 pins;
};

/**
 * struct pintest_who_args - argument of PINTEST_IOC_WHO, on a trace
 *
 * @size: sizeof(struct pintest_who_args)
 * @reserved: zero
 * @pfn: page frame number
 * @holders: user address of an array of &struct pintest_holder
 * @count: holders that the array has room for, at most 256
 * @out_count: holders written
 *
 * The calls that hold pins of the folio that the page is in.
 *
 * EINVAL: @count is larger than 256.
 * ENOENT: there is no such page.
 * ENXIO:  this trace does not follow pins.
 */
struct pintest_who_args {
	__u32 size;
	__u32 reserved;
	__aligned_u64 pfn;
	__aligned_u64 holders;
	__u32 count;
	__u32 out_count;
};

#endif /* _UAPI_LINUX_PINTEST_H */
