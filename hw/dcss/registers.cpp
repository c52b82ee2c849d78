// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

constexpr Alias aliased = Alias::set_clear_toggle;

/** Words that keep what is written to them, and do nothing. */
void add_unmodelled(std::vector<Register>& rows, std::uint32_t offset, std::string_view name,
                    std::uint32_t size) {
    rows.push_back({.offset = offset, .name = name, .count = size / 4, .kind = Kind::unmodelled});
}

void add_dpr(std::vector<Register>& rows, unsigned channel, const Handlers& handlers) {
    using namespace dpr;
    const std::uint32_t at = base + channel * stride;
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields) {
        rows.push_back({.offset = at + offset, .name = name, .read_only = ~fields, .alias = aliased});
    };
    add(system_ctrl0, "DPR_SYSTEM_CTRL0", 0x0001001f);
    add(irq_mask, "DPR_IRQ_MASK", irq_all);
    rows.push_back({.offset = at + irq_mask_status,
                    .name = "DPR_IRQ_MASK_STATUS",
                    .read_only = all_bits,
                    .alias = aliased,
                    .on_read = [channel, status = handlers.unmasked_status](std::uint32_t, std::uint32_t) {
                        return status(channel);
                    }});
    rows.push_back({.offset = at + irq_nonmask_status,
                    .name = "DPR_IRQ_NONMASK_STATUS",
                    .read_only = ~irq_all,
                    .write_1_clear = irq_all,
                    .alias = aliased});
    add(mode_ctrl0, "DPR_MODE_CTRL0", 0x000fffdf);
    add(frame_ctrl0, "DPR_FRAME_CTRL0", 0xffff001f);
    add(frame_1p_ctrl0, "DPR_FRAME_1P_CTRL0", 0x7);
    add(frame_1p_pix_x, "DPR_FRAME_1P_PIX_X_CTRL", 0xffff);
    add(frame_1p_pix_y, "DPR_FRAME_1P_PIX_Y_CTRL", 0xffff);
    add(frame_1p_base, "DPR_FRAME_1P_BASE_ADDR", all_bits);
    add(frame_2p_ctrl0, "DPR_FRAME_2P_CTRL0", 0x7);
    add(frame_2p_pix_x, "DPR_FRAME_2P_PIX_X_CTRL", 0xffff);
    add(frame_2p_pix_y, "DPR_FRAME_2P_PIX_Y_CTRL", 0xffff);
    add(frame_2p_base, "DPR_FRAME_2P_BASE_ADDR", all_bits);
    add(status_ctrl0, "DPR_STATUS_CTRL0", 0x00070007);
    rows.push_back(
        {.offset = at + status_ctrl1, .name = "DPR_STATUS_CTRL1", .read_only = all_bits, .alias = aliased});
    add(rtram_ctrl0, "DPR_RTRAM_CTRL0", 0xff);
}

/** The words of a CSC; the field that a norm is has five bits, the others as many as the arithmetic. */
void add_csc(std::vector<Register>& rows, std::uint32_t at, std::string_view name) {
    using namespace hdr10;
    const auto add = [&](std::uint32_t offset, std::uint32_t fields, std::uint32_t count) {
        rows.push_back({.offset = at + offset, .name = name, .read_only = ~fields, .count = count});
    };
    add(csc_control, 0x8003, 1);
    add(csc_coefficients, 0xffff, 9);
    add(csc_pre_offset, 0x3ff, 9);  // and its limits
    add(csc_norm, 0x1f, 1);
    add(csc_post_offset, 0x0fffffff, 3);
    add(csc_post_min, 0x3ff, 6);
}

