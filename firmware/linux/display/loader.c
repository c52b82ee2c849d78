// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of registers that the context loader writes between two frames.
 *
 * There is one list. It is the driver's while a commit is programmed; then it
 * waits for DTG's LINE0, since a loader that is enabled between the lines of
 * the two contexts would load only one of them in this frame; then it is the
 * hardware's until CTXLD_ENABLE reads 0. Commits wait for each other's flips, so
 * nobody needs a second one.
 */
#include <drm/drm_managed.h>
#include <drm/drm_print.h>
#include <linux/dma-mapping.h>
#include <linux/interrupt.h>

#include "dcss.h"

#define DOUBLE_BUFFERED_ITEMS	64
#define SINGLE_BUFFERED_ITEMS	2048
/* Frames take at most 42 ms */
#define LIST_TIMEOUT_MS		200

static const struct {
	unsigned int first, count;
} contexts[DCSS_CONTEXTS] = {
	[DCSS_DOUBLE_BUFFERED] = { 0, DOUBLE_BUFFERED_ITEMS },
	[DCSS_SINGLE_BUFFERED] = { DOUBLE_BUFFERED_ITEMS,
				   SINGLE_BUFFERED_ITEMS },
};

int dcss_loader_init(struct dcss *dcss)
{
	struct dcss_loader *loader = &dcss->loader;

	spin_lock_init(&loader->lock);
	init_waitqueue_head(&loader->idle);
	loader->items = dmam_alloc_coherent(dcss->drm.dev,
					    (DOUBLE_BUFFERED_ITEMS +
					     SINGLE_BUFFERED_ITEMS) *
					    sizeof(*loader->items),
					    &loader->address, GFP_KERNEL);
	return loader->items ? 0 : -ENOMEM;
}

/* After the block has had no clock */
void dcss_loader_configure(struct dcss *dcss)
{
	dcss_write(dcss, CTXLD + CTXLD_CONTROL,
		   CTXLD_RD_ERR_EN | CTXLD_SB_HP_COMP_EN | CTXLD_AHB_ERR_EN |
		   CTXLD_RD_ERR | CTXLD_AHB_ERR);
}

/* Waits until the list is the driver's; false if the hardware keeps it */
bool dcss_list_wait(struct dcss *dcss)
{
	struct dcss_loader *loader = &dcss->loader;

	return wait_event_timeout(loader->idle,
				  READ_ONCE(loader->state) == DCSS_LIST_IDLE,
				  msecs_to_jiffies(LIST_TIMEOUT_MS)) != 0;
}

void dcss_list_begin(struct dcss *dcss)
{
	struct dcss_loader *loader = &dcss->loader;

	if (!dcss_list_wait(dcss)) {
		drm_err(&dcss->drm, "a list was not loaded in %d ms\n",
			LIST_TIMEOUT_MS);
		spin_lock_irq(&loader->lock);
		loader->state = DCSS_LIST_IDLE;
		spin_unlock_irq(&loader->lock);
	}
	memset(loader->count, 0, sizeof(loader->count));
}

void dcss_list_add(struct dcss *dcss, u32 offset, u32 value)
{
	struct dcss_loader *loader = &dcss->loader;
	enum dcss_context context = offset >= DTG && offset < DTG + SZ_4K ?
					    DCSS_DOUBLE_BUFFERED :
					    DCSS_SINGLE_BUFFERED;
	struct dcss_item *item;

	if (drm_WARN_ON_ONCE(&dcss->drm, loader->count[context] ==
						 contexts[context].count))
		return;
	item = &loader->items[contexts[context].first +
			      loader->count[context]++];
	item->value = cpu_to_le32(value);
	item->address = cpu_to_le32(dcss->bus_address + offset);
}

/* The caller has the lock. Interrupts that begin are those of later lines. */
static void set_interrupts(struct dcss *dcss, u32 clear, u32 set)
{
	struct dcss_loader *loader = &dcss->loader;
	u32 fresh = set & ~loader->interrupts;

	if (fresh)
		dcss_write(dcss, DTG + DTG_INT_CLEAR, fresh);
	loader->interrupts = (loader->interrupts & ~clear) | set;
	dcss_write(dcss, DTG + DTG_INT_MASK, loader->interrupts);
}

