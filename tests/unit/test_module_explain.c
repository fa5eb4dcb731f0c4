// SPDX-License-Identifier: GPL-2.0-only
/*
 * Why the module cannot be used: every outcome from made-up facts. Each one
 * changes what it is about in a system on which nothing is wrong, so that the
 * rows above it in the table must let it pass.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "private.h"

static const struct module_facts sound = {
	.release = "6.1.0-9-amd64",
	.capable = true,
	.modules = true,
	.loaded = true,
	.references = 3,
	.node = true,
	.file = "/lib/modules/6.1.0-9-amd64/updates/dkms/pintest.ko",
	.file_readable = true,
	.file_name = "pintest",
	.built_for = "6.1.0-9-amd64",
	.headers = true,
	.dkms = true,
	.lockdown = "none",
	.device = "10 123",
};

typedef void (*explain_fn)(const struct module_facts *facts,
			   struct pintest_module_error *why);

static void is_sentence(const char *text)
{
	assert_true(strlen(text) > 10);
	assert_true(strlen(text) < sizeof(((struct pintest_module_error *)
					   NULL)->why) - 1);
	assert_null(strpbrk(text, "{}\n"));
	assert_int_not_equal(text[strlen(text) - 1], '.');
}

/* Explain, and see that the sentences name what they have to name. */
static void expect(explain_fn explain, const struct module_facts *facts,
		   enum pintest_module_problem problem, const char *in_why,
		   const char *in_advice)
{
	struct pintest_module_error why;

	memset(&why, 'x', sizeof(why));
	explain(facts, &why);
	assert_int_equal(why.problem, problem);
	assert_int_equal(why.error, facts->error);
	is_sentence(why.why);
	if (*in_advice)
		is_sentence(why.advice);
	if (!strstr(why.why, in_why) || !strstr(why.advice, in_advice)) {
		print_error("why: %s\nadvice: %s\n", why.why, why.advice);
		fail();
	}
}

/* ... are the statements that change the facts. */
#define EXPLAIN_TEST(what, name, problem, in_why, in_advice, ...)	\
static void what##_##name(void **state)					\
{									\
	struct module_facts facts = sound;				\
									\
	(void)state;							\
	__VA_ARGS__;							\
	expect(module_explain_##what, &facts, problem, in_why,		\
	       in_advice);						\
}

EXPLAIN_TEST(load, without_module_support, PINTEST_MODULE_NO_SUPPORT,
	     "6.1.0-9-amd64", "boot",
	     facts.error = ENOSYS; facts.modules = false)

EXPLAIN_TEST(load, after_nomodule, PINTEST_MODULE_NOMODULE,
	     "'nomodule'", "command line",
	     facts.error = EPERM; facts.disabled = true; facts.nomodule = true)

EXPLAIN_TEST(load, after_modules_disabled, PINTEST_MODULE_DISABLED,
	     "kernel.modules_disabled", "reboot",
	     facts.error = EPERM; facts.disabled = true)

EXPLAIN_TEST(load, without_capability, PINTEST_MODULE_NOT_ROOT,
	     "CAP_SYS_MODULE", "root",
	     facts.error = EPERM; facts.capable = false)

EXPLAIN_TEST(load, of_missing_file, PINTEST_MODULE_NO_FILE,
	     "/tmp/no.ko: No such file", "path",
	     facts.error = ENOENT; facts.file_given = true;
	     facts.file_readable = false; strcpy(facts.file, "/tmp/no.ko");
	     facts.file_name[0] = '\0')

EXPLAIN_TEST(load, of_other_module, PINTEST_MODULE_WRONG_FILE,
	     "/tmp/ext4.ko", "path",
	     facts.error = EINVAL; facts.file_given = true;
	     strcpy(facts.file, "/tmp/ext4.ko");
	     strcpy(facts.file_name, "ext4"))

EXPLAIN_TEST(load, of_no_module, PINTEST_MODULE_WRONG_FILE,
	     "/bin/sh", "path",
	     facts.error = ENOEXEC; facts.file_given = true;
	     strcpy(facts.file, "/bin/sh"); facts.file_name[0] = '\0')

EXPLAIN_TEST(load, without_headers, PINTEST_MODULE_NO_HEADERS,
	     "DKMS", "linux-headers-6.1.0-9-amd64",
	     facts.error = ENOENT; facts.file[0] = '\0'; facts.headers = false)

EXPLAIN_TEST(load, not_built, PINTEST_MODULE_NOT_BUILT,
	     "not built", "dkms",
	     facts.error = ENOENT; facts.file[0] = '\0')

EXPLAIN_TEST(load, not_installed, PINTEST_MODULE_NOT_INSTALLED,
	     "6.1.0-9-amd64", "DKMS",
	     facts.error = ENOENT; facts.file[0] = '\0'; facts.dkms = false)

EXPLAIN_TEST(load, neither_installed_nor_headers, PINTEST_MODULE_NOT_INSTALLED,
	     "headers", "linux-headers-6.1.0-9-amd64",
	     facts.error = ENOENT; facts.file[0] = '\0'; facts.dkms = false;
	     facts.headers = false)

