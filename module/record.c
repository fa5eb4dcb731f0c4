// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a page, and of the pages of a pin.
 *
 * Pages of a range mostly come folio after folio, so what is true of a folio
 * is looked up once and kept as a half-filled record until the next one.
 */
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat/page.h"
#include "pintest_private.h"

#define MAPPED_FLAGS (PINTEST_PAGE_MAPPED | PINTEST_PAGE_MAPPED_WRITABLE | \
		      PINTEST_PAGE_MAPPED_SAME)
#define EXCLUSIVE_FLAGS (PINTEST_PAGE_ANON_EXCLUSIVE | \
			 PINTEST_PAGE_HEAD_ANON_EXCLUSIVE)
#define PFN_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_MAPPED_PFN)

/* Bits of the flags word of a folio that are reported as they are. */
static const struct {
	u64 flag;
	int bit;
} flag_bits[] = {
	{ PINTEST_PAGE_SWAPBACKED, PG_swapbacked },
	{ PINTEST_PAGE_DIRTY, PG_dirty },
	{ PINTEST_PAGE_WRITEBACK, PG_writeback },
	{ PINTEST_PAGE_LRU, PG_lru },
	{ PINTEST_PAGE_MLOCKED, PG_mlocked },
};

/**
 * pintest_record_fields - what records of this kernel can have
 *
 * Return: &enum pintest_field bits.
 */
u64 pintest_record_fields(void)
{
	u64 fields = PINTEST_FIELD_PFN | PINTEST_FIELD_FOLIO |
		     PINTEST_FIELD_REFCOUNT | PINTEST_FIELD_MAPCOUNT |
		     PINTEST_FIELD_ENTIRE_MAPCOUNT | PINTEST_FIELD_PINCOUNT |
		     PINTEST_FIELD_ZONE | PINTEST_FIELD_NODE;

	if (pintest_mapped_supported())
		fields |= PINTEST_FIELD_MAPPED_PFN;
	if (IS_ENABLED(CONFIG_SPARSEMEM))
		fields |= PINTEST_FIELD_MIGRATETYPE;
	return fields;
}

static u64 known_page_flags(void)
{
	u64 flags = PINTEST_PAGE_ANON | PINTEST_PAGE_KSM | PINTEST_PAGE_ZERO |
		    PINTEST_PAGE_HUGE_ZERO | PINTEST_PAGE_HUGETLB |
		    PINTEST_PAGE_THP | PINTEST_PAGE_SWAPBACKED |
		    PINTEST_PAGE_DIRTY | PINTEST_PAGE_WRITEBACK |
		    PINTEST_PAGE_LRU | PINTEST_PAGE_MLOCKED |
		    PINTEST_PAGE_SWAPCACHE | PINTEST_PAGE_MAYBE_DMA_PINNED;

	if (pintest_compat_has_anon_exclusive())
		flags |= EXCLUSIVE_FLAGS;
	return flags;
}

/**
 * pintest_record_flags - what records of this kernel can know
 *
 * Return: &enum pintest_page bits.
 */
u64 pintest_record_flags(void)
{
	u64 flags = known_page_flags();

	if (pintest_mapped_supported())
		flags |= MAPPED_FLAGS;
	return flags;
}

static u32 zone_of(struct page *page)
{
	switch (page_zonenum(page)) {
#ifdef CONFIG_ZONE_DMA
	case ZONE_DMA:
		return PINTEST_ZONE_DMA;
#endif
#ifdef CONFIG_ZONE_DMA32
	case ZONE_DMA32:
		return PINTEST_ZONE_DMA32;
#endif
#ifdef CONFIG_HIGHMEM
	case ZONE_HIGHMEM:
		return PINTEST_ZONE_HIGHMEM;
#endif
#ifdef CONFIG_ZONE_DEVICE
	case ZONE_DEVICE:
		return PINTEST_ZONE_DEVICE;
#endif
	case ZONE_MOVABLE:
		return PINTEST_ZONE_MOVABLE;
	default:
		return PINTEST_ZONE_NORMAL;
	}
}

