/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small test harness: tests register themselves, each runs in a process
 * group of its own with a deadline, and the results are KTAP on stdout.
 *
 * A test passes by returning. REQUIRE() and REQUIRE_EQ() end it otherwise, also
 * from a child of the test whose status the test looks at.
 */
#ifndef TESTS_KTAP_H
#define TESTS_KTAP_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Exit statuses of a test's process and of the whole program. */
enum {
	KTAP_PASS = 0,
	KTAP_FAIL = 1,
	KTAP_SKIP = 4,
	KTAP_USAGE = 64,
};

/**
 * struct ktap_suite - what surrounds the tests of a program
 * @prepare: once, before the first test; NULL, or why no test can run
 * @begin: before each test
 * @end: after each test, when none of its processes is left: NULL, or what the
 *	test should not have done
 */
struct ktap_suite {
	const char *(*prepare)(void);
	void (*begin)(void);
	const char *(*end)(void);
};

/* Adds a test with @arg. The name is the rest, as printf() makes it. */
__attribute__((format(printf, 3, 4)))
void ktap_add(void (*run)(const void *arg), const void *arg,
	      const char *format, ...);

/* Runs the tests that fit a pattern in @argv, or all of them. */
int ktap_main(int argc, char **argv, const struct ktap_suite *suite);

__attribute__((format(printf, 1, 2)))
void ktap_note(const char *format, ...);

/* What the test is about; a failure in it says so. */
__attribute__((format(printf, 1, 2)))
void ktap_about(const char *format, ...);

__attribute__((format(printf, 3, 4), noreturn))
void ktap_fail(const char *file, int line, const char *format, ...);

__attribute__((format(printf, 1, 2), noreturn))
void ktap_skip(const char *format, ...);

__attribute__((noreturn))
void ktap_fail_unequal(const char *file, int line, const char *what,
		       long long is, long long wanted);

#define KTAP_PASTE_(a, b) a##b
#define KTAP_PASTE(a, b) KTAP_PASTE_(a, b)

/* A block that runs before main(), to add tests in a loop. */
#define TEST_GROUP \
	__attribute__((constructor)) \
	static void KTAP_PASTE(add_tests_, __LINE__)(void)

/* TEST("name") { ... } */
#define TEST(name) \
	static void KTAP_PASTE(test_, __LINE__)(const void *arg); \
	TEST_GROUP \
	{ \
		ktap_add(KTAP_PASTE(test_, __LINE__), NULL, "%s", name); \
	} \
	static void KTAP_PASTE(test_, __LINE__)(const void *arg \
						__attribute__((unused)))

#define FAIL(...) ktap_fail(__FILE__, __LINE__, __VA_ARGS__)

#define REQUIRE(condition) do { \
	if (!(condition)) \
		FAIL("not so: %s", #condition); \
} while (0)

#define REQUIRE_EQ(is, wanted) do { \
	long long is_ = (long long)(is), wanted_ = (long long)(wanted); \
	if (is_ != wanted_) \
		ktap_fail_unequal(__FILE__, __LINE__, #is, is_, wanted_); \
} while (0)

/* The value of a system call, or -errno. */
#define SYS(call) ({ \
	long long ret_ = (long long)(call); \
	ret_ == -1 ? -(long long)errno : ret_; \
})

#endif /* TESTS_KTAP_H */
