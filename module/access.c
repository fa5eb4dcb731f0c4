// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes of a pin: what a device that does DMA to these pages would read and
 * write, whatever the process has mapped by now.
 *
 * Pages are read through a buffer, with a copy that survives a fault: a
 * secretmem page, which some kernels let GUP-fast pin, is not in the kernel's
 * own mapping at all. A page that can be read there can be written.
 */
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "pintest_private.h"

static int load(struct page *page, size_t offset, void *to, size_t nr)
{
	void *address = pintest_compat_kmap(page);
	int err = copy_from_kernel_nofault(to, address + offset, nr);

	pintest_compat_kunmap(address);
	return err ? -EFAULT : 0;
}

static int store(struct page *page, size_t offset, const void *from, size_t nr)
{
	void *address = pintest_compat_kmap(page);
	char probe;
	int err = copy_from_kernel_nofault(&probe, address + offset, 1);

	if (!err) {
		memcpy(address + offset, from, nr);
		flush_dcache_page(page);
	}
	pintest_compat_kunmap(address);
	return err ? -EFAULT : 0;
}

static int load_to_user(struct page *page, size_t offset, void *buffer,
			void __user *user, size_t nr)
{
	int err = load(page, offset, buffer, nr);

	if (!err && copy_to_user(user, buffer, nr))
		err = -EFAULT;
	return err;
}

static int store_from_user(struct page *page, size_t offset, void *buffer,
			   void __user *user, size_t nr)
{
	if (copy_from_user(buffer, user, nr))
		return -EFAULT;
	return store(page, offset, buffer, nr);
}

typedef int copy_fn(struct page *page, size_t offset, void *buffer,
		    void __user *user, size_t nr);

/* Returns bytes copied, or an error if there are none. */
static ssize_t copy_pages(const struct pintest_pages *pages, copy_fn *copy,
			  void *buffer, void __user *user, size_t count,
			  loff_t start)
{
	size_t done = 0;

	while (done < count) {
		size_t offset = (start + done) % PAGE_SIZE;
		size_t nr = min_t(size_t, count - done, PAGE_SIZE - offset);
		struct page *page = pintest_pages_at(pages, (start + done) /
							    PAGE_SIZE);
		int err = copy(page, offset, buffer, user + done, nr);

		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		if (err)
			return done ? done : err;
		done += nr;
		cond_resched();
	}
	return done;
}

static ssize_t copy_with_buffer(const struct pintest_pages *pages,
				copy_fn *copy, void __user *user, size_t count,
				loff_t start)
{
	void *buffer = kmalloc(PAGE_SIZE, GFP_KERNEL);
	ssize_t ret = -ENOMEM;

	if (buffer)
		ret = copy_pages(pages, copy, buffer, user, count, start);
	kfree(buffer);
	return ret;
}

/**
 * pintest_access_pages - copy bytes of pages to user space
 * @pages: the pages
 * @to: user buffer
 * @count: bytes; with @start, not more than there are
 * @start: from here on
 *
 * Return: bytes copied, or -EFAULT, -EINTR or -ENOMEM if there are none.
 */
ssize_t pintest_access_pages(const struct pintest_pages *pages,
			     void __user *to, size_t count, loff_t start)
{
	return copy_with_buffer(pages, load_to_user, to, count, start);
}

static ssize_t access(struct file *file, copy_fn *copy, void __user *user,
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
	ret = copy_with_buffer(&pin->pages, copy, user, count, start);
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
 * -EFAULT if @to or the page is not accessible, -EINTR, -ENOMEM.
 */
ssize_t pintest_access_read(struct file *file, char __user *to, size_t count,
			    loff_t *offset)
{
	return access(file, load_to_user, to, count, offset);
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
	struct pintest_pin *pin = file->private_data;

	if (count && *offset >= pin->length)
		return -ENOSPC;
	return access(file, store_from_user, (void __user *)from, count,
		      offset);
}
