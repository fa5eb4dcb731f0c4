// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/kernel/debug/gup_test, for the kernel's mm selftests on kernels that
 * were built without it. It exists only if the module parameter asks for it
 * and the kernel has none of its own.
 *
 * It uses the code of /dev/pintest and returns what the kernel's gup_test
 * returns (gup_test.h), with two differences. The kernel's has one set of
 * pinned pages for the whole system; this has one for each open file. And this
 * does not warn about unknown flags from a user.
 */
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "gup.h"
#include "gup_test.h"
#include "pintest_private.h"

/* While loading: whether the user wants it. Later: whether it exists. */
static bool enabled;
module_param_named(gup_test, enabled, bool, 0444);
MODULE_PARM_DESC(gup_test,
		 "offer /sys/kernel/debug/gup_test as CONFIG_GUP_TEST does");

/*
 * Pages between two breaks, in which signals, the scheduler and the pages
 * taken are checked. The clock does not run then.
 */
#define PAGES_PER_LOOK 4096

/**
 * struct gup_test_file - an open file
 * @lock: held in each call
 * @pin: what LONGTERM_START pinned, or NULL
 */
struct gup_test_file {
	struct mutex lock;	/* protects pin */
	struct pintest_pin *pin;
};

/**
 * struct gup_test_bench - a benchmark under way
 * @nr: which, &enum gup_test_nr
 * @args: its arguments
 * @gup: the call that it makes
 * @legal: the call takes the flags in @args. If not, no page is taken, and that
 *	is not an error
 * @pages: the pages that the calls returned
 * @taken: pages in @pages
 * @end: the address where they end
 * @ns: nanoseconds that they took
 */
struct gup_test_bench {
	unsigned int nr;
	struct gup_test_args args;
	struct pintest_gup gup;
	bool legal;
	struct page **pages;
	unsigned long taken;
	u64 end;
	u64 ns;
};

static u32 gup_test_api(const struct gup_test_bench *bench)
{
	switch (bench->nr) {
	case GUP_TEST_GUP_FAST_BENCHMARK:
		return PINTEST_API_GET_FAST;
	case GUP_TEST_PIN_FAST_BENCHMARK:
		return PINTEST_API_PIN_FAST;
	case GUP_TEST_GUP_BASIC:
		return PINTEST_API_GET;
	case GUP_TEST_DUMP_USER_PAGES:
		return bench->args.test_flags & GUP_TEST_FLAG_DUMP_PIN ?
		       PINTEST_API_PIN : PINTEST_API_GET;
	default:
		return PINTEST_API_PIN;
	}
}

static void gup_test_init_gup(struct gup_test_bench *bench)
{
	u32 api = gup_test_api(bench);
	unsigned int flags = bench->args.gup_flags;
	u32 foll;

	/* The kernel's allows these flags, and the call sets them anyway. */
	if (!pintest_gup_is_pin(api))
		flags &= ~FOLL_GET;
	bench->legal = !pintest_gup_foll(flags, &foll);
	if (bench->nr == GUP_TEST_PIN_LONGTERM_BENCHMARK)
		foll |= PINTEST_FOLL_LONGTERM;
	if (pintest_gup_check(api, foll))
		bench->legal = false;
	pintest_gup_init(&bench->gup, current->mm, api, foll);
}

/*
 * Makes calls until one returns fewer pages than it asked for, or until the
 * next break. Moves @bench->end to the end of the range of the last call that
 * returned a page. Returns whether more calls have to follow.
 *
 * A call may ask for one page, and the clock runs in this loop. So the loop is
 * as short as that of the kernel's gup_test, and the figures can be compared.
 * It never asks for no page: the fast calls would take one or more all the
 * same.
 */
