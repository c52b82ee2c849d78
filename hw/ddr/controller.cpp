// SPDX-License-Identifier: GPL-2.0-or-later
#include "ddr/controller.hpp"

#include "ddr/controller_registers.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x5000;
constexpr std::uint32_t monitor_window = 0x1000;
constexpr std::uint32_t control_window = 0x1000;
constexpr unsigned monitor_region = 1;

constexpr std::uint64_t gibi = std::uint64_t{1} << 30;
constexpr std::uint64_t mebi = std::uint64_t{1} << 20;
constexpr PropertyInfo property_list[] = {{"size", "bytes of DRAM on the board, up to 4 GiB", 3 * gibi}};

/** MR5, MR6 and MR7 of the EVK's parts: Micron, and no revision. */
constexpr std::uint32_t micron = 0xff;
constexpr unsigned channels_of_a_rank = 2;

/** MR8: a channel's share of a die in Gbit, and the code for it in bits 5:2. */
struct Density {
    unsigned gigabits;
    std::uint32_t code;
};
constexpr Density densities[] = {{2, 0}, {3, 1}, {4, 2}, {6, 3}, {8, 4}, {12, 5}, {16, 6}};
constexpr Field density = {"density", 2, 4};

}  // namespace

DdrController::DdrController(Host& host) : BankDevice(host), size_(property_list[0].default_value) {
    add_window("ddr-controller", window, registers(*this));
    add_window("ddr-monitor", monitor_window, monitor(*this));
    add_window("ddr-control", control_window, {{.offset = 0, .name = "DDR_SS_GPR0"}});
}

std::vector<Register> DdrController::registers(DdrController& self) {
    using namespace ddrc;
    constexpr FieldAccess fixed = FieldAccess::read_only;
    std::vector<Register> rows = {
        {.offset = mstr, .name = "MSTR"},
        {.offset = stat,
         .name = "STAT",
         .access = fixed,
         .on_read = [&self](const ReadEvent&) { return self.operating_mode(); }},
        {.offset = mrctrl0,
         .name = "MRCTRL0",
         .on_write = [&self](const WriteEvent& event) { self.mode_register_asked(event); }},
        {.offset = mrctrl1, .name = "MRCTRL1"},
        {.offset = mrstat, .name = "MRSTAT", .access = fixed},
        {.offset = pwrctl, .name = "PWRCTL"},
        {.offset = dfimisc,
         .name = "DFIMISC",
         .on_write =
             [&self](const WriteEvent& event) {
                 self.initialised_ |= self.trained_ && dfi_init_start.of(event.after & ~event.before) != 0;
             }},
        {.offset = dfistat,
         .name = "DFISTAT",
         .access = fixed,
         .on_read = [&self](const ReadEvent&) { return std::uint32_t{self.initialised_}; }},
        {.offset = swctl, .name = "SWCTL"},
        {.offset = swstat,
         .name = "SWSTAT",
         .access = fixed,
         .on_read = [&self](const ReadEvent&) { return self.bank().get(swctl, sw_done); }},
        {.offset = sbrctl, .name = "SBRCTL"},
        {.offset = sbrstat, .name = "SBRSTAT", .access = fixed, .on_read = [&self](const ReadEvent&) {
             return self.bank().get<bool>(sbrctl, scrub_en) ? scrub_done : 0;
         }}};
    for (const Kept& row : kept) {
        rows.push_back({.offset = row.offset, .name = row.name, .count = row.count});
    }
    for (const Kept& row : quiet) {
        rows.push_back({.offset = row.offset, .name = row.name, .access = fixed, .count = row.count});
    }
    for (const Kept& row : of_a_frequency) {
        rows.push_back(
            {.offset = row.offset, .name = row.name, .count = frequencies, .stride = frequency_step});
    }
    return rows;
}

std::vector<Register> DdrController::monitor(DdrController& self) {
    using namespace ddrc;
    return {
        {.offset = 0x00, .name = "COUNTER_CNTL", .count = 4, .kind = Kind::unmodelled},
        {.offset = 0x20, .name = "COUNTER", .access = FieldAccess::read_only, .count = 4},
        {.offset = 0x30, .name = "COUNTER_DPCR1", .kind = Kind::unmodelled},
        {.offset = mrr0_dat,
         .name = "MRR0_DAT",
         .fields = {{"MRR_CONTROL", 0, 3}, mrr_valid},
         .on_write = [&self](const WriteEvent&) { self.bank(monitor_region).set(mrr0_dat, mrr_valid, 0); }},
        {.offset = mrr1_dat, .name = "MRR1_DAT", .access = FieldAccess::read_only}};
}

DdrAddressMap DdrController::address_map() const {
    DdrAddressMap map{bank().value(ddrc::mstr), {}};
    for (std::uint32_t n = 0; n < map.addrmap.size(); ++n) {
        map.addrmap[n] = bank().value(ddrc::addrmap0 + 4 * n);
    }
    return map;
}

std::uint32_t DdrController::operating_mode() const {
    using namespace ddrc;
    if (!initialised_ || !bank().get<bool>(dfimisc, dfi_init_complete_en)) {
        return mode_init;
    }
    return bank().get<bool>(pwrctl, selfref_sw) ? mode_self_refresh : mode_normal;
}

std::uint32_t DdrController::mode_register(std::uint32_t number) const {
    switch (number) {
        case 5:
            return micron;
        case 8:
            break;
        default:
            return 0;
    }
    const std::uint64_t gigabits = size_ * 8 / gibi / (ranks_of(address_map()) * channels_of_a_rank);
    std::uint32_t code = densities[0].code;
    for (const Density& row : densities) {
        code = row.gigabits <= gigabits ? row.code : code;
    }
    return density.in(0, code);
}

void DdrController::mode_register_asked(const WriteEvent& event) {
    using namespace ddrc;
    if (mr_wr.of(event.after) == 0) {
        return;
    }
    bank().set(mrctrl0, mr_wr, 0);
    if (mr_type.of(event.after) != 0) {
        bank(monitor_region).set(mrr1_dat, mode_register(bank().get(mrctrl1, mr_addr)));
        bank(monitor_region).set(mrr0_dat, mrr_valid, 1);
    }
}

std::optional<std::string> DdrController::mismatch() const {
    const DdrAddressMap map = address_map();
    if (!is_lpddr4(map)) {
        return "the controller is set up for another DRAM than LPDDR4";
    }
    if (!dram_fits(mapped_bytes(map), size_)) {
        return "the controller is set up for " + std::to_string(mapped_bytes(map) / mebi) +
               " MiB of addresses, the board has " + std::to_string(size_ / mebi) + " MiB of DRAM";
    }
    return std::nullopt;
}

void DdrController::training_began() {
    trained_ = initialised_ = false;
}

void DdrController::training_ended(bool passed) {
    trained_ = passed;
}

void DdrController::reset() {
    BankDevice::reset();
    training_began();
}

std::span<const PropertyInfo> DdrController::properties() const {
    return property_list;
}

std::optional<std::string> DdrController::set_property(std::string_view name, std::uint64_t value) {
    if (name != property_list[0].name) {
        return "no property " + std::string(name);
    }
    if (value == 0 || value > 4 * gibi) {
        return "size is " + std::to_string(value) + " bytes, 1 to " + std::to_string(4 * gibi) +
               " are possible";
    }
    size_ = value;
    return std::nullopt;
}

void DdrController::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    archive.value(trained_);
    archive.value(initialised_);
    if (!archive.writing() && initialised_ && !trained_) {
        archive.fail("a DDR controller that is initialised and not trained");
    }
}

}  // namespace svp
