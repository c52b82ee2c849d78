// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Offsets and fields of the display controller's registers, from the start of its first window.
 *
 * Reference: Linux, drivers/gpu/drm/imx/dcss, whose names these are.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "svp/register_bank.hpp"

namespace svp::dcss {

inline constexpr std::uint32_t window = 0x2d000;    ///< bytes of the first window
inline constexpr std::uint32_t blk_ctrl = 0x2f000;  ///< where the second one begins
inline constexpr std::uint32_t blk_ctrl_size = 0x1000;
/** Where the chip has the first window; the context loader's lists hold addresses on the bus. */
inline constexpr std::uint64_t bus_address = 0x32e00000;

inline constexpr unsigned channel_count = 3;

/** Prefetch of a channel (DPR); channels are 0x1000 bytes apart. */
namespace dpr {
inline constexpr std::uint32_t base = 0x18000;
inline constexpr std::uint32_t stride = 0x1000;
inline constexpr std::uint32_t system_ctrl0 = 0x000;
inline constexpr std::uint32_t irq_mask = 0x020;
inline constexpr std::uint32_t irq_mask_status = 0x030;
inline constexpr std::uint32_t irq_nonmask_status = 0x040;
inline constexpr std::uint32_t mode_ctrl0 = 0x050;
inline constexpr std::uint32_t frame_ctrl0 = 0x070;
inline constexpr std::uint32_t frame_1p_ctrl0 = 0x090;
inline constexpr std::uint32_t frame_1p_pix_x = 0x0a0;
inline constexpr std::uint32_t frame_1p_pix_y = 0x0b0;
inline constexpr std::uint32_t frame_1p_base = 0x0c0;
inline constexpr std::uint32_t frame_2p_ctrl0 = 0x0e0;
inline constexpr std::uint32_t frame_2p_pix_x = 0x0f0;
inline constexpr std::uint32_t frame_2p_pix_y = 0x100;
inline constexpr std::uint32_t frame_2p_base = 0x110;
inline constexpr std::uint32_t status_ctrl0 = 0x130;
inline constexpr std::uint32_t status_ctrl1 = 0x140;
inline constexpr std::uint32_t rtram_ctrl0 = 0x200;

inline constexpr std::uint32_t run = 1u << 0;       ///< of SYSTEM_CTRL0
inline constexpr std::uint32_t irq_done = 1u << 0;  ///< of the status registers
inline constexpr std::uint32_t irq_run = 1u << 1;
inline constexpr std::uint32_t irq_shadow_loaded = 1u << 2;
inline constexpr std::uint32_t irq_axi_read_error = 1u << 3;
inline constexpr std::uint32_t irq_buffers = 3u << 6;  ///< were not ready in time
inline constexpr std::uint32_t irq_all = 0xff;

// Fields of MODE_CTRL0.
inline constexpr unsigned tile_shift = 2;
inline constexpr std::uint32_t tile_linear = 0;  ///< values of its field
inline constexpr std::uint32_t tile_gpu = 1;
inline constexpr std::uint32_t tile_gpu_super = 2;
inline constexpr std::uint32_t mode_yuv = 1u << 6;
inline constexpr std::uint32_t mode_two_planes = 1u << 7;
inline constexpr unsigned pixel_size_shift = 8;  ///< 0: 8 bits, 1: 16, 2: 32
inline constexpr std::uint32_t mode_luma_swap = 1u << 10;
inline constexpr std::uint32_t mode_chroma_swap = 1u << 11;
inline constexpr unsigned blue_select_shift = 12;  ///< green, red and alpha follow, two bits each

// Fields of FRAME_CTRL0.
inline constexpr std::uint32_t frame_flip_x = 1u << 0;
inline constexpr std::uint32_t frame_flip_y = 1u << 1;
inline constexpr unsigned rotation_shift = 2;
inline constexpr std::uint32_t frame_order = 1u << 4;
inline constexpr unsigned pitch_shift = 16;
}  // namespace dpr

/** Detiler (DTRC) of channels 2 and 3, 0x1000 bytes apart; two banks of settings in each. */
namespace dtrc {
inline constexpr std::uint32_t base = 0x16000;
inline constexpr std::uint32_t stride = 0x1000;
inline constexpr unsigned count = 2;
inline constexpr std::uint32_t bank_stride = 0x60;
inline constexpr std::uint32_t luma_data = 0x00;  ///< of a bank
inline constexpr std::uint32_t chroma_data = 0x04;
inline constexpr std::uint32_t luma_table = 0x08;
inline constexpr std::uint32_t chroma_table = 0x0c;
inline constexpr std::uint32_t size = 0x10;  ///< width in the low half, height in the high one
inline constexpr std::uint32_t luma_window = 0x14;
inline constexpr std::uint32_t luma_window_end = 0x18;
inline constexpr std::uint32_t chroma_window = 0x1c;
inline constexpr std::uint32_t chroma_window_end = 0x20;
inline constexpr std::uint32_t crop_origin = 0x24;
inline constexpr std::uint32_t crop_size = 0x28;
inline constexpr std::uint32_t settings = 0x2c;     ///< DCTL
inline constexpr std::uint32_t upper_words = 0x30;  ///< of 64-bit addresses
inline constexpr std::uint32_t interrupt_enable = 0xc0;
inline constexpr std::uint32_t frame_done = 0xc4;
inline constexpr std::uint32_t control = 0xc8;  ///< DTCTRL
inline constexpr std::uint32_t read_ids = 0xcc;
inline constexpr std::uint32_t id_to_ddr = 0xd0;

inline constexpr std::uint32_t size_mask = 0x3ff;
inline constexpr std::uint32_t crop_mask = 0x1fff;
inline constexpr std::uint32_t ready = 1u << 0;  ///< of DCTL
inline constexpr std::uint32_t eight_bits = 1u << 1;
inline constexpr std::uint32_t crops = 1u << 18;
inline constexpr std::uint32_t mode_mask = 0x3;  ///< of DTCTRL
inline constexpr std::uint32_t mode_detile = 0;
inline constexpr std::uint32_t hot_reset = 1u << 2;
inline constexpr std::uint32_t g1_tiles = 1u << 3;
inline constexpr std::uint32_t raster_swaps = 0xfu << 24 | 0xffu << 12;  ///< of anything but tables
inline constexpr std::uint32_t ten_bit_order = 1u << 29;
inline constexpr unsigned current_shift = 31;
}  // namespace dtrc

/** Colour conversion (HDR10): a pipe for each channel, and one for what is sent out. */
namespace hdr10 {
inline constexpr std::uint32_t stride = 0x4000;
inline constexpr unsigned pipes = channel_count + 1;
inline constexpr unsigned output_pipe = channel_count;
inline constexpr std::uint32_t table = 0x0000;  ///< the next component's is 0x1000 further
inline constexpr std::uint32_t table_stride = 0x1000;
inline constexpr std::uint32_t table_words = 1024;
inline constexpr std::uint32_t csc_a = 0x3000;  ///< CSC O on the output pipe
inline constexpr std::uint32_t csc_b = 0x3800;
// Of a CSC; three or nine words each.
inline constexpr std::uint32_t csc_control = 0x00;
inline constexpr std::uint32_t csc_coefficients = 0x04;
inline constexpr std::uint32_t csc_pre_offset = 0x28;
inline constexpr std::uint32_t csc_pre_min = 0x34;
inline constexpr std::uint32_t csc_pre_max = 0x40;
inline constexpr std::uint32_t csc_norm = 0x4c;
inline constexpr std::uint32_t csc_post_offset = 0x50;
inline constexpr std::uint32_t csc_post_min = 0x5c;
inline constexpr std::uint32_t csc_post_max = 0x68;
inline constexpr std::uint32_t table_control = csc_a + 0x80;   ///< of an input pipe
inline constexpr std::uint32_t float_control = csc_b + 0x74;   ///< FL2FX, of an input pipe
inline constexpr std::uint32_t output_control = csc_a + 0x74;  ///< LTNL, of the output pipe

inline constexpr std::uint32_t enable = 1u << 0;  ///< of the CSCs and of an input pipe's tables
inline constexpr std::uint32_t bypass = 1u << 15;
inline constexpr std::uint32_t output_passes = 1u << 0;  ///< of LTNL
inline constexpr std::uint32_t output_no_floats = 1u << 1;
inline constexpr std::uint32_t output_enable = 1u << 2;
}  // namespace hdr10

/** Colour subsampling at the output (SUBSAM). */
namespace subsam {
inline constexpr std::uint32_t base = 0x1b000;
inline constexpr std::uint32_t sys_ctrl = base + 0x00;
inline constexpr std::uint32_t mode = base + 0x60;

inline constexpr std::uint32_t run = 1u << 0;
inline constexpr std::uint32_t mode_mask = 0x3;  ///< 0: 4:4:4
}  // namespace subsam

/** Scaler of a channel; channels are 0x400 bytes apart. */
namespace scaler {
inline constexpr std::uint32_t base = 0x1c000;
inline constexpr std::uint32_t stride = 0x400;
inline constexpr std::uint32_t ctrl = 0x00;
inline constexpr std::uint32_t ofifo_ctrl = 0x04;
inline constexpr std::uint32_t sdata_ctrl = 0x08;
inline constexpr std::uint32_t bit_depth = 0x0c;
inline constexpr std::uint32_t src_format = 0x10;
inline constexpr std::uint32_t dst_format = 0x14;
inline constexpr std::uint32_t src_lum_res = 0x18;
inline constexpr std::uint32_t src_chr_res = 0x1c;
inline constexpr std::uint32_t dst_lum_res = 0x20;
inline constexpr std::uint32_t dst_chr_res = 0x24;
inline constexpr std::uint32_t v_lum_start = 0x48;
inline constexpr std::uint32_t v_lum_inc = 0x4c;
inline constexpr std::uint32_t h_lum_start = 0x50;
inline constexpr std::uint32_t h_lum_inc = 0x54;
inline constexpr std::uint32_t v_chr_start = 0x58;
inline constexpr std::uint32_t coef_vlum = 0x080;
inline constexpr std::uint32_t coef_hlum = 0x140;
inline constexpr std::uint32_t coef_vchr = 0x200;
inline constexpr std::uint32_t coef_hchr = 0x300;
inline constexpr std::uint32_t coef_words = 48;  ///< of a set: 16 phases of three words

inline constexpr std::uint32_t h_chr_start = 0x60;

inline constexpr std::uint32_t enable = 1u << 0;             ///< of CTRL
inline constexpr std::uint32_t scale_to_memory = 1u << 8;    ///< SCALE2MEM
inline constexpr std::uint32_t memory_to_output = 1u << 12;  ///< MEM2OFIFO
inline constexpr std::uint32_t sdata_yuv = 1u << 0;          ///< of SDATA_CTRL
inline constexpr std::uint32_t sdata_swap = 1u << 4;         ///< of luma and chroma
inline constexpr unsigned order_shift = 8;                   ///< of ten-bit components
inline constexpr std::uint32_t format_420 = 0;               ///< of SRC_FORMAT and DST_FORMAT
inline constexpr std::uint32_t format_422 = 1;
inline constexpr std::uint32_t format_444 = 2;
inline constexpr std::uint32_t depth_ten = 2;  ///< of the fields of BIT_DEPTH
}  // namespace scaler

/** Display timing and blending (DTG). */
namespace dtg {
inline constexpr std::uint32_t base = 0x20000;
inline constexpr std::uint32_t control_status = base + 0x00;
inline constexpr std::uint32_t total = base + 0x04;
inline constexpr std::uint32_t disp_top = base + 0x08;
inline constexpr std::uint32_t disp_bot = base + 0x0c;
inline constexpr std::uint32_t ch1_top = base + 0x10;  ///< the bottom is 4 further, the next channel 8
inline constexpr std::uint32_t load_lines = base + 0x28;
inline constexpr std::uint32_t ch1_background = base + 0x2c;
inline constexpr std::uint32_t ch2_background = base + 0x30;
inline constexpr std::uint32_t line0_int = base + 0x50;
inline constexpr std::uint32_t line1_int = base + 0x54;
inline constexpr std::uint32_t bg_alpha_default = base + 0x58;
inline constexpr std::uint32_t int_status = base + 0x5c;
inline constexpr std::uint32_t int_control = base + 0x60;
inline constexpr std::uint32_t ch3_background = base + 0x64;
inline constexpr std::uint32_t int_mask = base + 0x68;
inline constexpr std::uint32_t line2_int = base + 0x6c;
inline constexpr std::uint32_t line3_int = base + 0x70;
inline constexpr std::uint32_t dolby_overlay = base + 0x74;

inline constexpr std::uint32_t ch3_enable = 1u << 0;  ///< of CONTROL_STATUS
inline constexpr std::uint32_t ch2_enable = 1u << 1;
inline constexpr std::uint32_t ch1_enable = 1u << 2;
inline constexpr std::uint32_t start = 1u << 8;
inline constexpr std::uint32_t ch1_per_pixel_alpha = 1u << 10;
inline constexpr unsigned global_alpha_shift = 24;

inline constexpr std::uint32_t coordinate_mask = 0x1fff;  ///< x in the low half of a word, y in the high one
inline constexpr std::uint32_t line_interrupts = 0xf;     ///< LINE0 to LINE3, of INT_*
}  // namespace dtg

/** Write scaler (WRSCL). */
namespace wrscl {
inline constexpr std::uint32_t base = 0x21000;
inline constexpr std::uint32_t control_status = base + 0x00;
inline constexpr std::uint32_t address = base + 0x10;
inline constexpr std::uint32_t pitch = base + 0x14;

inline constexpr std::uint32_t enable = 1u << 0;  ///< of CTRL_STATUS
inline constexpr std::uint32_t repeat = 1u << 1;
inline constexpr unsigned word_shift = 2;  ///< what a pixel is in memory, also of RDSRC
inline constexpr std::uint32_t word_mask = 7;
inline constexpr std::uint32_t word_ten_bits = 2;  ///< 32 bits, three components of ten
inline constexpr std::uint32_t frame_complete = 1u << 29;
inline constexpr std::uint32_t error = 1u << 31;
}  // namespace wrscl

/** What reads a picture of the write scaler again (RDSRC). */
namespace rdsrc {
inline constexpr std::uint32_t base = 0x22000;
inline constexpr std::uint32_t control_status = base + 0x00;
inline constexpr std::uint32_t address = base + 0x10;
inline constexpr std::uint32_t pitch = base + 0x14;
inline constexpr std::uint32_t width = base + 0x18;  ///< pixels; 0: it stands still
inline constexpr std::uint32_t height = base + 0x1c;

inline constexpr std::uint32_t size_mask = 0x1fff;
inline constexpr std::uint32_t frame_complete = 1u << 30;  ///< of CTRL_STATUS
inline constexpr std::uint32_t error = 1u << 31;
}  // namespace rdsrc

/** Context loader (CTXLD). */
namespace ctxld {
inline constexpr std::uint32_t base = 0x23000;
inline constexpr std::uint32_t control_status = base + 0x00;
inline constexpr std::uint32_t db_base = base + 0x10;
inline constexpr std::uint32_t db_count = base + 0x14;
inline constexpr std::uint32_t sb_base = base + 0x18;
inline constexpr std::uint32_t sb_count =
    base + 0x1c;  ///< high priority in the low half, low in the high one
inline constexpr std::uint32_t ahb_err_address = base + 0x20;
inline constexpr std::uint32_t end = base + 0x1000;

inline constexpr std::uint32_t enable = 1u << 0;  ///< of CONTROL_STATUS
inline constexpr std::uint32_t rd_err = 1u << 16;
inline constexpr std::uint32_t db_comp = 1u << 17;
inline constexpr std::uint32_t sb_hp_comp = 1u << 18;
inline constexpr std::uint32_t sb_lp_comp = 1u << 19;
inline constexpr std::uint32_t ahb_err = 1u << 22;
inline constexpr std::uint32_t statuses = 0x7fu << 16;
inline constexpr unsigned status_over_enable =
    14;  ///< a status bit stands that much over its interrupt enable
}  // namespace ctxld

/** CRCs of frames. The chip has no such registers: they are there for drivers that tests run with, and read 0
 * unless the property "crc" is 1. */
namespace frame_crc {
inline constexpr std::uint32_t base = 0x2c000;
inline constexpr std::uint32_t begun = base + 0x00;   ///< number of the frame that is shown, from 1
inline constexpr std::uint32_t number = base + 0x04;  ///< of the frame whose CRC is known last, 0 without one
inline constexpr std::uint32_t value = base + 0x08;   ///< its CRC
inline constexpr std::uint32_t count = 3;
}  // namespace frame_crc

/** BLKCTL, from the start of the second window. */
namespace blkctl {
inline constexpr std::uint32_t reset_ctrl = 0x00;
inline constexpr std::uint32_t control0 = 0x10;
inline constexpr std::uint32_t resets = 0x17;  ///< B, APB, P and RTR clocks out of reset
}  // namespace blkctl

/** What handlers the declaration needs. */
struct Handlers {
    Register::WriteHandler loader_control;
    Register::WriteHandler timing;  ///< of TC_CONTROL_STATUS, TC_DTG and the LINEn_INT
    Register::WriteHandler interrupt_control;
    Register::WriteHandler interrupt_mask;
    std::function<std::uint32_t(unsigned channel)> unmasked_status;  ///< of a prefetch
    Register::ReadHandler interrupt_status;
    Register::ReadHandler failed_address;
    Register::ReadHandler frame_crc;
    std::function<void(unsigned channel, const WriteEvent&)> detiler_control;
    Register::WriteHandler detiler_interrupt;
};

/** All registers of the first window, in the order of their offsets. */
std::vector<Register> rows(const Handlers& handlers);

/** Those of the second one. */
std::vector<Register> blk_ctrl_rows();

}  // namespace svp::dcss
