// SPDX-License-Identifier: GPL-2.0-only
/*
 * Explanations: what is decided of a page, from made-up facts. Each fact that
 * refuses a pin is taken away again, so that the page is pinned.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "array_size.h"
#include "base/page_size.h"
#include "explain/decide.h"

#define RW	(MAP_READ | MAP_WRITE | MAP_MAYREAD | MAP_MAYWRITE)
#define SHARED	(MAP_SHARED_VM | MAP_MAYSHARE)
#define ADDR	UINT64_C(0x7f0000000000)
#define W	PINTEST_FOLL_WRITE
#define F	PINTEST_FOLL_FORCE
#define L	PINTEST_FOLL_LONGTERM

/* A kernel of today, and a page of writable anonymous memory. */
struct world {
	struct kernel_facts kernel;
	struct mapping_facts map;
	struct page_facts page;
	struct question question;
};

static struct world *new_world(struct world *world, uint32_t api, uint32_t foll)
{
	const uint32_t flags = PINTEST_PAGE_MAPPED | PINTEST_PAGE_ANON |
			       PINTEST_PAGE_ANON_EXCLUSIVE |
			       PINTEST_PAGE_MAPPED_WRITABLE;
	size_t i;

	*world = (struct world) {
		.kernel = {
			.apis = (1 << KERNEL_APIS) - 1,
			.unshares_anon = ANSWER_YES,
			.unshares_cow = ANSWER_YES,
			.refuses_tracked = ANSWER_YES,
			.stack_grows = ANSWER_NO,
			.fast_secretmem = ANSWER_NO,
			.tells_uffd_wp = ANSWER_YES,
			.forces_hugetlb = ANSWER_NO,
			.splits_hugetlb = ANSWER_NO,
			.faults_hugetlb = ANSWER_NO,
		},
		.map = {
			.mapped = true,
			.start = ADDR,
			.end = ADDR + 4 * page_size(),
			.vm = RW,
			.backing = BACKED_ANON,
			.seals = -1,
		},
		.page = {
			.entry = true,
			.usable = true,
			.record.flags = flags,
			.record.flags_known = ~0U,
		},
		.question = {
			.kernel = &world->kernel,
			.api = api,
			.foll = foll,
			.addr = ADDR,
			.end = ADDR + 2 * page_size(),
			.map = &world->map,
			.page = &world->page,
		},
	};
	for (i = 0; i < KERNEL_APIS; i++)
		world->kernel.taken[i] = ~0U;
	return world;
}

static void assert_pinned(const struct world *world)
{
	struct decision decision = decide(&world->question);

	assert_int_equal(decision.fate, FATE_PINNED);
	assert_null(decision.cause);
}

static void assert_ends(const struct world *world, enum fate fate,
			int error, const char *cause)
{
	struct decision decision = decide(&world->question);

	assert_int_equal(decision.fate, fate);
	assert_int_equal(decision.error, error);
	assert_non_null(decision.cause);
	assert_non_null(strstr(decision.cause, cause));
	assert_non_null(decision.remedy);
}

static void assert_refused(const struct world *world, int error,
			   const char *cause)
{
	assert_ends(world, FATE_REFUSED, error, cause);
}

static void plain_memory_is_pinned(void **state)
{
	static const uint32_t flag_sets[] = { 0, W, F, L, W | L, W | F | L };
	struct world world;
	uint32_t api;
	size_t i;

	(void)state;
	for (api = 0; api < PINTEST_API_PIN_MEMFD; api++)
		for (i = 0; i < ARRAY_SIZE(flag_sets); i++)
			assert_pinned(new_world(&world, api, flag_sets[i]));
}

static void calls_and_flags_are_refused(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN_FAST, W);
	world.kernel.taken[PINTEST_API_PIN_FAST] = L;
	assert_refused(&world, EBADRQC, "does not take all of these flags");
	world.kernel.apis = 0;
	assert_refused(&world, EBADRQC, "does not have the call");
	new_world(&world, PINTEST_API_PIN, L | PINTEST_FOLL_PCI_P2PDMA);
	assert_refused(&world, EBADRQC, "together");
	new_world(&world, PINTEST_API_PIN_MEMFD, 0);
	assert_refused(&world, EBADRQC, "together");
}

