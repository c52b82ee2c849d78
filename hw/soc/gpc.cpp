// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/gpc.hpp"

#include <cstdio>
#include <string>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t lpcr_a53_bsc = 0x00;
constexpr std::uint32_t lpcr_a53_ad = 0x04;
constexpr std::uint32_t slpcr = 0x14;
constexpr std::uint32_t imr_core0 = 0x30;
constexpr std::uint32_t lpcr_a53_bsc2 = 0x108;
constexpr std::uint32_t cpu_pgc_sw_pup_req = 0xf0;
constexpr std::uint32_t mix_pgc_sw_pup_req = 0xf4;
constexpr std::uint32_t pu_pgc_sw_pup_req = 0xf8;
constexpr std::uint32_t cpu_pgc_sw_pdn_req = 0xfc;
constexpr std::uint32_t mix_pgc_sw_pdn_req = 0x100;
constexpr std::uint32_t pu_pgc_sw_pdn_req = 0x104;

constexpr std::uint32_t all_cores = 0xf;
constexpr std::uint8_t first_core = 0x1;
/** Four cores and the SCU. */
constexpr std::uint32_t core_requests = 0x1f;

// LPCR_A53_AD: cores 0 and 1 in the lower half, 2 and 3 in the upper one.
// Both EN_Cn_WFI_PDN and EN_Cn_WFI_PDN_DIS (whose 1 means "enabled", despite the name) must be set.
constexpr std::uint32_t wfi_power_down[Src::core_count] = {1u << 0 | 1u << 20, 1u << 2 | 1u << 21,
                                                           1u << 16 | 1u << 22, 1u << 18 | 1u << 23};
constexpr std::uint32_t interrupt_power_ups = 1u << 8 | 1u << 10 | 1u << 24 | 1u << 26;
constexpr std::uint32_t lpcr_a53_ad_fields = 0x8fff0f3f;

/** EN_Cn_PUP: the core gets power when deep sleep ends. */
constexpr std::uint32_t wake_power_up[Src::core_count] = {1u << 9, 1u << 11, 1u << 25, 1u << 27};

/** Two bits of low-power mode for each of two cores: 0 run, 1 wait, 2 stop. */
constexpr std::uint32_t lpm_fields = 0xf;
constexpr std::uint32_t both_stop = 0xa;
constexpr std::uint32_t any_wait = 0x5;
constexpr std::uint32_t enable_deep_sleep = 1u << 31;

constexpr std::string_view gated_roles[] = {"tzasc", "rdc", "csu", "caam"};
constexpr std::size_t gated_caam = 3;
constexpr std::string_view decoder_roles[] = {"vpu-g1", "vpu-g2"};
constexpr PropertyInfo gpc_properties[] = {
    {"dsm-loses", "blocks that deep sleep costs their state: 1 TZASC, 2 RDC, 4 CSU, 8 CAAM, added", 9}};
constexpr std::uint64_t all_gated = 15;

// PU_PWRHSK: requests and, in the same order, their acknowledgements.
struct Handshake {
    std::uint32_t request;
    std::uint32_t acknowledge;
};
constexpr Handshake handshakes[] = {
    {1u << 0, 1u << 16 | 1u << 17},  // DDR1 core: CSYSACK, CACTIVE
    {1u << 1, 1u << 18 | 1u << 19},  // DDR1 AXI
    {1u << 2, 1u << 20 | 1u << 21},  // DDR2 core
    {1u << 3, 1u << 22 | 1u << 23},  // DDR2 AXI
    {1u << 4, 1u << 24},             // display
    {1u << 5, 1u << 25},             // VPU
    {1u << 6, 1u << 26},             // GPU
};
constexpr std::uint32_t handshake_requests = 0x7f;
/** The DDR controller is at work from the start. */
constexpr std::uint32_t ddr_requests = 0x0f;

// Power gating controllers: 0x40 bytes each.
constexpr std::uint32_t gates = 0x800;
constexpr std::uint32_t gate_step = 0x40;
constexpr std::uint32_t gate_status = 0x0c;
constexpr std::uint32_t scu_gate = 0x900;
constexpr std::uint32_t mix_gate = 0xa00;
constexpr std::uint32_t unit_gates = 0xc00;
constexpr std::uint32_t unit_count = 14;
constexpr std::uint32_t vpu_unit = 8;
constexpr std::uint32_t gate_enable = 1u << 0;  ///< PCR: the gate follows power-down requests
constexpr std::uint32_t was_down = 1u << 0;     ///< PSR

