// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random legal MPEG-2 streams: an entropy encoder that makes random choices, with no picture in mind.
 *
 * It shares the tables of codes with the decoder and nothing else: what it predicts (DC, vectors) it keeps by
 * itself. Vectors stay inside of their references; coefficients stay small, so that no transform overflows.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "vpu/mpeg2/tables.hpp"

namespace svp::test {

class Mpeg2Generator {
 public:
    /** Frames of @p mb_width times @p mb_height macroblocks; @p interlaced allows fields and all that is
     * theirs. */
    Mpeg2Generator(unsigned mb_width, unsigned mb_height, bool interlaced, std::uint64_t seed)
        : random_(seed), mb_width_(mb_width), mb_height_(mb_height), interlaced_(interlaced) {}

    /** A whole stream of about @p count frames: I first, then P with B before them. */
    std::vector<std::uint8_t> stream(unsigned count) {
        bytes_.clear();
        sequence();
        frame(intra);
        for (unsigned made = 1; made < count;) {
            const bool with_b = below(2) == 0;
            frame(below(6) == 0 ? intra : predictive, !with_b);
            ++made;
            for (unsigned b = 0; with_b && b < 1 + below(2); ++b, ++made) {
                frame(bidirectional);
            }
        }
        start_code(0xb7);
        return bytes_;
    }

 private:
    enum Coding : unsigned { intra = 1, predictive = 2, bidirectional = 3 };
    enum Structure : unsigned { top = 1, bottom = 2, whole = 3 };
    struct Vector {
        int x = 0, y = 0;
    };
    using Type = int;

    std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
    bool chance(unsigned percent) { return below(100) < percent; }

    // Bits.

    void put(std::uint32_t value, unsigned count) {
        while (count-- != 0) {
            if (free_ == 0) {
                bytes_.push_back(0);
                free_ = 8;
            }
            --free_;
            bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (value >> count & 1) << free_);
        }
    }
    void start_code(std::uint8_t code) {
        free_ = 0;
        put(1, 24);
        put(code, 8);
    }
    /** The code of @p value in a table of so many bits. */
    template <std::size_t Size>
    void code(const std::array<vpu::mpeg2::Code, Size>& table, unsigned bits, int value) {
        for (std::uint32_t i = 0; i < Size; ++i) {
            if (table[i].length != 0 && table[i].value == value) {
                put(i >> (bits - table[i].length), table[i].length);
                return;
            }
        }
        std::abort();
    }

    // Headers.

    void sequence() {
        start_code(0xb3);
        put(16 * mb_width_, 12);
        put(16 * mb_height_, 12);
        put(1, 4);
        put(3, 4);
        put(10000, 18);
        put(1, 1);
        put(20, 10);
        put(0, 1);
        for (unsigned i = 0; i < 2; ++i) {
            const bool load = chance(40);
            put(load ? 1 : 0, 1);
            for (unsigned k = 0; load && k < 64; ++k) {
                put(i == 0 && k == 0 ? 8u : 8u + static_cast<std::uint32_t>(below(40)), 8);
            }
        }
        start_code(0xb5);
        put(1, 4);
        put(0x48, 8);
        put(interlaced_ ? 0 : 1, 1);
        put(1, 2);
        put(0, 2 + 2 + 12);
        put(1, 1);
        put(0, 8 + 1 + 2 + 5);
    }

    void frame(Coding coding, bool dual_prime_allowed = false) {
        dual_prime_allowed_ = dual_prime_allowed;
        const bool fields = interlaced_ && chance(40);
        if (!fields) {
            picture(coding, whole);
            started_ = true;
            return;
        }
        // The second field of an I frame may be predicted, but the one that it is of may be of the frame
        // before.
        const Structure first = chance(50) ? top : bottom;
        picture(coding, first);
        const bool refers = coding == intra && started_ && chance(50);
        picture(refers ? predictive : coding, first == top ? bottom : top);
        started_ = true;
    }

