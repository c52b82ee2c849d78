// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/gpc.hpp"

#include <string>

#include "soc/gpc_registers.hpp"

namespace svp {

using namespace gpc;

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t imr_core0 = 0x30;

constexpr std::uint32_t all_cores = 0xf;
constexpr std::uint8_t first_core = 0x1;

/** Values of a LPM field. */
constexpr std::uint32_t lpm_wait_bit = 1;
constexpr std::uint32_t lpm_stop = 2;

constexpr std::string_view gated_roles[] = {"tzasc", "rdc", "csu", "caam"};
constexpr std::size_t gated_caam = 3;
constexpr std::string_view decoder_roles[] = {"vpu-g1", "vpu-g2"};
constexpr PropertyInfo gpc_properties[] = {
    {"dsm-loses", "blocks that deep sleep costs their state: 1 TZASC, 2 RDC, 4 CSU, 8 CAAM, added", 9}};
constexpr std::uint64_t all_gated = 15;

/** The DDR controller is at work from the start. */
constexpr std::uint32_t ddr_requests = 0x0f;

constexpr std::uint32_t unit_count = 14;
constexpr std::uint32_t vpu_unit = 8;

std::uint32_t read_handshake(std::uint32_t, std::uint32_t stored) {
    std::uint32_t value = stored;
    for (const auto& [request, acknowledge] : pu_pwrhsk::handshakes) {
        for (const Field& line : acknowledge) {
            value = line.name.empty() ? value : line.in(value, request.of(stored));
        }
    }
    return value;
}

/** Where the power gate of a core is. */
constexpr std::uint32_t core_gate(unsigned cpu) {
    return pgc::cores + cpu * pgc::step;
}

/** For a machine whose cores this block does not switch. */
class NoCorePower final : public CorePower {
 public:
    void cpu_on(unsigned, std::uint64_t) override {}
    void cpu_off(unsigned) override {}
    bool cpu_halted(unsigned) override { return false; }
};

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
    const auto modes_written = [&self](const Field(&modes)[2], const char* name) {
        return [&self, &modes, name](const WriteEvent& event) { self.report_wait_mode(event, modes, name); };
    };
    const auto fixed = [](std::uint32_t offset, std::string_view name, std::uint32_t count) {
        return Register{.offset = offset, .name = name, .access = FieldAccess::read_only, .count = count};
    };
    std::vector<Register> rows = {
        {.offset = lpcr_a53_bsc::offset,
         .name = "LPCR_A53_BSC",
         .reset = 0x3ff0,
         .fields = lpcr_a53_bsc::fields,
         .on_write = modes_written(lpcr_a53_bsc::lpm, "LPCR_A53_BSC")},
        {.offset = lpcr_a53_ad::offset,
         .name = "LPCR_A53_AD",
         .reset = 0x20,
         .fields = lpcr_a53_ad::fields,
         .on_write = [&self](const WriteEvent&) { self.look_again(); }},
        {.offset = 0x08, .name = "LPCR_M4", .reset = 0x3ff0, .fields = stored::lpcr_m4},
        {.offset = slpcr::offset,
         .name = "SLPCR",
         .reset = 0xe000ff82,
         .fields = slpcr::fields,
         .on_write = [&self](const WriteEvent&) { self.release_masters(); }},
        {.offset = 0x18, .name = "MST_CPU_MAPPING", .reset = 0xff, .fields = stored::mst_cpu_mapping},
        {.offset = 0x20, .name = "MLPCR", .reset = 0x01010100, .fields = stored::mlpcr},
        {.offset = 0x24, .name = "PGC_ACK_SEL_A53", .reset = 0x80008000, .fields = stored::ack_sel_a53},
        {.offset = 0x28, .name = "PGC_ACK_SEL_M4", .reset = 0x80008000, .fields = stored::ack_sel_m4},
        {.offset = 0x2c, .name = "MISC", .reset = 0x21, .fields = stored::misc},
        {.offset = imr_core0,
         .name = "IMR_CORE0_A53",
         .count = input_words,
         .on_write = [&self](const WriteEvent&) { self.wake(); }},
        {.offset = 0x40, .name = "IMR_CORE1_A53", .count = 4},
        {.offset = 0x50, .name = "IMR_M4", .count = 4},
        fixed(0x70, "ISR_A53", 4),
        fixed(0x80, "ISR_M4", 4),
        {.offset = 0xb0, .name = "SLT_CFG", .count = 15},
        {.offset = 0xec, .name = "PGC_CPU_0_1_MAPPING", .fields = stored::domain_mapping},
        {.offset = cpu_pgc_sw_pup_req,
         .name = "CPU_PGC_SW_PUP_REQ",
         .fields = core_requests,
         .on_write = cores_up},
        {.offset = mix_pgc_sw_pup_req,
         .name = "MIX_PGC_SW_PUP_REQ",
         .fields = mix_request,
         .on_write = unit_request(mix_pgc_sw_pup_req, false)},
        {.offset = pu_pgc_sw_pup_req,
         .name = "PU_PGC_SW_PUP_REQ",
         .fields = unit_requests,
         .on_write = unit_request(pu_pgc_sw_pup_req, false)},
        {.offset = cpu_pgc_sw_pdn_req,
         .name = "CPU_PGC_SW_PDN_REQ",
         .fields = core_requests,
         .on_write = cores_down},
        {.offset = mix_pgc_sw_pdn_req,
         .name = "MIX_PGC_SW_PDN_REQ",
         .fields = mix_request,
         .on_write = unit_request(mix_pgc_sw_pdn_req, true)},
        {.offset = pu_pgc_sw_pdn_req,
         .name = "PU_PGC_SW_PDN_REQ",
         .fields = unit_requests,
         .on_write = unit_request(pu_pgc_sw_pdn_req, true)},
        {.offset = lpcr_a53_bsc2::offset,
         .name = "LPCR_A53_BSC2",
         .fields = lpcr_a53_bsc2::fields,
         .on_write = modes_written(lpcr_a53_bsc2::lpm, "LPCR_A53_BSC2")},
        fixed(0x130, "CPU_PGC_PUP_STATUS1", 1),
        fixed(0x134, "A53_MIX_PGC_PUP_STATUS", 3),
        fixed(0x140, "M4_MIX_PGC_PUP_STATUS", 3),
        fixed(0x14c, "A53_PU_PGC_PUP_STATUS", 3),
        fixed(0x158, "M4_PU_PGC_PUP_STATUS", 3),
        fixed(0x170, "CPU_PGC_PDN_STATUS1", 1),
        fixed(0x174, "A53_MIX_PGC_PDN_STATUS", 3),
        fixed(0x180, "M4_MIX_PGC_PDN_STATUS", 3),
        fixed(0x18c, "A53_PU_PGC_PDN_STATUS", 3),
        fixed(0x198, "M4_PU_PGC_PDN_STATUS", 3),
        {.offset = 0x1b0, .name = "A53_MIX_PDN_FLG", .fields = stored::mix_flag},
        {.offset = 0x1b4, .name = "A53_PU_PDN_FLG", .fields = stored::unit_flags},
        {.offset = 0x1b8, .name = "M4_MIX_PDN_FLG", .fields = stored::mix_flag},
        {.offset = 0x1bc, .name = "M4_PU_PDN_FLG", .fields = stored::unit_flags},
        {.offset = 0x1c0, .name = "IMR_CORE2_A53", .count = 4},
        {.offset = 0x1d0, .name = "IMR_CORE3_A53", .count = 4},
        {.offset = 0x1e0, .name = "ACK_SEL_A53_PU"},
        {.offset = 0x1e4, .name = "ACK_SEL_M4_PU"},
        {.offset = 0x1e8, .name = "SLT_CFG", .count = 5},
        {.offset = pu_pwrhsk::offset,
         .name = "PU_PWRHSK",
         .reset = ddr_requests,
         .fields = pu_pwrhsk::fields,
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
         {Group{pgc::cores, Src::core_count}, {pgc::scu, 1}, {pgc::mix, 1}, {pgc::units, unit_count}}) {
        const auto add = [&](std::uint32_t offset, std::string_view name, const Fields& fields) -> Register& {
            rows.push_back({.offset = group.first + offset,
                            .name = name,
                            .fields = fields,
                            .count = group.count,
                            .stride = pgc::step});
            return rows.back();
        };
        Register& control = add(0x00, "PGC_CTRL", pgc::ctrl_fields);
        if (group.first == pgc::cores) {
            control.on_write = [&self](const WriteEvent&) { self.look_again(); };
        }
        add(0x04, "PGC_PUPSCR", pgc::pupscr_fields);
        add(0x08, "PGC_PDNSCR", pgc::pdnscr_fields);
        add(pgc::status, "PGC_SR", pgc::sr_fields);
        // TF-A sets more bits in the SCU's register than the header has fields.
        add(0x10, "PGC_AUXSW", group.first == pgc::scu ? Fields{} : pgc::auxsw_fields);
    }
}

void Gpc::reset() {
    BankDevice::reset();
    powered_ = all_cores;
    running_ = first_core;
    set_asleep(false);
    polling_ = false;
    masters_held_ = false;
    notify();
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

CorePower& Gpc::core_power() {
    static NoCorePower none;
    CorePower* power = host().core_power();
    return power != nullptr ? *power : none;
}

void Gpc::set_power(std::uint32_t cores, bool on) {
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        if ((cores >> cpu & 1) == 0) {
            continue;
        }
        const auto bit = static_cast<std::uint8_t>(1u << cpu);
        powered_ = static_cast<std::uint8_t>(on ? powered_ | bit : powered_ & ~bit);
        if (!on) {
            bank().set(core_gate(cpu) + pgc::status, pgc::psr, true);
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
            core_power().cpu_on(cpu, src_->entry_point(cpu));
        } else if (!run && runs) {
            running_ = static_cast<std::uint8_t>(running_ & ~bit);
            core_power().cpu_off(cpu);
        }
    }
    look_again();
}

std::uint32_t Gpc::gated_cores() const {
    std::uint32_t cores = 0;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        cores |= bank().get(core_gate(cpu), pgc::pcr) << cpu;
    }
    return cores;
}