static void addresses_are_refused(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, 0);
	world.map.mapped = false;
	assert_refused(&world, EFAULT, "nothing is mapped");
	world.map.below_stack = true;
	assert_refused(&world, EFAULT, "nothing is mapped");
	world.kernel.stack_grows = ANSWER_YES;
	assert_pinned(&world);
	world.question.addr = UINT64_C(0xffff888000000000);
	assert_refused(&world, EFAULT, "belongs to the kernel");
}

static void mappings_are_refused(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, W);
	world.map.vm = RW & ~MAP_WRITE;
	world.page.record.flags &= ~PINTEST_PAGE_MAPPED_WRITABLE;
	assert_refused(&world, EFAULT, "not writable");
	world.question.foll = W | F;
	assert_pinned(&world);
	world.map.vm |= SHARED;
	assert_refused(&world, EFAULT, "FOLL_FORCE");

	new_world(&world, PINTEST_API_PIN, L);
	world.map.vm = MAP_MAYREAD | MAP_MAYWRITE;
	world.page.usable = false;
	assert_refused(&world, EFAULT, "neither be read nor written");
	world.question.foll = L | F;
	assert_pinned(&world);
	world.map.vm = MAP_WRITE | MAP_MAYREAD | MAP_MAYWRITE;
	world.question.foll = L;
	assert_refused(&world, EFAULT, "may not be read");

	new_world(&world, PINTEST_API_PIN, 0);
	world.map.vm |= MAP_IO | MAP_PFNMAP;
	assert_refused(&world, EFAULT, "VM_PFNMAP");
	world.map.vm &= ~MAP_PFNMAP;
	assert_refused(&world, EFAULT, "VM_IO");

	new_world(&world, PINTEST_API_PIN_FAST, 0);
	world.map.backing = BACKED_SECRETMEM;
	assert_refused(&world, EFAULT, "memfd_secret");
	world.kernel.fast_secretmem = ANSWER_YES;
	assert_pinned(&world);
}

static void tracked_files_are_refused(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN_FAST, W | L);
	world.map.vm |= SHARED;
	world.map.backing = BACKED_FILE;
	world.page.record.flags &= ~PINTEST_PAGE_ANON;
	assert_refused(&world, EFAULT, "tracks writes");
	world.kernel.refuses_tracked = ANSWER_UNKNOWN;
	assert_int_equal(decide(&world.question).fate, FATE_UNKNOWN);
	world.kernel.refuses_tracked = ANSWER_NO;
	assert_pinned(&world);
	world.kernel.refuses_tracked = ANSWER_YES;
	world.map.backing = BACKED_UNKNOWN;
	assert_int_equal(decide(&world.question).fate, FATE_UNKNOWN);
	world.map.backing = BACKED_FILE;
	world.question.foll = W;
	assert_pinned(&world);
	world.question.foll = W | L;
	world.map.vm &= ~SHARED;
	assert_pinned(&world);
}

static void faults_are_refused(void **state)
{
	const uint32_t nofault = PINTEST_FOLL_NOFAULT;
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, nofault);
	assert_pinned(&world);
	world.page.record.flags &= ~(PINTEST_PAGE_ANON_EXCLUSIVE |
				     PINTEST_PAGE_MAPPED_WRITABLE);
	assert_refused(&world, EFAULT, "FOLL_NOFAULT");
	world.kernel.unshares_anon = ANSWER_NO;
	assert_pinned(&world);
	world.page.entry = false;
	assert_refused(&world, EFAULT, "FOLL_NOFAULT");
}

static void userfaultfds_are_waited_for(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN_FAST, W);
	world.map.vm |= MAP_UFFD_WP;
	world.page.uffd_wp = true;
	world.page.record.flags &= ~PINTEST_PAGE_MAPPED_WRITABLE;
	assert_ends(&world, FATE_WAITS, 0, "userfaultfd");
	world.map.sigbus = true;
	assert_refused(&world, EFAULT, "userfaultfd");
	world.map.sigbus = false;
	world.question.api = PINTEST_API_PIN;
	assert_refused(&world, EFAULT, "userfaultfd");
	world.question.foll = 0;
	assert_pinned(&world);
}