    void picture(Coding coding, Structure structure) {
        coding_ = coding;
        structure_ = structure;
        frame_pred_ = structure == whole && (!interlaced_ || chance(30));
        concealment_ = chance(20);
        precision_ = static_cast<unsigned>(below(4));
        q_scale_type_ = chance(50);
        intra_vlc_ = chance(50);
        alternate_ = chance(50);
        top_first_ = structure == whole && interlaced_ && chance(50);
        for (auto& direction : f_code_) {
            for (unsigned& code : direction) {
                code = 1 + static_cast<unsigned>(below(4));
            }
        }
        start_code(0x00);
        put(0, 10);
        put(coding, 3);
        put(0xffff, 16);
        if (coding != intra) {
            put(7, 4);  // full_pel_forward_vector, forward_f_code: what MPEG-2 wants there
        }
        if (coding == bidirectional) {
            put(7, 4);
        }
        put(0, 1);
        start_code(0xb5);
        put(8, 4);
        const bool forward = coding != intra || concealment_;
        for (unsigned s = 0; s < 2; ++s) {
            for (unsigned i = 0; i < 2; ++i) {
                put((s == 0 ? forward : coding == bidirectional) ? f_code_[s][i] : 15, 4);
            }
        }
        put(precision_, 2);
        put(structure, 2);
        put(top_first_ ? 1 : 0, 1);
        put(frame_pred_ ? 1 : 0, 1);
        put(concealment_ ? 1 : 0, 1);
        put(q_scale_type_ ? 1 : 0, 1);
        put(intra_vlc_ ? 1 : 0, 1);
        put(alternate_ ? 1 : 0, 1);
        put(0, 1);
        put(structure == whole && !interlaced_ ? 1 : 0, 1);
        put(structure == whole && !interlaced_ ? 1 : 0, 1);
        put(0, 1);
        const unsigned rows = structure == whole ? mb_height_ : mb_height_ / 2;
        for (row_ = 0; row_ < rows; ++row_) {
            unsigned begin = 0;
            while (begin < mb_width_) {
                const unsigned end =
                    chance(70) ? mb_width_ : begin + 1 + static_cast<unsigned>(below(mb_width_ - begin));
                slice(begin, end);
                begin = end;
            }
        }
    }

    // Slices.

    void slice(unsigned begin, unsigned end) {
        start_code(static_cast<std::uint8_t>(row_ + 1));
        put(1 + static_cast<std::uint32_t>(below(4)), 5);
        if (chance(20)) {
            put(1, 1);  // intra_slice_flag, intra_slice, reserved bits
            put(static_cast<std::uint32_t>(below(2)) << 7, 8);
            for (unsigned extra = 0; extra < below(3); ++extra) {
                put(0x100 | static_cast<std::uint32_t>(below(256)), 9);
            }
        }
        put(0, 1);
        reset_dc();
        reset_vectors();
        last_type_ = 0;
        unsigned previous = begin == 0 ? 0 : begin;  // the first increment counts from the left edge
        bool first = true;
        for (column_ = begin; column_ < end; ++column_) {
            const bool may_skip =
                !first && column_ + 1 < end && coding_ != intra &&
                (coding_ == predictive || (last_type_ & vpu::mpeg2::macroblock_type::intra) == 0);
            if (may_skip && chance(25)) {
                reset_dc();
                if (coding_ == predictive) {
                    reset_vectors();
                } else if (!skip_is_legal()) {
                    increment(first, previous, column_);
                    macroblock();
                }
                continue;
            }
            increment(first, previous, column_);
            macroblock();
        }
    }

    /** Vectors of a skipped macroblock are those that would be predicted: they must be inside, too. */
    bool skip_is_legal() const {
        namespace type = vpu::mpeg2::macroblock_type;
        const bool field = structure_ != whole;
        for (unsigned s = 0; s < 2; ++s) {
            if ((last_type_ & (s == 0 ? type::forward : type::backward)) != 0 &&
                !inside(predicted_[0][s], static_cast<int>(16 * row_), 16, field)) {
                return false;
            }
        }
        return true;
    }

