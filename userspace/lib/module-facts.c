// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the system says about modules: /proc, /sys and the file system are
 * read, nothing is changed. All paths lie under a root, so that tests can
 * bring their own.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "array_size.h"
#include "private.h"

#define CAP_SYS_MODULE_BIT	16

static bool exists(const char *root, const char *path)
{
	char full[PATH_MAX];

	snprintf(full, sizeof(full), "%s%s", root, path);
	return access(full, F_OK) == 0;
}

/* Bytes of the start of a file; none if it cannot be read. */
static size_t read_bytes(const char *root, const char *path, char *buf,
			 size_t size)
{
	char full[PATH_MAX];
	ssize_t n = -1;
	int fd;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, buf, size);
		close(fd);
	}
	return n > 0 ? n : 0;
}

/* The same as a string. */
static void slurp(const char *root, const char *path, char *buf, size_t size)
{
	buf[read_bytes(root, path, buf, size - 1)] = '\0';
}

static bool has_word(const char *list, const char *word)
{
	size_t length = strlen(word);
	const char *at;

	for (at = list; *at; at += strcspn(at, "\n "), at += strspn(at, "\n "))
		if (!strncmp(at, word, length) && strchr(" =\n", at[length]))
			return true;
	return false;
}

/* Capabilities of another user namespace than the first load no modules. */
static bool is_capable(const char *root)
{
	unsigned long first, outside, count;
	char buf[4096];
	const char *caps;

	slurp(root, "/proc/self/uid_map", buf, sizeof(buf));
	if (sscanf(buf, "%lu %lu %lu", &first, &outside, &count) == 3 &&
	    (first || outside || count < 4294967295UL))
		return false;

	slurp(root, "/proc/self/status", buf, sizeof(buf));
	caps = strstr(buf, "\nCapEff:");
	return caps && strtoull(caps + strlen("\nCapEff:"), NULL, 16) >>
			       CAP_SYS_MODULE_BIT & 1;
}

/* The mode in use stands in brackets: "none [integrity] confidentiality". */
static void read_lockdown(struct module_facts *facts, const char *root)
{
	char buf[128], *mode;

	slurp(root, "/sys/kernel/security/lockdown", buf, sizeof(buf));
	mode = strchr(buf, '[');
	if (mode)
		snprintf(facts->lockdown, sizeof(facts->lockdown), "%.*s",
			 (int)strcspn(mode + 1, "]"), mode + 1);
}

/* An EFI variable is four bytes of attributes and the value. */
static bool is_secure_boot(const char *root)
{
	char buf[8] = "";

	slurp(root, "/sys/firmware/efi/efivars/SecureBoot-"
	      "8be4df61-93ca-11d2-aa0d-00e098032b8c", buf, sizeof(buf));
	return buf[4] == 1;
}

/* Whether an EFI variable has the bytes of a certificate. */
static bool lists(const char *root, const char *variable,
		  const char *certificate, size_t size)
{
	char path[128], list[65536];
	size_t n;

	snprintf(path, sizeof(path), "/sys/firmware/efi/efivars/%s-"
		 "605dab50-e046-4300-abb6-3dd810dd8b23", variable);
	n = read_bytes(root, path, list, sizeof(list));
	return size && memmem(list, n, certificate, size);
}

/* Where DKMS has its certificate: that of Ubuntu, and that of everybody else. */
static void read_key(struct module_facts *facts, const char *root)
{
	static const char * const places[] = {
		"/var/lib/shim-signed/mok/MOK.der",
		"/var/lib/dkms/mok.pub",
	};
	char certificate[8192];
	size_t i, size = 0;

	for (i = 0; i < ARRAY_SIZE(places) && !size; i++) {
		size = read_bytes(root, places[i], certificate,
				  sizeof(certificate));
		if (size)
			snprintf(facts->key, sizeof(facts->key), "%s",
				 places[i]);
	}
	facts->key_enrolled = lists(root, "MokListRT", certificate, size);
	facts->key_pending = lists(root, "MokNew", certificate, size);
}

static void read_device(struct module_facts *facts, const char *root)
{
	unsigned int major, minor;
	char buf[32];

	slurp(root, "/sys/class/misc/pintest/dev", buf, sizeof(buf));
	if (sscanf(buf, "%u:%u", &major, &minor) == 2)
		snprintf(facts->device, sizeof(facts->device), "%u %u", major,
			 minor);
}

static void read_boot(struct module_facts *facts, const char *root)
{
	char buf[4096];

	facts->modules = exists(root, "/proc/modules");
	slurp(root, "/proc/sys/kernel/modules_disabled", buf, sizeof(buf));
	facts->disabled = buf[0] == '1';
	slurp(root, "/proc/cmdline", buf, sizeof(buf));
	facts->nomodule = has_word(buf, "nomodule");
	read_lockdown(facts, root);
	facts->secure_boot = is_secure_boot(root);
	read_key(facts, root);
}

static void read_module(struct module_facts *facts, const char *root)
{
	struct utsname uts;
	char buf[128];

	uname(&uts);
	snprintf(facts->release, sizeof(facts->release), "%s", uts.release);
	snprintf(buf, sizeof(buf), "/lib/modules/%s/build", uts.release);
	facts->headers = exists(root, buf);
	facts->dkms = exists(root, "/var/lib/dkms/pintest");
	facts->file_readable = access(facts->file, R_OK) == 0;
	facts->loaded = module_is_loaded(root);
	facts->node = exists(root, PINTEST_DEVICE);
	slurp(root, "/sys/module/pintest/refcnt", buf, sizeof(buf));
	facts->references = atoi(buf);
	read_device(facts, root);
}

void module_facts_gather(struct module_facts *facts, const char *root)
{
	facts->capable = is_capable(root);
	read_boot(facts, root);
	read_module(facts, root);
}

/*
 * While another process loads it the module is there, but its device is not
 * yet. A module that is built in has no initstate.
 */
bool module_is_loaded(const char *root)
{
	char state[16];

	slurp(root, "/sys/module/pintest/initstate", state, sizeof(state));
	if (state[0])
		return !strcmp(state, "live\n");
	return exists(root, "/sys/module/pintest");
}
