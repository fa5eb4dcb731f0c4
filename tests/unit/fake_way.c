// SPDX-License-Identifier: GPL-2.0-only
/*
 * A way that pins nothing: what it "pins" is the memory of the process, which is as
 * good as a pin for what is read and written. $FAKE_WAY says what is wrong with it.
 *
 * FAKE_VERSION, FAKE_SIZE, FAKE_NAME, FAKE_CAN, FAKE_PIN and FAKE_LOAD make ways that
 * cannot be used.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pintest-way.h"

#ifndef FAKE_VERSION
#define FAKE_VERSION	PINTEST_WAY_VERSION
#endif
#ifndef FAKE_SIZE
#define FAKE_SIZE	sizeof(pintest_way)
#endif
#ifndef FAKE_PIN
#define FAKE_PIN	fake_pin
#endif
#ifndef FAKE_NAME
#define FAKE_NAME	"fake"
#endif
#ifndef FAKE_CAN
#define FAKE_CAN	(PINTEST_WAY_READ_ONLY | PINTEST_WAY_READ_WRITE | \
			 PINTEST_WAY_LONGTERM)
#endif

/* What is "pinned": the memory, and a copy of what it held. */
struct pinned {
	char *addr;
	char *copy;
};

static bool is(const char *what)
{
	const char *wrong = getenv("FAKE_WAY");

	return wrong && !strcmp(wrong, what);
}

#ifdef FAKE_LOAD
__attribute__((constructor)) static void load(void)
{
	abort();
}
#endif

static int fake_open(const char *arg, void **way)
{
	*way = strdup(arg);
	if (is("absent"))
		return -EOPNOTSUPP;
	return *way ? 0 : -ENOMEM;
}

static void fake_close(void *way)
{
	free(way);
}

static int fake_pin(void *way, void *addr, size_t length, bool write,
		    void **pin)
{
	struct pinned *pinned = malloc(sizeof(*pinned));

	(void)way;
	(void)write;
	if (is("refuse"))
		return -EFAULT;
	if (is("unfit"))
		return -EOPNOTSUPP;
	if (is("positive"))
		return length;
	if (!pinned)
		return -ENOMEM;
	pinned->addr = addr;
	pinned->copy = memcpy(malloc(length), addr, length);
	*pin = pinned;
	return 0;
}

static int fake_unpin(void *way, void *pin)
{
	struct pinned *pinned = pin;

	(void)way;
	free(pinned->copy);
	free(pinned);
	return is("keep") ? -EINVAL : 0;
}

static int fake_read(void *way, void *pin, void *buf, size_t length,
		     size_t offset)
{
	const struct pinned *pinned = pin;

	(void)way;
	if (is("crash"))
		abort();
	while (is("hang"))
		pause();
	if (is("exit"))
		exit(0);
	if (is("idle"))
		return 0;
	if (is("partial") && offset)
		return -EFAULT;
	if (is("count"))
		return length;
	memcpy(buf, (is("stale") ? pinned->copy : pinned->addr) + offset,
	       length);
	return 0;
}

static int fake_write(void *way, void *pin, const void *buf, size_t length,
		      size_t offset)
{
	const struct pinned *pinned = pin;

	(void)way;
	if (!is("lose"))
		memcpy(pinned->addr + offset, buf, length);
	return 0;
}

static const char *fake_error(void *way)
{
	(void)way;
	if (is("keep"))
		abort();
	return is("refuse") ? "the fake\nway\033 refuses" : NULL;
}

const struct pintest_way pintest_way = {
	.version = FAKE_VERSION,
	.size = FAKE_SIZE,
	.name = FAKE_NAME,
	.what = "a way that is none",
	.can = FAKE_CAN,
	.open = fake_open,
	.close = fake_close,
	.pin = FAKE_PIN,
	.unpin = fake_unpin,
	.read = fake_read,
	.write = fake_write,
	.error = fake_error,
};
