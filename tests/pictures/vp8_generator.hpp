// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random legal VP8 streams: frame headers with random choices, written by a boolean encoder, and random bits
 * behind them. Any bits decode to something, and what they decode to follows the probabilities in the header,
 * so that headers decide how much of each tool a stream has.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "../../firmware/guest/play/vp8_tables.hpp"

namespace svp::test {

/** RFC 6386, section 7.3, the encoder's side. */
class BoolEncoder {
 public:
    void put(bool bit, unsigned probability) {
        const std::uint32_t split = 1 + ((range_ - 1) * probability >> 8);
        if (bit) {
            bottom_ += split;
            range_ -= split;
        } else {
            range_ = split;
        }
        while (range_ < 128) {
            range_ <<= 1;
            if ((bottom_ & 1u << 31) != 0) {
                carry();
            }
            bottom_ <<= 1;
            if (--free_ == 0) {
                bytes_.push_back(static_cast<std::uint8_t>(bottom_ >> 24));
                bottom_ &= (1u << 24) - 1;
                free_ = 8;
            }
        }
    }
    void flag(bool bit) { put(bit, 128); }
    void literal(unsigned value, unsigned bits) {
        while (bits-- != 0) {
            flag((value >> bits & 1) != 0);
        }
    }
    void signed_literal(int value, unsigned bits) {
        literal(static_cast<unsigned>(value < 0 ? -value : value), bits);
        flag(value < 0);
    }
    std::vector<std::uint8_t> finish() {
        for (unsigned i = 0; i < 32; ++i) {
            flag(false);
        }
        return bytes_;
    }

 private:
    void carry() {
        auto byte = bytes_.end();
        while (byte != bytes_.begin() && *--byte == 255) {
            *byte = 0;
        }
        if (byte != bytes_.end()) {
            ++*byte;
        }
    }

    std::vector<std::uint8_t> bytes_;
    std::uint32_t range_ = 255;
    std::uint32_t bottom_ = 0;
    int free_ = 24;
};

class Vp8Generator {
 public:
    /** A stream of pictures of @p width times @p height pixels, in version @p version (0 to 3) of the format.
     */
    Vp8Generator(unsigned width, unsigned height, unsigned version, std::uint64_t seed)
        : width_(width), height_(height), version_(version), state_(seed) {}

    std::vector<std::uint8_t> frame(bool key) {
        const unsigned macroblocks = (width_ + 15) / 16 * ((height_ + 15) / 16);
        const unsigned log2_partitions = below(4);
        BoolEncoder bits;
        if (key) {
            bits.literal(0, 2);
        }
        segmentation(bits, key);
        filter(bits);
        bits.literal(log2_partitions, 2);
        bits.literal(below(5) == 0 ? below(128) : below(40), 7);
        for (unsigned i = 0; i < 5; ++i) {
            optional_signed(bits, 4);
        }
        references(bits, key);
        probabilities(bits, key);
        for (unsigned i = 0; i < 40 * macroblocks + 64; ++i) {
            bits.literal(below(256), 8);
        }
        return assemble(key, bits.finish(), macroblocks, 1u << log2_partitions);
    }

    /** A stream as an IVF file, for another decoder; @p codec: VP'8' or VP'9'. */
    static std::vector<std::uint8_t> ivf(unsigned width, unsigned height,
                                         const std::vector<std::vector<std::uint8_t>>& frames,
                                         char codec = '8') {
        std::vector<std::uint8_t> file{
            'D', 'K', 'I', 'F', 0, 0, 32, 0, 'V', 'P', static_cast<std::uint8_t>(codec), '0'};
        const auto put = [&file](std::uint64_t value, unsigned bytes) {
            for (unsigned i = 0; i < bytes; ++i) {
                file.push_back(static_cast<std::uint8_t>(value >> 8 * i));
            }
        };
        put(width, 2);
        put(height, 2);
        put(30, 4);
        put(1, 4);
        put(frames.size(), 8);
        for (std::size_t i = 0; i < frames.size(); ++i) {
            put(frames[i].size(), 4);
            put(i, 8);
            file.insert(file.end(), frames[i].begin(), frames[i].end());
        }
        return file;
    }

    unsigned below(unsigned limit) {
        std::uint64_t value = state_ += 0x9e3779b97f4a7c15;
        value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
        value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
        return static_cast<unsigned>((value ^ (value >> 31)) >> 33) % limit;
    }

 private:
    bool one_in(unsigned count) { return below(count) == 0; }
    int between(int first, int last) {
        return first + static_cast<int>(below(static_cast<unsigned>(last - first + 1)));
    }

    void optional_signed(BoolEncoder& bits, unsigned width) {
        const bool present = one_in(2);
        bits.flag(present);
        if (present) {
            const int limit = (1 << width) - 1;
            bits.signed_literal(between(-limit, limit), width);
        }
    }

