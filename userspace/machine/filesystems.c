// SPDX-License-Identifier: GPL-2.0-only
/*
 * File systems that are made for a while.
 *
 * Those that need a device get a loop device on memory that only this process
 * has. The mount is a descriptor that is not attached to any directory. The kernel
 * unmounts it when the descriptor is closed, also when SIGKILL closes it. That frees
 * the loop device, which has LO_FLAGS_AUTOCLEAR, and its memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/mount.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "base/peer.h"
#include "base/reason.h"
#include "filesystems.h"
#include "modules.h"

/* All file systems are content with that; it is memory only once written. */
#define IMAGE_SIZE	((off_t)320 << 20)
#define LOOP_TRIES	16
#define NAME_LENGTH	32

/* A type of this name, and then another, is an overlay with layers on that. */
#define OVERLAY		"overlay-"
#define LAYERS		P_tmpdir

/* ext4 without page cache, on a device that has this label in its superblock. */
#define DAX		"ext4-dax"
#define DAX_LABEL	"pintest"
#define EXT4_LABEL_AT	(1024 + 120)
#define PMEM_TRIES	8

/* More than anybody asks for; the first one then makes room. */
#define MOUNTS		16

/* What is mounted; or what could not be, and why. */
struct mounted {
	char type[NAME_LENGTH];
	char value[NAME_LENGTH];
	int mount;
	struct reason why;
};

/* Making a file system takes seconds, so that all that were needed are kept. */
static struct mounted mounts[MOUNTS];
static size_t mount_count;
static const struct mounted *current;

/* How a file system is made on a device. */
static const struct maker {
	const char *type;
	const char *program;
	const char *options[8];
} makers[] = {
	{ "ext4", "mke2fs", { "-q", "-F", "-t", "ext4", "-b", "4096", "-N",
			      "64" } },
	{ "xfs", "mkfs.xfs", { "-q", "-f", "-K" } },
	{ "btrfs", "mkfs.btrfs", { "-q", "-f", "-K" } },
};

static const char *layers_of(const char *type)
{
	size_t length = strlen(OVERLAY);

	return strncmp(type, OVERLAY, length) ? NULL : type + length;
}

static const struct maker *maker_of(const char *type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(makers); i++)
		if (!strcmp(makers[i].type, type))
			return &makers[i];
	return NULL;
}

/* What a program for people says is of no use here. */
static int run_silently(const char *program, char *const *argv)
{
	posix_spawn_file_actions_t actions;
	int status, fd;
	pid_t pid;
	int ret;

	posix_spawn_file_actions_init(&actions);
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null",
						 O_RDWR, 0);
	ret = -posix_spawnp(&pid, program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (ret)
		return ret;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EIO;
}

static int make_filesystem(const struct maker *maker, const char *device,
			   struct reason *why)
{
	const char *argv[ARRAY_SIZE(maker->options) + 3] = { maker->program };
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(maker->options) && maker->options[i]; i++)
		argv[i + 1] = maker->options[i];
	argv[i + 1] = device;
	ret = run_silently(maker->program, (char *const *)argv);
	if (ret == -ENOENT)
		return reason(why, -EOPNOTSUPP,
			      "%s is not installed, which makes %s",
			      maker->program, maker->type);
	if (ret)
		return reason(why, ret, "%s on %s failed", maker->program,
			      device);
	return 0;
}

/* A device that no image is attached to, which others want too. */
static int attach(int control, int image, char device[NAME_LENGTH])
{
	struct loop_config config = {
		.fd = image,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	};
	int number = ioctl(control, LOOP_CTL_GET_FREE);
	int loop, ret = 0;

	if (number < 0)
		return -errno;
	snprintf(device, NAME_LENGTH, "/dev/loop%d", number);
	loop = open(device, O_RDWR | O_CLOEXEC);
	if (loop < 0)
		return -errno;
	if (ioctl(loop, LOOP_CONFIGURE, &config))
		ret = -errno;
	if (!ret)
		return loop;
	close(loop);
	return ret;
}

