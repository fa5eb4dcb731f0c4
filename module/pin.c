// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pin is a file, and struct file is its reference count. A call under way
 * holds it. A forked child and the receiver of an SCM_RIGHTS message share it.
 * The last close unpins, also when the kernel closes the files of a killed
 * process.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include "pintest_private.h"

/**
 * pintest_pin_use - keep the pages of a pin while they are used
 * @pin: the pin
 *
 * Return: 0, and the pages stay until pintest_pin_unuse(); -ENXIO if the pin
 * has been unpinned; -EINTR on a fatal signal.
 */
int pintest_pin_use(struct pintest_pin *pin)
{
	if (down_read_killable(&pin->lock))
		return -EINTR;
	if (pin->pages.nr)
		return 0;
	up_read(&pin->lock);
	return -ENXIO;
}

void pintest_pin_unuse(struct pintest_pin *pin)
{
	up_read(&pin->lock);
}

/**
 * pintest_pin_free - unpin what is still pinned, and free the pin
 * @pin: the pin; the caller has the only reference
 */
void pintest_pin_free(struct pintest_pin *pin)
{
	pintest_pages_put(&pin->pages, &pin->gup, false);
	mmdrop(pin->gup.mm);
	pintest_account_end(&pin->account);
	kfree(pin);
}

static int pin_release(struct inode *inode, struct file *file)
{
	pintest_pin_free(file->private_data);
	return 0;
}

static long pin_unpin_run(struct pintest_call *call)
{
	struct pintest_pin *pin = call->file->private_data;
	bool dirty = call->args.unpin.flags & PINTEST_UNPIN_DIRTY;
	int err = -ENXIO;

	if (call->args.unpin.flags & ~PINTEST_UNPIN_DIRTY)
		return -EOPNOTSUPP;
	if (dirty && !(pin->gup.foll & PINTEST_FOLL_WRITE))
		return -EACCES;
	if (down_write_killable(&pin->lock))
		return -EINTR;
	if (pin->pages.nr) {
		pintest_pages_put(&pin->pages, &pin->gup, dirty);
		err = 0;
	}
	up_write(&pin->lock);
	return err;
}

static const struct pintest_command pin_commands[] = {
	PINTEST_COMMAND(PINTEST_IOC_UNPIN, unpin, flags, pin_unpin_run),
	PINTEST_COMMAND(PINTEST_IOC_RECORDS, records, out_count,
			pintest_records_run),
};

static long pin_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return pintest_dispatch(pin_commands, ARRAY_SIZE(pin_commands), file,
				cmd, arg);
}

static loff_t pin_llseek(struct file *file, loff_t offset, int whence)
{
	struct pintest_pin *pin = file->private_data;
	int err = pintest_pin_use(pin);

	if (err)
		return err;
	offset = fixed_size_llseek(file, offset, whence, pin->length);
	pintest_pin_unuse(pin);
	return offset;
}

static void pin_show_fdinfo(struct seq_file *m, struct file *file)
{
	struct pintest_pin *pin = file->private_data;

	seq_printf(m, "pin-addr:\t%#lx\n", pin->pages.start);
	seq_printf(m, "pin-length:\t%lld\n", pin->length);
	seq_printf(m, "pin-api:\t%u\n", pin->gup.api);
	seq_printf(m, "pin-foll:\t%#x\n", pin->gup.foll);
	seq_printf(m, "pin-held:\t%d\n", READ_ONCE(pin->pages.nr) > 0);
}

static const struct file_operations pin_fops = {
	.owner = THIS_MODULE,
	.read = pintest_access_read,
	.write = pintest_access_write,
	.llseek = pin_llseek,
	.unlocked_ioctl = pin_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.show_fdinfo = pin_show_fdinfo,
	.release = pin_release,
};

static int pin_check(const struct pintest_pin_args *args)
{
	int err = pintest_gup_check(args->api, args->foll);

	if (!err)
		err = pintest_account_check(args->charge);
	if (!err && args->pid && !pintest_gup_is_remote(args->api))
		err = -EINVAL;
	return err ? err : pintest_check_range(args->addr, args->length);
}

