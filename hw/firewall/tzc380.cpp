// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/tzc380.hpp"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <utility>

#include "firewall/iomuxc_gpr.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;

namespace reg {
constexpr std::uint32_t configuration = 0x000;
constexpr std::uint32_t action = 0x004;
constexpr std::uint32_t lockdown_range = 0x008;
constexpr std::uint32_t lockdown_select = 0x00c;
constexpr std::uint32_t int_status = 0x010;
constexpr std::uint32_t int_clear = 0x014;
constexpr std::uint32_t fail_address_low = 0x020;
constexpr std::uint32_t fail_address_high = 0x024;
constexpr std::uint32_t fail_control = 0x028;
constexpr std::uint32_t fail_id = 0x02c;
constexpr std::uint32_t speculation_control = 0x030;
constexpr std::uint32_t security_inversion_en = 0x034;
constexpr std::uint32_t region_setup_low = 0x100;
constexpr std::uint32_t region_setup_high = 0x104;
constexpr std::uint32_t region_attributes = 0x108;
constexpr std::uint32_t region_stride = 0x10;
constexpr std::uint32_t itcrg = 0xe00;
constexpr std::uint32_t itip = 0xe04;
constexpr std::uint32_t itop = 0xe08;
constexpr std::uint32_t periph_id_4 = 0xfd0;
constexpr std::uint32_t periph_id_0 = 0xfe0;
constexpr std::uint32_t component_id_0 = 0xff0;
}  // namespace reg

constexpr std::uint32_t region_registers = 0x100;  // bytes, of all regions
constexpr Field no_of_regions = {"no_of_regions", 0, 4, FieldAccess::read_only};
constexpr Field address_width = {"address_width", 8, 6, FieldAccess::read_only};
constexpr Field action_decerr = {"decerr", 0};
constexpr Field action_interrupt = {"interrupt", 1};
constexpr Field range_no_regions = {"no_regions", 0, 4};
constexpr Field range_enable = {"enable", 31};
constexpr Field select_lockdown_range = {"region_register", 0};
constexpr Field select_security_inversion = {"inversion_register", 1};
constexpr Field select_speculation = {"acc_speculation_cntl", 2};
constexpr Field status_denied = {"status", 0, 1, FieldAccess::read_only};
constexpr Field status_overrun = {"overrun", 1, 1, FieldAccess::read_only};
constexpr Field control_privileged = {"privileged", 20, 1, FieldAccess::read_only};
constexpr Field control_non_secure = {"nonsecure", 21, 1, FieldAccess::read_only};
constexpr Field control_write = {"write", 24, 1, FieldAccess::read_only};
constexpr Field inversion_enable = {"security_inversion_en", 0};
constexpr Field region_enable = {"en", 0};
constexpr Field region_size = {"size", 1, 6};
constexpr Field subregion_disable = {"subregion_disable", 8, 8};
constexpr Field region_sp = {"sp", 28, 4};
constexpr Field test_enable = {"int_test_en", 0};
constexpr Field test_input = {"itip_secure_boot_lock", 0, 1, FieldAccess::read_only};
constexpr Field test_output = {"itop_int", 0};

constexpr unsigned subregions_log2 = 3;
constexpr std::uint32_t smallest_size = 0x0e;  // 32 KiB; lower codes are reserved

// Bits of sp and of Region::grants.
constexpr std::uint8_t secure_read = 8;
constexpr std::uint8_t secure_write = 4;
constexpr std::uint8_t non_secure_read = 2;
constexpr std::uint8_t non_secure_write = 1;

/** All ones below bit @p width, 1 to 64. */
constexpr std::uint64_t low_bits(unsigned width) {
    return ~std::uint64_t{0} >> (64 - width);
}

/** Without inversion a right of the non-secure world is one of the secure world as well (sp table). */
std::uint8_t grants_of(std::uint8_t sp, bool inversion) {
    if (!inversion) {
        sp |= (sp & non_secure_read) != 0 ? secure_read : 0;
        sp |= (sp & non_secure_write) != 0 ? secure_write : 0;
    }
    return sp;
}

bool contains(const Tzc380::Region& region, std::uint64_t address) {
    return ((address ^ region.base) & ~low_bits(region.size_log2)) == 0;
}

/** Whether @p region is the one that judges @p address, provided that no higher one does. */
bool decides(const Tzc380::Region& region, std::uint64_t address) {
    if (!region.enabled || !contains(region, address)) {
        return false;
    }
    const auto subregion = (address >> (region.size_log2 - subregions_log2)) & 7;
    return (region.disabled_subregions >> subregion & 1) == 0;
}

