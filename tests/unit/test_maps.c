// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a process, from lines as the kernel writes them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "console/maps.h"

static const char text[] =
	"00400000-00401000 r--p 00000000 00:02 141        /usr/bin/busybox\n"
	"00401000-00402000 rw-p 00000000 00:00 0\x20\n"
	"7f0000000000-7f0000200000 rw-s 00000000 00:05 9  /memfd:a b (deleted)\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0  [vsyscall]\n";

static int read_text(const char *lines, struct mappings *maps)
{
	FILE *file = fmemopen((void *)lines, strlen(lines), "r");
	int ret;

	assert_non_null(file);
	ret = mappings_read(file, maps);
	fclose(file);
	return ret;
}

static void lines_are_read(void **state)
{
	struct mappings maps;

	(void)state;
	assert_int_equal(read_text(text, &maps), 0);
	assert_int_equal(maps.count, 4);
	assert_true(maps.all[0].start == 0x400000);
	assert_true(maps.all[0].end == 0x401000);
	assert_string_equal(maps.all[0].perms, "r--p");
	assert_string_equal(maps.all[0].name, "/usr/bin/busybox");
	assert_string_equal(maps.all[1].name, "");
	assert_string_equal(maps.all[2].name, "/memfd:a b (deleted)");
	assert_true(maps.all[3].start == 0xffffffffff600000);
	mappings_free(&maps);
	assert_int_equal(maps.count, 0);
}

static void line_that_is_none_is_an_error(void **state)
{
	struct mappings maps;

	(void)state;
	assert_int_equal(read_text("00400000-00401000 r--p\n", &maps),
			 -EBADMSG);
	assert_int_equal(read_text("what is this\n", &maps), -EBADMSG);
	assert_int_equal(maps.count, 0);
}

static void range_cuts_mappings(void **state)
{
	struct mappings maps;

	(void)state;
	assert_int_equal(read_text(text, &maps), 0);
	mappings_cut(&maps, 0x401000, 0x7f0000100000);
	assert_int_equal(maps.count, 2);
	assert_true(maps.all[0].start == 0x401000);
	assert_true(maps.all[1].start == 0x7f0000000000);
	assert_true(maps.all[1].end == 0x7f0000100000);
	mappings_cut(&maps, 0x7f0000010000, UINT64_MAX);
	assert_int_equal(maps.count, 1);
	assert_true(maps.all[0].start == 0x7f0000010000);
	mappings_cut(&maps, 0, 0x1000);
	assert_int_equal(maps.count, 0);
	mappings_free(&maps);
}

static void own_mappings_are_read(void **state)
{
	static const char name[] = "/memfd:a name";
	int fd = memfd_create("a name", MFD_CLOEXEC);
	void *page = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0);
	uint64_t addr = (uintptr_t)page;
	struct mappings maps;
	size_t i, found = 0;

	(void)state;
	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(mappings_of(getpid(), &maps), 0);
	for (i = 0; i < maps.count; i++)
		if (addr >= maps.all[i].start && addr < maps.all[i].end)
			found += !strncmp(maps.all[i].name, name, strlen(name));
	assert_int_equal(found, 1);
	mappings_free(&maps);
	munmap(page, 1);
	close(fd);
}

static void no_process_is_told(void **state)
{
	struct mappings maps;

	(void)state;
	assert_int_equal(mappings_of(0x7fffffff, &maps), -ESRCH);
}

/* It is a zombie from waitid() on, until it is waited for in earnest. */
static void processes_without_memory(void **state)
{
	siginfo_t info;
	pid_t child = fork();

	(void)state;
	assert_true(child >= 0);
	if (!child)
		_exit(EXIT_SUCCESS);
	assert_int_equal(waitid(P_PID, child, &info, WEXITED | WNOWAIT), 0);
	assert_non_null(process_lacks_memory(child));
	waitpid(child, NULL, 0);
	assert_null(process_lacks_memory(getpid()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_read),
		cmocka_unit_test(line_that_is_none_is_an_error),
		cmocka_unit_test(range_cuts_mappings),
		cmocka_unit_test(own_mappings_are_read),
		cmocka_unit_test(no_process_is_told),
		cmocka_unit_test(processes_without_memory),
	};

	return cmocka_run_group_tests_name("maps", tests, NULL, NULL);
}