/* Return: the loop device, open, or -errno. */
static int loop_device(char device[NAME_LENGTH], struct reason *why)
{
	int image = memfd_create("pintest-image", MFD_CLOEXEC);
	int control, tries = LOOP_TRIES, loop = -EBUSY;

	module_need("loop");
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	if (control < 0 || image < 0 || ftruncate(image, IMAGE_SIZE))
		loop = -errno;
	while (loop == -EBUSY && tries--)
		loop = attach(control, image, device);
	if (loop < 0)
		reason(why, -EOPNOTSUPP, "no loop device can be had: %s",
		       strerror(-loop));
	if (control >= 0)
		close(control);
	if (image >= 0)
		close(image);
	return loop < 0 ? -EOPNOTSUPP : loop;
}

/* A list of them ends with one that has no name. */
struct option {
	const char *name;
	const char *value;
};

static int set_options(int context, const struct option *option)
{
	int ret = 0;

	for (; option->name && !ret; option++)
		ret = syscall(SYS_fsconfig, context, FSCONFIG_SET_STRING,
			      option->name, option->value, 0);
	return ret;
}

/* Return: the mount, or -errno. */
static int mount_detached(const char *type, const struct option *options,
			  struct reason *why)
{
	int context = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC);
	int mount;

	if (context < 0)
		return reason(why, -EOPNOTSUPP, "this kernel has no %s: %s",
			      type, strerror(errno));
	mount = set_options(context, options);
	if (!mount)
		mount = syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE,
				NULL, NULL, 0);
	if (!mount)
		mount = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (mount < 0)
		mount = reason(why, -errno, "%s cannot be mounted: %s", type,
			       strerror(errno));
	close(context);
	return mount;
}

/* The loop device is open till it is mounted, lest it be freed. */
static int mount_on_loop(const struct maker *maker, struct reason *why)
{
	char device[NAME_LENGTH];
	int loop = loop_device(device, why);
	int mount;

	if (loop < 0)
		return loop;
	mount = make_filesystem(maker, device, why);
	if (!mount)
		mount = mount_detached(maker->type,
				       (struct option[]){
					       { "source", device }, { 0 } },
				       why);
	close(loop);
	return mount;
}