static int migratetype_of(struct page *page)
{
	switch (pintest_compat_migratetype(page_to_pfn(page))) {
	case MIGRATE_UNMOVABLE:
		return PINTEST_MIGRATE_UNMOVABLE;
	case MIGRATE_MOVABLE:
		return PINTEST_MIGRATE_MOVABLE;
	case MIGRATE_RECLAIMABLE:
		return PINTEST_MIGRATE_RECLAIMABLE;
	case MIGRATE_HIGHATOMIC:
		return PINTEST_MIGRATE_HIGHATOMIC;
#ifdef CONFIG_CMA
	case MIGRATE_CMA:
		return PINTEST_MIGRATE_CMA;
#endif
#ifdef CONFIG_MEMORY_ISOLATION
	case MIGRATE_ISOLATE:
		return PINTEST_MIGRATE_ISOLATE;
#endif
	default:
		return -1;
	}
}

static void set_pincount(struct pintest_record *record, struct page *head)
{
	if (record->flags & PINTEST_PAGE_ZERO) {
		record->pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
		return;
	}
	record->fields |= PINTEST_FIELD_PINCOUNT;
	if (pintest_compat_has_pincount(head, record->folio_order)) {
		record->pincount_kind = PINTEST_PINCOUNT_EXACT;
		record->pincount = pintest_compat_pincount(head);
	} else {
		record->pincount_kind = PINTEST_PINCOUNT_ESTIMATE;
		record->pincount = record->refcount / GUP_PIN_COUNTING_BIAS;
	}
}

static void set_folio_kind(struct pintest_record *record, struct page *head)
{
	bool hugetlb = PageHuge(head);
	bool thp = record->folio_order && !hugetlb && pintest_compat_thp(head);

	if (hugetlb)
		record->flags |= PINTEST_PAGE_HUGETLB;
	if (thp)
		record->flags |= PINTEST_PAGE_THP;
	if (pintest_compat_huge_zero(head, record->folio_order, thp))
		record->flags |= PINTEST_PAGE_HUGE_ZERO;
	if (is_zero_pfn(page_to_pfn(head)))
		record->flags |= PINTEST_PAGE_ZERO;
	if (PageAnon(head))
		record->flags |= PINTEST_PAGE_ANON;
	if (pintest_compat_ksm(head))
		record->flags |= PINTEST_PAGE_KSM;
	if (pintest_compat_maybe_dma_pinned(head))
		record->flags |= PINTEST_PAGE_MAYBE_DMA_PINNED;
}

static void set_folio_flags(struct pintest_record *record, struct page *head)
{
	unsigned long flags = pintest_compat_flags(head);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flag_bits); i++)
		if (flags & BIT(flag_bits[i].bit))
			record->flags |= flag_bits[i].flag;
	/* The bit means something else on a folio that no swap backs. */
	if (flags & BIT(PG_swapbacked) && flags & BIT(PG_swapcache))
		record->flags |= PINTEST_PAGE_SWAPCACHE;
	if (record->flags & PINTEST_PAGE_ANON &&
	    pintest_compat_anon_exclusive(head))
		record->flags |= PINTEST_PAGE_HEAD_ANON_EXCLUSIVE;
}

/* All that is true of every page of the folio of @head. */
static void record_folio(struct pintest_record *record, struct page *head)
{
	memset(record, 0, sizeof(*record));
	record->flags_known = known_page_flags();
	record->fields = PINTEST_FIELD_PFN | PINTEST_FIELD_FOLIO |
			 PINTEST_FIELD_REFCOUNT |
			 PINTEST_FIELD_ENTIRE_MAPCOUNT | PINTEST_FIELD_ZONE |
			 PINTEST_FIELD_NODE;
	record->folio_pfn = page_to_pfn(head);
	record->folio_order = compound_order(head);
	record->refcount = page_ref_count(head);
	record->entire_mapcount =
		pintest_compat_entire_mapcount(head, record->folio_order);
	record->zone = zone_of(head);
	record->node = page_to_nid(head);
	set_folio_kind(record, head);
	set_folio_flags(record, head);
	set_pincount(record, head);
}