EXPLAIN_TEST(load, blacklisted, PINTEST_MODULE_BLACKLISTED,
	     "blacklisted", "modprobe",
	     facts.error = EPERM; facts.blacklisted = true)

EXPLAIN_TEST(load, locked_down, PINTEST_MODULE_LOCKDOWN,
	     "(integrity)", "lockdown=",
	     facts.error = EPERM; strcpy(facts.lockdown, "integrity"))

EXPLAIN_TEST(load, with_bad_signature, PINTEST_MODULE_SIGNATURE,
	     "signature", "sig_enforce",
	     facts.error = EKEYREJECTED)

/* Secure Boot: the first step that is missing, however the kernel refuses. */
#define SECURE_BOOT	facts.error = EPERM; facts.secure_boot = true;	\
			strcpy(facts.lockdown, "integrity")

EXPLAIN_TEST(load, without_key, PINTEST_MODULE_SIGNATURE,
	     "no key", "SECURE BOOT",
	     SECURE_BOOT)

EXPLAIN_TEST(load, of_unsigned_without_lockdown, PINTEST_MODULE_SIGNATURE,
	     "no key", "SECURE BOOT",
	     facts.error = EKEYREJECTED; facts.secure_boot = true)

EXPLAIN_TEST(load, with_key_not_enrolled, PINTEST_MODULE_SIGNATURE,
	     "mok.pub is not enrolled", "mokutil --import /var/lib/dkms/mok.pub",
	     SECURE_BOOT; strcpy(facts.key, "/var/lib/dkms/mok.pub");
	     facts.signed_file = true)

EXPLAIN_TEST(load, with_key_pending, PINTEST_MODULE_SIGNATURE,
	     "not confirmed", "Enroll MOK",
	     SECURE_BOOT; strcpy(facts.key, "/var/lib/dkms/mok.pub");
	     facts.signed_file = true; facts.key_pending = true)

EXPLAIN_TEST(load, with_key_enrolled_and_not_signed, PINTEST_MODULE_SIGNATURE,
	     "not signed", "reinstall",
	     SECURE_BOOT; strcpy(facts.key, "/var/lib/dkms/mok.pub");
	     facts.key_enrolled = true)

EXPLAIN_TEST(load, with_all_steps_taken, PINTEST_MODULE_SIGNATURE,
	     "though /var/lib/dkms/mok.pub is enrolled", "modinfo",
	     SECURE_BOOT; strcpy(facts.key, "/var/lib/dkms/mok.pub");
	     facts.key_enrolled = true; facts.signed_file = true)

EXPLAIN_TEST(load, built_for_other_kernel, PINTEST_MODULE_OTHER_KERNEL,
	     "kernel 5.10.0-1-amd64, but this is 6.1.0-9-amd64",
	     "KERNELDIR=/lib/modules/6.1.0-9-amd64/build",
	     facts.error = ENOEXEC; strcpy(facts.built_for, "5.10.0-1-amd64"))

EXPLAIN_TEST(load, built_otherwise, PINTEST_MODULE_OTHER_KERNEL,
	     "own build", "dmesg",
	     facts.error = ENOEXEC)

EXPLAIN_TEST(load, with_missing_symbols, PINTEST_MODULE_SYMBOLS,
	     "symbols", "dmesg",
	     facts.error = ENOENT)

EXPLAIN_TEST(load, with_other_symbols, PINTEST_MODULE_SYMBOLS,
	     "different", "dmesg",
	     facts.error = EINVAL)

EXPLAIN_TEST(load, refused_otherwise, PINTEST_MODULE_FAILED,
	     "Cannot allocate memory", "dmesg",
	     facts.error = ENOMEM)

EXPLAIN_TEST(load, refused_without_lockdown, PINTEST_MODULE_FAILED,
	     "Operation not permitted", "dmesg",
	     facts.error = EPERM)

EXPLAIN_TEST(load, refused_without_securityfs, PINTEST_MODULE_FAILED,
	     "Operation not permitted", "dmesg",
	     facts.error = EPERM; facts.lockdown[0] = '\0')

EXPLAIN_TEST(open, other_abi, PINTEST_MODULE_OTHER_ABI,
	     "another version", "pintest unload",
	     facts.error = EPROTO)

EXPLAIN_TEST(open, not_allowed, PINTEST_MODULE_NO_ACCESS,
	     "root", "root",
	     facts.error = EACCES)

EXPLAIN_TEST(open, without_node, PINTEST_MODULE_NO_NODE,
	     "no /dev/pintest", "mknod -m 600 /dev/pintest c 10 123",
	     facts.error = ENOENT; facts.node = false)

EXPLAIN_TEST(open, without_node_and_sysfs, PINTEST_MODULE_NO_NODE,
	     "no /dev/pintest", "c MAJOR MINOR",
	     facts.error = ENOENT; facts.node = false; facts.device[0] = '\0')