std::uint32_t read_handshake(std::uint32_t, std::uint32_t stored) {
    std::uint32_t value = stored;
    for (const Handshake& handshake : handshakes) {
        value |= (stored & handshake.request) != 0 ? handshake.acknowledge : 0;
    }
    return value;
}

}  // namespace

Gpc::Gpc(Host& host) : BankDevice(host, "gpc", window, registers(*this)) {
    Gpc::reset();
}

Gpc::~Gpc() {
    if (src_ != nullptr) {
        src_->set_observer(nullptr);
    }
}

std::vector<Register> Gpc::registers(Gpc& self) {
    const auto cores_up = [&self](const WriteEvent& event) {
        self.bank().set(cpu_pgc_sw_pup_req, 0);
        self.set_power(event.after & all_cores, true);
    };
    const auto cores_down = [&self](const WriteEvent& event) {
        self.bank().set(cpu_pgc_sw_pdn_req, 0);
        self.set_power(event.after & self.gated_cores(), false);
    };
    const auto unit_request = [&self](std::uint32_t offset, bool down) {
        return
            [&self, offset, down](const WriteEvent& event) { self.finish_unit_request(offset, event, down); };
    };
    const auto low_power_mode = [&self](std::uint32_t fields, const char* name) {
        return [&self, fields, name](const WriteEvent& event) {
            self.report_low_power_mode(event, fields, name);
        };
    };
    const auto lpcr_a53_ad_written = [&self](const WriteEvent& event) {
        self.report_low_power_mode(event, interrupt_power_ups, "LPCR_A53_AD.EN_Cn_IRQ_PUP");
        self.look_again();
    };
    std::vector<Register> rows = {
        {.offset = lpcr_a53_bsc,
         .name = "LPCR_A53_BSC",
         .reset = 0x3ff0,
         .read_only = ~0xf5cf404fu,
         .on_write = low_power_mode(any_wait, "LPCR_A53_BSC.LPM")},
        {.offset = lpcr_a53_ad,
         .name = "LPCR_A53_AD",
         .reset = 0x20,
         .read_only = ~lpcr_a53_ad_fields,
         .on_write = lpcr_a53_ad_written},
        {.offset = 0x08, .name = "LPCR_M4", .reset = 0x3ff0, .read_only = ~0x8001400fu},
        {.offset = slpcr,
         .name = "SLPCR",
         .reset = 0xe000ff82,
         .read_only = ~0xff8fffffu,
         .on_write = [&self](const WriteEvent&) { self.release_masters(); }},
        {.offset = 0x18, .name = "MST_CPU_MAPPING", .reset = 0xff},
        {.offset = 0x20, .name = "MLPCR", .reset = 0x01010100, .read_only = ~0xffffff07u},
        {.offset = 0x24, .name = "PGC_ACK_SEL_A53", .reset = 0x80008000, .read_only = ~0xe007e007u},
        {.offset = 0x28, .name = "PGC_ACK_SEL_M4", .reset = 0x80008000, .read_only = ~0x80018001u},
        {.offset = 0x2c, .name = "MISC", .reset = 0x21, .read_only = ~0x03000123u},
        {.offset = imr_core0,
         .name = "IMR_CORE0_A53",
         .count = input_words,
         .on_write = [&self](const WriteEvent&) { self.wake(); }},
        {.offset = 0x40, .name = "IMR_CORE1_A53", .count = 4},
        {.offset = 0x50, .name = "IMR_M4", .count = 4},
        {.offset = 0x70, .name = "ISR_A53", .read_only = all_bits, .count = 4},
        {.offset = 0x80, .name = "ISR_M4", .read_only = all_bits, .count = 4},
        {.offset = 0xb0, .name = "SLT_CFG", .count = 15},
        {.offset = 0xec, .name = "PGC_CPU_0_1_MAPPING", .read_only = ~0xffbdffbdu},
        {.offset = cpu_pgc_sw_pup_req,
         .name = "CPU_PGC_SW_PUP_REQ",
         .read_only = ~core_requests,
         .on_write = cores_up},
        {.offset = mix_pgc_sw_pup_req,
         .name = "MIX_PGC_SW_PUP_REQ",
         .read_only = ~1u,
         .on_write = unit_request(mix_pgc_sw_pup_req, false)},
        {.offset = pu_pgc_sw_pup_req,
         .name = "PU_PGC_SW_PUP_REQ",
         .read_only = ~0x3fffu,
         .on_write = unit_request(pu_pgc_sw_pup_req, false)},
        {.offset = cpu_pgc_sw_pdn_req,
         .name = "CPU_PGC_SW_PDN_REQ",
         .read_only = ~core_requests,
         .on_write = cores_down},
        {.offset = mix_pgc_sw_pdn_req,
         .name = "MIX_PGC_SW_PDN_REQ",
         .read_only = ~1u,
         .on_write = unit_request(mix_pgc_sw_pdn_req, true)},
        {.offset = pu_pgc_sw_pdn_req,
         .name = "PU_PGC_SW_PDN_REQ",
         .read_only = ~0x3fffu,
         .on_write = unit_request(pu_pgc_sw_pdn_req, true)},
        {.offset = lpcr_a53_bsc2,
         .name = "LPCR_A53_BSC2",
         .read_only = ~lpm_fields,
         .on_write = low_power_mode(any_wait, "LPCR_A53_BSC2.LPM")},
        {.offset = 0x130, .name = "CPU_PGC_PUP_STATUS1", .read_only = all_bits},
        {.offset = 0x134, .name = "A53_MIX_PGC_PUP_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x140, .name = "M4_MIX_PGC_PUP_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x14c, .name = "A53_PU_PGC_PUP_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x158, .name = "M4_PU_PGC_PUP_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x170, .name = "CPU_PGC_PDN_STATUS1", .read_only = all_bits},
        {.offset = 0x174, .name = "A53_MIX_PGC_PDN_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x180, .name = "M4_MIX_PGC_PDN_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x18c, .name = "A53_PU_PGC_PDN_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x198, .name = "M4_PU_PGC_PDN_STATUS", .read_only = all_bits, .count = 3},
        {.offset = 0x1b0, .name = "A53_MIX_PDN_FLG", .read_only = ~1u},
        {.offset = 0x1b4, .name = "A53_PU_PDN_FLG", .read_only = ~0x3fffu},
        {.offset = 0x1b8, .name = "M4_MIX_PDN_FLG", .read_only = ~1u},
        {.offset = 0x1bc, .name = "M4_PU_PDN_FLG", .read_only = ~0x3fffu},
        {.offset = 0x1c0, .name = "IMR_CORE2_A53", .count = 4},
        {.offset = 0x1d0, .name = "IMR_CORE3_A53", .count = 4},
        {.offset = 0x1e0, .name = "ACK_SEL_A53_PU"},
        {.offset = 0x1e4, .name = "ACK_SEL_M4_PU"},
        {.offset = 0x1e8, .name = "SLT_CFG", .count = 5},
        {.offset = 0x1fc,
         .name = "PU_PWRHSK",
         .reset = ddr_requests,
         .read_only = ~handshake_requests,
         .on_read = read_handshake},
        {.offset = 0x200, .name = "SLT_CFG_PU", .count = 20},
    };
    add_power_gates(self, rows);
    return rows;
}

void Gpc::add_power_gates(Gpc& self, std::vector<Register>& rows) {
    struct Group {
        std::uint32_t first;
        std::uint32_t count;
    };
    for (const Group& group :
         {Group{gates, Src::core_count}, {scu_gate, 1}, {mix_gate, 1}, {unit_gates, unit_count}}) {
        const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields) -> Register& {
            rows.push_back({.offset = group.first + offset,
                            .name = name,
                            .read_only = ~fields,
                            .count = group.count,
                            .stride = gate_step});
            return rows.back();
        };
        Register& control = add(0x00, "PGC_CTRL", 0x3f3f3f7f);
        if (group.first == gates) {
            control.on_write = [&self](const WriteEvent&) { self.look_again(); };
        }
        add(0x04, "PGC_PUPSCR", all_bits);
        add(0x08, "PGC_PDNSCR", 0xffff3fbf);
        add(gate_status, "PGC_SR", 0x3ff7f).write_1_clear = was_down;
        // TF-A sets more bits in the SCU's register than the header has fields.
        add(0x10, "PGC_AUXSW", group.first == scu_gate ? all_bits : 0x000f3f3f);
    }
}