    void increment(bool& first, unsigned& previous, unsigned column) {
        unsigned count = first ? column + 1 : column - previous;
        while (count > 33) {
            code(vpu::mpeg2::increments, vpu::mpeg2::increment_bits, vpu::mpeg2::increment_escape);
            count -= 33;
        }
        code(vpu::mpeg2::increments, vpu::mpeg2::increment_bits, static_cast<int>(count));
        first = false;
        previous = column;
    }

    Type random_type() {
        const auto& table = vpu::mpeg2::types[coding_ - 1];
        for (;;) {
            const vpu::mpeg2::Code& code = table[below(table.size())];
            // Rare ones have long codes; take them as often as others.
            if (code.length != 0 && below(40) < 1u << code.length) {
                return code.value;
            }
        }
    }

    void macroblock() {
        namespace type = vpu::mpeg2::macroblock_type;
        const Type mb = random_type();
        const bool is_intra = (mb & type::intra) != 0;
        const bool field_picture = structure_ != whole;
        code(vpu::mpeg2::types[coding_ - 1], vpu::mpeg2::type_bits, mb);
        unsigned motion_type = field_picture ? 1 : 2;
        if ((mb & (type::forward | type::backward)) != 0 && (field_picture || !frame_pred_)) {
            motion_type = 1 + static_cast<unsigned>(below(dual_prime_possible() ? 3 : 2));
            put(motion_type, 2);
        }
        bool field_dct = false;
        if (!field_picture && !frame_pred_ && (mb & (type::intra | type::pattern)) != 0) {
            field_dct = chance(50);
            put(field_dct ? 1 : 0, 1);
        }
        if ((mb & type::quant) != 0) {
            put(1 + static_cast<std::uint32_t>(below(4)), 5);
        }
        if ((mb & type::forward) != 0 || (is_intra && concealment_)) {
            vectors(0, motion_type, is_intra);
        }
        if ((mb & type::backward) != 0) {
            vectors(1, motion_type, false);
        }
        if (is_intra && concealment_) {
            put(1, 1);
        }
        if ((is_intra && !concealment_) ||
            (coding_ == predictive && !is_intra && (mb & type::forward) == 0)) {
            reset_vectors();
        }
        if (!is_intra) {
            reset_dc();
        }
        unsigned pattern = is_intra ? 63 : 0;
        if ((mb & type::pattern) != 0) {
            pattern = 1 + static_cast<unsigned>(below(63));
            code(vpu::mpeg2::patterns, vpu::mpeg2::pattern_bits, static_cast<int>(pattern));
        }
        for (unsigned i = 0; i < 6; ++i) {
            if ((pattern >> (5 - i) & 1) != 0) {
                block(is_intra, i < 4 ? 0 : i - 3);
            }
        }
        last_type_ = mb;
    }

    // Vectors.

    /** Away from edges, where a small vector and all that is derived from it lie inside. */
    bool dual_prime_possible() const {
        const unsigned rows = structure_ == whole ? mb_height_ : mb_height_ / 2;
        return coding_ == predictive && dual_prime_allowed_ && column_ > 0 && column_ + 1 < mb_width_ &&
               row_ > 0 && row_ + 1 < rows;
    }

    void reset_vectors() { predicted_ = {}; }

    /** True if a block of @p lines lines, 16 samples wide, at line @p y lies inside of the reference after it
     * has moved by @p vector; lines count in fields if @p field. */
    bool inside(const Vector& vector, int y, int lines, bool field) const {
        const int height = static_cast<int>(16 * mb_height_) / (field ? 2 : 1),
                  width = static_cast<int>(16 * mb_width_);
        const int from_x = 2 * static_cast<int>(16 * column_) + vector.x, from_y = 2 * y + vector.y;
        return from_x >= 0 && from_y >= 0 && from_x + 32 <= 2 * width && from_y + 2 * lines <= 2 * height;
    }

