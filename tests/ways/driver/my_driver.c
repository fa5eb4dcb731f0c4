// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/my_driver: a driver that pins, for the way in share/pintest/ways; right, or
 * wrong in one of the ways in which drivers are wrong.
 *
 * It does what a driver does for a device, and nothing else: its "device" is a
 * copy from the pinned pages.
 */
#include <linux/highmem.h>
#include <linux/idr.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "my_driver.h"

static char *bug = "none";
module_param(bug, charp, 0444);
MODULE_PARM_DESC(bug, "none, get: GET for PIN, short: no FOLL_LONGTERM, inverted: FOLL_WRITE where it should not be, forget: never unpins");

#define PAGES_MAX	4096

/**
 * struct my_pin - pinned memory
 *
 * @nr: how many pages
 * @write: the device writes to them
 * @pages: the pages, each pinned
 */
struct my_pin {
	unsigned int nr;
	bool write;
	struct page *pages[];
};

/* An open file: @pins has its pinned memory by number, under @lock. */
struct my_file {
	struct mutex lock;
	struct idr pins;
};

static bool has_bug(const char *name)
{
	return !strcmp(bug, name);
}

static unsigned int flags_of(bool write)
{
	unsigned int flags = has_bug("short") ? 0 : FOLL_LONGTERM;

	if (write != has_bug("inverted"))
		flags |= FOLL_WRITE;
	return flags;
}

static int take_pages(struct my_pin *pin, unsigned long addr, int nr)
{
	unsigned int flags = flags_of(pin->write);

	if (has_bug("get"))
		return get_user_pages_fast(addr, nr, flags & ~FOLL_LONGTERM,
					   pin->pages);
	return pin_user_pages_fast(addr, nr, flags, pin->pages);
}

static void give_back(struct my_pin *pin)
{
	unsigned int i;

	if (has_bug("forget"))
		return;
	if (!has_bug("get")) {
		unpin_user_pages_dirty_lock(pin->pages, pin->nr, pin->write);
		return;
	}
	for (i = 0; i < pin->nr; i++)
		put_page(pin->pages[i]);
}

static int pin_all(struct my_pin *pin, unsigned long addr, int nr)
{
	int got = take_pages(pin, addr, nr);

	if (got == nr) {
		pin->nr = nr;
		return 0;
	}
	pin->nr = max(got, 0);
	give_back(pin);
	return got < 0 ? got : -EFAULT;
}

static long do_map(struct my_file *file, struct my_map __user *arg)
{
	struct my_map map;
	struct my_pin *pin;
	int ret;

	if (copy_from_user(&map, arg, sizeof(map)))
		return -EFAULT;
	if ((map.addr | map.length) & ~PAGE_MASK || !map.length ||
	    map.length >> PAGE_SHIFT > PAGES_MAX)
		return -EINVAL;
	pin = kzalloc(struct_size(pin, pages, map.length >> PAGE_SHIFT),
		      GFP_KERNEL);
	if (!pin)
		return -ENOMEM;
	pin->write = map.write;
	ret = pin_all(pin, map.addr, map.length >> PAGE_SHIFT);
	if (ret)
		goto free;
	ret = idr_alloc(&file->pins, pin, 1, 0, GFP_KERNEL);
	if (ret < 0)
		goto give_back;
	if (!put_user(ret, &arg->id))
		return 0;
	idr_remove(&file->pins, ret);
	ret = -EFAULT;
give_back:
	give_back(pin);
free:
	kfree(pin);
	return ret;
}

static long read_page(struct page *page, void __user *to, size_t offset,
		      size_t length)
{
	void *from = kmap(page);
	unsigned long left = copy_to_user(to, from + offset, length);

	kunmap(page);
	return left ? -EFAULT : 0;
}

static long do_read(struct my_file *file, struct my_read __user *arg)
{
	struct my_read read;
	struct my_pin *pin;
	long ret = 0;

	if (copy_from_user(&read, arg, sizeof(read)))
		return -EFAULT;
	pin = idr_find(&file->pins, read.id);
	if (!pin)
		return -ENOENT;
	if (read.offset > (u64)pin->nr << PAGE_SHIFT ||
	    read.length > ((u64)pin->nr << PAGE_SHIFT) - read.offset)
		return -EINVAL;
	while (read.length && !ret) {
		size_t in_page = offset_in_page(read.offset);
		size_t n = min_t(u64, read.length, PAGE_SIZE - in_page);

		ret = read_page(pin->pages[read.offset >> PAGE_SHIFT],
				u64_to_user_ptr(read.to), in_page, n);
		read.to += n;
		read.offset += n;
		read.length -= n;
	}
	return ret;
}

static long do_unmap(struct my_file *file, unsigned long id)
{
	struct my_pin *pin = idr_remove(&file->pins, id);

	if (!pin)
		return -ENOENT;
	give_back(pin);
	kfree(pin);
	return 0;
}

static long my_ioctl(struct file *opened, unsigned int cmd, unsigned long arg)
{
	struct my_file *file = opened->private_data;
	long ret = -ENOTTY;

	mutex_lock(&file->lock);
	switch (cmd) {
	case MY_MAP:
		ret = do_map(file, (void __user *)arg);
		break;
	case MY_READ:
		ret = do_read(file, (void __user *)arg);
		break;
	case MY_UNMAP:
		ret = do_unmap(file, arg);
		break;
	}
	mutex_unlock(&file->lock);
	return ret;
}

static int my_open(struct inode *inode, struct file *opened)
{
	struct my_file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	if (!file)
		return -ENOMEM;
	mutex_init(&file->lock);
	idr_init(&file->pins);
	opened->private_data = file;
	return 0;
}

static int my_release(struct inode *inode, struct file *opened)
{
	struct my_file *file = opened->private_data;
	struct my_pin *pin;
	int id;

	idr_for_each_entry(&file->pins, pin, id) {
		give_back(pin);
		kfree(pin);
	}
	idr_destroy(&file->pins);
	kfree(file);
	return 0;
}

static const struct file_operations my_fops = {
	.owner = THIS_MODULE,
	.open = my_open,
	.release = my_release,
	.unlocked_ioctl = my_ioctl,
};

static struct miscdevice my_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "my_driver",
	.fops = &my_fops,
};

module_misc_device(my_device);
MODULE_DESCRIPTION("a driver that pins, right or wrong");
MODULE_LICENSE("GPL");