void Gpc::reset() {
    BankDevice::reset();
    powered_ = all_cores;
    running_ = first_core;
    asleep_ = false;
    polling_ = false;
    masters_held_ = false;
    notify_hold();
}

std::span<const PropertyInfo> Gpc::properties() const {
    return gpc_properties;
}

std::optional<std::string> Gpc::set_property(std::string_view name, std::uint64_t value) {
    if (name != gpc_properties[0].name) {
        return Device::set_property(name, value);
    }
    if (value > all_gated) {
        return "dsm-loses is " + std::to_string(value) + ", the limit is " + std::to_string(all_gated);
    }
    dsm_loses_ = static_cast<std::uint32_t>(value);
    return std::nullopt;
}

bool Gpc::connect(std::string_view role, Device& peer) {
    for (std::size_t n = 0; n < gated_.size(); ++n) {
        if (role == gated_roles[n]) {
            gated_[n] = dynamic_cast<PowerGated*>(&peer);
            return gated_[n] != nullptr;
        }
    }
    for (std::size_t n = 0; n < decoders_.size(); ++n) {
        if (role == decoder_roles[n]) {
            auto* decoder = dynamic_cast<PowerGated*>(&peer);
            decoders_[n] = decoder != nullptr ? decoder : decoders_[n];
            return decoder != nullptr;
        }
    }
    auto* src = dynamic_cast<Src*>(&peer);
    if (role != "src" || src == nullptr) {
        return false;
    }
    src_ = src;
    src_->set_observer(this);
    return true;
}

