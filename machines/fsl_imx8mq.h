/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * NXP i.MX 8M Quad: the SoC.
 *
 * Up to four Cortex-A53 with a GICv3, on-chip memories, our own cores of the
 * catalogue, QEMU's own models of the blocks that the i.MX family shares, and
 * the DDR firewall's views in front of the board's RAM. The table in
 * fsl_imx8mq_blocks.c is the memory map; rows without a model answer as
 * "unimplemented" under their name.
 *
 * QEMU interface:
 *  - link "ram": the DDR; the board sets it before realize
 *  - property "open-csl": peripherals are open to both worlds from reset on, as
 *    boot firmware leaves them; for boards that start without any
 *  - property "sync": long work of the cores is done in place, not on threads
 *    (svp_worker.h)
 *  - property "test-port": there is a test port at 0x303f0000, SPI 109
 *  - properties "boot-cfg" and "boot-mode": what the SRC says of how the chip
 *    boots (hw/soc/src.hpp)
 *  - fsl_imx8mq_block(): a modelled block by the name of its row, for the
 *    board's wiring
 */
#ifndef FSL_IMX8MQ_H
#define FSL_IMX8MQ_H

#include "exec/memory.h"
#include "hw/sysbus.h"
#include "target/arm/cpu.h"
#include "hw/svp/hw/qemu/svp_views.h"

#define TYPE_FSL_IMX8MQ "fsl-imx8mq"
OBJECT_DECLARE_SIMPLE_TYPE(FslImx8mqState, FSL_IMX8MQ)

#define FSL_IMX8MQ_NUM_CPUS 4
#define FSL_IMX8MQ_NUM_USDHCS 2
#define FSL_IMX8MQ_MAX_VPU_BANKS 2
#define FSL_IMX8MQ_DRAM_BASE 0x40000000ULL

/*
 * AHB window of the QSPI controller: serial NOR flash in execute-in-place
 * mode.
 */
#define FSL_IMX8MQ_QSPI_BASE 0x08000000ULL

/*
 * The device of a modelled block; the name must be that of a row with a model.
 */
DeviceState *fsl_imx8mq_block(FslImx8mqState *s, const char *name);

/* The container of all that is not judged memory, for the board's devices. */
MemoryRegion *fsl_imx8mq_devices(FslImx8mqState *s);

/* The masters' views, and the ROM that core 0 starts in; for boot_rom.c. */
SvpViews *fsl_imx8mq_views(FslImx8mqState *s);
MemoryRegion *fsl_imx8mq_boot_rom(FslImx8mqState *s);

ARMCPU *fsl_imx8mq_cpu(FslImx8mqState *s, unsigned number);

#endif