Register fixed(std::uint32_t offset, std::string_view name, std::uint32_t value) {
    return {.offset = offset, .name = name, .reset = value, .access = FieldAccess::read_only};
}

Register computed(std::uint32_t offset, std::string_view name, std::function<std::uint32_t()> get,
                  std::vector<Field> fields = {}) {
    return {.offset = offset,
            .name = name,
            .fields = std::move(fields),
            .access = FieldAccess::read_only,
            .on_read = [get = std::move(get)](std::uint32_t, std::uint32_t) { return get(); }};
}

}  // namespace

Tzc380::Tzc380(Host& host, const Tzc380Parameters& parameters) : BankDevice(host), parameters_(parameters) {
    add_window("tzasc", window_size, declaration());
    decode_all();
}

std::vector<Register> Tzc380::declaration() {
    std::vector<Register> rows = control_rows();
    for (std::vector<Register> more : {failure_rows(), region_rows(), identification_rows()}) {
        rows.insert(rows.end(), more.begin(), more.end());
    }
    return rows;
}

std::vector<Register> Tzc380::control_rows() {
    const auto locked_if_selected = [this](const Field& selected) {
        return WriteLock{.bits =
                             [this, selected](std::uint32_t, std::uint32_t, const Transaction&) {
                                 return bank().get<bool>(reg::lockdown_select, selected) ? all_bits : 0;
                             },
                         .refuser = Refuser::tzasc};
    };
    return {
        {.offset = reg::configuration,
         .name = "configuration",
         .reset =
             address_width.in(no_of_regions.in(0, parameters_.regions - 1), parameters_.address_width - 1),
         .fields = {no_of_regions, address_width}},
        {.offset = reg::action,
         .name = "action",
         .reset = action_decerr.mask(),
         .fields = {action_decerr, action_interrupt},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        {.offset = reg::lockdown_range,
         .name = "lockdown_range",
         .fields = {range_no_regions, range_enable},
         .lock = locked_if_selected(select_lockdown_range)},
        {.offset = reg::lockdown_select,
         .name = "lockdown_select",
         .fields = {select_lockdown_range, select_security_inversion, select_speculation},
         .lock = {.bits = [this](std::uint32_t, std::uint32_t,
                                 const Transaction&) { return boot_lock_seen_ ? all_bits : 0; },
                  .refuser = Refuser::tzasc}},
        {.offset = reg::speculation_control,
         .name = "speculation_control",
         .fields = {{"read_speculation", 0}, {"write_speculation", 1}},
         .lock = locked_if_selected(select_speculation)},
        {.offset = reg::security_inversion_en,
         .name = "security_inversion_en",
         .fields = {inversion_enable},
         .lock = locked_if_selected(select_security_inversion),
         .on_write = [this](const WriteEvent&) { rights_written(); }},
    };
}

std::vector<Register> Tzc380::failure_rows() {
    return {
        computed(reg::int_status, "int_status",
                 [this] { return status_overrun.in(status_denied.in(0, failure_.status), failure_.overrun); },
                 {status_denied, status_overrun}),
        {.offset = reg::int_clear,
         .name = "int_clear",
         .access = FieldAccess::read_only,
         .on_write =
             [this](const WriteEvent&) {
                 failure_.status = false;
                 failure_.overrun = false;
                 update_irq();
             }},
        computed(reg::fail_address_low, "fail_address_low",
                 [this] { return static_cast<std::uint32_t>(failure_.address); }),
        computed(reg::fail_address_high, "fail_address_high",
                 [this] { return static_cast<std::uint32_t>(failure_.address >> 32); }),
        computed(reg::fail_control, "fail_control", [this] { return failure_.control; },
                 {control_privileged, control_non_secure, control_write}),
        computed(reg::fail_id, "fail_id", [this] { return failure_.id; }),
    };
}

std::vector<Register> Tzc380::identification_rows() {
    return {
        {.offset = reg::itcrg,
         .name = "itcrg",
         .fields = {test_enable},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        computed(reg::itip, "itip",
                 [this] { return std::uint32_t{gpr_ != nullptr && gpr_->secure_boot_lock()}; }, {test_input}),
        {.offset = reg::itop,
         .name = "itop",
         .fields = {test_output},
         .on_write = [this](const WriteEvent&) { update_irq(); }},
        fixed(reg::periph_id_4, "periph_id_4", 0x04),
        fixed(reg::periph_id_0, "periph_id_0", 0x80),
        fixed(reg::periph_id_0 + 4, "periph_id_1", 0xb3),
        fixed(reg::periph_id_0 + 8, "periph_id_2", 0x1b),
        fixed(reg::periph_id_0 + 12, "periph_id_3", 0x00),
        fixed(reg::component_id_0, "component_id_0", 0x0d),
        fixed(reg::component_id_0 + 4, "component_id_1", 0xf0),
        fixed(reg::component_id_0 + 8, "component_id_2", 0x05),
        fixed(reg::component_id_0 + 12, "component_id_3", 0xb1),
    };
}

std::vector<Register> Tzc380::region_rows() {
    const auto lock_of = [this](unsigned first) {
        return WriteLock{
            .bits = [this, first](std::uint32_t index, std::uint32_t,
                                  const Transaction&) { return region_locked(first + index) ? all_bits : 0; },
            .refuser = Refuser::tzasc,
            .first = first};
    };
    const auto programmable = [&](std::uint32_t offset, std::string_view name, std::uint32_t reset,
                                  std::vector<Field> fields) {
        return Register{.offset = offset + reg::region_stride,
                        .name = name,
                        .reset = reset,
                        .fields = std::move(fields),
                        .count = parameters_.regions - 1,
                        .stride = reg::region_stride,
                        .lock = lock_of(1),
                        .on_write = [this](const WriteEvent&) { rights_written(); }};
    };
    Register attributes =
        programmable(reg::region_attributes, "region_attributes", region_size.in(0, smallest_size),
                     {region_enable, region_size, subregion_disable, region_sp});
    attributes.on_write = [this](const WriteEvent& event) {
        check_size(event.index + 1, event);
        rights_written();
    };
    return {
        {.offset = reg::region_setup_low, .name = "region_setup_low_0", .access = FieldAccess::read_only},
        {.offset = reg::region_setup_high, .name = "region_setup_high_0", .access = FieldAccess::read_only},
        {.offset = reg::region_attributes,
         .name = "region_attributes_0",
         .reset = region_sp.in(0, secure_read | secure_write),
         .fields = {region_sp},
         .lock = lock_of(0),
         .on_write = [this](const WriteEvent&) { rights_written(); }},
        programmable(reg::region_setup_low, "region_setup_low", 0, {{"base_address_low", 15, 17}}),
        programmable(reg::region_setup_high, "region_setup_high", 0, {{"base_address_high", 0, 32}}),
        std::move(attributes),
    };
}

/** no_regions = n locks the n + 1 highest regions, or all there are. */
bool Tzc380::region_locked(unsigned number) const {
    return bank().get<bool>(reg::lockdown_range, range_enable) &&
           number + 1 + bank().get(reg::lockdown_range, range_no_regions) >= parameters_.regions;
}

void Tzc380::check_size(unsigned number, const WriteEvent& event) {
    const std::uint32_t size = region_size.of(event.after);
    if (!region_locked(number) && region_enable.of(event.after) != 0 && size < smallest_size) {
        char line[80];
        std::snprintf(line, sizeof line, "tzasc: region %u has reserved size code 0x%02x, no effect", number,
                      size);
        host().log(LogKind::guest_error, line);
    }
}

Tzc380::Region Tzc380::decode(unsigned number) const {
    const std::uint32_t at = number * reg::region_stride;
    const std::uint32_t attributes = bank().value(reg::region_attributes + at);
    const bool inversion = bank().value(reg::security_inversion_en) != 0;
    Region region;
    region.grants = grants_of(static_cast<std::uint8_t>(region_sp.of(attributes)), inversion);
    if (number == 0) {
        region.enabled = true;
        region.size_log2 = static_cast<std::uint8_t>(parameters_.address_width);
        return region;
    }
    const std::uint32_t size = region_size.of(attributes);
    if (region_enable.of(attributes) == 0 || size < smallest_size) {
        return {};
    }
    region.enabled = true;
    region.size_log2 = static_cast<std::uint8_t>(size + 1);
    region.disabled_subregions = static_cast<std::uint8_t>(subregion_disable.of(attributes));
    const std::uint64_t base = std::uint64_t{bank().value(reg::region_setup_high + at)} << 32 |
                               bank().value(reg::region_setup_low + at);
    region.base = base & low_bits(parameters_.address_width) & ~low_bits(region.size_log2);
    return region;
}

/** True if anything in force has changed. */
bool Tzc380::decode_all() {
    Regions fresh;
    for (unsigned number = 0; number < parameters_.regions; ++number) {
        fresh[number] = decode(number);
    }
    const bool changed = fresh != regions_;
    regions_ = fresh;
    return changed;
}

void Tzc380::rights_written() {
    if (decode_all()) {
        notify();
    }
}

Tzc380::Permission Tzc380::permission(std::uint64_t address, Direction direction, World world) const {
    unsigned number = parameters_.regions - 1;
    while (number > 0 && !decides(regions_[number], address)) {
        --number;
    }
    const bool secure = world == World::secure;
    const std::uint8_t needed = direction == Direction::read ? (secure ? secure_read : non_secure_read)
                                                             : (secure ? secure_write : non_secure_write);
    return {(regions_[number].grants & needed) != 0, number};
}

std::uint64_t Tzc380::last_before_edge(std::uint64_t address) const {
    std::uint64_t last = std::max(address, low_bits(parameters_.address_width));
    for (unsigned number = parameters_.regions - 1; number > 0; --number) {
        const Region& region = regions_[number];
        if (!region.enabled) {
            continue;
        }
        if (contains(region, address)) {
            last = std::min(last, address | low_bits(region.size_log2 - subregions_log2));
            if (decides(region, address)) {
                break;  // lower regions have no say here
            }
        } else if (region.base > address) {
            last = std::min(last, region.base - 1);
        }
    }
    return last;
}

Response Tzc380::denial_response() const {
    return bank().get<bool>(reg::action, action_decerr) ? Response::decerr : Response::okay;
}

void Tzc380::latch(const Transaction& denied) {
    // The fail registers describe the first denial since int_clear; later ones only show as overrun.
    if (failure_.status) {
        failure_.overrun = true;
        return;
    }
    failure_.status = true;
    failure_.address = denied.address & low_bits(parameters_.address_width);
    failure_.control = control_write.in(0, denied.direction == Direction::write) |
                       control_non_secure.in(0, denied.world == World::non_secure) |
                       control_privileged.in(0, denied.privileged);
    failure_.id = static_cast<std::uint32_t>(denied.master);
    update_irq();
}

void Tzc380::update_irq() {
    const bool violation = failure_.status && bank().get<bool>(reg::action, action_interrupt);
    const bool test_mode = bank().value(reg::itcrg) != 0;
    host().set_irq(0, test_mode ? bank().value(reg::itop) != 0 : violation);
}

void Tzc380::source_changed() {
    boot_lock_seen_ = boot_lock_seen_ || gpr_->secure_boot_lock();
}

/** Only the secure world reaches the registers; what region they are about. */
void Tzc380::refuse(std::uint64_t offset, const Transaction& by) {
    const bool of_region = offset / region_registers == reg::region_setup_low / region_registers;
    const auto region = static_cast<unsigned>(offset % region_registers / reg::region_stride);
    host().log(LogKind::guest_error, by.direction == Direction::read ? "tzasc: non-secure read refused"
                                                                     : "tzasc: non-secure write refused");
    host().refused(by, {Refuser::tzasc, of_region ? region : 0, Response::slverr});
}

ReadResult Tzc380::read(unsigned region, std::uint64_t offset, unsigned size, const Transaction& by) {
    if (by.world != World::secure) {
        refuse(offset, by);
        return {0, Response::slverr};
    }
    return BankDevice::read(region, offset, size, by);
}

Response Tzc380::write(unsigned region, std::uint64_t offset, std::uint64_t value, unsigned size,
                       const Transaction& by) {
    if (by.world != World::secure) {
        refuse(offset, by);
        return Response::slverr;
    }
    return BankDevice::write(region, offset, value, size, by);
}

void Tzc380::reset() {
    BankDevice::reset();
    failure_ = {};
    boot_lock_seen_ = false;
    decode_all();
    update_irq();
    // Unconditional: after a failed load the listener has not heard of what is in force.
    notify();
}

void Tzc380::disturb(std::uint32_t offset, std::uint32_t clear, std::uint32_t invert) {
    bank().disturb(offset, clear, invert);
    rights_written();
    update_irq();
}

void Tzc380::lose_state() {
    reset();
    if (gpr_ != nullptr) {
        source_changed();  // the pin is still there
    }
}

bool Tzc380::connect(std::string_view role, Device& peer) {
    auto* gpr = dynamic_cast<IomuxcGpr*>(&peer);
    if (role != "gpr" || gpr == nullptr) {
        return false;
    }
    gpr_ = gpr;
    gpr_->add_listener(*this);
    return true;
}

void Tzc380::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(failure_.status);
    archive.value(failure_.overrun);
    archive.value(failure_.address, low_bits(parameters_.address_width));
    archive.value(failure_.control, bits_of({control_write, control_non_secure, control_privileged}));
    archive.value(failure_.id, master_count - 1);
    archive.value(boot_lock_seen_);
    if (!archive.writing()) {
        bank().check_read_only(archive);
        // Even a state that is about to be refused must not leave rights that no register shows.
        decode_all();
    }
}

void Tzc380::resume() {
    update_irq();
    notify();
}

}  // namespace svp