void Gpc::set_power(std::uint32_t cores, bool on) {
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        if ((cores >> cpu & 1) == 0) {
            continue;
        }
        const auto bit = static_cast<std::uint8_t>(1u << cpu);
        powered_ = static_cast<std::uint8_t>(on ? powered_ | bit : powered_ & ~bit);
        if (!on) {
            const std::uint32_t status = gates + cpu * gate_step + gate_status;
            bank().set(status, bank().value(status) | was_down);
        }
    }
    update_cores();
}

void Gpc::update_cores() {
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        const auto bit = static_cast<std::uint8_t>(1u << cpu);
        const bool run = (powered_ & bit) != 0 && src_ != nullptr && src_->core_enabled(cpu);
        const bool runs = (running_ & bit) != 0;
        if (run && !runs) {
            running_ = static_cast<std::uint8_t>(running_ | bit);
            host().cpu_on(cpu, src_->entry_point(cpu));
        } else if (!run && runs) {
            running_ = static_cast<std::uint8_t>(running_ & ~bit);
            host().cpu_off(cpu);
        }
    }
    look_again();
}

std::uint32_t Gpc::gated_cores() const {
    std::uint32_t cores = 0;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        cores |= (bank().value(gates + cpu * gate_step) & gate_enable) != 0 ? 1u << cpu : 0;
    }
    return cores;
}

bool Gpc::loses_power_in_wfi(unsigned cpu) const {
    return ((running_ & gated_cores()) >> cpu & 1) != 0 &&
           (bank().value(lpcr_a53_ad) & wfi_power_down[cpu]) == wfi_power_down[cpu];
}

void Gpc::look_again() {
    bool wanted = false;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        wanted = wanted || loses_power_in_wfi(cpu);
    }
    if (wanted && !polling_) {
        host().schedule(0, host().now() + poll_interval);
    } else if (!wanted && polling_) {
        host().cancel(0);
    }
    polling_ = wanted;
}

void Gpc::timer_expired(unsigned) {
    polling_ = false;
    std::uint32_t stopped = 0;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        if (loses_power_in_wfi(cpu) && host().cpu_halted(cpu)) {
            stopped |= 1u << cpu;
        }
    }
    set_power(stopped, false);
    if (stopped != 0 && running_ == 0) {
        enter_deep_sleep();
    }
}