    void vectors(unsigned s, unsigned motion_type, bool concealment) {
        const bool field_picture = structure_ != whole;
        // Frame pictures: 1 field, 2 frame, 3 dual prime; field pictures: 1 field, 2 halves, 3 dual prime.
        const bool two = field_picture ? motion_type == 2 && !concealment : motion_type == 1;
        const bool by_fields = field_picture || motion_type != 2;
        const bool selects = by_fields && motion_type != 3;
        const bool dual = motion_type == 3;
        const int lines = field_picture ? (two ? 8 : 16) : by_fields ? 8 : 16;
        for (unsigned r = 0; r < (two ? 2u : 1u); ++r) {
            if (selects) {
                put(static_cast<std::uint32_t>(below(2)), 1);
            }
            const int y = field_picture ? static_cast<int>(16 * row_ + (two ? 8 * r : 0))
                                        : static_cast<int>(by_fields ? 8 * row_ : 16 * row_);
            Vector& predicted = predicted_[r][s];
            const bool halved = !field_picture && by_fields;
            const Vector from{predicted.x, halved ? predicted.y >> 1 : predicted.y};
            Vector vector, difference;
            unsigned tries = 0;
            do {
                vector = chance(20)
                             ? from
                             : Vector{random_component(f_code_[s][0]), random_component(f_code_[s][1])};
                difference = {static_cast<int>(below(3)) - 1, static_cast<int>(below(3)) - 1};
                if (++tries > 1000) {
                    vector = from;  // which is legal, and so is no difference where it is zero
                    difference = {};
                    break;
                }
            } while (!inside(vector, y, lines, by_fields) ||
                     (dual && !derived_inside(vector, difference, y, lines)));
            component(f_code_[s][0], vector.x - from.x);
            if (dual) {
                small(difference.x);
            }
            component(f_code_[s][1], vector.y - from.y);
            if (dual) {
                small(difference.y);
            }
            predicted = {vector.x, halved ? vector.y * 2 : vector.y};
        }
        if (!two) {
            predicted_[1][s] = predicted_[0][s];
        }
    }

    /** Vectors that dual prime derives for the fields of the other parity (section 7.6.3.6). */
    bool derived_inside(const Vector& vector, const Vector& difference, int y, int lines) const {
        const auto derived = [&](int distance, int shift) {
            const auto half = [](int value) { return (value + (value > 0 ? 1 : 0)) >> 1; };
            return Vector{half(distance * vector.x) + difference.x,
                          half(distance * vector.y) + difference.y + shift};
        };
        if (structure_ != whole) {
            return inside(derived(1, structure_ == top ? -1 : 1), y, lines, true);
        }
        return inside(derived(top_first_ ? 1 : 3, -1), y, lines, true) &&
               inside(derived(top_first_ ? 3 : 1, 1), y, lines, true);
    }

    int random_component(unsigned f_code) {
        const int limit = chance(50) ? 4 : 16 << (f_code - 1);
        return static_cast<int>(below(static_cast<std::uint64_t>(2 * limit))) - limit;
    }

    void component(unsigned f_code, int difference) {
        const int factor = 1 << (f_code - 1);
        if (difference < -16 * factor) {
            difference += 32 * factor;
        } else if (difference >= 16 * factor) {
            difference -= 32 * factor;
        }
        if (difference == 0) {
            code(vpu::mpeg2::motions, vpu::mpeg2::motion_bits, 0);
            return;
        }
        const int size = std::abs(difference) - 1;
        code(vpu::mpeg2::motions, vpu::mpeg2::motion_bits, size / factor + 1);
        put(difference < 0 ? 1 : 0, 1);
        put(static_cast<std::uint32_t>(size % factor), f_code - 1);
    }

    void small(int value) { put(value == 0 ? 0u : value > 0 ? 2u : 3u, value == 0 ? 1 : 2); }

    // Blocks.

    void reset_dc() { dc_.fill(1 << (7 + precision_)); }

