// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings: changed in a directory that stands for sysfs, and put back
 * however the process that changed them ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine/settings.h"
#include "test_checks.h"

#define THP	"kernel/mm/transparent_hugepage"
#define POOL	"kernel/mm/hugepages/hugepages-2048kB"
#define SIZE_2M	(2UL << 20)

static char sysfs[32];

static void path_of(char path[256], const char *file)
{
	snprintf(path, 256, "%s/%s", sysfs, file);
}

static void put(const char *file, const char *value)
{
	char path[256];
	FILE *out;

	path_of(path, file);
	out = fopen(path, "w");
	assert_non_null(out);
	fputs(value, out);
	fclose(out);
}

static void expect(const char *file, const char *value)
{
	char path[256], found[SETTING_LENGTH] = "";
	FILE *in;

	path_of(path, file);
	in = fopen(path, "r");
	assert_non_null(in);
	if (!fgets(found, sizeof(found), in))
		found[0] = '\0';
	fclose(in);
	assert_string_equal(found, value);
}

static void make_directory(const char *directory)
{
	char path[256];

	path_of(path, directory);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int make_sysfs(void **state)
{
	(void)state;
	strcpy(sysfs, "/tmp/pintest-sysfs-XXXXXX");
	assert_non_null(mkdtemp(sysfs));
	make_directory("kernel");
	make_directory("kernel/mm");
	make_directory("kernel/mm/hugepages");
	make_directory(POOL);
	make_directory(THP);
	make_directory(THP "/hugepages-2048kB");
	return 0;
}

static int remove_sysfs(void **state)
{
	char command[300];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", sysfs);
	return system(command);
}

static int fill_sysfs(void **state)
{
	(void)state;
	put(POOL "/nr_hugepages", "1");
	put(POOL "/free_hugepages", "1");
	put(POOL "/resv_hugepages", "0");
	put(POOL "/surplus_hugepages", "0");
	put(THP "/enabled", "always madvise [never]");
	put(THP "/defrag", "always defer defer+madvise madvise [never]");
	put(THP "/hpage_pmd_size", "2097152");
	put(THP "/use_zero_page", "0");
	put(THP "/hugepages-2048kB/enabled", "always inherit madvise [never]");
	return 0;
}

static void a_change_is_put_back(void **state)
{
	struct settings *settings = settings_new(sysfs);

	(void)state;
	assert_int_equal(settings_write(settings, POOL "/nr_hugepages", "7"),
			 0);
	expect(POOL "/nr_hugepages", "7");
	settings_restore(settings);
	expect(POOL "/nr_hugepages", "1");
}

static void the_first_value_is_put_back(void **state)
{
	struct settings *settings = settings_new(sysfs);

	(void)state;
	settings_write(settings, POOL "/nr_hugepages", "7");
	settings_write(settings, POOL "/nr_hugepages", "8");
	settings_restore(settings);
	expect(POOL "/nr_hugepages", "1");
}

/* What was made is taken away before what it needed is put back. */
static void what_is_written_at_the_end(void **state)
{
	struct settings *settings = settings_new(sysfs);

	(void)state;
	settings_write(settings, POOL "/nr_hugepages", "7");
	assert_int_equal(settings_write_at_end(settings,
					       POOL "/nr_hugepages", "0"), 0);
	assert_int_equal(settings_write_at_end(settings,
					       POOL "/resv_hugepages", "5"),
			 0);
	expect(POOL "/resv_hugepages", "0");
	settings_restore(settings);
	expect(POOL "/resv_hugepages", "5");
	expect(POOL "/nr_hugepages", "1");
}

static void a_choice_is_put_back(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;

	(void)state;
	assert_int_equal(settings_need_thp(settings, true, &why), 0);
	expect(THP "/enabled", "madvise");
	expect(THP "/defrag", "madvise");
	expect(THP "/hugepages-2048kB/enabled", "inherit");
	expect(THP "/use_zero_page", "1");
	settings_restore(settings);
	expect(THP "/enabled", "never");
	expect(THP "/defrag", "never");
	expect(THP "/hugepages-2048kB/enabled", "never");
	expect(THP "/use_zero_page", "0");
}

static void what_is_right_is_left_alone(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;

	(void)state;
	put(THP "/enabled", "[always] madvise never");
	put(THP "/defrag", "always defer [defer+madvise] madvise never");
	put(THP "/hugepages-2048kB/enabled", "always [inherit] madvise never");
	put(THP "/use_zero_page", "1");
	assert_int_equal(settings_need_thp(settings, true, &why), 0);
	assert_int_equal(settings_need_hugepages(settings, SIZE_2M, 1, &why),
			 0);
	expect(THP "/enabled", "[always] madvise never");
	expect(THP "/defrag", "always defer [defer+madvise] madvise never");
	settings_restore(settings);
	expect(THP "/enabled", "[always] madvise never");
}

/* However many there are, none is put back before the end. */
static void as_many_changes_as_there_is_room_for(void **state)
{
	struct settings *settings = settings_new(sysfs);
	int ret = 0, changes = 0;

	(void)state;
	while (!ret && changes < 1000) {
		ret = settings_write_at_end(settings, POOL "/resv_hugepages",
					    "5");
		changes += !ret;
	}
	assert_int_equal(ret, -ENOSPC);
	assert_int_equal(changes, 64);
	assert_int_equal(settings_write(settings, POOL "/nr_hugepages", "7"),
			 -ENOSPC);
	expect(POOL "/resv_hugepages", "0");
	settings_restore(settings);
	expect(POOL "/resv_hugepages", "5");
	expect(POOL "/nr_hugepages", "1");
}

/* What cannot be put back is told, and the rest is put back all the same. */
static void a_file_that_is_gone(void **state)
{
	struct settings *settings = settings_new(sysfs);
	char path[256];

	(void)state;
	settings_write(settings, POOL "/nr_hugepages", "7");
	settings_write(settings, POOL "/resv_hugepages", "7");
	path_of(path, POOL "/resv_hugepages");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(settings_restore(settings), -EIO);
	expect(POOL "/nr_hugepages", "1");
}

/* As if it were stuck in the kernel: it does not even close what it holds. */
static void a_child_that_does_not_end(void **state)
{
	struct settings *settings = settings_new(sysfs);
	pid_t pid;

	(void)state;
	settings_write(settings, POOL "/nr_hugepages", "7");
	pid = fork();
	if (!pid)
		pause();
	assert_int_equal(settings_restore(settings), 0);
	expect(POOL "/nr_hugepages", "1");
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A process that has changed a setting until @done is closed. */
static pid_t change_elsewhere(int *done)
{
	int ready[2], end[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(end), 0);
	pid = fork();
	if (!pid) {
		struct settings *settings = settings_new(sysfs);

		close(end[1]);
		if (!settings_write(settings, POOL "/nr_hugepages", "7") &&
		    write(ready[1], "", 1) == 1 && !read(end[0], &byte, 1))
			_exit(settings_restore(settings));
		_exit(EXIT_FAILURE);
	}
	close(end[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*done = end[1];
	return pid;
}

static void one_process_at_a_time(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;
	int done, status;
	pid_t pid = change_elsewhere(&done);

	(void)state;
	assert_int_equal(settings_lock(sysfs), -EALREADY);
	assert_int_equal(settings_need_thp(settings, false, &why), -EALREADY);
	assert_non_null(strstr(why.text, "another pintest"));
	expect(THP "/enabled", "always madvise [never]");
	close(done);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);

	assert_int_equal(settings_lock(sysfs), 0);
	assert_int_equal(settings_need_thp(settings, false, &why), 0);
	assert_int_equal(settings_restore(settings), 0);
	settings_unlock();
}

/* The keeper writes back when the last one who knows it is gone. */
static void put_back_after(int sig)
{
	int hold[2], status;
	char byte;
	pid_t pid;

	assert_int_equal(pipe(hold), 0);
	pid = fork();
	if (!pid) {
		struct settings *settings = settings_new(sysfs);

		close(hold[0]);
		if (settings_write(settings, POOL "/nr_hugepages", "7"))
			_exit(EXIT_FAILURE);
		/* Jobs in the background inherit that SIGINT is ignored. */
		signal(sig, SIG_DFL);
		raise(sig);
		_exit(EXIT_FAILURE);
	}
	/* The keeper has the pipe open as well, until it is done. */
	close(hold[1]);
	assert_int_equal(read(hold[0], &byte, 1), 0);
	close(hold[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	expect(POOL "/nr_hugepages", "1");
	/* And the lock, which others want next, a little longer. */
	while (settings_lock(sysfs))
		sched_yield();
	settings_unlock();
}

static void a_killed_process_leaves_nothing_changed(void **state)
{
	static const int signals[] = { SIGKILL, SIGABRT, SIGINT, SIGTERM };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		put_back_after(signals[i]);
}

/* This pool does not grow, but it was told to, and is told to shrink. */
static void a_pool_that_stays_small(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;

	(void)state;
	put(POOL "/resv_hugepages", "1");
	assert_int_equal(settings_need_hugepages(settings, SIZE_2M, 3, &why),
			 -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "0 of 3 huge pages of 2048 KiB"));
	assert_non_null(strstr(why.text, "hugepagesz=2048K hugepages=3"));
	expect(POOL "/nr_hugepages", "4");
	settings_restore(settings);
	expect(POOL "/nr_hugepages", "1");
}

/* What others have yet to give back is no part of what it was. */
static void a_pool_with_surplus_pages(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;

	(void)state;
	put(POOL "/surplus_hugepages", "1");
	settings_need_hugepages(settings, SIZE_2M, 3, &why);
	expect(POOL "/nr_hugepages", "3");
	settings_restore(settings);
	expect(POOL "/nr_hugepages", "0");
}

/* So much is not even asked for. */
static void a_pool_larger_than_memory(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;

	(void)state;
	assert_int_equal(settings_need_hugepages(settings, SIZE_2M, 1 << 30,
						 &why), -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "1073741823 more huge pages"));
	expect(POOL "/nr_hugepages", "1");
	settings_restore(settings);
}

static void what_this_kernel_does_not_have(void **state)
{
	struct settings *settings = settings_new(sysfs);
	struct reason why;
	char path[256];

	(void)state;
	assert_int_equal(settings_need_hugepages(settings, 1UL << 30, 1, &why),
			 -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "no huge pages of 1048576 KiB"));

	path_of(path, THP "/enabled");
	assert_int_equal(unlink(path), 0);
	assert_int_equal(settings_need_thp(settings, false, &why),
			 -EOPNOTSUPP);
	assert_non_null(strstr(why.text, "no transparent huge pages"));
	settings_restore(settings);
}

static void a_file_that_is_not_there(void **state)
{
	struct settings *settings = settings_new(sysfs);

	(void)state;
	assert_int_equal(settings_write(settings, "kernel/no-such-file", "1"),
			 -ENOENT);
	settings_restore(settings);
}

#define SETTINGS_TEST(test)	cmocka_unit_test_setup(test, fill_sysfs)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(a_change_is_put_back),
		SETTINGS_TEST(the_first_value_is_put_back),
		SETTINGS_TEST(what_is_written_at_the_end),
		SETTINGS_TEST(a_choice_is_put_back),
		SETTINGS_TEST(what_is_right_is_left_alone),
		SETTINGS_TEST(as_many_changes_as_there_is_room_for),
		SETTINGS_TEST(a_file_that_is_gone),
		SETTINGS_TEST(a_child_that_does_not_end),
		SETTINGS_TEST(one_process_at_a_time),
		SETTINGS_TEST(a_killed_process_leaves_nothing_changed),
		SETTINGS_TEST(a_pool_that_stays_small),
		SETTINGS_TEST(a_pool_with_surplus_pages),
		SETTINGS_TEST(a_pool_larger_than_memory),
		SETTINGS_TEST(what_this_kernel_does_not_have),
		SETTINGS_TEST(a_file_that_is_not_there),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
