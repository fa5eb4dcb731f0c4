// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of the machine, changed for a while.
 *
 * Who changes a setting first tells the old value to the keeper, a process of
 * its own. The keeper writes old values back, the last first, when the link
 * to it ends: because its starter shut it down, or because its starter died,
 * be it of SIGKILL. There is no other way back, so the usual end proves the
 * unusual one.
 *
 * Children that are forked meanwhile hold the link as well. Shutting it down
 * ends it for them, too. When the starter dies, they get time to die with it,
 * so that nothing is put back under their feet; but one that is stuck in the
 * kernel keeps nobody from putting settings back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "array_size.h"
#include "base/deadline.h"
#include "base/reason.h"
#include "base/text.h"
#include "pool.h"
#include "settings.h"

#define SYSFS		"/sys"
#define SETTINGS_MAX	64

/* How long children get to die with who started the keeper. */
#define DYING_MS	10000

/*
 * How something is undone: by writing @value to @file, by swapoff(@file), or by
 * giving the pool of huge pages in the directory @file @value pages.
 */
enum undo {
	UNDO_WRITE,
	UNDO_SWAPON,
	UNDO_POOL,
};

/* A setting as it was; sent to the keeper as it is. */
struct setting {
	enum undo undo;
	char file[SETTING_LENGTH];
	char value[SETTING_LENGTH];
};

/*
 * @keeper is 0 until the first change. @saved[] is what the keeper knows of:
 * a setting that is changed twice has one old value.
 */
struct settings {
	const char *sysfs;
	pid_t keeper;
	int link;
	size_t count;
	struct setting saved[SETTINGS_MAX];
};

/*
 * Two at a time would put back what the other one has changed. Keepers and
 * children have the descriptor of sysfs as well, so that the lock outlives a
 * killed process until all is as it was.
 */
static struct {
	int fd;
	unsigned int holders;
} lock;

int settings_lock(const char *sysfs)
{
	int error;

	if (lock.holders++)
		return 0;
	lock.fd = open(sysfs ? sysfs : SYSFS,
		       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock.fd >= 0 && !flock(lock.fd, LOCK_EX | LOCK_NB))
		return 0;
	error = errno == EWOULDBLOCK ? EALREADY : errno;
	if (lock.fd >= 0)
		close(lock.fd);
	lock.holders--;
	return -error;
}

/* Explicitly, since closing is not enough while others have it. */
void settings_unlock(void)
{
	if (--lock.holders)
		return;
	flock(lock.fd, LOCK_UN);
	close(lock.fd);
}

const char *settings_error(int error)
{
	if (error == -EALREADY)
		return "another pintest has changed settings of this machine: wait until it has ended";
	return strerror(-error);
}

int settings_refused(struct reason *why, int error, const char *format, ...)
{
	char what[REASON_LENGTH];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return reason(why, error == -EALREADY ? error : -EOPNOTSUPP, "%s: %s",
		      what, settings_error(error));
}

struct settings *settings_new(const char *sysfs)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (settings)
		settings->sysfs = sysfs ? sysfs : SYSFS;
	return settings;
}

static int setting_path(const char *sysfs, const char *file,
			char path[2 * SETTING_LENGTH])
{
	int length = snprintf(path, 2 * SETTING_LENGTH, "%s/%s", sysfs, file);

	return length < 2 * SETTING_LENGTH ? 0 : -ENAMETOOLONG;
}

static int setting_write(const char *sysfs, const char *file,
			 const char *value)
{
	char path[2 * SETTING_LENGTH];
	int ret = setting_path(sysfs, file, path);

	return ret ? ret : text_write(path, value);
}

int settings_read(const struct settings *settings, const char *file,
		  char value[SETTING_LENGTH])
{
	char path[2 * SETTING_LENGTH];
	int ret = setting_path(settings->sysfs, file, path);

	return ret ? ret : text_read(path, value, SETTING_LENGTH);
}

int settings_read_number(const struct settings *settings, const char *file,
			 uint64_t *number)
{
	char value[SETTING_LENGTH], *end;
	int ret = settings_read(settings, file, value);

	if (ret)
		return ret;
	*number = strtoull(value, &end, 0);
	return end == value || *end ? -EINVAL : 0;
}

bool settings_chosen(const char *value, const char *word)
{
	const char *open = strchr(value, '[');

	return open && !strncmp(open + 1, word, strlen(word)) &&
	       open[1 + strlen(word)] == ']';
}

/* Reduce "a [b] c" to "b", which is what can be written back. */
static void keep_chosen(char *value)
{
	char *open = strchr(value, '[');
	size_t len;

	if (!open)
		return;
	len = strcspn(open + 1, "]");
	memmove(value, open + 1, len);
	value[len] = '\0';
}

static void keeper_ignore_signals(void)
{
	const int signals[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGPIPE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_IGN);
}

static int setting_resize(const char *sysfs, const char *directory,
			  const char *pages)
{
	char path[2 * SETTING_LENGTH];
	int ret = setting_path(sysfs, directory, path);

	return ret ? ret : pool_resize(path, pages);
}

static int undo(const char *sysfs, const struct setting *was)
{
	switch (was->undo) {
	case UNDO_SWAPON:
		return swapoff(was->file) ? -errno : 0;
	case UNDO_POOL:
		return setting_resize(sysfs, was->file, was->value);
	default:
		return setting_write(sysfs, was->file, was->value);
	}
}