bool Gpc::loses_power_in_wfi(unsigned cpu) const {
    return ((running_ & gated_cores()) >> cpu & 1) != 0 &&
           bank().get<bool>(lpcr_a53_ad::offset, lpcr_a53_ad::wfi_pdn[cpu]) &&
           bank().get<bool>(lpcr_a53_ad::offset, lpcr_a53_ad::wfi_pdn_dis[cpu]);
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
        if (loses_power_in_wfi(cpu) && core_power().cpu_halted(cpu)) {
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

void Gpc::set_asleep(bool asleep) {
    if (asleep != asleep_) {
        asleep_ = asleep;
        host().set_irq(stop_line, asleep);
    }
}

void Gpc::enter_deep_sleep() {
    bool all_stop = true;
    for (unsigned n = 0; n < 2; ++n) {
        all_stop = all_stop && bank().get(lpcr_a53_bsc::offset, lpcr_a53_bsc::lpm[n]) == lpm_stop &&
                   bank().get(lpcr_a53_bsc2::offset, lpcr_a53_bsc2::lpm[n]) == lpm_stop;
    }
    if (!bank().get<bool>(slpcr::offset, slpcr::en_dsm) || !all_stop) {
        return;
    }
    set_asleep(true);
    // Before the firewalls change: no master ever meets one that has lost its state.
    masters_held_ = true;
    notify();
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
    set_asleep(false);
    notify();
    std::uint32_t cores = 0;
    for (unsigned cpu = 0; cpu < Src::core_count; ++cpu) {
        cores |= bank().get(lpcr_a53_ad::offset, lpcr_a53_ad::pup[cpu]) << cpu;
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
    if (masters_held_ && !asleep_ && !bank().get<bool>(slpcr::offset, slpcr::en_dsm)) {
        masters_held_ = false;
        notify();
    }
}

void Gpc::finish_unit_request(std::uint32_t offset, const WriteEvent& event, bool down) {
    bank().set(offset, 0);
    if (!down) {
        return;
    }
    const bool is_mix = offset == mix_pgc_sw_pdn_req;
    for (std::uint32_t unit = 0; unit < (is_mix ? 1 : unit_count); ++unit) {
        const std::uint32_t gate = is_mix ? pgc::mix : pgc::units + unit * pgc::step;
        if ((event.after >> unit & 1) == 0 || !bank().get<bool>(gate, pgc::pcr)) {
            continue;
        }
        bank().set(gate + pgc::status, pgc::psr, true);
        for (PowerGated* decoder : decoders_) {
            if (!is_mix && unit == vpu_unit && decoder != nullptr) {
                decoder->lose_state();
            }
        }
    }
}

void Gpc::report_wait_mode(const WriteEvent& event, const Field (&modes)[2], const char* name) {
    for (const Field& mode : modes) {
        if ((mode.of(event.after) & ~mode.of(event.before) & lpm_wait_bit) != 0) {
            host().log(LogKind::unimplemented, std::string("gpc: ") + name + "." + std::string(mode.name) +
                                                   " asks for WAIT, which has no effect");
        }
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
    notify();
    host().set_irq(stop_line, asleep_);
}

}  // namespace svp
