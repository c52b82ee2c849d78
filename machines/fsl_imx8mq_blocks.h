/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NXP i.MX 8M Quad: memory map, interrupts, DMA, properties and peers of all
 * blocks, as a table that fsl_imx8mq.c makes devices of.
 *
 * Reference: IMX8MDQLQ reference manual for block names; addresses and
 * interrupt numbers as in Linux's imx8mq.dtsi and TF-A's platform definitions.
 */
#ifndef FSL_IMX8MQ_BLOCKS_H
#define FSL_IMX8MQ_BLOCKS_H

#include "exec/hwaddr.h"

#define FSL_IMX8MQ_GIC_BASE 0x38800000

/* Where the value of a property comes from. */
typedef enum BlockSource {
    FROM_TABLE,
    FROM_RTC,      /* seconds since 1970 at the start, as -rtc says */
    FROM_RAM,      /* bytes of DDR */
    /* the SoC's property of that name */
    FROM_OPEN_CSL,
    FROM_BOOT_CFG,
    FROM_BOOT_MODE,
} BlockSource;

typedef struct BlockProperty {
    const char *name;
    uint64_t value;
    BlockSource source;
} BlockProperty;

/* Lists of these end with a role of NULL. */
typedef struct BlockLink {
    const char *role;
    const char *block;
} BlockLink;

/* A port by which QEMU's model of a block does DMA. */
typedef struct BlockDma {
    const char *link;
    const char *master; /* name of the svp::Master whose view it gets */
    bool devices;       /* else it reaches memories only */
} BlockDma;

/* Where an interrupt output goes. */
typedef struct BlockIrq {
    const char *to; /* NULL: input of GIC and GPC, else a block's */
    uint8_t input;
} BlockIrq;

typedef struct Block {
    hwaddr addr;
    uint64_t size;
    const char *name;
    const char *type;    /* QOM type; NULL: not modelled, or part of a block */
    const char *part_of; /* block whose MMIO region `region` sits here */
    const char *inner;   /* child with the properties and interrupt lines */
    unsigned region;
    BlockDma dma[2];
    unsigned num_irqs;
    BlockIrq irq[5];
    BlockProperty property[4];
    const BlockLink *link;
    unsigned serial; /* number of its -serial, from 1 */
    bool nic;        /* takes a -nic */
    bool words;      /* the model takes words only */
    bool test_port;  /* modelled only if the board wants a test port */
    unsigned vpu_bank; /* modelled only if the board has more banks than that */
} Block;

/* One that the firewalls judge. */
typedef struct OnChipMemory {
    hwaddr addr;
    uint64_t size;
    const char *name;
} OnChipMemory;

#define FSL_IMX8MQ_NUM_MEMORIES 3

extern const OnChipMemory fsl_imx8mq_memories[FSL_IMX8MQ_NUM_MEMORIES];

/* Where windows lie inside of others, the larger one comes first. */
extern const Block fsl_imx8mq_blocks[];
extern const unsigned fsl_imx8mq_num_blocks;

/* Who the firewall and the bus monitor have to know. */
extern const BlockLink fsl_imx8mq_firewall_links[];
extern const BlockLink fsl_imx8mq_monitor_links[];

#endif