EXPLAIN_TEST(open, stale_node, PINTEST_MODULE_NO_NODE,
	     "is not the node", "c 10 123",
	     facts.error = ENXIO)

EXPLAIN_TEST(open, fails_otherwise, PINTEST_MODULE_FAILED,
	     "Too many open files", "dmesg",
	     facts.error = EMFILE)

EXPLAIN_TEST(unload, not_loaded, PINTEST_MODULE_NOT_LOADED,
	     "not loaded", "",
	     facts.error = ENOENT; facts.loaded = false)

EXPLAIN_TEST(unload, without_capability, PINTEST_MODULE_NOT_ROOT,
	     "CAP_SYS_MODULE", "root",
	     facts.error = EPERM; facts.capable = false)

EXPLAIN_TEST(unload, after_modules_disabled, PINTEST_MODULE_DISABLED,
	     "kernel.modules_disabled", "reboot",
	     facts.error = EPERM; facts.disabled = true)

EXPLAIN_TEST(unload, in_use, PINTEST_MODULE_IN_USE,
	     "3 references", "fuser",
	     facts.error = EBUSY)

EXPLAIN_TEST(unload, fails_otherwise, PINTEST_MODULE_FAILED,
	     "Input/output error", "dmesg",
	     facts.error = EIO)

/* What rules out everything else is told first. */
static void load_tells_the_strongest_reason(void **state)
{
	struct module_facts facts = sound;

	(void)state;
	facts.error = EPERM;
	facts.file[0] = '\0';
	facts.capable = false;
	facts.disabled = true;
	expect(module_explain_load, &facts, PINTEST_MODULE_DISABLED, "", "");
	facts.disabled = false;
	expect(module_explain_load, &facts, PINTEST_MODULE_NOT_ROOT, "", "");
	facts.capable = true;
	expect(module_explain_load, &facts, PINTEST_MODULE_NOT_BUILT, "", "");
}

/* "nomodule" alone does nothing, as in "nomodule=0". */
static void load_blames_nomodule_only_if_it_worked(void **state)
{
	struct module_facts facts = sound;

	(void)state;
	facts.error = ENOMEM;
	facts.nomodule = true;
	expect(module_explain_load, &facts, PINTEST_MODULE_FAILED, "", "");
}

static void long_facts_are_cut(void **state)
{
	struct module_facts facts = sound;

	(void)state;
	facts.error = ENOEXEC;
	memset(facts.file, 'a', sizeof(facts.file) - 1);
	memset(facts.release, 'b', sizeof(facts.release) - 1);
	memset(facts.built_for, 'c', sizeof(facts.built_for) - 1);
	expect(module_explain_load, &facts, PINTEST_MODULE_OTHER_KERNEL,
	       "aaaa was built for kernel cccc", "bbbb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_without_module_support),
		cmocka_unit_test(load_after_nomodule),
		cmocka_unit_test(load_after_modules_disabled),
		cmocka_unit_test(load_without_capability),
		cmocka_unit_test(load_of_missing_file),
		cmocka_unit_test(load_of_other_module),
		cmocka_unit_test(load_of_no_module),
		cmocka_unit_test(load_without_headers),
		cmocka_unit_test(load_not_built),
		cmocka_unit_test(load_not_installed),
		cmocka_unit_test(load_neither_installed_nor_headers),
		cmocka_unit_test(load_blacklisted),
		cmocka_unit_test(load_locked_down),
		cmocka_unit_test(load_with_bad_signature),
		cmocka_unit_test(load_without_key),
		cmocka_unit_test(load_of_unsigned_without_lockdown),
		cmocka_unit_test(load_with_key_not_enrolled),
		cmocka_unit_test(load_with_key_pending),
		cmocka_unit_test(load_with_key_enrolled_and_not_signed),
		cmocka_unit_test(load_with_all_steps_taken),
		cmocka_unit_test(load_built_for_other_kernel),
		cmocka_unit_test(load_built_otherwise),
		cmocka_unit_test(load_with_missing_symbols),
		cmocka_unit_test(load_with_other_symbols),
		cmocka_unit_test(load_refused_otherwise),
		cmocka_unit_test(load_refused_without_lockdown),
		cmocka_unit_test(load_refused_without_securityfs),
		cmocka_unit_test(load_tells_the_strongest_reason),
		cmocka_unit_test(load_blames_nomodule_only_if_it_worked),
		cmocka_unit_test(open_other_abi),
		cmocka_unit_test(open_not_allowed),
		cmocka_unit_test(open_without_node),
		cmocka_unit_test(open_without_node_and_sysfs),
		cmocka_unit_test(open_stale_node),
		cmocka_unit_test(open_fails_otherwise),
		cmocka_unit_test(unload_not_loaded),
		cmocka_unit_test(unload_without_capability),
		cmocka_unit_test(unload_after_modules_disabled),
		cmocka_unit_test(unload_in_use),
		cmocka_unit_test(unload_fails_otherwise),
		cmocka_unit_test(long_facts_are_cut),
	};

	return cmocka_run_group_tests_name("module_explain", tests, NULL,
					   NULL);
}
