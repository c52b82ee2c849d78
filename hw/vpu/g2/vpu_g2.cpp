// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/vpu_g2.hpp"

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

/** Product number 6732; the version below it is not known. */
constexpr std::uint32_t id_value = 0x67320000;

constexpr std::string_view codec_names[] = {"hevc", "vp9"};

constexpr std::uint32_t interrupt_offset = 0x004;
constexpr std::uint32_t dec_e = 1u << 0;
constexpr std::uint32_t dec_irq_dis = 1u << 4;
constexpr std::uint32_t abort_e = 1u << 5;
constexpr std::uint32_t dec_irq = 1u << 8;
constexpr std::uint32_t error_int = 1u << 16;
/** DEC_IRQ, ABORT_INT, RDY, BUS, BUF, ERROR, TIMEOUT, LAST_SLICE. */
constexpr std::uint32_t status_bits = dec_irq | 0x7800u | error_int | 1u << 18 | 1u << 19;

}  // namespace

VpuG2::VpuG2(Host& host)
    : BankDevice(host, "vpu-g2", window, registers(*this)), statistics_("g2", codec_names) {}

std::vector<Register> VpuG2::registers(VpuG2& self) {
    return {
        {.offset = 0x000, .name = "VERSION", .reset = id_value, .read_only = all_bits},
        {.offset = interrupt_offset,
         .name = "INTERRUPT",
         .read_only = ~(status_bits | dec_e | dec_irq_dis | abort_e),
         .on_write = [&self](const WriteEvent& event) { self.interrupt_written(event); }},
        {.offset = 0x008, .name = "SWREG2", .count = 510},
    };
}

void VpuG2::interrupt_written(const WriteEvent& event) {
    std::uint32_t status = event.before & event.after & status_bits;
    const bool quiet = (event.after & dec_irq_dis) != 0;
    if ((event.after & dec_e) != 0) {
        host().log(LogKind::unimplemented, "vpu-g2: no codec is there, the job ends in an error");
        const vpu::JobEnd end{.codec = std::size(codec_names), .error = vpu::JobError::unsupported};
        statistics_.add(end);
        host().job_ended(statistics_.report(end, error_int));
        status = error_int | (quiet ? 0 : dec_irq);
    }
    bank().set(interrupt_offset, status | (event.after & dec_irq_dis));
    update_irq();
}

void VpuG2::update_irq() {
    const std::uint32_t stored = bank().value(interrupt_offset);
    host().set_irq(0, (stored & dec_irq) != 0 && (stored & dec_irq_dis) == 0);
}

void VpuG2::reset() {
    lose_state();
    statistics_.reset();
}

void VpuG2::lose_state() {
    BankDevice::reset();
    update_irq();
}

void VpuG2::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    statistics_.exchange(archive);
    if (archive.writing()) {
        return;
    }
    if ((bank().value(interrupt_offset) & (dec_e | abort_e)) != 0) {
        archive.fail("the stream holds an impossible value for vpu-g2 register INTERRUPT");
    }
    bank().check_read_only(archive);
}

}  // namespace svp
