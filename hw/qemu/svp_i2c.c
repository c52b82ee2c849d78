/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns any device core with carrier "i2c" into a QEMU I2C slave.
 *
 * The core's region 0 is the slave's register file. The first byte of a write
 * transfer sets the register pointer, every further byte written or read moves
 * it on by one, modulo the size of the file: the protocol of nearly every
 * register based I2C chip.
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "hw/i2c/i2c.h"
#include "migration/vmstate.h"
#include "svp_carrier.h"

#define TYPE_SVP_I2C "svp-i2c"
OBJECT_DECLARE_TYPE(SvpI2cState, SvpI2cClass, SVP_I2C)

struct SvpI2cClass {
    I2CSlaveClass parent_class;
    unsigned type;
};

struct SvpI2cState {
    I2CSlave parent_obj;

    SvpDevice *core;
    uint32_t pointer;
    bool pointer_next; /* the next byte written is a register number */
};

/*
 * An I2C slave of this board has no interrupt, timer or firewall duty, is no
 * bus master and has no work to do beside the emulator.
 */
static const SvpHostOps host_ops = {
    .now = svp_now,
    .log = svp_log,
    .random = svp_random,
};

static uint32_t next_register(SvpI2cState *s)
{
    uint32_t number = s->pointer;

    s->pointer = (s->pointer + 1) % svp_device_region_size(s->core, 0);
    return number;
}

static int svp_i2c_event(I2CSlave *slave, enum i2c_event event)
{
    SvpI2cState *s = SVP_I2C(slave);

    s->pointer_next = event == I2C_START_SEND;
    return 0;
}

static int svp_i2c_send(I2CSlave *slave, uint8_t data)
{
    SvpI2cState *s = SVP_I2C(slave);
    SvpTransaction by = { .size = 1, .write = true, .privileged = true };

    if (s->pointer_next) {
        s->pointer = data % svp_device_region_size(s->core, 0);
        s->pointer_next = false;
    } else {
        svp_core_write(OBJECT(s), s->core, 0, next_register(s), &by, data);
    }
    return 0;
}

static uint8_t svp_i2c_recv(I2CSlave *slave)
{
    SvpI2cState *s = SVP_I2C(slave);
    SvpTransaction by = { .size = 1, .privileged = true };
    uint64_t value = 0;

    svp_core_read(OBJECT(s), s->core, 0, next_register(s), &by, &value);
    return value;
}

static void svp_i2c_reset_hold(Object *obj, ResetType type)
{
    SvpI2cState *s = SVP_I2C(obj);

    s->pointer = 0;
    s->pointer_next = false;
    svp_device_reset(s->core);
}

static const VMStateDescription vmstate_svp_i2c = {
    .name = TYPE_SVP_I2C,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_I2C_SLAVE(parent_obj, SvpI2cState),
        VMSTATE_SVP_CORE(SvpI2cState),
        VMSTATE_UINT32(pointer, SvpI2cState),
        VMSTATE_BOOL(pointer_next, SvpI2cState),
        VMSTATE_END_OF_LIST()
    },
};

static void svp_i2c_instance_init(Object *obj)
{
    SvpI2cState *s = SVP_I2C(obj);

    s->core = svp_device_create(SVP_I2C_GET_CLASS(obj)->type, &host_ops, s);
}

static void svp_i2c_finalize(Object *obj)
{
    svp_device_destroy(SVP_I2C(obj)->core);
}

static void svp_i2c_class_init(ObjectClass *oc, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(oc);
    ResettableClass *rc = RESETTABLE_CLASS(oc);
    I2CSlaveClass *isc = I2C_SLAVE_CLASS(oc);
    unsigned type = GPOINTER_TO_UINT(data);

    SVP_I2C_CLASS(oc)->type = type;
    dc->desc = svp_type_description(type);
    dc->vmsd = svp_vmstate_for_type(&vmstate_svp_i2c, type);
    rc->phases.hold = svp_i2c_reset_hold;
    isc->event = svp_i2c_event;
    isc->send = svp_i2c_send;
    isc->recv = svp_i2c_recv;
}

static const TypeInfo svp_i2c_info = {
    .name = TYPE_SVP_I2C,
    .parent = TYPE_I2C_SLAVE,
    .instance_size = sizeof(SvpI2cState),
    .class_size = sizeof(SvpI2cClass),
    .instance_init = svp_i2c_instance_init,
    .instance_finalize = svp_i2c_finalize,
    .abstract = true,
};

static void svp_i2c_register_types(void)
{
    unsigned i;

    type_register_static(&svp_i2c_info);
    for (i = 0; i < svp_type_count(); i++) {
        const TypeInfo info = {
            .name = svp_type_name(i),
            .parent = TYPE_SVP_I2C,
            .class_init = svp_i2c_class_init,
            .class_data = GUINT_TO_POINTER(i),
        };

        if (svp_type_carrier(i) == SVP_CARRIER_I2C) {
            type_register_static(&info);
        }
    }
}
type_init(svp_i2c_register_types)
