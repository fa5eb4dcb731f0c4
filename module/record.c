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
#define FOLIO_FIELDS (PINTEST_FIELD_PFN | PINTEST_FIELD_FOLIO | \
		      PINTEST_FIELD_REFCOUNT | PINTEST_FIELD_ENTIRE_MAPCOUNT | \
		      PINTEST_FIELD_ZONE | PINTEST_FIELD_NODE)

/**
 * pintest_record_fields - what records of this kernel can have
 *
 * Return: &enum pintest_field bits.
 */
u64 pintest_record_fields(void)
{
	u64 fields = FOLIO_FIELDS | PINTEST_FIELD_MAPCOUNT |
		     PINTEST_FIELD_PINCOUNT;

	if (pintest_mapped_supported())
		fields |= PINTEST_FIELD_MAPPED_PFN;
	if (IS_ENABLED(CONFIG_SPARSEMEM))
		fields |= PINTEST_FIELD_MIGRATETYPE;
	return fields;
}

static u32 known_page_flags(void)
{
	u32 flags = PINTEST_PAGE_ANON | PINTEST_PAGE_KSM | PINTEST_PAGE_ZERO |
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

static u8 zone_of(struct page *page)
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

static int migratetype_of(unsigned long pfn)
{
	switch (pintest_compat_migratetype(pfn)) {
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

static void set_migratetype(struct pintest_record *record, unsigned long pfn)
{
	int migratetype = migratetype_of(pfn);

	if (migratetype < 0 || record->zone == PINTEST_ZONE_DEVICE)
		return;
	record->fields |= PINTEST_FIELD_MIGRATETYPE;
	record->migratetype = migratetype;
}

static void set_pincount(struct pintest_record *record, struct page *head)
{
	if (record->flags & PINTEST_PAGE_ZERO) {
		record->pincount_kind = PINTEST_PINCOUNT_NOT_COUNTED;
		return;
	}
	record->fields |= PINTEST_FIELD_PINCOUNT;
	if (pintest_compat_has_pincount(record->folio_order)) {
		record->pincount_kind = PINTEST_PINCOUNT_EXACT;
		record->pincount = pintest_compat_pincount(head);
	} else {
		record->pincount_kind = PINTEST_PINCOUNT_ESTIMATE;
		record->pincount = record->refcount / GUP_PIN_COUNTING_BIAS;
	}
}

/* @head is of more than one page. */
static u32 large_folio_flags(struct page *head, unsigned int order)
{
	bool thp;

	if (PageHuge(head))
		return PINTEST_PAGE_HUGETLB;
	thp = pintest_compat_thp(head);
	if (pintest_compat_huge_zero(head, order, thp))
		return PINTEST_PAGE_HUGE_ZERO;
	return thp ? PINTEST_PAGE_THP : 0;
}

static u32 anon_flags(struct page *head)
{
	u32 flags = PINTEST_PAGE_ANON;

	if (pintest_compat_ksm(head))
		flags |= PINTEST_PAGE_KSM;
	if (pintest_compat_anon_exclusive(head))
		flags |= PINTEST_PAGE_HEAD_ANON_EXCLUSIVE;
	return flags;
}

static u32 flag_if(unsigned long word, int bit, u32 flag)
{
	return word & BIT(bit) ? flag : 0;
}

static u32 folio_flags_of(struct page *head, unsigned int order)
{
	unsigned long word = pintest_compat_flags(head);
	u32 flags = flag_if(word, PG_swapbacked, PINTEST_PAGE_SWAPBACKED) |
		    flag_if(word, PG_dirty, PINTEST_PAGE_DIRTY) |
		    flag_if(word, PG_writeback, PINTEST_PAGE_WRITEBACK) |
		    flag_if(word, PG_lru, PINTEST_PAGE_LRU) |
		    flag_if(word, PG_mlocked, PINTEST_PAGE_MLOCKED);

	/* The bit means something else on a folio that no swap backs. */
	if (flags & PINTEST_PAGE_SWAPBACKED)
		flags |= flag_if(word, PG_swapcache, PINTEST_PAGE_SWAPCACHE);
	if (PageAnon(head))
		flags |= anon_flags(head);
	if (order)
		flags |= large_folio_flags(head, order);
	else if (is_zero_pfn(page_to_pfn(head)))
		flags |= PINTEST_PAGE_ZERO;
	if (pintest_compat_maybe_dma_pinned(head, order))
		flags |= PINTEST_PAGE_MAYBE_DMA_PINNED;
	return flags;
}

/* All that is true of every page of the folio of @head. */
static void record_folio(struct pintest_record *record, struct page *head)
{
	unsigned int order = compound_order(head);

	*record = (struct pintest_record){
		.fields = FOLIO_FIELDS,
		.flags = folio_flags_of(head, order),
		.flags_known = known_page_flags(),
		.folio_order = order,
		.refcount = page_ref_count(head),
		.entire_mapcount = pintest_compat_entire_mapcount(head, order),
		.zone = zone_of(head),
		.node = page_to_nid(head),
	};
	set_pincount(record, head);
	if (pintest_compat_has_mapcount(order))
		record->fields |= PINTEST_FIELD_MAPCOUNT;
	if (order <= pageblock_order)
		set_migratetype(record, page_to_pfn(head));
}

static bool is_exclusive(const struct pintest_record *record,
			 struct page *page, struct page *head)
{
	if (!(record->flags & PINTEST_PAGE_ANON))
		return false;
	if (record->flags & PINTEST_PAGE_HUGETLB)
		page = head;
	return pintest_compat_anon_exclusive(page);
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
}

/* @recorder->folio is of the folio of @page. */
static void record_page(struct pintest_recorder *recorder, unsigned long addr,
			struct page *page, pintest_mapped_t mapped)
{
	struct pintest_record *record = &recorder->record;

	*record = recorder->folio;
	record->addr = addr;
	record->pfn = page_to_pfn(page);
	record->folio_index = page - recorder->head;
	if (record->fields & PINTEST_FIELD_MAPCOUNT)
		record->mapcount =
			pintest_compat_mapcount(page, record->entire_mapcount);
	if (record->folio_order > pageblock_order)
		set_migratetype(record, record->pfn);
	if (is_exclusive(record, page, recorder->head))
		record->flags |= PINTEST_PAGE_ANON_EXCLUSIVE;
	record_mapped(record, mapped);
	if (!recorder->show_pfns)
		hide_pfns(record);
}

/*
 * Of two pages of a folio that follow each other, all that can differ but for
 * their place is what is mapped, the mapcount and the anon-exclusive mark, and
 * mostly nothing does.
 */
static bool is_like_last(const struct pintest_recorder *recorder,
			 struct page *page, pintest_mapped_t mapped)
{
	return page == recorder->page + 1 &&
	       pintest_mapped_follows(recorder->mapped, mapped) &&
	       pintest_compat_same_state(recorder->page, page) &&
	       recorder->folio.folio_order <= pageblock_order &&
	       recorder->show_pfns;
}

static void record_like_last(struct pintest_record *record)
{
	record->addr += PAGE_SIZE;
	record->pfn++;
	record->mapped_pfn++;
	record->folio_index++;
}

/* Word by word: a string instruction would cost as much as all the rest. */
static int put_record(struct pintest_record __user *to,
		      const struct pintest_record *record)
{
	const u64 *from = (const u64 *)record;
	u64 __user *word = (u64 __user *)to;
	unsigned int i;

	if (!user_write_access_begin(to, sizeof(*to)))
		return -EFAULT;
#pragma GCC unroll 8
	for (i = 0; i < sizeof(*record) / sizeof(*from); i++)
		unsafe_put_user(from[i], word + i, fault);
	user_write_access_end();
	return 0;
fault:
	user_write_access_end();
	return -EFAULT;
}

static int put_record_of_size(void __user *to, size_t size,
			      const struct pintest_record *record)
{
	size_t known = min(size, sizeof(*record));

	if (copy_to_user(to, record, known) ||
	    clear_user(to + known, size - known))
		return -EFAULT;
	/* Each tail may have gigabytes. */
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * pintest_recorder_init - begin to make records
 * @recorder: to make them with
 * @to: user address of an array of records
 * @record_size: stride in it
 *
 * Return: 0, or -EINVAL if @record_size is none.
 */
int pintest_recorder_init(struct pintest_recorder *recorder, u64 to,
			  u32 record_size)
{
	if (record_size < offsetofend(struct pintest_record, migratetype) ||
	    !IS_ALIGNED(record_size, 8))
		return -EINVAL;
	recorder->to = u64_to_user_ptr(to);
	recorder->record_size = record_size;
	recorder->show_pfns = capable(CAP_SYS_ADMIN);
	pintest_recorder_forget(recorder);
	return 0;
}

/**
 * pintest_recorder_forget - look anew at the folio of the next page
 * @recorder: the recorder
 */
void pintest_recorder_forget(struct pintest_recorder *recorder)
{
	recorder->head = NULL;
	recorder->page = NULL;
}

/**
 * pintest_recorder_add - hand a record to user space
 * @recorder: the recorder; what it knows of the folio of the last page is
 *	taken for true if @page is of the same
 * @addr: where
 * @page: of what
 * @mapped: what is mapped there
 *
 * Return: 0, -EFAULT, or -EINTR on a fatal signal.
 */
int pintest_recorder_add(struct pintest_recorder *recorder, unsigned long addr,
			 struct page *page, pintest_mapped_t mapped)
{
	struct page *head = compound_head(page);
	void __user *to = recorder->to;

	if (head != recorder->head) {
		record_folio(&recorder->folio, head);
		recorder->head = head;
		record_page(recorder, addr, page, mapped);
	} else if (is_like_last(recorder, page, mapped)) {
		record_like_last(&recorder->record);
	} else {
		record_page(recorder, addr, page, mapped);
	}
	recorder->page = page;
	recorder->mapped = mapped;
	recorder->to += recorder->record_size;
	if (recorder->record_size == sizeof(recorder->record))
		return put_record(to, &recorder->record);
	return put_record_of_size(to, recorder->record_size,
				  &recorder->record);
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
			unsigned long nr, pintest_mapped_t *mapped)
{
	unsigned long addr = pin->pages.start + first * PAGE_SIZE;
	struct page *page = NULL;
	unsigned long i, run = 0;
	int err = lookup(pin->gup.mm, addr, nr, mapped);

	pintest_recorder_forget(recorder);
	for (i = 0; i < nr && !err; i++, addr += PAGE_SIZE, page++, run--) {
		if (!run)
			page = pintest_pages_run(&pin->pages, first + i,
						 nr - i, &run);
		err = pintest_recorder_add(recorder, addr, page, mapped[i]);
	}
	return err;
}

/* The pin is in use. */
static int record_pin(struct pintest_recorder *recorder,
		      struct pintest_pin *pin,
		      struct pintest_records_args *args,
		      pintest_mapped_t *mapped)
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
				   args->first + args->out_count, batch,
				   mapped);
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
	struct pintest_recorder recorder;
	pintest_mapped_t *mapped;
	int err = pintest_recorder_init(&recorder, args->records,
					args->record_size);

	if (err)
		return err;
	mapped = kmalloc_array(PINTEST_BATCH, sizeof(*mapped),
			       GFP_KERNEL_ACCOUNT);
	if (!mapped)
		return -ENOMEM;
	err = pintest_pin_use(pin);
	if (!err) {
		err = record_pin(&recorder, pin, args, mapped);
		pintest_pin_unuse(pin);
	}
	kfree(mapped);
	return err ? err : pintest_respond(call);
}
