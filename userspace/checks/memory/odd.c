// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory kinds: what the kernel must not pin, or not in every way, and what
 * processes have asked it to treat otherwise than other memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/userfaultfd.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array_size.h"
#include "base/reason.h"
#include "family.h"
#include "machine/madvise.h"
#include "machine/pagemap.h"
#include "machine/uffd.h"
#include "model/words.h"

/* The numbers are those of the kernel's uapi, for older C libraries. */
#ifndef SYS_memfd_secret
#define SYS_memfd_secret	447
#endif
#ifndef MAP_DROPPABLE
#define MAP_DROPPABLE		0x08
#endif

/*
 * Where the gap below a stack is looked into: further below than 64 KiB, where
 * newer kernels say so in their log, and with room for the gap that they keep.
 */
#define STACK_ROOM	(8UL << 20)
#define STACK_DISTANCE	(256UL << 10)

/*
 * Where the hole is. mmap() begins far above it, so that what a driver's library maps
 * does not fill it.
 */
#define HOLE_ADDR	0x20000000UL

static int make_inaccessible(struct memory *memory, struct reason *why)
{
	return memory_protect(memory, PROT_NONE, why);
}

static int make_write_only(struct memory *memory, struct reason *why)
{
	return memory_protect(memory, PROT_WRITE, why);
}

/* What is behind the first page. */
static void *behind(const struct memory *memory)
{
	return (char *)memory->addr + page_size();
}