    void segmentation(BoolEncoder& bits, bool key) {
        const bool enabled = one_in(2);
        bits.flag(enabled);
        if (!enabled) {
            return;
        }
        const bool map = key || one_in(2);
        bits.flag(map);
        const bool data = key || one_in(2);
        bits.flag(data);
        if (data) {
            const bool absolute = one_in(2);
            bits.flag(absolute);
            for (const unsigned width : {7u, 6u}) {
                for (unsigned i = 0; i < 4; ++i) {
                    const bool present = !one_in(4);
                    bits.flag(present);
                    if (present) {
                        const int limit = (1 << width) - 1;
                        bits.signed_literal(absolute ? between(0, limit) : between(-limit / 4, limit / 4),
                                            width);
                    }
                }
            }
        }
        for (unsigned i = 0; map && i < 3; ++i) {
            const bool present = !one_in(4);
            bits.flag(present);
            if (present) {
                bits.literal(below(256), 8);
            }
        }
    }

    void filter(BoolEncoder& bits) {
        bits.flag(one_in(2));
        bits.literal(one_in(4) ? 0 : below(64), 6);
        bits.literal(one_in(2) ? 0 : below(8), 3);
        const bool adjust = !one_in(3);
        bits.flag(adjust);
        if (adjust) {
            const bool update = !one_in(3);
            bits.flag(update);
            for (unsigned i = 0; update && i < 8; ++i) {
                const bool present = one_in(2);
                bits.flag(present);
                if (present) {
                    bits.signed_literal(between(-63, 63), 6);
                }
            }
        }
    }

    void references(BoolEncoder& bits, bool key) {
        if (key) {
            bits.flag(!one_in(4));
            return;
        }
        const bool golden = one_in(3), altref = one_in(3);
        bits.flag(golden);
        bits.flag(altref);
        if (!golden) {
            bits.literal(below(3), 2);
        }
        if (!altref) {
            bits.literal(below(3), 2);
        }
        bits.flag(one_in(2));
        bits.flag(one_in(2));
        bits.flag(!one_in(4));
        bits.flag(!one_in(5));
    }

    void probabilities(BoolEncoder& bits, bool key) {
        const unsigned rarity = one_in(2) ? 2000 : 40;
        for (const auto& type : play::coefficient_update_probabilities) {
            for (const auto& band : type) {
                for (const auto& context : band) {
                    for (const std::uint8_t probability : context) {
                        const bool update = one_in(rarity);
                        bits.put(update, probability);
                        if (update) {
                            bits.literal(below(256), 8);
                        }
                    }
                }
            }
        }
        const bool skip = !one_in(4);
        bits.flag(skip);
        if (skip) {
            bits.literal(below(256), 8);
        }
        if (key) {
            return;
        }
        bits.literal(below(160), 8);  // more macroblocks are inter than intra
        bits.literal(below(256), 8);
        bits.literal(below(256), 8);
        for (const unsigned count : {4u, 3u}) {
            const bool update = one_in(3);
            bits.flag(update);
            for (unsigned i = 0; update && i < count; ++i) {
                bits.literal(below(256), 8);
            }
        }
        for (const auto& component : play::vector_update_probabilities) {
            for (const std::uint8_t probability : component) {
                const bool update = one_in(12);
                bits.put(update, probability);
                if (update) {
                    bits.literal(below(128), 7);
                }
            }
        }
    }

    std::vector<std::uint8_t> assemble(bool key, const std::vector<std::uint8_t>& first, unsigned macroblocks,
                                       unsigned partitions) {
        const bool show = key || !one_in(6);
        const auto size = static_cast<std::uint32_t>(first.size());
        const std::uint32_t tag = (key ? 0 : 1) | version_ << 1 | (show ? 1u << 4 : 0) | size << 5;
        std::vector<std::uint8_t> data{static_cast<std::uint8_t>(tag), static_cast<std::uint8_t>(tag >> 8),
                                       static_cast<std::uint8_t>(tag >> 16)};
        if (key) {
            data.insert(
                data.end(),
                {0x9d, 0x01, 0x2a, static_cast<std::uint8_t>(width_), static_cast<std::uint8_t>(width_ >> 8),
                 static_cast<std::uint8_t>(height_), static_cast<std::uint8_t>(height_ >> 8)});
        }
        data.insert(data.end(), first.begin(), first.end());
        // Enough for the longest tokens in each partition.
        const unsigned length = 600 * (macroblocks / partitions + (width_ + 15) / 16) + below(16);
        for (unsigned i = 0; i + 1 < partitions; ++i) {
            data.insert(data.end(),
                        {static_cast<std::uint8_t>(length), static_cast<std::uint8_t>(length >> 8),
                         static_cast<std::uint8_t>(length >> 16)});
        }
        for (unsigned i = 0; i < partitions * length; ++i) {
            data.push_back(static_cast<std::uint8_t>(below(256)));
        }
        return data;
    }

    unsigned width_;
    unsigned height_;
    unsigned version_;
    std::uint64_t state_;
};

}  // namespace svp::test
