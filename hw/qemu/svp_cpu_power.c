/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power of the application cores; see svp_cpu_power.h. */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "hw/core/cpu.h"
#include "target/arm/arm-powerctl.h"
#include "target/arm/cpu.h"
#include "svp_cpu_power.h"

/* Runs in the thread of @cs, behind a power-off that is still queued there. */
static void cpu_on_queued(CPUState *cs, run_on_cpu_data data)
{
    uint64_t entry = data.target_ptr;
    int result = arm_set_cpu_on(arm_cpu_mp_affinity(ARM_CPU(cs)), entry, 0, 3,
                                true);

    if (result != QEMU_ARM_POWERCTL_RET_SUCCESS) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "gpc: core %d cannot be powered up (reason %d)\n",
                      cs->cpu_index, result);
    }
}

static void cpu_on(void *opaque, unsigned cpu, uint64_t entry)
{
    CPUState *cs = qemu_get_cpu(cpu);

    if (!cs) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "gpc: core %u is not fitted on this board\n", cpu);
        return;
    }
    async_run_on_cpu(cs, cpu_on_queued, RUN_ON_CPU_TARGET_PTR(entry));
}

static void cpu_off(void *opaque, unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    if (cs) {
        arm_set_cpu_off(arm_cpu_mp_affinity(ARM_CPU(cs)));
    }
}

static bool cpu_halted(void *opaque, unsigned cpu)
{
    CPUState *cs = qemu_get_cpu(cpu);

    return cs && cs->halted;
}

const SvpCoreOps svp_core_ops = {
    .on = cpu_on,
    .off = cpu_off,
    .halted = cpu_halted,
};
