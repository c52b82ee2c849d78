// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Choices in place of a bitstream: what readers in `chosen` answer, and the tape of it, from which the stream
 * is written.
 *
 * The parts of the H.264 engine that read slice data are compiled with these readers for the generator of
 * random streams. They ask for bins and bits as ever; each answer is drawn by chance and kept. A macroblock
 * that turns out to be impossible is forgotten, and others are tried: the tape up to there is played again.
 * If engine and standard differ in what an element means, or in its context, then so do the pictures of the
 * engine and of another decoder that gets the stream.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

namespace svp::test {

class Choices {
 public:
    /** Events of the tape beside bins of contexts, which are 0 to 1023. */
    enum Event : std::uint16_t { bypass = 1024, terminate, raw, bit };

    struct Entry {
        std::uint16_t event;
        std::uint16_t value;  ///< bin, bit, or place of raw bytes in noise()
    };

    static Choices& instance() {
        static Choices only;
        return only;
    }

    void seed(std::uint64_t number) {
        random_.seed(number);
        noise_.resize(noise_size);
        for (std::uint8_t& byte : noise_) {
            byte = static_cast<std::uint8_t>(random_());
        }
    }
    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }

    /** Begins a slice whose header ends behind @p header_bits bits. */
    void begin_slice(std::size_t header_bits, bool arithmetic, std::size_t raw_bytes) {
        tape.clear();
        header_bits_ = header_bits;
        cabac = arithmetic;
        pcm_bytes = raw_bytes;
        for (unsigned& style : style_) {
            style = static_cast<unsigned>(below(3));
        }
        rewind(0);
    }
    /** Plays the first @p count entries again, and draws what comes behind them. */
    void rewind(std::size_t count) {
        tape.resize(count);
        fixed = count;
        position = 0;
        next_context_ = 0;
        last_context_ = 0;
        ones_ = 0;
    }

    // Answers for the arithmetic decoder.

    /** Contexts are set up in their order. */
    std::uint16_t number_context() { return static_cast<std::uint16_t>(next_context_++ % context_count); }

    unsigned bin(std::uint16_t context) {
        ones_ = 0;
        last_context_ = context;
        return answer(context, [&] { return chance(percent_of_ones(context)) ? 1u : 0u; });
    }
    unsigned bypass_bin() {
        // No number gets too large for the picture, or for what decoders keep coefficients in.
        const unsigned value =
            answer(bypass, [&] { return ones_ < 4 ? static_cast<unsigned>(below(2)) : 0u; });
        ones_ = value != 0 ? ones_ + 1 : 0;
        return value;
    }
    bool terminate_bin() {
        const bool in_type =
            last_context_ == 17 || last_context_ == 32 || (last_context_ >= 3 && last_context_ <= 5);
        const unsigned value = answer(terminate, [&] {
            return in_type ? (chance(3) ? 1u : 0u) : last_macroblock ? 1u : 0u;
        });
        last_context_ = 0;
        return value != 0;
    }
    /** Place of raw samples in noise(). */
    std::size_t raw_place() {
        return answer(raw, [&] { return static_cast<unsigned>(below(noise_size - 2 * pcm_bytes)); });
    }

    // Answers for the reader of plain bits.

    std::uint32_t peek() {
        while (tape.size() < position + 32) {
            tape.push_back({bit, static_cast<std::uint16_t>(below(2))});
        }
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < 32; ++i) {
            value = value << 1 | tape[position + i].value;
        }
        return value;
    }
    void put(std::uint32_t value, unsigned count) {
        while (count-- != 0) {
            const Entry entry{bit, static_cast<std::uint16_t>(value >> count & 1)};
            if (position < tape.size()) {
                tape[position] = entry;
            } else {
                tape.push_back(entry);
            }
            ++position;
        }
    }
    /** A number for an Exp-Golomb code that is not on the tape yet. */
    std::uint32_t number() {
        const std::uint64_t kind = below(100);
        if (kind < 60) {
            std::uint32_t value = 0;
            while (value < 12 && below(2) == 0) {
                ++value;
            }
            return value;
        }
        return static_cast<std::uint32_t>(kind < 80 ? below(8) : kind < 99 ? below(50) : below(400));
    }
    void align() {
        while ((header_bits_ + position) % 8 != 0) {
            put(0, 1);
        }
    }
    /** Raw samples of a macroblock begin here: where they are in noise(). */
    std::size_t raw_place_of_bits() const { return position * 7919 % (noise_size - 2 * pcm_bytes); }

    std::span<const std::uint8_t> noise() const { return noise_; }

    std::vector<Entry> tape;
    std::size_t position = 0;
    std::size_t fixed = 0;  ///< entries that are played again
    bool last_macroblock = false;
    bool too_large = false;  ///< coefficients of the macroblock are
    bool cabac = false;
    std::size_t pcm_bytes = 384;

 private:
    static constexpr std::size_t noise_size = 1u << 15;
    static constexpr unsigned context_count = 460;

    template <typename Draw>
    unsigned answer(std::uint16_t event, Draw draw) {
        if (position == tape.size()) {
            tape.push_back({event, static_cast<std::uint16_t>(draw())});
        }
        return tape[position++].value;
    }

    /** How often a bin is 1, by its syntax element (table 9-34). */
    unsigned percent_of_ones(unsigned context) const {
        struct Range {
            unsigned end;
            unsigned percent[3];  ///< by style
        };
        static constexpr Range ranges[] = {
            {11, {50, 30, 70}},   // mb_type of I
            {14, {20, 40, 60}},   // mb_skip_flag of P
            {15, {15, 30, 5}},    // mb_type of P: intra
            {21, {50, 50, 50}},   //
            {24, {40, 50, 30}},   // sub_mb_type of P
            {27, {20, 40, 60}},   // mb_skip_flag of B
            {36, {70, 60, 80}},   // mb_type of B
            {40, {60, 50, 70}},   // sub_mb_type of B
            {54, {60, 50, 70}},   // mvd
            {60, {40, 50, 60}},   // ref_idx
            {61, {15, 5, 30}},    // mb_qp_delta
            {62, {30, 10, 30}},   //
            {64, {40, 40, 50}},   //
            {68, {50, 50, 50}},   // intra_chroma_pred_mode
            {69, {30, 50, 10}},   // prev_intra4x4_pred_mode_flag
            {73, {50, 50, 50}},   // rem_intra4x4_pred_mode, mb_field_decoding_flag
            {85, {50, 35, 60}},   // coded_block_pattern
            {105, {50, 40, 60}},  // coded_block_flag
            {166, {25, 15, 40}},  // significant_coeff_flag
            {227, {25, 40, 15}},  // last_significant_coeff_flag
            {277, {40, 30, 50}},  // coeff_abs_level_minus1
            {338, {25, 15, 40}},  // the same of fields
            {399, {25, 40, 15}},  //
            {402, {50, 50, 50}},  // transform_size_8x8_flag
            {417, {10, 6, 20}},   // significant_coeff_flag of 8x8 blocks
            {426, {15, 20, 8}},   //
            {436, {40, 30, 50}},  //
            {451, {10, 6, 20}},   //
            {460, {15, 20, 8}},
        };
        unsigned i = 0;
        while (context >= ranges[i].end) {
            ++i;
        }
        return ranges[i].percent[style_[i % 8]];
    }

    std::mt19937_64 random_;
    std::vector<std::uint8_t> noise_;
    std::size_t header_bits_ = 0;
    unsigned style_[8] = {};
    unsigned next_context_ = 0;
    unsigned last_context_ = 0;
    unsigned ones_ = 0;
};

}  // namespace svp::test