static void a_kernel_may_not_tell_what_a_userfaultfd_protects(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, W);
	world.map.vm |= MAP_UFFD_WP;
	world.kernel.tells_uffd_wp = ANSWER_NO;
	assert_pinned(&world);
	world.page.record.flags &= ~PINTEST_PAGE_MAPPED_WRITABLE;
	assert_int_equal(decide(&world.question).fate, FATE_UNKNOWN);
	world.question.foll = 0;
	assert_pinned(&world);
}

static void stacks_that_grow_lack_the_page(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, 0);
	world.map.mapped = false;
	world.map.below_stack = true;
	assert_refused(&world, EFAULT, "nothing is mapped");
	world.kernel.stack_grows = ANSWER_YES;
	assert_pinned(&world);
	world.question.foll = PINTEST_FOLL_DUMP;
	assert_refused(&world, EFAULT, "nothing is mapped");
	world.question.foll = PINTEST_FOLL_NOFAULT;
	assert_refused(&world, EFAULT, "nothing is mapped");
}

static void unsharing_a_file_thp_hangs(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, L);
	world.map.backing = BACKED_FILE;
	world.page.record.flags = PINTEST_PAGE_MAPPED | PINTEST_PAGE_THP;
	world.page.record.flags_known |= PINTEST_PAGE_THP;
	world.page.record.entire_mapcount = 1;
	assert_ends(&world, FATE_HANGS, 0, "file THP");
	world.question.foll = L | PINTEST_FOLL_SPLIT_PMD;
	assert_pinned(&world);
	world.question.foll = 0;
	assert_pinned(&world);
	world.question.foll = L;
	world.kernel.unshares_cow = ANSWER_NO;
	assert_pinned(&world);
	world.kernel.unshares_cow = ANSWER_YES;
	world.page.record.entire_mapcount = 0;
	assert_pinned(&world);
}

static void memfds_have_rules_of_their_own(void **state)
{
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN_MEMFD, L);
	assert_refused(&world, EFAULT, "shared mapping");
	world.map.vm |= SHARED;
	world.map.backing = BACKED_SHMEM;
	assert_refused(&world, EINVAL, "ends before");
	world.map.size = 2 * page_size();
	assert_pinned(&world);
	world.question.end = world.map.end + page_size();
	assert_refused(&world, EFAULT, "shared mapping");
	world.question.end = world.map.end;
	assert_refused(&world, EINVAL, "ends before");
	world.map.size = 4 * page_size();
	world.map.backing = BACKED_FILE;
	assert_refused(&world, EINVAL, "shmem and hugetlb");
}

static void every_refusal_has_its_steps(void **state)
{
	struct decision decision;
	struct world world;

	(void)state;
	new_world(&world, PINTEST_API_PIN, 0);
	world.map.mapped = false;
	decision = decide(&world.question);
	assert_true(decision.count > 1);
	assert_string_equal(decision.steps[0].answer, "yes");
	assert_string_equal(decision.steps[decision.count - 1].answer, "no");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_memory_is_pinned),
		cmocka_unit_test(calls_and_flags_are_refused),
		cmocka_unit_test(addresses_are_refused),
		cmocka_unit_test(mappings_are_refused),
		cmocka_unit_test(tracked_files_are_refused),
		cmocka_unit_test(faults_are_refused),
		cmocka_unit_test(userfaultfds_are_waited_for),
		cmocka_unit_test(a_kernel_may_not_tell_what_a_userfaultfd_protects),
		cmocka_unit_test(stacks_that_grow_lack_the_page),
		cmocka_unit_test(unsharing_a_file_thp_hangs),
		cmocka_unit_test(memfds_have_rules_of_their_own),
		cmocka_unit_test(every_refusal_has_its_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