/* @record has been filled for the folio of @page, whose head is @head. */
static void record_page(struct pintest_record *record, struct page *page,
			struct page *head)
{
	int migratetype = migratetype_of(page);

	record->pfn = page_to_pfn(page);
	record->folio_index = record->pfn - record->folio_pfn;
	if (pintest_compat_has_mapcount(record->folio_order)) {
		record->fields |= PINTEST_FIELD_MAPCOUNT;
		record->mapcount =
			pintest_compat_mapcount(page, record->entire_mapcount);
	}
	if (migratetype >= 0 && record->zone != PINTEST_ZONE_DEVICE) {
		record->fields |= PINTEST_FIELD_MIGRATETYPE;
		record->migratetype = migratetype;
	}
	if (!(record->flags & PINTEST_PAGE_ANON))
		return;
	if (record->flags & PINTEST_PAGE_HUGETLB)
		page = head;
	if (pintest_compat_anon_exclusive(page))
		record->flags |= PINTEST_PAGE_ANON_EXCLUSIVE;
}

static void record_mapped(struct pintest_record *record,
			  pintest_mapped_t mapped)
{
	if (!pintest_mapped_known(mapped))
		return;
	record->flags_known |= MAPPED_FLAGS;
	if (!pintest_mapped_present(mapped))
		return;
	record->flags |= PINTEST_PAGE_MAPPED;
	record->fields |= PINTEST_FIELD_MAPPED_PFN;
	record->mapped_pfn = pintest_mapped_pfn(mapped);
	if (pintest_mapped_writable(mapped))
		record->flags |= PINTEST_PAGE_MAPPED_WRITABLE;
	if (record->mapped_pfn == record->pfn)
		record->flags |= PINTEST_PAGE_MAPPED_SAME;
}

static void hide_pfns(struct pintest_record *record)
{
	record->fields &= ~PFN_FIELDS;
	record->pfn = 0;
	record->mapped_pfn = 0;
	record->folio_pfn = 0;
}

/**
 * pintest_recorder_new - begin to make records
 * @to: user address of an array of records
 * @record_size: stride in it
 *
 * Return: a recorder, to be freed with kvfree(); -EINVAL if @record_size is
 * none; -ENOMEM.
 */
struct pintest_recorder *pintest_recorder_new(u64 to, u32 record_size)
{
	struct pintest_recorder *recorder;

	if (record_size < offsetofend(struct pintest_record, reserved) ||
	    !IS_ALIGNED(record_size, 8))
		return ERR_PTR(-EINVAL);
	recorder = kvmalloc(sizeof(*recorder), GFP_KERNEL_ACCOUNT);
	if (!recorder)
		return ERR_PTR(-ENOMEM);
	recorder->to = u64_to_user_ptr(to);
	recorder->record_size = record_size;
	recorder->show_pfns = capable(CAP_SYS_ADMIN);
	recorder->head = NULL;
	recorder->nr = 0;
	return recorder;
}

/**
 * pintest_recorder_add - make a record
 * @recorder: has room for one in its batch
 * @addr: where
 * @page: of what
 * @mapped: what is mapped there
 */
void pintest_recorder_add(struct pintest_recorder *recorder,
			  unsigned long addr, struct page *page,
			  pintest_mapped_t mapped)
{
	struct pintest_record *record = &recorder->batch[recorder->nr++];
	struct page *head = compound_head(page);

	if (head != recorder->head) {
		record_folio(&recorder->folio, head);
		recorder->head = head;
	}
	*record = recorder->folio;
	record->addr = addr;
	record_page(record, page, head);
	record_mapped(record, mapped);
	if (!recorder->show_pfns)
		hide_pfns(record);
}