void add_hdr10(std::vector<Register>& rows, unsigned pipe) {
    using namespace hdr10;
    const std::uint32_t at = pipe * stride;
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields) {
        rows.push_back({.offset = at + offset, .name = name, .read_only = ~fields});
    };
    for (std::uint32_t component = 0; component < 3; ++component) {
        rows.push_back({.offset = at + table + component * table_stride,
                        .name = "HDR10_LUT",
                        .read_only = ~0xffffu,
                        .count = table_words});
    }
    if (pipe == output_pipe) {
        add_csc(rows, at + csc_a, "HDR10_CSCO");
        add(output_control, "HDR10_LTNL", 0xf);
        return;
    }
    add_csc(rows, at + csc_a, "HDR10_CSCA");
    add(table_control, "HDR10_LUT_CONTROL", 0x8003);
    add_csc(rows, at + csc_b, "HDR10_CSCB");
    rows.push_back({.offset = at + float_control, .name = "HDR10_FL2FX", .kind = Kind::unmodelled});
}

void add_dtrc(std::vector<Register>& rows, unsigned index, const Handlers& handlers) {
    using namespace dtrc;
    const std::uint32_t at = base + index * stride;
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields,
                         std::uint32_t count = 1) {
        rows.push_back({.offset = at + offset, .name = name, .read_only = ~fields, .count = count});
    };
    for (const std::uint32_t bank : {0u, bank_stride}) {
        add(bank + luma_data, "DTRC_DSADDR", all_bits, 4);  // and the tables' addresses
        add(bank + size, "DTRC_SIZE", size_mask << 16 | size_mask);
        add(bank + luma_window, "DTRC_WINDOW", all_bits, 4);
        add(bank + crop_origin, "DTRC_CROP", crop_mask << 16 | crop_mask, 2);
        add(bank + settings, "DTRC_DCTL", 0x00060003);
        rows.push_back(
            {.offset = at + bank + upper_words, .name = "DTRC_EXT", .count = 8, .kind = Kind::unmodelled});
    }
    rows.push_back({.offset = at + interrupt_enable,
                    .name = "DTRC_INTEN",
                    .read_only = ~1u,
                    .on_write = handlers.detiler_interrupt});
    rows.push_back({.offset = at + frame_done,
                    .name = "DTRC_FDINTR",
                    .read_only = ~1u,
                    .write_1_clear = 1,
                    .on_write = handlers.detiler_interrupt});
    rows.push_back({.offset = at + control,
                    .name = "DTRC_DTCTRL",
                    .on_write = [channel = index + 1, written = handlers.detiler_control](
                                    const WriteEvent& event) { written(channel, event); }});
    add(read_ids, "DTRC_ARIDR", all_bits);
    add(id_to_ddr, "DTRC_DTID2DDR", 0xffff);
}

void add_subsam(std::vector<Register>& rows) {
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields) {
        rows.push_back(
            {.offset = subsam::base + offset, .name = name, .read_only = ~fields, .alias = aliased});
    };
    add(0x00, "SS_SYS_CTRL", 0x1);
    add(0x10, "SS_DISPLAY", 0x1fff1fff);
    add(0x20, "SS_HSYNC", 0x9fff1fff);
    add(0x30, "SS_VSYNC", 0x9fff1fff);
    add(0x40, "SS_DE_ULC", 0x9fff1fff);
    add(0x50, "SS_DE_LRC", 0x1fff1fff);
    rows.push_back({.offset = subsam::mode,
                    .name = "SS_MODE",
                    .read_only = ~subsam::mode_mask,
                    .alias = aliased,
                    .kind = Kind::unmodelled});
    add(0x70, "SS_COEFF", 0x7fff7fff);
    add(0x80, "SS_CLIP_CB", 0x03ff03ff);
    add(0x90, "SS_CLIP_CR", 0x03ff03ff);
    rows.push_back({.offset = subsam::base + 0xa0,
                    .name = "SS_INTER_MODE",
                    .read_only = ~0x3u,
                    .alias = aliased,
                    .kind = Kind::unmodelled});
}