    void block(bool is_intra, unsigned component) {
        unsigned position = 0;
        if (is_intra) {
            const int range = 1 << (8 + precision_);
            const int wanted = range / 8 + static_cast<int>(below(static_cast<std::uint64_t>(range * 3 / 4)));
            const int value = chance(60)
                                  ? std::clamp(dc_[component] + static_cast<int>(below(9)) - 4, 1, range - 2)
                                  : wanted;
            const int difference = value - dc_[component];
            dc_[component] = value;
            unsigned size = 0;
            while (std::abs(difference) >= 1 << size) {
                ++size;
            }
            code(vpu::mpeg2::dc_sizes[component == 0 ? 0 : 1], vpu::mpeg2::dc_bits, static_cast<int>(size));
            if (size != 0) {
                put(static_cast<std::uint32_t>(difference > 0 ? difference : difference + (1 << size) - 1),
                    size);
            }
            position = 1;
        }
        const unsigned table = is_intra && intra_vlc_ ? 1 : 0;
        unsigned left = static_cast<unsigned>(below(6)) + (is_intra ? 0 : 1);
        bool first = !is_intra;
        while (left-- != 0 && position < 64) {
            const unsigned run =
                chance(60) ? static_cast<unsigned>(below(3)) : static_cast<unsigned>(below(64));
            if (position + run >= 64) {
                if (first) {
                    left = 1;
                    continue;
                }
                break;
            }
            coefficient(table, run, 1 + static_cast<unsigned>(chance(80) ? below(3) : below(8)), first);
            first = false;
            position += run + 1;
        }
        put(table == 1 ? 6 : 2, table == 1 ? 4 : 2);
    }

    /** First index of each coefficient's code in the decoder's table, by table, run and level; 0: there is
     * none. */
    using Codes = std::array<std::array<std::array<std::uint16_t, 64>, 64>, 2>;
    static const Codes& codes_of() {
        static const Codes codes = [] {
            Codes found{};
            for (unsigned table = 0; table < 2; ++table) {
                const auto& entries = vpu::mpeg2::coefficients[table];
                for (std::size_t i = entries.size(); i-- > 1;) {
                    if (entries[i].length != 0 && entries[i].run < 64 && entries[i].level < 64) {
                        found[table][entries[i].run][entries[i].level] = static_cast<std::uint16_t>(i);
                    }
                }
            }
            return found;
        }();
        return codes;
    }

    void coefficient(unsigned table, unsigned run, unsigned level, bool first) {
        const bool negative = chance(50);
        if (first && run == 0 && level == 1) {
            put(1, 1);
            put(negative ? 1 : 0, 1);
            return;
        }
        const std::uint16_t known = run < 64 && level < 64 ? codes_of()[table][run][level] : 0;
        if (known != 0) {
            const unsigned length = vpu::mpeg2::coefficients[table][known].length;
            put(known >> (vpu::mpeg2::coefficient_bits - length), length);
            put(negative ? 1 : 0, 1);
            return;
        }
        put(1, 6);
        put(run, 6);
        put(negative ? 4096 - level : level, 12);
    }

    std::mt19937_64 random_;
    unsigned mb_width_;
    unsigned mb_height_;
    bool interlaced_;
    std::vector<std::uint8_t> bytes_;
    unsigned free_ = 0;  ///< bits of the last byte that are not taken

    Coding coding_ = intra;
    Structure structure_ = whole;
    bool started_ = false;  ///< there is a frame to be predicted from
    bool dual_prime_allowed_ = false;
    bool frame_pred_ = false;
    bool concealment_ = false;
    bool q_scale_type_ = false;
    bool intra_vlc_ = false;
    bool alternate_ = false;
    bool top_first_ = false;
    unsigned precision_ = 0;
    unsigned f_code_[2][2] = {};
    unsigned row_ = 0;
    unsigned column_ = 0;
    Type last_type_ = 0;
    std::array<std::array<Vector, 2>, 2> predicted_{};
    std::array<int, 3> dc_{};
};

}  // namespace svp::test
