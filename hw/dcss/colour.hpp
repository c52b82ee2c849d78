// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Colour conversion (HDR10): in the pipe of a channel CSC A, tables, CSC B; in that of the output the search
 * for codes of linear light, and CSC O.
 *
 * A CSC gives for each of its three outputs
 *     clip(((sum of coefficient * clip(input + pre-offset)) >> norm) + post-offset),
 * rounded to the nearest before the shift. Coefficients stand in the order in which an output's are side by
 * side. Pre-offsets and lower limits are two's complements of ten bits, upper limits are not.
 *
 * A table gives a value for each of the 1024 codes of a component. The output's tables are search trees: word
 * 1 is the root, 2k and 2k+1 are below word k; the result is the number of the 1023 thresholds that are less
 * than the value.
 *
 * Reference: NXP's kernel, drivers/gpu/drm/imx/dcss/dcss-hdr10.c, for registers; what the tables beside it
 * contain shows the arithmetic.
 *
 * Not modelled: values in floating point (FL2FX of a channel's pipe, and its counterpart in the output's),
 * which tables for high dynamic range have.
 */
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "dcss/row.hpp"
#include "svp/register_bank.hpp"

namespace svp::dcss {

struct ColourMatrix {
    bool active = false;
    std::array<std::array<std::int16_t, 3>, 3> coefficients{};  ///< by output, by input
    std::array<std::int32_t, 3> pre_offset{}, pre_min{}, pre_max{};
    std::uint32_t norm = 0;  ///< bits, up to 31
    std::array<std::int32_t, 3> post_offset{}, post_min{}, post_max{};

    /** The CSC whose registers are at @p offset. */
    static ColourMatrix of(const RegisterBank& bank, std::uint32_t offset);

    bool operator==(const ColourMatrix&) const = default;
};

/** Values for codes, of three components; empty if they are left as they are. */
using ColourTables = std::array<std::vector<Sample>, 3>;

/** The pipe of a channel. */
struct ColourPipe {
    ColourMatrix first;   ///< CSC A
    ColourTables tables;  ///< 1024 values each
    ColourMatrix second;  ///< CSC B

    static ColourPipe of(const RegisterBank& bank, unsigned channel);
    /** Converts the first three of @p rows, by way of @p room. */
    void convert(SampleRows& rows, RowSet& room, std::size_t count) const;

    bool operator==(const ColourPipe&) const = default;
};

class OutputCodes;

/** The pipe of what is sent out. */
struct OutputPipe {
    ColourTables thresholds;  ///< 1024 each, of which the first one is no threshold
    ColourMatrix last;        ///< CSC O

    static OutputPipe of(const RegisterBank& bank);
    /** Converts the first three of @p rows, by way of @p room; @p codes are of the same pipe. */
    void convert(const OutputCodes& codes, SampleRows& rows, RowSet& room, std::size_t count) const;

    bool operator==(const OutputPipe&) const = default;
};

/** What the search among a pipe's thresholds ends at, for each value: made once, in milliseconds. */
class OutputCodes {
 public:
    OutputCodes() = default;
    explicit OutputCodes(const OutputPipe& pipe);
    /** 16384 codes each. */
    const ColourTables& tables() const { return codes_; }

 private:
    ColourTables codes_;
};

}  // namespace svp::dcss
