/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "exec/memop.h"
#include "words.h"

#define WORD 4

static MemTxResult words_read(void *opaque, hwaddr offset, uint64_t *data,
                              unsigned size, MemTxAttrs attrs)
{
    MemoryRegion *model = opaque;
    uint64_t word = 0;
    MemTxResult result = memory_region_dispatch_read(model, offset & ~3, &word,
                                                     MO_32, attrs);

    *data = word >> 8 * (offset & 3);
    return result;
}

static MemTxResult words_write(void *opaque, hwaddr offset, uint64_t data,
                               unsigned size, MemTxAttrs attrs)
{
    MemoryRegion *model = opaque;

    if (size < WORD) {
        qemu_log_mask(LOG_UNIMP, "%s: a write of %u bytes at offset 0x%"
                      HWADDR_PRIx " has no effect\n",
                      memory_region_name(model), size, offset);
        return MEMTX_OK;
    }
    return memory_region_dispatch_write(model, offset, data, MO_32, attrs);
}

static const MemoryRegionOps words_ops = {
    .read_with_attrs = words_read,
    .write_with_attrs = words_write,
    .impl.max_access_size = WORD,
    .endianness = DEVICE_LITTLE_ENDIAN,
};

MemoryRegion *words_in_front_of(MemoryRegion *model, const char *name)
{
    MemoryRegion *words = g_new0(MemoryRegion, 1);

    /* Nobody's, so that a model's DMA may come back to another one's. */
    memory_region_init_io(words, NULL, &words_ops, model, name,
                          memory_region_size(model));
    return words;
}
