// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/g1/vp8_job.hpp"

#include <algorithm>

#include "vpu/vp8/macroblock.hpp"

namespace svp::vpu::g1 {

namespace {

constexpr Field skip_mode{3, 26, 1};
constexpr Field pic_inter_e{3, 20, 1};
constexpr Field filtering_dis{3, 14, 1};
constexpr Field pic_mb_width{4, 23, 9};
constexpr Field pic_mb_height{4, 11, 8};
constexpr Field pic_mb_w_ext{4, 3, 3};
constexpr Field pic_mb_h_ext{4, 0, 3};
constexpr Field control_start_bit{5, 18, 6};
constexpr Field boolean_value{5, 8, 8};
constexpr Field boolean_range{5, 0, 8};
constexpr Field stream_length{6, 0, 24};
constexpr Field chroma_fraction{7, 13, 1};
constexpr Field bilinear{7, 12, 1};
constexpr Field partitions_less_1{9, 24, 4};
constexpr Field control_length{9, 0, 22};
constexpr Field segment_base{10, 2, 30};
constexpr Field segment_update{10, 1, 1};
constexpr Field segment_enable{10, 0, 1};
constexpr Field filter_simple{30, 31, 1};
constexpr Field filter_sharpness{30, 28, 3};

constexpr unsigned output = 13;
constexpr unsigned last_reference = 14;
constexpr unsigned golden_reference = 18;
constexpr unsigned altref_reference = 19;
constexpr unsigned control_base = 27;
constexpr unsigned probability_table = 40;
constexpr std::uint32_t sign_bias = 1u << 0;

constexpr unsigned coefficient_base[vp8::max_partitions] = {12, 22, 23, 24, 25, 26, 28, 29};
constexpr Field coefficient_start_bit[vp8::max_partitions] = {
    {5, 26, 6}, {7, 26, 6}, {7, 20, 6}, {11, 24, 6}, {11, 18, 6}, {11, 12, 6}, {11, 6, 6}, {11, 0, 6}};
constexpr Field mode_delta[4] = {{30, 21, 7}, {30, 14, 7}, {30, 7, 7}, {30, 0, 7}};
constexpr Field reference_delta[4] = {{31, 21, 7}, {31, 14, 7}, {31, 7, 7}, {31, 0, 7}};
constexpr Field level[4] = {{32, 18, 6}, {32, 12, 6}, {32, 6, 6}, {32, 0, 6}};
constexpr Field quantizer[4] = {{33, 11, 11}, {33, 0, 11}, {46, 11, 11}, {46, 0, 11}};
constexpr Field y_dc_delta{33, 27, 5};
constexpr Field y2_dc_delta{33, 22, 5};
constexpr Field y2_ac_delta{46, 27, 5};
constexpr Field uv_dc_delta{46, 22, 5};
constexpr Field uv_ac_delta{47, 27, 5};

constexpr std::uint32_t max_quantizer = 127;

/** Addresses in registers are multiples of 8; start bits lead on from there. */
constexpr std::uint32_t alignment = 8;

/** From @p base and @p start_bit on, to the address @p end. */
StreamRange range(std::uint32_t base, std::uint32_t start_bit, std::uint32_t end) {
    const std::uint32_t first = base + start_bit / 8;
    // Nothing is left if it begins at the end or behind it.
    const std::uint32_t left = end - first;
    return {first, left < 1u << 31 ? left : 0, start_bit % 8};
}

void read_streams(Registers registers, vp8::Parameters& job) {
    job.control_range = value(registers, boolean_range);
    job.control_value = value(registers, boolean_value);
    // The length is one more than what lies between the base and the end of the partition.
    const std::uint32_t control = registers[control_base];
    const std::uint32_t length = std::max(value(registers, control_length), 1u) - 1;
    job.control = range(control, value(registers, control_start_bit), control + length);

    job.partitions = value(registers, partitions_less_1) + 1;
    // The length counts from the aligned beginning of the table of sizes, which is 3 bytes for each partition
    // but the last and lies before the first one.
    const std::uint32_t first =
        registers[coefficient_base[0]] + value(registers, coefficient_start_bit[0]) / 8;
    const std::uint32_t sizes = first - 3 * (job.partitions - 1);
    const std::uint32_t end = (sizes & ~(alignment - 1)) + value(registers, stream_length);
    for (unsigned i = 0; i < std::min(job.partitions, vp8::max_partitions); ++i) {
        job.coefficients[i] =
            range(registers[coefficient_base[i]], value(registers, coefficient_start_bit[i]), end);
    }
}

void read_filter(Registers registers, vp8::Parameters& job) {
    job.filter = value(registers, filtering_dis) == 0;
    job.simple_filter = value(registers, filter_simple) != 0;
    job.sharpness = static_cast<std::uint8_t>(value(registers, filter_sharpness));
    for (unsigned i = 0; i < 4; ++i) {
        job.mode_delta[i] = static_cast<std::int8_t>(signed_value(registers, mode_delta[i]));
        job.reference_delta[i] = static_cast<std::int8_t>(signed_value(registers, reference_delta[i]));
        job.level[i] = static_cast<std::uint8_t>(value(registers, level[i]));
    }
}

void read_quantizers(Registers registers, vp8::Parameters& job) {
    for (unsigned i = 0; i < 4; ++i) {
        job.quantizer[i] = static_cast<std::uint8_t>(std::min(value(registers, quantizer[i]), max_quantizer));
    }
    job.y_dc_delta = signed_value(registers, y_dc_delta);
    job.y2_dc_delta = signed_value(registers, y2_dc_delta);
    job.y2_ac_delta = signed_value(registers, y2_ac_delta);
    job.uv_dc_delta = signed_value(registers, uv_dc_delta);
    job.uv_ac_delta = signed_value(registers, uv_ac_delta);
}

}  // namespace

vp8::Parameters vp8_parameters(Registers registers) {
    vp8::Parameters job;
    job.mb_width = value(registers, pic_mb_width) | value(registers, pic_mb_w_ext) << pic_mb_width.width;
    job.mb_height = value(registers, pic_mb_height) | value(registers, pic_mb_h_ext) << pic_mb_height.width;
    job.key_frame = value(registers, pic_inter_e) == 0;
    job.skip_flags = value(registers, skip_mode) == 0;
    job.bilinear = value(registers, bilinear) != 0;
    job.full_pixel_chroma = value(registers, chroma_fraction) == 0;
    read_streams(registers, job);
    read_filter(registers, job);
    read_quantizers(registers, job);

    job.segmentation = value(registers, segment_enable) != 0;
    job.update_segment_map = job.segmentation && value(registers, segment_update) != 0;
    job.segment_map = value(registers, segment_base) << segment_base.shift;
    job.probabilities = registers[probability_table];
    job.output = registers[output];
    const auto reference = [&](vp8::Reference which, unsigned number) {
        const auto index = static_cast<unsigned>(which);
        job.reference[index] = registers[number] & ~3u;
        job.sign_bias[index] = which != vp8::Reference::last && (registers[number] & sign_bias) != 0;
    };
    reference(vp8::Reference::last, last_reference);
    reference(vp8::Reference::golden, golden_reference);
    reference(vp8::Reference::altref, altref_reference);
    return job;
}

}  // namespace svp::vpu::g1