static bool gup_test_take_some(struct gup_test_bench *bench)
{
	const long per_call = min_t(u32, bench->args.nr_pages_per_call,
				    PAGES_PER_LOOK);
	struct page **pages = bench->pages + bench->taken;
	struct page **look = pages + PAGES_PER_LOOK - per_call;
	u64 addr = bench->end, step;
	u64 left = bench->args.size - (addr - bench->args.addr);
	long nr = per_call;
	int locked = 1;

	while (left >= PAGE_SIZE && nr == per_call && pages <= look) {
		step = (u64)nr * PAGE_SIZE;
		if (step > left) {
			step = left;
			nr = left / PAGE_SIZE;
		}
		nr = pintest_gup_call(&bench->gup, addr, nr, pages, &locked);
		if (nr <= 0)
			break;
		pages += nr;
		addr += step;
		left -= step;
	}
	bench->taken = pages - bench->pages;
	bench->end = addr;
	return left >= PAGE_SIZE && nr == per_call;
}

/* The same with the clock running, and then a break. */
static bool gup_test_look(struct gup_test_bench *bench)
{
	unsigned long first = bench->taken, nr, good;
	u32 stop;
	u64 start;
	bool more;

	if (!pintest_count_begin(PAGES_PER_LOOK))
		return false;
	start = ktime_get_ns();
	more = gup_test_take_some(bench);
	bench->ns += ktime_get_ns() - start;
	nr = bench->taken - first;
	good = pintest_gup_settle(&bench->gup, bench->pages + first, nr, &stop);
	bench->taken = first + good;
	pintest_count_end(PAGES_PER_LOOK);
	return more && good == nr;
}

static int gup_test_take(struct gup_test_bench *bench)
{
	bool lock = pintest_gup_needs_lock(&bench->gup);
	bool more = bench->legal && bench->args.nr_pages_per_call;

	bench->end = bench->args.addr;
	if (lock && mmap_read_lock_killable(current->mm))
		return -EINTR;
	while (more && !fatal_signal_pending(current)) {
		more = gup_test_look(bench);
		cond_resched();
	}
	if (lock)
		mmap_read_unlock(current->mm);
	bench->args.get_delta_usec = div_u64(bench->ns, NSEC_PER_USEC);
	bench->args.size = bench->end - bench->args.addr;
	return 0;
}

static void gup_test_timed_put(struct gup_test_bench *bench)
{
	ktime_t start = ktime_get();

	pintest_gup_put_in_steps(&bench->gup, bench->pages, bench->taken,
				 PAGES_PER_LOOK);
	bench->args.put_delta_usec = ktime_us_delta(ktime_get(), start);
}

static const char *gup_test_what_is_wrong(const struct gup_test_bench *bench,
					  struct page *page)
{
	struct page *head = compound_head(page);

	/* The kernel may not count pins of the zero page, in any zone. */
	if (is_zero_pfn(page_to_pfn(page)))
		return NULL;
	if (!pintest_compat_maybe_dma_pinned(head, compound_order(head)))
		return "NOT dma-pinned";
	if (bench->gup.foll & PINTEST_FOLL_LONGTERM &&
	    page_zonenum(page) == ZONE_MOVABLE)
		return "NOT pinnable but pinned";
	return NULL;
}

static void gup_test_verify(const struct gup_test_bench *bench)
{
	unsigned long i;

	if (!pintest_gup_is_pin(bench->gup.api) ||
	    bench->nr == GUP_TEST_DUMP_USER_PAGES)
		return;
	for (i = 0; i < bench->taken; i++) {
		const char *wrong =
			gup_test_what_is_wrong(bench, bench->pages[i]);

		if (wrong) {
			pr_warn("pages[%lu] is %s\n", i, wrong);
			dump_page(bench->pages[i], "gup_test failure");
			return;
		}
		cond_resched();
	}
}

static void gup_test_forget_not_taken(struct gup_test_bench *bench)
{
	u32 *which = bench->args.which_pages;
	unsigned int i;

	for (i = 0; i < GUP_TEST_MAX_DUMP; i++) {
		if (which[i] <= bench->taken)
			continue;
		pr_warn("ZEROING due to out of range: .which_pages[%u]: %u\n",
			i, which[i]);
		which[i] = 0;
	}
}