void add_scaler(std::vector<Register>& rows, unsigned channel) {
    using namespace scaler;
    const std::uint32_t at = base + channel * stride;
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields,
                         std::uint32_t count = 1) {
        rows.push_back({.offset = at + offset, .name = name, .read_only = ~fields, .count = count});
    };
    add(ctrl, "SCALER_CTRL", 0x1111);
    add(ofifo_ctrl, "SCALER_OFIFO_CTRL", 0xffff03ff);
    add(sdata_ctrl, "SCALER_SDATA_CTRL", 0xf13);
    add(bit_depth, "SCALER_BIT_DEPTH", 0x33);
    add(src_format, "SCALER_SRC_FORMAT", 0x3);
    add(dst_format, "SCALER_DST_FORMAT", 0x3);
    add(src_lum_res, "SCALER_RES", 0x0fff0fff, 4);
    // Starts and increments of luma and chroma, vertical before horizontal.
    add(v_lum_start, "SCALER_V_LUM_START", 0xffff);
    add(v_lum_inc, "SCALER_V_LUM_INC", 0xffff);
    add(h_lum_start, "SCALER_H_LUM_START", 0x7ffff);
    add(h_lum_inc, "SCALER_H_LUM_INC", 0xffff);
    add(v_chr_start, "SCALER_V_CHR_START", 0xffff);
    add(v_chr_start + 4, "SCALER_V_CHR_INC", 0xffff);
    add(v_chr_start + 8, "SCALER_H_CHR_START", 0x7ffff);
    add(v_chr_start + 12, "SCALER_H_CHR_INC", 0xffff);
    add(coef_vlum, "SCALER_COEF_VLUM", 0x0fffffff, coef_words);
    add(coef_hlum, "SCALER_COEF_HLUM", 0x0fffffff, coef_words);
    add(coef_vchr, "SCALER_COEF_VCHR", 0x0fffffff, coef_words);
    add(coef_hchr, "SCALER_COEF_HCHR", 0x0fffffff, coef_words);
}

void add_dtg(std::vector<Register>& rows, const Handlers& handlers) {
    using namespace dtg;
    constexpr std::uint32_t point = coordinate_mask << 16 | coordinate_mask;
    const auto add = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields,
                         std::uint32_t count = 1) {
        rows.push_back({.offset = offset, .name = name, .read_only = ~fields, .count = count});
    };
    const auto add_timing = [&](std::uint32_t offset, std::string_view name, std::uint32_t fields) {
        rows.push_back({.offset = offset, .name = name, .read_only = ~fields, .on_write = handlers.timing});
    };
    add_timing(control_status, "TC_CONTROL_STATUS", 0xff00778f);
    add_timing(total, "TC_DTG", point);
    add(disp_top, "TC_DISP", point, 2);
    add(ch1_top, "TC_CH", point, 6);
    add(load_lines, "TC_CTXLD", point);
    add(ch1_background, "TC_CH1_BKRND", 0x3fffffff);
    add(ch2_background, "TC_CH2_BKRND", 0x3fffffff);
    add_timing(line0_int, "LINE0_INT", coordinate_mask << 16);
    add_timing(line1_int, "LINE1_INT", coordinate_mask << 16);
    add(bg_alpha_default, "BG_ALPHA_DEFAULT", 0xff);
    rows.push_back({.offset = int_status,
                    .name = "INT_STATUS",
                    .read_only = all_bits,
                    .on_read = handlers.interrupt_status});
    // Reads as 0: the driver reads, changes and writes it to clear one interrupt.
    rows.push_back({.offset = int_control,
                    .name = "INT_CONTROL",
                    .read_only = all_bits,
                    .on_write = handlers.interrupt_control});
    add(ch3_background, "TC_CH3_BKRND", 0x3fffffff);
    rows.push_back({.offset = int_mask,
                    .name = "INT_MASK",
                    .read_only = ~line_interrupts,
                    .on_write = handlers.interrupt_mask});
    add_timing(line2_int, "LINE2_INT", coordinate_mask << 16);
    add_timing(line3_int, "LINE3_INT", coordinate_mask << 16);
    add_unmodelled(rows, dolby_overlay, "DBY", 12);
}