static int move_down(struct memory *memory, struct reason *why)
{
	void *to = mmap((void *)HOLE_ADDR, memory->length, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (to == MAP_FAILED ||
	    mremap(memory->addr, memory->length, memory->length,
		   MREMAP_MAYMOVE | MREMAP_FIXED, to) == MAP_FAILED)
		return reason(why, -errno, "cannot move memory: %s",
			      strerror(errno));
	memory->addr = to;
	memory->base = to;
	return 0;
}

static int cut_hole(struct memory *memory, struct reason *why)
{
	int ret = move_down(memory, why);

	if (ret)
		return ret;
	if (munmap(behind(memory), memory->length - page_size()))
		return reason(why, -errno, "cannot unmap a page: %s",
			      strerror(errno));
	return 0;
}

static int take_advice(void *addr, size_t length, int advice, const char *name,
		       struct reason *why)
{
	if (!madvise(addr, length, advice))
		return 0;
	return reason(why, errno == EINVAL ? -EOPNOTSUPP : -errno,
		      "this kernel refuses %s: %s", name, strerror(errno));
}

static int install_guard(struct memory *memory, struct reason *why)
{
	return take_advice(behind(memory), memory->length - page_size(),
			   MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL", why);
}

static int keep_from_children(struct memory *memory, struct reason *why)
{
	return take_advice(memory->addr, memory->length, MADV_DONTFORK,
			   "MADV_DONTFORK", why);
}

static int wipe_for_children(struct memory *memory, struct reason *why)
{
	return take_advice(memory->addr, memory->length, MADV_WIPEONFORK,
			   "MADV_WIPEONFORK", why);
}

static int map_droppable(struct memory *memory, struct reason *why)
{
	int ret = memory_mmap(memory, memory->length,
			      MAP_ANONYMOUS | MAP_DROPPABLE, why);

	if (ret == -EINVAL || ret == -EOPNOTSUPP)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has no MAP_DROPPABLE");
	if (!ret)
		memory_fill(memory);
	return ret;
}

static int map_secret(struct memory *memory, struct reason *why)
{
	int ret;

	memory->fd = syscall(SYS_memfd_secret, O_CLOEXEC);
	if (memory->fd < 0)
		return reason(why, -EOPNOTSUPP,
			      "this kernel gives no secret memory: %s: before 6.5 boot with secretmem.enable=1",
			      strerror(errno));
	if (ftruncate(memory->fd, memory->length))
		return reason(why, -errno, "cannot size secret memory: %s",
			      strerror(errno));
	ret = memory_mmap(memory, memory->length, MAP_SHARED, why);
	if (!ret)
		memory_fill(memory);
	return ret;
}

/*
 * The kernel's data beside the vDSO: it is nobody's to unmap. Seen since 7.3, it
 * has pages like any memory, which may be pinned.
 */
static int map_vvar(struct memory *memory, struct reason *why)
{
	void *start;
	size_t length = mapping_find("[vvar]", &start);

	if (length < memory->length)
		return reason(why, -EOPNOTSUPP,
			      "this kernel has not mapped enough of vvar");
	if (!mapping_has(start, "pf") && !mapping_has(start, "io"))
		return reason(why, -EOPNOTSUPP,
			      "this kernel has vvar in pages like other memory");
	memory->addr = start;
	memory->extent = length;
	return 0;
}

/* A stack of one page on top of nothing, into which it may grow. */
static int map_stack_gap(struct memory *memory, struct reason *why)
{
	int ret = memory_mmap(memory, STACK_ROOM, ANONYMOUS | MAP_NORESERVE,
			      why);
	char *base = memory->base;
	char *stack = base + STACK_ROOM - page_size();

	if (ret)
		return ret;
	munmap(base, STACK_ROOM);
	if (mmap(stack, page_size(), PROT_READ | PROT_WRITE,
		 ANONYMOUS | MAP_GROWSDOWN | MAP_FIXED, -1, 0) == MAP_FAILED)
		return reason(why, -errno, "cannot map a stack: %s",
			      strerror(errno));
	memory->addr = stack - STACK_DISTANCE;
	memory->extent = memory->length;
	return 0;
}

/* Whoever touches it gets an error instead of waiting for a pager. */
static int register_pages(struct memory *memory, uint64_t mode,
			  struct reason *why)
{
	memory->fd = uffd_open(UFFD_FEATURE_SIGBUS, "errors for events", why);
	if (memory->fd < 0)
		return memory->fd;
	return uffd_register(memory->fd, memory->addr, memory->length, mode,
			     why);
}

static int await_pages(struct memory *memory, struct reason *why)
{
	return register_pages(memory, UFFDIO_REGISTER_MODE_MISSING, why);
}

/* The kernel then treats the pages as lost, and an access raises SIGBUS. */
static int map_poisoned(struct memory *memory, struct reason *why)
{
	int ret = memory_base_pages(memory, why);

	if (ret)
		return ret;
	memory->fd = uffd_open(UFFD_FEATURE_POISON, "poison", why);
	if (memory->fd < 0)
		return memory->fd;
	ret = uffd_register(memory->fd, memory->addr, memory->length,
			    UFFDIO_REGISTER_MODE_MISSING, why);
	return ret ? ret : uffd_poison(memory->fd, memory->addr,
				       memory->length, why);
}

/* The file has the pages, and a pager has to say so before they are mapped. */
static int map_minor(struct memory *memory, struct reason *why)
{
	int file = memfd_create("pintest", MFD_CLOEXEC), ret;

	if (file < 0 || posix_fallocate(file, 0, memory->length))
		return reason(why, -EIO, "cannot create a memfd: %s",
			      strerror(errno));
	memory->fd = file;
	ret = memory_mmap(memory, memory->length, MAP_SHARED, why);
	close(file);
	memory->fd = -1;
	if (ret)
		return ret;
	memory->fd = uffd_open(UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_SIGBUS,
			       "minor faults", why);
	if (memory->fd < 0)
		return memory->fd;
	return uffd_register(memory->fd, memory->addr, memory->length,
			     UFFDIO_REGISTER_MODE_MINOR, why);
}

static int write_protect(struct memory *memory, struct reason *why)
{
	int ret = register_pages(memory, UFFDIO_REGISTER_MODE_WP, why);

	return ret ? ret : uffd_protect(memory->fd, memory->addr,
					memory->length, true, why);
}

static int unprotect(const struct memory *memory, struct reason *why)
{
	return uffd_protect(memory->fd, memory->addr, memory->length, false,
			    why);
}

#define OWN	(PINTEST_PAGE_ANON | PINTEST_PAGE_ANON_EXCLUSIVE)

static const struct memory_kind kinds[] = {
	{
		.id = "prot-none",
		.what = "private anonymous memory that was written and is mapped PROT_NONE",
		.traits = MEMORY_PRIVATE | MEMORY_VARIANT | MEMORY_UNMAPPED |
			  MEMORY_READ_ONLY,
		.refuses = REFUSES_READ | REFUSES_WRITE,
		.map = memory_filled_pages,
		.alter = make_inaccessible,
	}, {
		.id = "prot-none-untouched",
		.what = "private anonymous memory that nobody has touched and is mapped PROT_NONE",
		.traits = MEMORY_PRIVATE | MEMORY_ZERO | MEMORY_VARIANT |
			  MEMORY_UNMAPPED | MEMORY_READ_ONLY,
		.refuses = REFUSES_READ | REFUSES_WRITE,
		.map = memory_base_pages,
		.alter = make_inaccessible,
	}, {
		.id = "write-only",
		.what = "private anonymous memory that was written and is mapped PROT_WRITE only",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
			  MEMORY_UNREADABLE | MEMORY_UNTOLD,
		.refuses = REFUSES_READ,
		.map = memory_filled_pages,
		.alter = make_write_only,
	}, {
		.id = "hole",
		.what = "one page of private anonymous memory, followed by an unmapped page",
		.traits = MEMORY_PRIVATE | MEMORY_UNMAPPED,
		.is = OWN,
		.refuses = REFUSES_ALL,
		.refused_from = 1,
		.map = memory_filled_pages,
		.alter = cut_hole,
	}, {
		.id = "guard",
		.what = "one page of private anonymous memory, followed by guard pages (MADV_GUARD_INSTALL)",
		.traits = MEMORY_PRIVATE | MEMORY_UNMAPPED,
		.is = OWN,
		.refuses = REFUSES_ALL,
		.refused_from = 1,
		.map = memory_filled_pages,
		.alter = install_guard,
	}, {
		.id = "stack-gap",
		.what = "the gap below a stack, into which it has not grown",
		.traits = MEMORY_PRIVATE | MEMORY_UNMAPPED,
		.refuses = REFUSES_ALL,
		.map = map_stack_gap,
	}, {
		.id = "uffd-missing",
		.what = "private anonymous memory that is registered with userfaultfd and has no pages yet; a fault on it raises SIGBUS",
		.traits = MEMORY_PRIVATE | MEMORY_UNMAPPED,
		.refuses = REFUSES_ALL,
		.map = memory_base_pages,
		.alter = await_pages,
	}, {
		.id = "anon-uffd-poisoned",
		.what = "private anonymous memory that userfaultfd marks as lost (UFFDIO_POISON)",
		.traits = MEMORY_PRIVATE | MEMORY_UNMAPPED | MEMORY_VARIANT,
		.refuses = REFUSES_ALL,
		.map = map_poisoned,
	}, {
		.id = "memfd-uffd-minor",
		.what = "shared mapping of a memfd whose pages are there, but not mapped; a fault on them raises SIGBUS instead of a minor fault's event",
		.traits = MEMORY_UNMAPPED | MEMORY_VARIANT,
		.refuses = REFUSES_ALL,
		.map = map_minor,
	}, {
		.id = "anon-uffd-wp",
		.what = "private anonymous memory that userfaultfd write-protects; a write raises SIGBUS until the protection is removed",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT,
		.is = OWN,
		.is_not = PINTEST_PAGE_MAPPED_WRITABLE,
		.refuses = REFUSES_WRITE | REFUSES_FORCE,
		.map = memory_filled_pages,
		.alter = write_protect,
		.let_write = unprotect,
	}, {
		.id = "secretmem",
		.what = "memory of memfd_secret(), which is not in the kernel's direct map",
		.is_not = PINTEST_PAGE_ANON,
		.refuses = REFUSES_ALL,
		.map = map_secret,
	}, {
		.id = "vvar",
		.what = "kernel data that is mapped without struct pages (VM_PFNMAP, VM_IO)",
		.traits = MEMORY_UNMAPPED,
		.refuses = REFUSES_ALL,
		.map = map_vvar,
	}, {
		.id = "anon-dontfork",
		.what = "private anonymous memory that children do not inherit (MADV_DONTFORK)",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
			  MEMORY_WITHHELD,
		.is = OWN,
		.map = memory_filled_pages,
		.alter = keep_from_children,
	}, {
		.id = "anon-wipeonfork",
		.what = "private anonymous memory that children inherit zeroed (MADV_WIPEONFORK)",
		.traits = MEMORY_PRIVATE | MEMORY_ANON | MEMORY_VARIANT |
			  MEMORY_WIPED,
		.is = OWN,
		.map = memory_filled_pages,
		.alter = wipe_for_children,
	}, {
		.id = "anon-droppable",
		.what = "private anonymous memory that the kernel may drop (MAP_DROPPABLE)",
		.traits = MEMORY_PRIVATE | MEMORY_VARIANT,
		.is = OWN,
		.map = map_droppable,
	},
};

void memory_add_odd(struct memory_table *table)
{
	memory_add_kinds(table, kinds, ARRAY_SIZE(kinds));
}