void Gpc::set_input(unsigned line, bool level) {
    if (line >= input_count) {
        return;
    }
    const std::uint32_t bit = 1u << line % 32;
    std::uint32_t& word = inputs_[line / 32];
    word = level ? word | bit : word & ~bit;
    wake();
}

void Gpc::enter_deep_sleep() {
    if ((bank().value(slpcr) & enable_deep_sleep) == 0 ||
        (bank().value(lpcr_a53_bsc) & lpm_fields) != both_stop ||
        (bank().value(lpcr_a53_bsc2) & lpm_fields) != both_stop) {
        return;
    }
    asleep_ = true;
    // Before the firewalls change: no master ever meets one that has lost its state.
    masters_held_ = true;
    notify_hold();
    for (std::size_t n = 0; n < gated_.size(); ++n) {
        if (gated_[n] != nullptr && (dsm_loses_ >> n & 1) != 0) {
            gated_[n]->lose_state();
        }
    }
    wake();
}

void Gpc::wake() {
    bool wanted = false;
    for (std::uint32_t word = 0; word < input_words; ++word) {
        wanted = wanted || (inputs_[word] & ~bank().value(imr_core0 + 4 * word)) != 0;
    }
    if (!asleep_ || !wanted) {
        return;
    }
    asleep_ = false;
    notify_hold();
    std::uint32_t cores = 0;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        cores |= (bank().value(lpcr_a53_ad) & wake_power_up[cpu]) != 0 ? 1u << cpu : 0;
    }
    set_power(cores, true);
}

std::uint32_t Gpc::held_masters() const {
    constexpr std::uint32_t all = (1u << master_count) - 1;
    constexpr std::uint32_t cores = 1u << static_cast<unsigned>(Master::a53);
    constexpr std::uint32_t caam = 1u << static_cast<unsigned>(Master::caam);
    if (!masters_held_) {
        return 0;
    }
    const PowerGated* gated = gated_[gated_caam];
    const bool anew = !asleep_ && gated != nullptr && (dsm_loses_ >> gated_caam & 1) != 0;
    return all & ~cores & ~(anew && gated->started_anew() ? caam : 0);
}

/** Software has left deep sleep mode when it clears EN_DSM, not when the chip wakes. */
void Gpc::release_masters() {
    if (masters_held_ && !asleep_ && (bank().value(slpcr) & enable_deep_sleep) == 0) {
        masters_held_ = false;
        notify_hold();
    }
}

void Gpc::finish_unit_request(std::uint32_t offset, const WriteEvent& event, bool down) {
    bank().set(offset, 0);
    if (!down) {
        return;
    }
    const bool is_mix = offset == mix_pgc_sw_pdn_req;
    for (std::uint32_t unit = 0; unit < (is_mix ? 1 : unit_count); ++unit) {
        const std::uint32_t gate = is_mix ? mix_gate : unit_gates + unit * gate_step;
        if ((event.after >> unit & 1) == 0 || (bank().value(gate) & gate_enable) == 0) {
            continue;
        }
        bank().set(gate + gate_status, bank().value(gate + gate_status) | was_down);
        for (PowerGated* decoder : decoders_) {
            if (!is_mix && unit == vpu_unit && decoder != nullptr) {
                decoder->lose_state();
            }
        }
    }
}

void Gpc::report_low_power_mode(const WriteEvent& event, std::uint32_t fields, const char* name) {
    if ((event.after & ~event.before & fields) != 0) {
        char line[96];
        std::snprintf(line, sizeof line, "gpc: %s is set to 0x%x, which has no effect", name,
                      event.after & fields);
        host().log(LogKind::unimplemented, line);
    }
}

void Gpc::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    for (std::uint32_t& word : inputs_) {
        archive.value(word);
    }
    archive.value(asleep_);
    archive.value(masters_held_);
    archive.value(powered_, all_cores);
    archive.value(running_, all_cores);
}

void Gpc::resume() {
    host().cancel(0);
    polling_ = false;
    look_again();
    notify_hold();
}

}  // namespace svp
