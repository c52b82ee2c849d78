// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/vpu_g1.hpp"

#include "vpu/g1/job.hpp"

namespace svp {

namespace {

using namespace vpu::g1;

/** Product number 6731; the version below it is not known. */
constexpr std::uint32_t id_value = 0x67310000;

/** DEC_IRQ, RDY, BUS, BUFFER, ASO, ERROR, SLICE, TIMEOUT, PIC_INF. */
constexpr std::uint32_t status_bits = interrupt::dec_irq | 0x7f000u | 1u << 24;

constexpr vpu::DecoderTraits traits = {.block = "vpu-g1",
                                       .name = "g1",
                                       .kind = vpu::DecoderKind::g1,
                                       .codecs = codec_names,
                                       .registers = register_count,
                                       .status_bits = status_bits,
                                       .stream_end = interrupt::dec_buffer_int};

constexpr vpu::DecoderTraits bank_traits = traits.of_second_bank("vpu-g1-bank1", "g1-bank1");

Registers all(std::span<const std::uint32_t> registers) {
    return registers.first<register_count>();
}

}  // namespace

VpuG1::VpuG1(Host& host) : VpuG1(host, traits) {}

VpuG1::VpuG1(Host& host, const vpu::DecoderTraits& of) : JobDevice(host, of, registers(*this)) {}

VpuG1Bank::VpuG1Bank(Host& host) : VpuG1(host, bank_traits) {}

std::vector<Register> VpuG1::registers(VpuG1& self) {
    return {
        {.offset = 0x000, .name = "ID", .reset = id_value, .read_only = all_bits},
        interrupt_row(self, status_bits),
        {.offset = 0x008, .name = "CONFIG"},
        {.offset = 0x00c, .name = "DEC_CTRL0", .count = 7},
        {.offset = 0x028, .name = "FWD_PIC"},
        {.offset = 0x02c, .name = "DEC_CTRL7"},
        {.offset = 0x030, .name = "ADDR_STR"},
        {.offset = 0x034, .name = "ADDR_DST"},
        {.offset = 0x038, .name = "ADDR_REF", .count = 16},
        {.offset = 0x078, .name = "REF_PIC", .count = 8},
        {.offset = 0x098, .name = "LT_REF"},
        {.offset = 0x09c, .name = "VALID_REF"},
        {.offset = 0x0a0, .name = "ADDR_QTABLE"},
        {.offset = 0x0a4, .name = "ADDR_DIR_MV"},
        {.offset = 0x0a8, .name = "BD_REF_PIC", .count = 5},
        {.offset = 0x0bc, .name = "BD_P_REF_PIC"},
        {.offset = 0x0c0, .name = "ERR_CONC"},
        {.offset = 0x0c4, .name = "PRED_FLT"},
        {.offset = 0x0c8, .name = "SWREG50"},
        {.offset = 0x0cc, .name = "REF_BUF_CTRL", .count = 4},
        {.offset = 0x0dc, .name = "REF_BUF_CTRL2"},
        {.offset = 0x0e0, .name = "SWREG56", .count = 4},
        {.offset = 0x0f0, .name = "PP_INTERRUPT"},
        {.offset = 0x0f4, .name = "PP_DEV_CONFIG"},
        {.offset = 0x0f8, .name = "PP_IN", .count = 4, .kind = Kind::unmodelled},
        {.offset = 0x108, .name = "PP_OUT_LUMA_BASE"},
        {.offset = 0x10c, .name = "PP_OUT", .count = 5, .kind = Kind::unmodelled},
        {.offset = 0x120, .name = "PP_INPUT_SIZE"},
        {.offset = 0x124, .name = "PP_SCALING", .count = 12, .kind = Kind::unmodelled},
        {.offset = 0x154, .name = "PP_CONTROL"},
        {.offset = 0x158, .name = "PP_MASK", .count = 2, .kind = Kind::unmodelled},
        {.offset = 0x160, .name = "PP_MASK1_ORIG_WIDTH"},
        {.offset = 0x164, .name = "PP_MASK2", .count = 3, .kind = Kind::unmodelled},
        {.offset = 0x170, .name = "PP_DISPLAY_WIDTH_IN_EXT"},
        {.offset = 0x174, .name = "PP_FUSE", .count = 8, .kind = Kind::unmodelled},
        {.offset = 0x194, .name = "SOFT_RESET", .kind = Kind::unmodelled},
        {.offset = 0x198, .name = "SWREG102", .count = 26},
    };
}

std::unique_ptr<vpu::Job> VpuG1::make_job(Words registers, vpu::MemoryPort& port) const {
    return vpu::g1::make_job(all(registers), port);
}

std::size_t VpuG1::codec(Words registers) const {
    return vpu::g1::codec(all(registers));
}

bool VpuG1::field(Words registers) const {
    return vpu::g1::field(all(registers));
}

std::string VpuG1::kind_of(Words registers) const {
    return "mode " + std::to_string(vpu::value(registers, dec_mode)) +
           (vpu::value(registers, pp_pipeline_e) != 0 ? " with the post-processor" : "");
}

}  // namespace svp
