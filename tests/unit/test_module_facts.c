// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is seen of the system, on a made-up one in a directory.
 */
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "array_size.h"
#include "private.h"

static char root[64];

static void make_directories(char *path)
{
	char *slash;

	for (slash = path + strlen(root) + 1; (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void put(const char *file, const void *content, size_t length)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s%s", root, file);
	make_directories(path);
	out = fopen(path, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(content, 1, length, out), length);
	assert_int_equal(fclose(out), 0);
}

static void put_text(const char *file, const char *text)
{
	put(file, text, strlen(text));
}

static int setup(void **state)
{
	(void)state;
	strcpy(root, "/tmp/pintest-facts-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int type,
		struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static int teardown(void **state)
{
	(void)state;
	return nftw(root, drop, 8, FTW_DEPTH | FTW_PHYS);
}

static struct module_facts gather(void)
{
	struct module_facts facts = { 0 };

	module_facts_gather(&facts, root);
	return facts;
}

static void empty_system_has_nothing(void **state)
{
	struct module_facts facts = gather();
	struct utsname uts;

	(void)state;
	uname(&uts);
	assert_string_equal(facts.release, uts.release);
	assert_false(facts.capable || facts.modules || facts.disabled ||
		     facts.nomodule || facts.loaded || facts.node ||
		     facts.headers || facts.dkms || facts.secure_boot);
	assert_string_equal(facts.lockdown, "");
	assert_string_equal(facts.device, "");
}

static void modules_and_their_sysctl_are_seen(void **state)
{
	(void)state;
	put_text("/proc/modules", "");
	put_text("/proc/sys/kernel/modules_disabled", "0\n");
	assert_true(gather().modules);
	assert_false(gather().disabled);
	put_text("/proc/sys/kernel/modules_disabled", "1\n");
	assert_true(gather().disabled);
}

static void nomodule_is_a_word_of_its_own(void **state)
{
	static const char *const with[] = {
		"nomodule", "quiet nomodule\n", "nomodule quiet",
		"a nomodule=1 b",
	};
	static const char *const without[] = {
		"", "nomodules", "xnomodule", "a=nomodule", "no module",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(with); i++) {
		put_text("/proc/cmdline", with[i]);
		assert_true(gather().nomodule);
	}
	for (i = 0; i < ARRAY_SIZE(without); i++) {
		put_text("/proc/cmdline", without[i]);
		assert_false(gather().nomodule);
	}
}

static void capability_counts_in_first_namespace_only(void **state)
{
	(void)state;
	put_text("/proc/self/uid_map", "         0          0 4294967295\n");
	put_text("/proc/self/status", "Name:\tx\nCapEff:\t0000000000010000\n");
	assert_true(gather().capable);
	put_text("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	assert_true(gather().capable);
	put_text("/proc/self/status", "Name:\tx\nCapEff:\t000001fffffeffff\n");
	assert_false(gather().capable);

	put_text("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	put_text("/proc/self/uid_map", "         0       1000          1\n");
	assert_false(gather().capable);
	put_text("/proc/self/uid_map", "         0     100000      65536\n");
	assert_false(gather().capable);
}

static void lockdown_mode_stands_in_brackets(void **state)
{
	const char *file = "/sys/kernel/security/lockdown";

	(void)state;
	put_text(file, "[none] integrity confidentiality\n");
	assert_string_equal(gather().lockdown, "none");
	put_text(file, "none [integrity] confidentiality\n");
	assert_string_equal(gather().lockdown, "integrity");
	put_text(file, "none integrity [confidentiality]\n");
	assert_string_equal(gather().lockdown, "confidentiality");
	put_text(file, "none\n");
	assert_string_equal(gather().lockdown, "");
}

static void secure_boot_follows_four_attribute_bytes(void **state)
{
	const char *file = "/sys/firmware/efi/efivars/SecureBoot-"
			   "8be4df61-93ca-11d2-aa0d-00e098032b8c";

	(void)state;
	put(file, "\6\0\0\0\1", 5);
	assert_true(gather().secure_boot);
	put(file, "\6\0\0\0\0", 5);
	assert_false(gather().secure_boot);
	put(file, "\1\1\1\1", 4);
	assert_false(gather().secure_boot);
}

/* The lists of the firmware hold whole certificates among other bytes. */
static void key_is_looked_for_in_the_lists(void **state)
{
	static const char guid[] = "-605dab50-e046-4300-abb6-3dd810dd8b23";
	char enrolled[128], pending[128];

	(void)state;
	snprintf(enrolled, sizeof(enrolled),
		 "/sys/firmware/efi/efivars/MokListRT%s", guid);
	snprintf(pending, sizeof(pending),
		 "/sys/firmware/efi/efivars/MokNew%s", guid);
	assert_string_equal(gather().key, "");
	put(enrolled, "\6\0\0\0owner\0certificate-2\0", 25);
	assert_false(gather().key_enrolled);
	put_text("/var/lib/dkms/mok.pub", "certificate-1");
	assert_string_equal(gather().key, "/var/lib/dkms/mok.pub");
	assert_false(gather().key_enrolled || gather().key_pending);
	put(pending, "\6\0\0\0certificate-1", 17);
	assert_true(gather().key_pending);
	put(enrolled, "\6\0\0\0owner\0certificate-1\0", 25);
	assert_true(gather().key_enrolled);
	put_text("/var/lib/shim-signed/mok/MOK.der", "certificate-3");
	assert_string_equal(gather().key, "/var/lib/shim-signed/mok/MOK.der");
	assert_false(gather().key_enrolled || gather().key_pending);
}

static void headers_and_dkms_are_seen(void **state)
{
	char file[256];
	struct utsname uts;

	(void)state;
	uname(&uts);
	snprintf(file, sizeof(file), "/lib/modules/%s/build/Makefile",
		 uts.release);
	put_text(file, "");
	assert_true(gather().headers);
	assert_false(gather().dkms);
	put_text("/var/lib/dkms/pintest/0.1.0/source", "");
	assert_true(gather().dkms);
}

/* What a removed headers package leaves behind. */
static void dangling_link_is_no_headers(void **state)
{
	char path[512];
	struct utsname uts;

	(void)state;
	uname(&uts);
	snprintf(path, sizeof(path), "%s/lib/modules/%s/build", root,
		 uts.release);
	make_directories(path);
	assert_int_equal(symlink("/nowhere", path), 0);
	assert_false(gather().headers);
}

static void loaded_module_is_seen(void **state)
{
	(void)state;
	put_text("/sys/module/pintest/initstate", "live\n");
	put_text("/sys/module/pintest/refcnt", "7\n");
	put_text("/sys/class/misc/pintest/dev", "10:123\n");
	put_text("/dev/pintest", "");
	assert_true(gather().loaded);
	assert_int_equal(gather().references, 7);
	assert_string_equal(gather().device, "10 123");
	assert_true(gather().node);
}

static void module_being_loaded_is_not_loaded(void **state)
{
	(void)state;
	put_text("/sys/module/pintest/initstate", "coming\n");
	assert_false(module_is_loaded(root));
	put_text("/sys/module/pintest/initstate", "live\n");
	assert_true(module_is_loaded(root));
}

static void module_that_is_built_in_is_loaded(void **state)
{
	(void)state;
	put_text("/sys/module/pintest/parameters/x", "");
	assert_true(module_is_loaded(root));
}

#define FACTS_TEST(name)						\
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FACTS_TEST(empty_system_has_nothing),
		FACTS_TEST(modules_and_their_sysctl_are_seen),
		FACTS_TEST(nomodule_is_a_word_of_its_own),
		FACTS_TEST(capability_counts_in_first_namespace_only),
		FACTS_TEST(lockdown_mode_stands_in_brackets),
		FACTS_TEST(secure_boot_follows_four_attribute_bytes),
		FACTS_TEST(key_is_looked_for_in_the_lists),
		FACTS_TEST(headers_and_dkms_are_seen),
		FACTS_TEST(dangling_link_is_no_headers),
		FACTS_TEST(loaded_module_is_seen),
		FACTS_TEST(module_being_loaded_is_not_loaded),
		FACTS_TEST(module_that_is_built_in_is_loaded),
	};

	return cmocka_run_group_tests_name("module_facts", tests, NULL, NULL);
}