static int copy_one(char __user *to, size_t size,
		    const struct pintest_record *record)
{
	size_t known = min(size, sizeof(*record));

	if (copy_to_user(to, record, known) ||
	    clear_user(to + known, size - known))
		return -EFAULT;
	return 0;
}

/**
 * pintest_recorder_flush - copy the batch to user space
 * @recorder: its batch is empty afterwards
 *
 * Return: 0 or -EFAULT.
 */
int pintest_recorder_flush(struct pintest_recorder *recorder)
{
	unsigned int nr = recorder->nr, i;
	size_t size = recorder->record_size;
	int err = 0;

	if (size == sizeof(*recorder->batch)) {
		if (copy_to_user(recorder->to, recorder->batch, nr * size))
			err = -EFAULT;
	} else {
		for (i = 0; i < nr && !err; i++)
			err = copy_one(recorder->to + i * size, size,
				       &recorder->batch[i]);
	}
	recorder->to += nr * size;
	recorder->nr = 0;
	/* What is known of the folio is old by the next batch. */
	recorder->head = NULL;
	return err;
}

/* If the memory of the pin is gone, nothing is mapped. */
static int lookup(struct mm_struct *mm, unsigned long addr, unsigned long nr,
		  pintest_mapped_t *mapped)
{
	int err;

	if (!mmget_not_zero(mm)) {
		memset(mapped, 0, nr * sizeof(*mapped));
		return 0;
	}
	err = -EINTR;
	if (!mmap_read_lock_killable(mm)) {
		err = pintest_mapped_lookup(mm, addr, nr, mapped);
		mmap_read_unlock(mm);
	}
	mmput(mm);
	return err;
}

static int record_batch(struct pintest_recorder *recorder,
			struct pintest_pin *pin, unsigned long first,
			unsigned long nr)
{
	unsigned long addr = pin->pages.start + first * PAGE_SIZE;
	unsigned long i;
	int err = lookup(pin->gup.mm, addr, nr, recorder->mapped);

	if (err)
		return err;
	for (i = 0; i < nr; i++)
		pintest_recorder_add(recorder, addr + i * PAGE_SIZE,
				     pintest_pages_at(&pin->pages, first + i),
				     recorder->mapped[i]);
	return pintest_recorder_flush(recorder);
}

/* The pin is in use. */
static int record_pin(struct pintest_recorder *recorder,
		      struct pintest_pin *pin,
		      struct pintest_records_args *args)
{
	u64 nr;
	int err = 0;

	args->out_count = 0;
	if (args->first >= pin->pages.nr)
		return 0;
	nr = min_t(u64, args->count, pin->pages.nr - args->first);
	while (args->out_count < nr && !err) {
		u32 batch = min_t(u64, PINTEST_BATCH, nr - args->out_count);

		err = record_batch(recorder, pin,
				   args->first + args->out_count, batch);
		args->out_count += batch;
		if (fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	return err;
}

/**
 * pintest_records_run - PINTEST_IOC_RECORDS
 * @call: the call
 *
 * Return: 0 or -errno as the header says.
 */
long pintest_records_run(struct pintest_call *call)
{
	struct pintest_records_args *args = &call->args.records;
	struct pintest_pin *pin = call->file->private_data;
	struct pintest_recorder *recorder;
	int err;

	recorder = pintest_recorder_new(args->records, args->record_size);
	if (IS_ERR(recorder))
		return PTR_ERR(recorder);
	err = pintest_pin_use(pin);
	if (!err) {
		err = record_pin(recorder, pin, args);
		pintest_pin_unuse(pin);
	}
	kvfree(recorder);
	return err ? err : pintest_respond(call);
}