static void gup_test_dump(struct gup_test_bench *bench)
{
	const u32 *which = bench->args.which_pages;
	unsigned int i;

	gup_test_forget_not_taken(bench);
	for (i = 0; i < GUP_TEST_MAX_DUMP; i++) {
		if (!which[i])
			continue;
		pr_info("---- page #%u, starting from user virt addr: 0x%llx\n",
			which[i] - 1, bench->args.addr);
		dump_page(bench->pages[which[i] - 1],
			  "gup_test: dump_pages() test");
	}
}

static int gup_test_bench(struct gup_test_bench *bench)
{
	u64 end = bench->args.addr + bench->args.size;
	int err;

	if (end < bench->args.addr || end != (unsigned long)end)
		return -EINVAL;
	gup_test_init_gup(bench);
	bench->pages = pintest_gup_array(bench->args.size / PAGE_SIZE);
	if (!bench->pages)
		return -ENOMEM;
	err = gup_test_take(bench);
	if (!err) {
		gup_test_verify(bench);
		if (bench->nr == GUP_TEST_DUMP_USER_PAGES)
			gup_test_dump(bench);
		gup_test_timed_put(bench);
	}
	kvfree(bench->pages);
	return err;
}

static long gup_test_bench_ioctl(unsigned int nr, void __user *user)
{
	const size_t size = offsetofend(struct gup_test_args, which_pages);
	struct gup_test_bench bench = { .nr = nr };
	int err;

	if (copy_from_user(&bench.args, user, size))
		return -EFAULT;
	err = gup_test_bench(&bench);
	if (err)
		return err;
	return copy_to_user(user, &bench.args, size) ? -EFAULT : 0;
}

static int gup_test_longterm_pin_args(void __user *user,
				      struct pintest_pin_args *pin)
{
	struct gup_test_longterm_args args;

	if (copy_from_user(&args, user,
			   offsetofend(struct gup_test_longterm_args, flags)))
		return -EFAULT;
	if (args.flags & ~(GUP_TEST_LONGTERM_WRITE | GUP_TEST_LONGTERM_FAST) ||
	    args.size > LONG_MAX ||
	    pintest_check_range(args.addr, args.size))
		return -EINVAL;
	pin->addr = args.addr;
	pin->length = args.size;
	pin->api = args.flags & GUP_TEST_LONGTERM_FAST ? PINTEST_API_PIN_FAST :
							 PINTEST_API_PIN;
	pin->foll = PINTEST_FOLL_LONGTERM;
	if (args.flags & GUP_TEST_LONGTERM_WRITE)
		pin->foll |= PINTEST_FOLL_WRITE;
	return 0;
}

/* All pages or none. @file->lock is held, as for the next two. */
static int gup_test_longterm_start(struct gup_test_file *file,
				   void __user *user)
{
	struct pintest_pin_args args = {};
	struct pintest_pin *pin;
	int err;

	if (file->pin)
		return -EINVAL;
	err = gup_test_longterm_pin_args(user, &args);
	if (err)
		return err;
	pin = pintest_pin_take(&args, NULL);
	if (IS_ERR(pin))
		return PTR_ERR(pin);
	if (args.out_errno) {
		pintest_pin_free(pin);
		return -(int)args.out_errno;
	}
	file->pin = pin;
	return 0;
}

static void gup_test_longterm_stop(struct gup_test_file *file)
{
	if (file->pin)
		pintest_pin_free(file->pin);
	file->pin = NULL;
}

static int gup_test_longterm_read(struct gup_test_file *file, void __user *user)
{
	ssize_t ret;
	u64 to;

	if (!file->pin)
		return -EINVAL;
	if (copy_from_user(&to, user, sizeof(to)))
		return -EFAULT;
	ret = pintest_access_pages(&file->pin->pages, u64_to_user_ptr(to),
				   file->pin->length, 0);
	if (ret < 0)
		return ret;
	return ret == file->pin->length ? 0 : -EFAULT;
}

