// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Choices in place of HEVC's slice data: what the arithmetic decoder in `chosen_hevc` answers, and their
 * code.
 *
 * The parts of the engine that read slice data are compiled with that decoder for the generator of random
 * streams. What they read never hangs on samples or vectors, so that every answer is drawn and encoded at
 * once, and any answer is legal but for the few that are kept in bounds here. If engine and standard differ
 * in what an element means, or in its context, then so do the pictures of the engine and of another decoder
 * that gets the stream.
 */
#pragma once

#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "arithmetic_encoder.hpp"
#include "bit_writer.hpp"

namespace svp::test {

class HevcChoices {
 public:
    static constexpr unsigned context_count = 154;

    static HevcChoices& instance() {
        static HevcChoices only;
        return only;
    }

    void seed(std::uint64_t number) {
        random_.seed(number);
        noise_.resize(noise_size);
        for (std::uint8_t& byte : noise_) {
            byte = static_cast<std::uint8_t>(random_());
        }
        noise_.back() = 1;
        for (unsigned& style : style_) {
            style = below(3);
        }
    }
    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }
    std::span<const std::uint8_t> noise() const { return noise_; }

    /** A segment's data begin. */
    void begin_segment() {
        substreams.clear();
        last_ = nothing;
        data_ = {};
    }

    // Answers for the arithmetic decoder.

    void start(std::span<const std::uint8_t> data) {
        if (last_ == raw) {
            out_.align(0);
            for (const std::uint8_t* byte = data_.data(); byte != data.data(); ++byte) {
                out_.put(*byte, 8);
            }
        }
        data_ = data;
        last_ = nothing;
        arithmetic_.start();
    }
    unsigned bin(ArithmeticEncoder::Context& context, unsigned index) {
        const unsigned value = chance(percent_of_ones(index)) ? 1 : 0;
        arithmetic_.bin(context, value);
        last_ = index;
        ones_ = 0;
        return value;
    }
    unsigned bypass_bin() {
        const unsigned most = last_ >= quantizer_delta && last_ < quantizer_delta + 2 ? 3 : 10;
        const unsigned value = ones_ < most ? below(2) : 0;
        arithmetic_.bypass(value);
        ones_ = value != 0 ? ones_ + 1 : 0;
        return value;
    }
    bool terminate_bin() {
        // Behind split_cu_flag, cu_transquant_bypass_flag, pred_mode_flag and part_mode: raw samples.
        if ((last_ >= split && last_ <= transquant_bypass) || (last_ >= pred_mode && last_ < part_mode_end)) {
            const bool value = chance(20);
            arithmetic_.terminate(value ? 1 : 0);
            last_ = value ? raw : nothing;
            return value;
        }
        const bool value = last_ == ended || end_segment;
        arithmetic_.terminate(value ? 1 : 0);
        last_ = ended;
        if (value) {
            out_.align(0);
            substreams.push_back(out_.bytes());
            out_ = {};
        }
        return value;
    }

    bool offsets_with_tiles = false;  ///< a stream may have both
    bool end_segment = false;         ///< the next coding tree block is a segment's last one
    std::vector<std::vector<std::uint8_t>> substreams;  ///< of the segment, without emulation prevention

 private:
    static constexpr std::size_t noise_size = 1u << 20;
    // Contexts of the engine by which elements are told.
    static constexpr unsigned split = 2, transquant_bypass = 5, pred_mode = 9, part_mode_end = 14,
                              quantizer_delta = 40;
    enum Last : unsigned { nothing = 1000, raw, ended };

    /** How often a bin is 1, by its syntax element. */
    unsigned percent_of_ones(unsigned context) const {
        struct Range {
            unsigned end;
            unsigned percent[3];  ///< by style
        };
        static constexpr Range ranges[] = {
            {1, {30, 60, 10}},    // sao_merge
            {2, {60, 30, 80}},    // sao_type_idx
            {5, {50, 35, 75}},    // split_cu_flag
            {6, {20, 10, 50}},    // cu_transquant_bypass_flag
            {9, {30, 15, 60}},    // cu_skip_flag
            {10, {25, 10, 50}},   // pred_mode_flag
            {14, {40, 50, 30}},   // part_mode
            {15, {50, 30, 70}},   // prev_intra_luma_pred_flag
            {16, {50, 60, 40}},   // intra_chroma_pred_mode
            {17, {50, 30, 70}},   // merge_flag
            {18, {60, 40, 80}},   // merge_idx
            {23, {50, 40, 60}},   // inter_pred_idc
            {25, {50, 40, 60}},   // ref_idx
            {26, {50, 50, 50}},   // mvp
            {27, {50, 30, 70}},   // rqt_root_cbf
            {29, {50, 30, 60}},   // abs_mvd_greater
            {32, {50, 30, 60}},   // split_transform_flag
            {34, {50, 30, 70}},   // cbf_luma
            {38, {40, 20, 60}},   // cbf_cb, cbf_cr
            {40, {40, 20, 60}},   // transform_skip_flag
            {42, {50, 30, 70}},   // cu_qp_delta_abs
            {78, {50, 35, 65}},   // last_sig_coeff prefixes
            {82, {40, 30, 60}},   // coded_sub_block_flag
            {124, {35, 20, 60}},  // sig_coeff_flag
            {148, {40, 20, 60}},  // coeff_abs_level_greater1_flag
            {154, {40, 20, 60}},  // coeff_abs_level_greater2_flag
        };
        unsigned i = 0;
        while (context >= ranges[i].end) {
            ++i;
        }
        return ranges[i].percent[style_[i % 8]];
    }

    std::mt19937_64 random_;
    std::vector<std::uint8_t> noise_;
    unsigned style_[8] = {};
    BitWriter out_;
    ArithmeticEncoder arithmetic_{out_};
    std::span<const std::uint8_t> data_;
    unsigned last_ = nothing;  ///< context, or what ended an arithmetic code
    unsigned ones_ = 0;        ///< bypass bins that were 1 one after the other
};

}  // namespace svp::test
