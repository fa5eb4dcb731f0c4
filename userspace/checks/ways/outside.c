// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways from outside: finding them, and whether one is what it has to be.
 *
 * A shared object runs code when it is loaded. So nothing is loaded that the
 * command line does not ask for, and a child loads it first.
 */
#include <dlfcn.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "memory/memory.h"
#include "outside.h"
#include "pintest-way.h"

#define SUFFIX	".so"
#define LOAD_MS	60000

char *outside_path(void)
{
	const char *given = getenv("PINTEST_WAYS");
	char exe[4096], *path;
	ssize_t length;

	if (given)
		return strdup(given);
	length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (length < 0)
		return NULL;
	exe[length] = '\0';
	*strrchr(exe, '/') = '\0';
	if (asprintf(&path, "%s/ways:%s/../lib/pintest/ways", exe, exe) < 0)
		return NULL;
	return path;
}

/* The file of an installed way, to be freed; NULL if there is none. */
static char *find_installed(const char *name, size_t length)
{
	char *path = outside_path(), *rest = path, *folder, *file = NULL;

	while (!file && (folder = strsep(&rest, ":"))) {
		if (asprintf(&file, "%s/%.*s" SUFFIX, folder, (int)length,
			     name) < 0)
			file = NULL;
		if (file && access(file, R_OK)) {
			free(file);
			file = NULL;
		}
	}
	free(path);
	return file;
}

/* Where the argument begins: behind FILE.so of a path, or NAME. */
static size_t split(const char *spec)
{
	const char *end;

	if (!strchr(spec, '/'))
		return strcspn(spec, ":");
	end = strstr(spec, SUFFIX ":");
	return end ? (size_t)(end - spec) + strlen(SUFFIX) : strlen(spec);
}

static char *find_file(const char *spec, struct reason *why)
{
	size_t length = split(spec);
	char *file;

	if (strchr(spec, '/'))
		return strndup(spec, length);
	file = find_installed(spec, length);
	if (!file)
		reason(why, 0,
		       "there is no way '%.*s': 'pintest list ways' has all; a file of your own is written with a slash, as ./my_driver.so",
		       (int)length, spec);
	return file;
}