static long gup_test_longterm_ioctl(struct gup_test_file *file, unsigned int nr,
				    void __user *user)
{
	int err = 0;

	if (mutex_lock_killable(&file->lock))
		return -EINTR;
	switch (nr) {
	case GUP_TEST_LONGTERM_START:
		err = gup_test_longterm_start(file, user);
		break;
	case GUP_TEST_LONGTERM_STOP:
		gup_test_longterm_stop(file);
		break;
	default:
		err = gup_test_longterm_read(file, user);
	}
	mutex_unlock(&file->lock);
	return err;
}

/* @full is the size of the argument, @packed that of its fields. */
static bool gup_test_is(unsigned int cmd, unsigned int dir, size_t full,
			size_t packed)
{
	return _IOC_TYPE(cmd) == GUP_TEST_IOC_TYPE && _IOC_DIR(cmd) == dir &&
	       (_IOC_SIZE(cmd) == full || _IOC_SIZE(cmd) == packed);
}

static bool gup_test_is_defined(unsigned int cmd)
{
	switch (_IOC_NR(cmd)) {
	case GUP_TEST_GUP_FAST_BENCHMARK ... GUP_TEST_DUMP_USER_PAGES:
		return gup_test_is(cmd, _IOC_READ | _IOC_WRITE,
				   sizeof(struct gup_test_args),
				   offsetofend(struct gup_test_args,
					       which_pages));
	case GUP_TEST_LONGTERM_START:
		return gup_test_is(cmd, _IOC_WRITE,
				   sizeof(struct gup_test_longterm_args),
				   offsetofend(struct gup_test_longterm_args,
					       flags));
	case GUP_TEST_LONGTERM_STOP:
		return gup_test_is(cmd, _IOC_NONE, 0, 0);
	case GUP_TEST_LONGTERM_READ:
		return gup_test_is(cmd, _IOC_WRITE, sizeof(u64),
				   sizeof(u64));
	default:
		return false;
	}
}

static long gup_test_ioctl(struct file *file, unsigned int cmd,
			   unsigned long arg)
{
	unsigned int nr = _IOC_NR(cmd);
	void __user *user = (void __user *)arg;

	if (!gup_test_is_defined(cmd))
		return -EINVAL;
	if (nr <= GUP_TEST_DUMP_USER_PAGES)
		return gup_test_bench_ioctl(nr, user);
	return gup_test_longterm_ioctl(file->private_data, nr, user);
}

static int gup_test_open(struct inode *inode, struct file *file)
{
	struct gup_test_file *state = kzalloc(sizeof(*state), GFP_KERNEL);

	if (!state)
		return -ENOMEM;
	mutex_init(&state->lock);
	file->private_data = state;
	return nonseekable_open(inode, file);
}

static int gup_test_release(struct inode *inode, struct file *file)
{
	gup_test_longterm_stop(file->private_data);
	kfree(file->private_data);
	return 0;
}

static const struct file_operations gup_test_fops = {
	.owner = THIS_MODULE,
	.open = gup_test_open,
	.unlocked_ioctl = gup_test_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.release = gup_test_release,
};

static struct dentry *gup_test_dentry;

/**
 * pintest_gup_test_init - offer gup_test if the module parameter says so
 *
 * debugfs_create_file_unsafe() is safe here, because an open file keeps the
 * module. Only files made by it serve 32-bit callers.
 *
 * Return: 0, also if the kernel has its own; -errno.
 */
int pintest_gup_test_init(void)
{
	struct dentry *own;

	if (!enabled)
		return 0;
	own = debugfs_lookup("gup_test", NULL);
	if (!IS_ERR_OR_NULL(own)) {
		dput(own);
		pr_notice("pintest: this kernel has its own gup_test; left alone\n");
		enabled = false;
		return 0;
	}
	gup_test_dentry = debugfs_create_file_unsafe("gup_test", 0600, NULL,
						     NULL, &gup_test_fops);
	return PTR_ERR_OR_ZERO(gup_test_dentry);
}

void pintest_gup_test_exit(void)
{
	debugfs_remove(gup_test_dentry);
}