void dcss_mask_interrupts(struct dcss *dcss, u32 clear, u32 set)
{
	unsigned long flags;

	spin_lock_irqsave(&dcss->loader.lock, flags);
	set_interrupts(dcss, clear, set);
	spin_unlock_irqrestore(&dcss->loader.lock, flags);
}

/*
 * Has the list loaded for the next frame. Once that is shown, @event is given
 * to dcss_list_shown(); it may be NULL.
 */
void dcss_list_queue(struct dcss *dcss, struct drm_pending_vblank_event *event)
{
	struct dcss_loader *loader = &dcss->loader;

	spin_lock_irq(&loader->lock);
	loader->state = DCSS_LIST_QUEUED;
	loader->event = event;
	set_interrupts(dcss, 0, DTG_INT_LOAD);
	spin_unlock_irq(&loader->lock);
}

/* The caller has the lock */
static void poll_list(struct dcss *dcss)
{
	struct dcss_loader *loader = &dcss->loader;

	if (loader->state != DCSS_LIST_LOADING ||
	    dcss_read(dcss, CTXLD + CTXLD_CONTROL) & CTXLD_ENABLE)
		return;
	loader->state = DCSS_LIST_IDLE;
	wake_up(&loader->idle);
}

/* LINE0: from here on there is time enough for both contexts */
irqreturn_t dcss_load_irq(int irq, void *data)
{
	struct dcss *dcss = data;
	struct dcss_loader *loader = &dcss->loader;
	unsigned int db, sb;

	if (!(dcss_read(dcss, DTG + DTG_INT_STATUS) & DTG_INT_LOAD))
		return IRQ_NONE;
	spin_lock(&loader->lock);
	dcss_write(dcss, DTG + DTG_INT_CLEAR, DTG_INT_LOAD);
	set_interrupts(dcss, DTG_INT_LOAD, 0);
	if (loader->state == DCSS_LIST_QUEUED) {
		db = loader->count[DCSS_DOUBLE_BUFFERED];
		sb = loader->count[DCSS_SINGLE_BUFFERED];
		dcss_write(dcss, CTXLD + CTXLD_DB_BASE,
			   db ? loader->address : 0);
		dcss_write(dcss, CTXLD + CTXLD_DB_COUNT, db);
		dcss_write(dcss, CTXLD + CTXLD_SB_BASE,
			   sb ? loader->address + DOUBLE_BUFFERED_ITEMS *
						  sizeof(*loader->items) : 0);
		dcss_write(dcss, CTXLD + CTXLD_SB_COUNT, sb);
		loader->state = DCSS_LIST_LOADING;
		dcss_write(dcss, CTXLD + CTXLD_CONTROL + DCSS_SET,
			   CTXLD_ENABLE);
	}
	spin_unlock(&loader->lock);
	return IRQ_HANDLED;
}

/* The context loader's own: the end of a list, or an error */
irqreturn_t dcss_loader_irq(int irq, void *data)
{
	struct dcss *dcss = data;
	u32 status = dcss_read(dcss, CTXLD + CTXLD_CONTROL) & CTXLD_STATUSES;

	if (!status)
		return IRQ_NONE;
	dcss_write(dcss, CTXLD + CTXLD_CONTROL + DCSS_CLEAR, status);
	if (status & (CTXLD_RD_ERR | CTXLD_AHB_ERR))
		drm_err_ratelimited(&dcss->drm,
				    "a list ended with an error: %#x\n",
				    status);
	spin_lock(&dcss->loader.lock);
	poll_list(dcss);
	spin_unlock(&dcss->loader.lock);
	return IRQ_HANDLED;
}

/* At a vertical blank: the event of the list that is shown from now on */
struct drm_pending_vblank_event *dcss_list_shown(struct dcss *dcss)
{
	struct dcss_loader *loader = &dcss->loader;
	struct drm_pending_vblank_event *event = NULL;

	spin_lock(&loader->lock);
	poll_list(dcss);
	if (loader->state == DCSS_LIST_IDLE)
		swap(event, loader->event);
	spin_unlock(&loader->lock);
	return event;
}