void add_ctxld(std::vector<Register>& rows, const Handlers& handlers) {
    using namespace ctxld;
    rows.push_back({.offset = control_status,
                    .name = "CTXLD_CONTROL_STATUS",
                    .read_only = ~(0x1ffu | statuses),
                    .write_1_clear = statuses,
                    .alias = aliased,
                    .on_write = handlers.loader_control});
    rows.push_back({.offset = db_base, .name = "CTXLD_DB_BASE_ADDR"});
    rows.push_back({.offset = db_count, .name = "CTXLD_DB_COUNT", .read_only = ~0xffffu});
    rows.push_back({.offset = sb_base, .name = "CTXLD_SB_BASE_ADDR"});
    rows.push_back({.offset = sb_count, .name = "CTXLD_SB_COUNT"});
    rows.push_back({.offset = ahb_err_address,
                    .name = "CTXLD_AHB_ERR_ADDR",
                    .read_only = all_bits,
                    .on_read = handlers.failed_address});
}

void add_memory_paths(std::vector<Register>& rows) {
    rows.push_back({.offset = wrscl::control_status,
                    .name = "WRSCL_CTRL_STATUS",
                    .read_only = 7u << 25,
                    .write_1_clear = wrscl::frame_complete | wrscl::error});
    rows.push_back({.offset = wrscl::address, .name = "WRSCL_BASE_ADDR"});
    rows.push_back({.offset = wrscl::pitch, .name = "WRSCL_PITCH"});
    rows.push_back({.offset = rdsrc::control_status,
                    .name = "RDSRC_CTRL_STATUS",
                    .read_only = 0x7fu << 23 | 0xfu << 10 | 1u << 1,
                    .write_1_clear = rdsrc::frame_complete | rdsrc::error});
    rows.push_back({.offset = rdsrc::address, .name = "RDSRC_BASE_ADDR"});
    rows.push_back({.offset = rdsrc::pitch, .name = "RDSRC_PITCH"});
    rows.push_back({.offset = rdsrc::width, .name = "RDSRC_WIDTH", .read_only = ~rdsrc::size_mask});
    rows.push_back({.offset = rdsrc::height, .name = "RDSRC_HEIGHT", .read_only = ~rdsrc::size_mask});
}

}  // namespace

std::vector<Register> rows(const Handlers& handlers) {
    std::vector<Register> result;
    for (unsigned pipe = 0; pipe < hdr10::pipes; ++pipe) {
        add_hdr10(result, pipe);
    }
    add_unmodelled(result, 0x10000, "DOLBY", 0x5000);
    add_unmodelled(result, 0x15000, "DEC400D", 0x1000);
    for (unsigned index = 0; index < dtrc::count; ++index) {
        add_dtrc(result, index, handlers);
    }
    for (unsigned channel = 0; channel < channel_count; ++channel) {
        add_dpr(result, channel, handlers);
    }
    add_subsam(result);
    for (unsigned channel = 0; channel < channel_count; ++channel) {
        add_scaler(result, channel);
    }
    add_dtg(result, handlers);
    add_memory_paths(result);
    add_ctxld(result, handlers);
    add_unmodelled(result, 0x24000, "LUT_LOADER", 0x1000);
    result.push_back({.offset = frame_crc::base,
                      .name = "SVP_FRAME_CRC",
                      .read_only = all_bits,
                      .count = frame_crc::count,
                      .on_read = handlers.frame_crc});
    return result;
}

std::vector<Register> blk_ctrl_rows() {
    return {
        {.offset = blkctl::reset_ctrl, .name = "RESET_CTRL", .read_only = ~blkctl::resets, .alias = aliased},
        {.offset = blkctl::control0, .name = "CONTROL0", .read_only = ~0x00010131u, .alias = aliased},
    };
}

}  // namespace svp::dcss
