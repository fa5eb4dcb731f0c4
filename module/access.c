// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing a pin: the bytes that a device would read and write by
 * DMA to these pages, whatever the process has mapped now.
 *
 * Some kernels let GUP-fast pin secretmem. Its pages are not in the kernel's
 * own mapping, so the first access to each page is one that survives a fault.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "pintest_private.h"

static bool access_is_possible(const void *address)
{
	char byte;

	return !copy_from_kernel_nofault(&byte, address, 1);
}

/* Copies between user space and @address, in @page. Returns bytes copied. */
typedef size_t access_fn(struct page *page, void *address, void __user *user,
			 size_t nr);

static size_t access_load(struct page *page, void *address, void __user *user,
			  size_t nr)
{
	return nr - copy_to_user(user, address, nr);
}

/*
 * Not copy_from_user(): if a copy fails, that writes zeros to the rest, in
 * memory of somebody else. The VFS has checked that @user is in user space.
 */
static size_t access_store(struct page *page, void *address, void __user *user,
			   size_t nr)
{
	size_t copied = nr - __copy_from_user_inatomic(address, user, nr);

	flush_dcache_page(page);
	return copied;
}

static size_t access_page(struct page *page, size_t offset, access_fn *copy,
			  void __user *user, size_t nr)
{
	void *address = pintest_compat_kmap(page);
	size_t copied = 0;

	if (access_is_possible(address + offset))
		copied = copy(page, address + offset, user, nr);
	pintest_compat_kunmap(page, address);
	return copied;
}

/* Returns bytes copied, or an error if there are none. */
static ssize_t access_copy(const struct pintest_pages *pages, access_fn *copy,
			   void __user *user, size_t count, loff_t start)
{
	unsigned long one = 1;
	struct page *room;
	size_t done = 0;
	int err = 0;

	while (done < count && !err) {
		size_t offset = (start + done) % PAGE_SIZE;
		size_t nr = min_t(size_t, count - done, PAGE_SIZE - offset);
		struct page **page = pintest_pages_list(pages, (start + done) /
							PAGE_SIZE, &one, &room);
		size_t copied =
			access_page(*page, offset, copy, user + done, nr);

		if (copied < nr)
			err = -EFAULT;
		else if (fatal_signal_pending(current))
			err = -EINTR;
		done += copied;
		cond_resched();
	}
	return done ? done : err;
}

/**
 * pintest_access_pages - copy bytes of pages to user space
 * @pages: the pages
 * @to: user buffer
 * @count: bytes; @start + @count is not behind the end
 * @start: offset of the first byte
 *
 * Return: bytes copied, or -EFAULT or -EINTR if there are none.
 */
ssize_t pintest_access_pages(const struct pintest_pages *pages,
			     void __user *to, size_t count, loff_t start)
{
	return access_copy(pages, access_load, to, count, start);
}

static ssize_t access_pin(struct file *file, access_fn *copy, void __user *user,
			  size_t count, loff_t *offset)
{
	struct pintest_pin *pin = file->private_data;
	loff_t start = *offset;
	ssize_t ret;

	if (start < 0)
		return -EINVAL;
	ret = pintest_pin_use(pin);
	if (ret)
		return ret;
	count = min_t(u64, count, max(pin->length - start, 0LL));
	ret = access_copy(&pin->pages, copy, user, count, start);
	pintest_pin_unuse(pin);
	if (ret > 0)
		*offset = start + ret;
	return ret;
}

/**
 * pintest_access_read - read() and pread() of a pin
 * @file: the pin
 * @to: user buffer
 * @count: bytes
 * @offset: from here on
 *
 * Return: bytes read, 0 at the end of the pin, -ENXIO if it has been unpinned,
 * -EFAULT if @to or the page is not accessible, -EINTR.
 */
ssize_t pintest_access_read(struct file *file, char __user *to, size_t count,
			    loff_t *offset)
{
	return access_pin(file, access_load, to, count, offset);
}

/**
 * pintest_access_write - write() and pwrite() of a pin
 * @file: the pin; opened for writing only if it was taken with FOLL_WRITE
 * @from: user buffer
 * @count: bytes
 * @offset: from here on
 *
 * Return: bytes written, -ENOSPC at the end of the pin, else as reading.
 */
ssize_t pintest_access_write(struct file *file, const char __user *from,
			     size_t count, loff_t *offset)
{
	ssize_t ret = access_pin(file, access_store, (void __user *)from, count,
				 offset);

	return ret || !count ? ret : -ENOSPC;
}