static bool is_named_well(const char *name)
{
	return name && *name &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static bool has_one(uint32_t bits)
{
	return bits && !(bits & (bits - 1));
}

/* The callback that no way can do without and that this one lacks, or NULL. */
static const char *find_missing(const struct pintest_way *outside)
{
	if (!outside->open)
		return "open";
	if (!outside->close)
		return "close";
	if (!outside->pin)
		return "pin";
	return outside->unpin ? NULL : "unpin";
}

static const char *find_mistake(const struct pintest_way *outside)
{
	const uint32_t access = PINTEST_WAY_READ_ONLY | PINTEST_WAY_READ_WRITE;
	const uint32_t term = PINTEST_WAY_LONGTERM | PINTEST_WAY_SHORT_TERM;

	if (!outside->what)
		return ".what is not set";
	if (outside->can & ~(access | term | PINTEST_WAY_SHMEM_ONLY))
		return ".can has bits that this pintest does not know";
	if (!(outside->can & access))
		return ".can has neither PINTEST_WAY_READ_ONLY nor PINTEST_WAY_READ_WRITE";
	if (!has_one(outside->can & term))
		return ".can has to have one of PINTEST_WAY_LONGTERM and PINTEST_WAY_SHORT_TERM";
	return NULL;
}

/* Whether the structure is one of ours. Nothing else of it is looked at before. */
static bool is_known(const struct pintest_way *outside, const char *file,
		     struct reason *why)
{
	if (outside->version != PINTEST_WAY_VERSION)
		reason(why, 0,
		       "%s is for version %u of pintest-way.h, this pintest for %u: set .version to PINTEST_WAY_VERSION, and build it again",
		       file, outside->version, PINTEST_WAY_VERSION);
	else if (outside->size < sizeof(*outside))
		reason(why, 0,
		       "the pintest_way of %s has a .size of %u, this pintest needs %zu: set it to sizeof(pintest_way), and build it again",
		       file, outside->size, sizeof(*outside));
	else
		return true;
	return false;
}

static bool is_usable(const struct pintest_way *outside, const char *file,
		      struct reason *why)
{
	const char *mistake;

	if (!is_known(outside, file, why))
		return false;
	if (!is_named_well(outside->name)) {
		reason(why, 0,
		       "the pintest_way of %s is wrong: .name is '%.40s', and has to be of a-z, 0-9 and -",
		       file, outside->name ? : "");
		return false;
	}
	mistake = find_missing(outside);
	if (mistake) {
		reason(why, 0,
		       "the pintest_way of %s is wrong: .%s is not set", file,
		       mistake);
		return false;
	}
	mistake = find_mistake(outside);
	if (mistake)
		reason(why, 0, "the pintest_way of %s is wrong: %s", file,
		       mistake);
	return !mistake;
}

static void load(void *file)
{
	dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

/* Whether a child survives loading it, be it that there is nothing to load. */
static bool is_survived(const char *file, struct reason *why)
{
	struct child_end end;
	sigset_t none;
	int ret;

	sigemptyset(&none);
	ret = child_run(load, (void *)file, LOAD_MS, &none, &end);
	if (ret)
		reason(why, ret, "cannot try to load it: %s", strerror(-ret));
	else if (end.late)
		reason(why, 0, "loading %s does not return", file);
	else if (end.signal)
		reason(why, 0, "loading %s crashes: %s", file,
		       strsignal(end.signal));
	else
		return true;
	return false;
}

static const struct pintest_way *open_file(const char *file,
					   struct reason *why)
{
	const struct pintest_way *outside;
	void *object;

	if (!is_survived(file, why))
		return NULL;
	object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!object) {
		reason(why, 0, "cannot load it: %s", dlerror());
		return NULL;
	}
	outside = dlsym(object, "pintest_way");
	if (!outside)
		reason(why, 0, "%s defines no pintest_way", file);
	else if (is_usable(outside, file, why))
		return outside;
	dlclose(object);
	return NULL;
}

static uint32_t flags_never(uint32_t can)
{
	uint32_t never = PINTEST_FOLL_FORCE;

	if (!(can & PINTEST_WAY_READ_WRITE))
		never |= PINTEST_FOLL_WRITE;
	if (!(can & PINTEST_WAY_LONGTERM))
		never |= PINTEST_FOLL_LONGTERM;
	return never;
}

static uint32_t flags_always(uint32_t can)
{
	uint32_t always = 0;

	if (!(can & PINTEST_WAY_READ_ONLY))
		always |= PINTEST_FOLL_WRITE;
	if (!(can & PINTEST_WAY_SHORT_TERM))
		always |= PINTEST_FOLL_LONGTERM;
	return always;
}

static const struct way *add(const struct pintest_way *outside,
			     const char *file, const char *arg,
			     struct reason *why)
{
	const struct way *way = way_add(&(struct way) {
		.id = outside->name,
		.what = outside->what,
		.traits = WAY_PINS | WAY_LEADING,
		.never = flags_never(outside->can),
		.always = flags_always(outside->can),
		.needs = outside->can & PINTEST_WAY_SHMEM_ONLY ?
			 MEMORY_SHMEM : 0,
		.outside = outside,
		.arg = arg,
		.file = file,
	});

	if (!way)
		reason(why, 0,
		       "there is a way '%s' already, or there are too many",
		       outside->name);
	return way;
}

const struct way *outside_load(const char *spec, struct reason *why)
{
	char *file = find_file(spec, why);
	const char *arg = spec + split(spec);
	const struct pintest_way *outside;

	const struct way *way = NULL;

	if (!file)
		return NULL;
	outside = open_file(file, why);
	if (outside)
		way = add(outside, file, *arg ? arg + 1 : "", why);
	if (!way)
		free(file);
	return way;
}

static void load_folder(const char *folder,
			void (*tell)(const char *file,
				     const struct reason *why))
{
	struct reason why;
	char *pattern;
	glob_t found;
	size_t i;

	if (asprintf(&pattern, "%s/*" SUFFIX, folder) < 0)
		return;
	if (!glob(pattern, 0, NULL, &found)) {
		for (i = 0; i < found.gl_pathc; i++)
			if (!outside_load(found.gl_pathv[i], &why))
				tell(found.gl_pathv[i], &why);
		globfree(&found);
	}
	free(pattern);
}

void outside_load_all(void (*tell)(const char *file,
				   const struct reason *why))
{
	char *path = outside_path(), *rest = path, *folder;

	while ((folder = strsep(&rest, ":")))
		load_folder(folder, tell);
	free(path);
}
