// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pintest. A descriptor keeps only the memory of the process that opened
 * it. Everything else that lasts belongs to the pins that it creates.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include "pintest_private.h"

static const struct pintest_command device_commands[] = {
	PINTEST_COMMAND(PINTEST_IOC_INFO, info, out_charges, pintest_info_run),
	PINTEST_COMMAND(PINTEST_IOC_PIN, pin, out_stop, pintest_pin_run),
	PINTEST_COMMAND(PINTEST_IOC_INSPECT, inspect, out_next,
			pintest_inspect_run),
	PINTEST_COMMAND(PINTEST_IOC_BENCH, bench, out_stop,
			pintest_bench_run),
	PINTEST_COMMAND(PINTEST_IOC_TRACE, trace, out_calls,
			pintest_trace_run),
};

static long device_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	return pintest_dispatch(device_commands, ARRAY_SIZE(device_commands),
				file, cmd, arg);
}

/* The descriptor keeps an mm_struct, but no memory: mmgrab(), not mmget(). */
static int device_open(struct inode *inode, struct file *file)
{
	if (!current->mm)
		return -ESRCH;
	mmgrab(current->mm);
	file->private_data = current->mm;
	return nonseekable_open(inode, file);
}

static int device_release(struct inode *inode, struct file *file)
{
	mmdrop(file->private_data);
	return 0;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "pintest",
	.fops = &device_fops,
	.mode = 0600,
};

static int __init pintest_init(void)
{
	int err = pintest_gup_test_init();

	if (err)
		return err;
	/* Register last: once others can open the device, it must work. */
	err = misc_register(&device);
	if (err)
		pintest_gup_test_exit();
	return err;
}
module_init(pintest_init);

static void __exit pintest_exit(void)
{
	misc_deregister(&device);
	pintest_gup_test_exit();
}
module_exit(pintest_exit);

MODULE_AUTHOR("The pintest developers");
MODULE_DESCRIPTION("Pins user pages on request and reports their state");
MODULE_LICENSE("GPL");
MODULE_VERSION(PINTEST_VERSION);