/* Say what is left in a form that the user can undo by hand. */
static void tell_left(const char *sysfs, const struct setting *was, int error)
{
	const char *file = was->file;

	if (was->undo == UNDO_SWAPON) {
		fprintf(stderr, "pintest: the swap area %s is left: %s: try 'swapoff %s'\n",
			file, strerror(error), file);
		return;
	}
	if (!strncmp(file, "../", 3)) {
		file += 3;
		sysfs = "";
	}
	fprintf(stderr,
		"pintest: a setting could not be put back: %s: write '%s' to %s/%s%s\n",
		strerror(error), was->value, sysfs, file,
		was->undo == UNDO_POOL ? "/nr_hugepages" : "");
}

/* The next one that is changed; none if the link has ended, or the starter. */
static bool hear(int link, int starter, struct setting *was)
{
	struct pollfd fds[] = {
		{ .fd = link, .events = POLLIN },
		{ .fd = starter, .events = POLLIN },
	};

	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
	if (!fds[0].revents && deadline_await(link, DYING_MS, NULL) <= 0)
		return false;
	return recv(link, was, sizeof(*was), 0) == sizeof(*was);
}

/*
 * The keeper hears what was, until its starter lets it go or ends. It goes by
 * another name, so that who kills all of pintest spares it.
 */
static int keeper_main(const char *sysfs, int link, int starter)
{
	struct setting saved[SETTINGS_MAX];
	struct setting was;
	size_t count = 0;
	int ret, status = EXIT_SUCCESS;

	prctl(PR_SET_NAME, "keep-settings");
	setsid();
	keeper_ignore_signals();
	while (hear(link, starter, &was))
		if (count < SETTINGS_MAX)
			saved[count++] = was;

	while (count--) {
		ret = undo(sysfs, &saved[count]);
		if (!ret)
			continue;
		tell_left(sysfs, &saved[count], -ret);
		status = EXIT_FAILURE;
	}
	return status;
}

/* Without a pidfd only the link tells the keeper of its starter's death. */
static int keeper_start(struct settings *settings)
{
	int error, starter, fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	starter = syscall(SYS_pidfd_open, getpid(), 0);
	settings->keeper = fork();
	error = errno;
	if (!settings->keeper) {
		close(fds[1]);
		_exit(keeper_main(settings->sysfs, fds[0], starter));
	}
	close(fds[0]);
	if (starter >= 0)
		close(starter);
	settings->link = fds[1];
	if (settings->keeper > 0)
		return 0;
	settings->keeper = 0;
	close(fds[1]);
	return -error;
}

/* The first change takes the lock, and starts the keeper. */
static int begin_changes(struct settings *settings)
{
	int ret;

	if (settings->keeper)
		return 0;
	ret = settings_lock(settings->sysfs);
	if (ret)
		return ret;
	ret = keeper_start(settings);
	if (ret)
		settings_unlock();
	return ret;
}

static bool is_saved(const struct settings *settings, const char *file)
{
	size_t i;

	for (i = 0; i < settings->count; i++)
		if (!strcmp(settings->saved[i].file, file))
			return true;
	return false;
}

static int keep(struct settings *settings, enum undo undo, const char *file,
		const char *value)
{
	struct setting *was = &settings->saved[settings->count];
	int ret;

	if (settings->count == SETTINGS_MAX)
		return -ENOSPC;
	was->undo = undo;
	if (snprintf(was->file, sizeof(was->file), "%s", file) >=
	    (int)sizeof(was->file))
		return -ENAMETOOLONG;
	snprintf(was->value, sizeof(was->value), "%s", value);
	ret = begin_changes(settings);
	if (ret)
		return ret;
	if (send(settings->link, was, sizeof(*was), MSG_NOSIGNAL) !=
	    sizeof(*was))
		return -EIO;
	settings->count++;
	return 0;
}

static int save(struct settings *settings, const char *file)
{
	char value[SETTING_LENGTH];
	int ret;

	if (is_saved(settings, file))
		return 0;
	ret = settings_read(settings, file, value);
	if (ret)
		return ret;
	keep_chosen(value);
	return keep(settings, UNDO_WRITE, file, value);
}

int settings_write_at_end(struct settings *settings, const char *file,
			  const char *value)
{
	return keep(settings, UNDO_WRITE, file, value);
}

int settings_resize_pool(struct settings *settings, const char *directory,
			 const char *was, const char *pages)
{
	int ret = is_saved(settings, directory) ?
		  0 : keep(settings, UNDO_POOL, directory, was);

	return ret ? ret : setting_resize(settings->sysfs, directory, pages);
}

int settings_write_once(const struct settings *settings, const char *file,
			const char *value)
{
	return setting_write(settings->sysfs, file, value);
}

int settings_swapon(struct settings *settings, const char *path)
{
	int ret = keep(settings, UNDO_SWAPON, path, "no swap");

	if (ret)
		return ret;
	return swapon(path, 0) ? -errno : 0;
}

int settings_write(struct settings *settings, const char *file,
		   const char *value)
{
	int ret = save(settings, file);

	return ret ? ret : setting_write(settings->sysfs, file, value);
}

static int keeper_end(const struct settings *settings)
{
	int status;

	shutdown(settings->link, SHUT_WR);
	close(settings->link);
	while (waitpid(settings->keeper, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status ? -EIO : 0;
}

int settings_restore(struct settings *settings)
{
	int ret = 0;

	if (settings && settings->keeper) {
		ret = keeper_end(settings);
		settings_unlock();
	}
	free(settings);
	return ret;
}
