// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/colour.hpp"

#include <algorithm>

#include "dcss/fields.hpp"
#include "dcss/kernels.hpp"
#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

constexpr std::uint32_t value_mask = 0x3fff;  ///< of linear light
constexpr std::size_t code_count = sample_max + 1;

/** Looks up all samples of the three components. */
void look_up(const ColourTables& tables, std::size_t last, SampleRows& rows, RowSet& room,
             std::size_t count) {
    for (unsigned component = 0; component < 3; ++component) {
        const Sample* from = rows[component];
        Sample* to = room[component].data();
        const std::vector<Sample>& table = tables[component];
        for (std::size_t x = 0; x < count; ++x) {
            to[x] = table[std::min(static_cast<std::size_t>(std::max(int{from[x]}, 0)), last)];
        }
        rows[component] = to;
    }
}

/** A component's table of the pipe at @p at. */
std::vector<Sample> table_of(const RegisterBank& bank, std::uint32_t at, std::uint32_t component) {
    std::vector<Sample> words(hdr10::table_words);
    for (std::uint32_t i = 0; i < hdr10::table_words; ++i) {
        words[i] = static_cast<Sample>(
            bank.value(at + hdr10::table + component * hdr10::table_stride + 4 * i) & value_mask);
    }
    return words;
}

void apply(const ColourMatrix& matrix, SampleRows& rows, RowSet& room, std::size_t count) {
    const std::array<Sample*, 3> to = {room[0].data(), room[1].data(), room[2].data()};
    dcss::convert(matrix, rows, to, count);
    std::ranges::copy(to, rows.begin());
}

}  // namespace

ColourMatrix ColourMatrix::of(const RegisterBank& bank, std::uint32_t offset) {
    using namespace hdr10;
    ColourMatrix matrix;
    const std::uint32_t control = bank.value(offset + csc_control);
    matrix.active = (control & enable) != 0 && (control & bypass) == 0;
    if (!matrix.active) {
        return matrix;
    }
    const auto word = [&](std::uint32_t field, std::uint32_t index) {
        return bank.value(offset + field + 4 * index);
    };
    for (unsigned output = 0; output < 3; ++output) {
        for (unsigned input = 0; input < 3; ++input) {
            matrix.coefficients[output][input] =
                static_cast<std::int16_t>(sign_extended(word(csc_coefficients, 3 * output + input), 16));
        }
        matrix.pre_offset[output] = sign_extended(word(csc_pre_offset, output), 10);
        matrix.pre_min[output] = sign_extended(word(csc_pre_min, output), 10);
        matrix.pre_max[output] = static_cast<std::int32_t>(word(csc_pre_max, output));
        matrix.post_offset[output] = sign_extended(word(csc_post_offset, output), 28);
        matrix.post_min[output] = static_cast<std::int32_t>(word(csc_post_min, output));
        matrix.post_max[output] = static_cast<std::int32_t>(word(csc_post_max, output));
    }
    matrix.norm = bank.value(offset + csc_norm);
    return matrix;
}

ColourPipe ColourPipe::of(const RegisterBank& bank, unsigned channel) {
    using namespace hdr10;
    const std::uint32_t at = channel * stride;
    ColourPipe pipe;
    pipe.first = ColourMatrix::of(bank, at + csc_a);
    pipe.second = ColourMatrix::of(bank, at + csc_b);
    const std::uint32_t control = bank.value(at + table_control);
    if ((control & enable) == 0 || (control & bypass) != 0) {
        return pipe;
    }
    for (std::uint32_t component = 0; component < 3; ++component) {
        pipe.tables[component] = table_of(bank, at, component);
    }
    return pipe;
}

void ColourPipe::convert(SampleRows& rows, RowSet& room, std::size_t count) const {
    if (first.active) {
        apply(first, rows, room, count);
    }
    if (!tables[0].empty()) {
        look_up(tables, code_count - 1, rows, room, count);
    }
    if (second.active) {
        apply(second, rows, room, count);
    }
}

OutputPipe OutputPipe::of(const RegisterBank& bank) {
    using namespace hdr10;
    constexpr std::uint32_t at = output_pipe * stride;
    OutputPipe pipe;
    pipe.last = ColourMatrix::of(bank, at + csc_a);
    const std::uint32_t control = bank.value(at + output_control);
    if ((control & output_enable) == 0 || (control & output_passes) != 0) {
        return pipe;
    }
    for (std::uint32_t component = 0; component < 3; ++component) {
        pipe.thresholds[component] = table_of(bank, at, component);
    }
    return pipe;
}

OutputCodes::OutputCodes(const OutputPipe& pipe) {
    for (std::size_t component = 0; component < codes_.size(); ++component) {
        const std::vector<Sample>& thresholds = pipe.thresholds[component];
        if (thresholds.empty()) {
            continue;
        }
        codes_[component].resize(value_mask + 1);
        for (std::uint32_t value = 0; value <= value_mask; ++value) {
            std::size_t node = 1;
            while (node < code_count) {
                node = 2 * node + (static_cast<std::int32_t>(value) > thresholds[node] ? 1 : 0);
            }
            codes_[component][value] = static_cast<Sample>(node - code_count);
        }
    }
}

void OutputPipe::convert(const OutputCodes& codes, SampleRows& rows, RowSet& room, std::size_t count) const {
    if (!codes.tables()[0].empty()) {
        look_up(codes.tables(), value_mask, rows, room, count);
    }
    if (last.active) {
        apply(last, rows, room, count);
    }
}

}  // namespace svp::dcss
