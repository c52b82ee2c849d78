// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g2/vpu_g2.hpp"

#include "vpu/g2/job.hpp"

namespace svp {

namespace {

using namespace vpu::g2;

/** Product number 6732; the version below it is not known. */
constexpr std::uint32_t id_value = 0x67320000;

/** DEC_IRQ, ABORT_INT, RDY, BUS, BUF, ERROR, TIMEOUT, LAST_SLICE. */
constexpr std::uint32_t status_bits =
    interrupt::dec_irq | interrupt::abort_int | interrupt::dec_rdy_int | interrupt::dec_bus_int |
    interrupt::buffer_int | interrupt::dec_error_int | interrupt::timeout | interrupt::last_slice_int;

constexpr vpu::DecoderTraits traits = {.block = "vpu-g2",
                                       .name = "g2",
                                       .kind = vpu::DecoderKind::g2,
                                       .codecs = codec_names,
                                       .registers = register_count,
                                       .status_bits = status_bits,
                                       .stream_end = interrupt::last_slice_int};

constexpr vpu::DecoderTraits bank_traits = traits.of_second_bank("vpu-g2-bank1", "g2-bank1");

Registers all(std::span<const std::uint32_t> registers) {
    return registers.first<register_count>();
}

}  // namespace

VpuG2::VpuG2(Host& host) : VpuG2(host, traits) {}

VpuG2::VpuG2(Host& host, const vpu::DecoderTraits& of) : JobDevice(host, of, registers(*this)) {}

VpuG2Bank::VpuG2Bank(Host& host) : VpuG2(host, bank_traits) {}

std::vector<Register> VpuG2::registers(VpuG2& self) {
    return {
        {.offset = 0x000, .name = "VERSION", .reset = id_value, .read_only = all_bits},
        interrupt_row(self, status_bits, interrupt::abort_e),
        {.offset = 0x008, .name = "SWREG2", .count = register_count - 2},
    };
}

void VpuG2::interrupt_written(const WriteEvent& event) {
    WriteEvent written = event;
    const bool give_up = (event.after & interrupt::abort_e) != 0;
    if (give_up) {
        written.after &= ~(interrupt::abort_e | interrupt::dec_e);
        if (abort()) {
            const bool quiet = (event.after & interrupt::dec_irq_dis) != 0;
            written.before |= interrupt::abort_int | (quiet ? 0 : interrupt::dec_irq);
            written.after |= interrupt::abort_int | (quiet ? 0 : interrupt::dec_irq);
        }
    }
    JobDevice::interrupt_written(written);
}

std::unique_ptr<vpu::Job> VpuG2::make_job(Words registers, vpu::MemoryPort& port) const {
    return vpu::g2::make_job(all(registers), port);
}

std::size_t VpuG2::codec(Words registers) const {
    return vpu::g2::codec(all(registers));
}

std::string VpuG2::kind_of(Words registers) const {
    return "mode " + std::to_string(vpu::value(registers, dec_mode));
}

}  // namespace svp