static struct pintest_pin *pin_new(const struct pintest_pin_args *args,
				   struct mm_struct *mm)
{
	struct pintest_pin *pin = kzalloc(sizeof(*pin), GFP_KERNEL_ACCOUNT);

	if (!pin)
		return ERR_PTR(-ENOMEM);
	init_rwsem(&pin->lock);
	pintest_gup_init(&pin->gup, mm, args->api, args->foll);
	mmgrab(mm);
	pintest_account_init(&pin->account, args->charge);
	return pin;
}

/* Pins and charges as many pages as possible. Sets the out fields of @args. */
static int pin_fill(struct pintest_pin *pin, struct pintest_pin_args *args)
{
	unsigned long nr = args->length / PAGE_SIZE;
	int err;

	err = pintest_gup_begin(&pin->gup, args->addr, nr);
	if (err)
		return err;
	err = pintest_pages_take(&pin->pages, &pin->gup, &pin->account,
				 args->addr, nr);
	pintest_gup_end(&pin->gup);
	args->out_stop = pin->pages.stop;
	if (err && (!pin->pages.nr || fatal_signal_pending(current)))
		return err;
	pin->length = (loff_t)pin->pages.nr * PAGE_SIZE;
	args->out_pages = pin->pages.nr;
	args->out_errno = -err;
	return 0;
}

/**
 * pintest_pin_take - pin, without a file
 * @args: what to pin, and how; already checked. Sets out_pages, out_errno and
 *	out_stop
 * @device: the descriptor that the ioctl came from; NULL if @args has no pid
 *
 * Return: a pin, to be freed with pintest_pin_free(), or -errno.
 */
struct pintest_pin *pintest_pin_take(struct pintest_pin_args *args,
				     const struct file *device)
{
	struct mm_struct *mm = pintest_target_get(device, args->pid);
	struct pintest_pin *pin;
	int err;

	if (IS_ERR(mm))
		return ERR_CAST(mm);
	pin = pin_new(args, mm);
	if (!IS_ERR(pin)) {
		err = pin_fill(pin, args);
		if (err) {
			pintest_pin_free(pin);
			pin = ERR_PTR(err);
		}
	}
	mmput(mm);
	return pin;
}

/* Returns a file that owns @pin. On an error the caller still owns @pin. */
static struct file *pin_file(struct pintest_pin *pin)
{
	bool writable = pin->gup.foll & PINTEST_FOLL_WRITE;
	struct file *file = anon_inode_getfile("[pintest]", &pin_fops, pin,
					       writable ? O_RDWR : O_RDONLY);

	if (!IS_ERR(file))
		file->f_mode |= FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	return file;
}

/**
 * pintest_pin_run - PINTEST_IOC_PIN
 * @call: the call
 *
 * The descriptor is installed last, when nothing can fail any more, because
 * other threads can use it from then on.
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_pin_run(struct pintest_call *call)
{
	struct pintest_pin_args *args = &call->args.pin;
	struct pintest_pin *pin;
	struct file *file;
	int err = pin_check(args);

	if (err)
		return err;
	args->out_fd = get_unused_fd_flags(O_CLOEXEC);
	if (args->out_fd < 0)
		return args->out_fd;
	args->out_stop = PINTEST_STOP_CALL;
	pin = pintest_pin_take(args, call->file);
	if (IS_ERR(pin)) {
		err = PTR_ERR(pin);
		goto out_put_fd;
	}
	file = pin_file(pin);
	if (IS_ERR(file)) {
		err = PTR_ERR(file);
		pintest_pin_free(pin);
		goto out_put_fd;
	}
	err = pintest_respond(call);
	if (err) {
		fput(file);
		goto out_put_fd;
	}
	fd_install(args->out_fd, file);
	return 0;

out_put_fd:
	put_unused_fd(args->out_fd);
	args->out_fd = -1;
	if (err == -ENOMEM)
		pintest_respond(call);
	return err;
}