/* A device of memory that outlasts its machine, and may be full of anything. */
static bool is_ours(const char *device)
{
	char label[sizeof(DAX_LABEL)] = "";
	int fd = open(device, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = pread(fd, label, sizeof(label), EXT4_LABEL_AT);
	close(fd);
	return n == sizeof(label) && !strcmp(label, DAX_LABEL);
}

/* Nothing is made there: whoever is asked for a device gives it by a label. */
static int mount_dax(struct reason *why)
{
	char device[NAME_LENGTH];
	int i;

	for (i = 0; i < PMEM_TRIES; i++) {
		snprintf(device, sizeof(device), "/dev/pmem%d", i);
		if (is_ours(device))
			return mount_detached("ext4", (struct option[]){
				{ "source", device }, { "dax", "always" },
				{ 0 } }, why);
	}
	return reason(why, -EOPNOTSUPP,
		      "no persistent memory is for tests: boot with memmap=128M!1G and 'mke2fs -t ext4 -b 4096 -L "
		      DAX_LABEL " /dev/pmem0', if nothing is on it");
}

static int mount_type(const char *type, const struct option *options,
		      struct reason *why)
{
	const struct maker *maker = maker_of(type);

	if (!strcmp(type, DAX))
		return mount_dax(why);
	return maker ? mount_on_loop(maker, why) :
		       mount_detached(type, options, why);
}

/* In place of a directory that there is, for this process alone. */
static int show_layers(const char *type, struct reason *why)
{
	int layers;

	if (unshare(CLONE_NEWNS) ||
	    syscall(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return reason(why, -EOPNOTSUPP,
			      "no mounts of its own can be had: %s",
			      strerror(errno));
	layers = mount_type(type, (struct option[]){ { 0 } }, why);
	if (layers < 0)
		return layers;
	if (syscall(SYS_move_mount, layers, "", AT_FDCWD, LAYERS,
		    MOVE_MOUNT_F_EMPTY_PATH) ||
	    mkdir(LAYERS "/lower", 0700) || mkdir(LAYERS "/upper", 0700) ||
	    mkdir(LAYERS "/work", 0700))
		return reason(why, -errno, "no layers can be made in %s: %s",
			      LAYERS, strerror(errno));
	return 0;
}

/* What a child could mount, if its descriptor follows; or why it could not. */
struct outcome {
	int error;
	struct reason why;
};

static int give_overlay(struct peer *parent, void *type)
{
	static const struct option options[] = {
		{ "lowerdir", LAYERS "/lower" },
		{ "upperdir", LAYERS "/upper" },
		{ "workdir", LAYERS "/work" },
		{ 0 },
	};
	struct outcome outcome = { 0 };
	int mount = show_layers(type, &outcome.why);

	if (!mount)
		mount = mount_detached("overlay", options, &outcome.why);
	if (mount < 0)
		outcome.error = mount;
	if (peer_send(parent, &outcome, sizeof(outcome)) || mount < 0)
		return EXIT_FAILURE;
	return peer_send_fd(parent, mount) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int take_overlay(struct peer *child, struct reason *why)
{
	struct outcome outcome;
	int ret = peer_receive(child, &outcome, sizeof(outcome));

	if (!ret && outcome.error) {
		*why = outcome.why;
		return outcome.error;
	}
	if (!ret)
		ret = peer_receive_fd(child);
	if (ret < 0)
		reason(why, ret, "the process that mounts an overlay is lost: %s",
		       strerror(-ret));
	return ret;
}

/*
 * Layers of an overlay have to have a place in the tree of directories. They
 * have one that only a child sees, and stay when it is gone.
 */
static int mount_overlay(const char *type, struct reason *why)
{
	struct peer *child = peer_start(give_overlay, (void *)type);
	int mount;

	if (!child)
		return reason(why, -errno, "no child can be had: %s",
			      strerror(errno));
	mount = take_overlay(child, why);
	peer_end(child);
	return mount;
}

static struct mounted *find_mounted(const char *type, const char *value)
{
	size_t i;

	for (i = 0; i < mount_count; i++)
		if (!strcmp(mounts[i].type, type) &&
		    !strcmp(mounts[i].value, value))
			return &mounts[i];
	return NULL;
}

static struct mounted *new_mounted(void)
{
	if (mount_count < MOUNTS)
		return &mounts[mount_count++];
	if (mounts[0].mount >= 0)
		close(mounts[0].mount);
	return &mounts[0];
}

static struct mounted *mount_other(const char *type, const char *option,
				   const char *value)
{
	const struct option options[] = { { option, value }, { 0 } };
	const char *layers = layers_of(type);
	struct mounted *mounted = new_mounted();

	mounted->mount = layers ? mount_overlay(layers, &mounted->why) :
				  mount_type(type, options, &mounted->why);
	snprintf(mounted->type, NAME_LENGTH, "%s", type);
	snprintf(mounted->value, NAME_LENGTH, "%s", value);
	return mounted;
}

int filesystem_need(const char *type, const char *option, const char *value,
		    struct reason *why)
{
	if (!value)
		value = "";
	current = find_mounted(type, value);
	if (!current)
		current = mount_other(type, option, value);
	if (current->mount >= 0)
		return 0;
	*why = current->why;
	return current->mount;
}

int filesystem_file(struct reason *why)
{
	int fd = openat(current->mount, "pintest",
			O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return reason(why, -errno, "cannot create a file on %s: %s",
			      current->type, strerror(errno));
	unlinkat(current->mount, "pintest", 0);
	return fd;
}

int filesystem_block_device(struct reason *why)
{
	char device[NAME_LENGTH];

	return loop_device(device, why);
}
