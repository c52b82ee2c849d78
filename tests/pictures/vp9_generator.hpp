// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random VP9 streams: both headers of each frame with random choices, and random bits behind them as tiles.
 * Any bits decode to something, and what they decode to follows the probabilities in the header, so that
 * headers decide how much of each tool a stream has.
 *
 * Not every stream is legal: random vectors may be too long, a tile may end early, and coefficients may be
 * larger than transforms have to bear. Who uses one has to know that decoders agree about it.
 *
 * Reference: VP9 Bitstream Specification, sections 6.1 to 6.4.
 */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "bit_writer.hpp"
#include "vp8_generator.hpp"

namespace svp::test {

class Vp9Generator {
 public:
    /** Each stream has its size of pictures, and what it changes on the way. */
    explicit Vp9Generator(std::uint64_t seed) : random_(seed) {
        ten_bits_ = chance(30);
        wide_ = chance(25);
        resizes_ = !wide_ && chance(30);
        lossless_ = chance(12);
        parallel_ = chance(25);
        coarse_ = chance(25);
        width_ = wide_ ? 512 + below(800) : 1 + below(chance(50) ? 40 : 200);
        height_ = 1 + below(wide_ ? 130 : chance(50) ? 40 : 200);
    }

    unsigned width() const { return width_; }
    unsigned height() const { return height_; }

    std::vector<std::vector<std::uint8_t>> stream(unsigned count) {
        std::vector<std::vector<std::uint8_t>> frames;
        for (unsigned i = 0; i < count; ++i) {
            frames.push_back(superframe(i > 0 && chance(6) ? existing() : frame(i == 0 || chance(4))));
        }
        return frames;
    }

 private:
    using Bytes = std::vector<std::uint8_t>;
    static constexpr unsigned filter_margin = 10;

    struct Slot {
        unsigned width;
        unsigned height;
    };
    /** What the compressed header hangs on. */
    struct Frame {
        bool key = false;
        bool intra = false;
        bool resilient = false;
        bool lossless = false;
        bool switchable = false;
        bool precise = false;
        bool compound = false;  ///< references lie on both sides
        unsigned columns_log2 = 0;
        unsigned rows_log2 = 0;
    };

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool chance(unsigned percent) { return below(100) < percent; }

    /** Annex B, for one frame: else libvpx takes what its last tile leaves over for another one. */
    static Bytes superframe(Bytes frame) {
        const auto size = static_cast<std::uint32_t>(frame.size());
        frame.push_back(0xd8);
        for (unsigned i = 0; i < 4; ++i) {
            frame.push_back(static_cast<std::uint8_t>(size >> 8 * i));
        }
        frame.push_back(0xd8);
        return frame;
    }

    void marker(BitWriter& bits) const {
        bits.put(2, 2);
        bits.put(ten_bits_ ? 1 : 0, 2);  // the lower bit of the profile comes first
    }

    /** A picture from before is shown once more. */
    Bytes existing() {
        BitWriter bits;
        marker(bits);
        bits.flag(true);
        bits.put(below(8), 3);
        return bits.bytes();
    }

    Bytes frame(bool key) {
        Frame frame;
        BitWriter bits;
        frame.key = key;
        marker(bits);
        bits.flag(false);
        bits.flag(!key);
        const bool shown = chance(80);
        bits.flag(shown);
        frame.resilient = chance(12);
        bits.flag(frame.resilient);
        if (!key) {
            frame.intra = !shown && chance(40);
            if (!shown) {
                bits.flag(frame.intra);
            }
            if (!frame.resilient) {
                bits.put(chance(80) ? 0 : below(4), 2);
            }
        }
        frame.intra = frame.intra || key;
        unsigned refresh = 255;
        if (frame.intra) {
            refresh = intra_header(bits, key);
        } else {
            refresh = inter_header(bits, frame);
        }
        if (!frame.resilient) {
            bits.flag(chance(75));
            bits.flag(parallel_ || chance(15));
        }
        bits.put(below(4), 2);
        loop_filter(bits);
        frame.lossless = quantization(bits);
        segmentation(bits, frame);
        tile_info(bits, frame);
        const Bytes compressed = compressed_header(frame);
        bits.put(static_cast<std::uint32_t>(compressed.size()), 16);
        for (unsigned i = 0; i < slots_.size(); ++i) {
            slots_[i] = (refresh >> i & 1) != 0 ? Slot{width_, height_} : slots_[i];
        }
        Bytes data = bits.bytes();
        data.insert(data.end(), compressed.begin(), compressed.end());
        tiles(data, frame);
        last_ = {width_, height_};
        return data;
    }

    void frame_size(BitWriter& bits) {
        bits.put(width_ - 1, 16);
        bits.put(height_ - 1, 16);
    }
    void render_size(BitWriter& bits) {
        const bool other = chance(10);
        bits.flag(other);
        if (other) {
            bits.put(below(1u << 16), 16);
            bits.put(below(1u << 16), 16);
        }
    }

    /** Returns the slots that become this picture. */
    unsigned intra_header(BitWriter& bits, bool key) {
        bits.put(0x498342, 24);
        if (key || ten_bits_) {
            if (ten_bits_) {
                bits.flag(false);  // 10 bits, not 12
            }
            bits.put(1 + below(5), 3);
            bits.flag(chance(20));
        }
        const unsigned refresh = key ? 255 : below(256);
        if (!key) {
            bits.put(refresh, 8);
        }
        resize();
        frame_size(bits);
        render_size(bits);
        return refresh;
    }

    /** Another size, from which all references can be scaled. */
    void resize() {
        if (!resizes_ || !chance(35)) {
            return;
        }
        const unsigned width = 1 + below(200), height = 1 + below(200);
        const bool fits = std::ranges::all_of(slots_, [&](const Slot& slot) {
            return 2 * width >= slot.width && 2 * height >= slot.height && width <= 16 * slot.width &&
                   height <= 16 * slot.height;
        });
        if (fits || slots_[0].width == 0) {
            width_ = width;
            height_ = height;
        }
    }

    unsigned inter_header(BitWriter& bits, Frame& frame) {
        const unsigned refresh = chance(20) ? 0 : below(256);
        bits.put(refresh, 8);
        std::array<unsigned, 3> references{};
        unsigned sides = 0;
        for (unsigned i = 0; i < 3; ++i) {
            references[i] = below(8);
            bits.put(references[i], 3);
            const bool later = chance(40);
            bits.flag(later);
            sides += later ? 1 : 0;
        }
        frame.compound = !frame.resilient && (sides == 1 || sides == 2);
        resize();
        bool found = false;
        for (unsigned i = 0; i < 3 && !found; ++i) {
            const Slot& slot = slots_[references[i]];
            found = slot.width == width_ && slot.height == height_;
            bits.flag(found);
        }
        if (!found) {
            frame_size(bits);
        }
        render_size(bits);
        frame.precise = chance(60);
        bits.flag(frame.precise);
        frame.switchable = chance(50);
        bits.flag(frame.switchable);
        if (!frame.switchable) {
            bits.put(below(4), 2);
        }
        return refresh;
    }

    void loop_filter(BitWriter& bits) {
        bits.put(chance(20) ? 0 : filter_margin + below(64 - 2 * filter_margin), 6);
        bits.put(chance(50) ? 0 : below(8), 3);
        const bool deltas = chance(70);
        bits.flag(deltas);
        if (!deltas) {
            return;
        }
        const bool update = chance(60);
        bits.flag(update);
        for (unsigned i = 0; update && i < 6; ++i) {
            const bool changes = chance(50);
            bits.flag(changes);
            if (changes) {
                bits.put(below(64), 6);
                bits.flag(chance(50));
            }
        }
    }

    /** Returns whether the frame is lossless. */
    bool quantization(BitWriter& bits) {
        const bool lossless = lossless_ && chance(70);
        // Fine steps keep random coefficients within what transforms have to bear.
        const unsigned index = lossless ? 0 : 1 + below(coarse_ ? 30 : 12);
        bits.put(index, 8);
        for (unsigned i = 0; i < 3; ++i) {
            const bool delta = !lossless && chance(40);
            bits.flag(delta);
            if (delta) {
                bits.put(below(16), 4);
                bits.flag(chance(50));
            }
        }
        return lossless;
    }

    void probability(BitWriter& bits) {
        const bool coded = chance(80);
        bits.flag(coded);
        if (coded) {
            bits.put(1 + below(255), 8);
        }
    }

    void segmentation(BitWriter& bits, const Frame& frame) {
        const bool enabled = chance(50);
        bits.flag(enabled);
        if (!enabled) {
            return;
        }
        const bool starts =
            frame.intra || frame.resilient || width_ != last_.width || height_ != last_.height;
        const bool map = starts || chance(60);
        bits.flag(map);
        if (map) {
            for (unsigned i = 0; i < 7; ++i) {
                probability(bits);
            }
            const bool temporal = !starts && chance(60);
            bits.flag(temporal);
            for (unsigned i = 0; temporal && i < 3; ++i) {
                probability(bits);
            }
        }
        const bool data = starts || chance(50);
        bits.flag(data);
        if (!data) {
            return;
        }
        const bool absolute = chance(30);
        bits.flag(absolute);
        for (unsigned segment = 0; segment < 8; ++segment) {
            feature(bits, chance(50), coarse_ ? below(40) : below(8), 8, absolute);
            // Linux's driver does not keep the sum of a level and its change within 6 bits.
            feature(bits, chance(40), below(absolute ? 64 : filter_margin), 6, absolute);
            const bool reference = !frame.intra && chance(15);
            bits.flag(reference);
            if (reference) {
                bits.put(below(4), 2);
            }
            bits.flag(frame.intra && chance(10));  // skip; between pictures it must not meet small blocks
        }
    }
    void feature(BitWriter& bits, bool enabled, unsigned value, unsigned width, bool absolute) {
        bits.flag(enabled);
        if (enabled) {
            bits.put(value, width);
            bits.flag(!absolute && chance(50));
        }
    }

    void tile_info(BitWriter& bits, Frame& frame) {
        const unsigned blocks = (width_ + 63) / 64;
        unsigned most = 0;
        while (blocks >> (most + 1) >= 4) {
            ++most;
        }
        while (frame.columns_log2 < most) {
            const bool more = chance(70);
            bits.flag(more);
            if (!more) {
                break;
            }
            ++frame.columns_log2;
        }
        frame.rows_log2 = chance(60) ? 0 : 1 + below(2);
        bits.flag(frame.rows_log2 != 0);
        if (frame.rows_log2 != 0) {
            bits.flag(frame.rows_log2 == 2);
        }
    }

    /** Sections 6.3.3 to 6.3.6. */
    void difference(BoolEncoder& bits, unsigned percent) {
        const bool update = chance(percent);
        bits.put(update, 252);
        if (!update) {
            return;
        }
        const unsigned kind = below(4);
        for (unsigned i = 0; i < 3; ++i) {
            if (i == kind) {
                bits.flag(false);
                break;
            }
            bits.flag(true);
        }
        if (kind < 3) {
            bits.literal(below(kind < 2 ? 16 : 32), kind < 2 ? 4 : 5);
            return;
        }
        const unsigned value = below(127);
        bits.literal(value, 7);
        if (value >= 65) {
            bits.flag(chance(50));
        }
    }
    void differences(BoolEncoder& bits, unsigned count, unsigned percent) {
        for (unsigned i = 0; i < count; ++i) {
            difference(bits, percent);
        }
    }
    /** Probabilities of vectors; of classes those that keep vectors short. */
    void vector(BoolEncoder& bits, unsigned count, unsigned percent, unsigned least = 0) {
        for (unsigned i = 0; i < count; ++i) {
            const bool update = chance(percent);
            bits.put(update, 252);
            if (update) {
                bits.literal(least + below(128 - least), 7);
            }
        }
    }

    Bytes compressed_header(const Frame& frame) {
        BoolEncoder bits;
        const unsigned percent = chance(30) ? 40 : 8;
        bits.flag(false);
        unsigned tx_mode = 0;
        if (!frame.lossless) {
            tx_mode = chance(60) ? 4 : below(4);
            bits.literal(std::min(tx_mode, 3u), 2);
            if (tx_mode >= 3) {
                bits.flag(tx_mode == 4);
            }
            if (tx_mode == 4) {
                differences(bits, 2 + 4 + 6, percent);
            }
        }
        for (unsigned size = 0; size <= std::min(tx_mode, 3u); ++size) {
            const bool update = chance(60);
            bits.flag(update);
            for (unsigned group = 0; update && group < 4; ++group) {
                differences(bits, 3 * (3 + 5 * 6), percent);
            }
        }
        differences(bits, 3, percent);
        if (!frame.intra) {
            inter_probabilities(bits, frame, percent);
        }
        return bits.finish();
    }

    void inter_probabilities(BoolEncoder& bits, const Frame& frame, unsigned percent) {
        differences(bits, 7 * 3, percent);
        if (frame.switchable) {
            differences(bits, 4 * 2, percent);
        }
        differences(bits, 4, percent);
        unsigned mode = 0;
        if (frame.compound) {
            mode = below(3);
            bits.flag(mode != 0);
            if (mode != 0) {
                bits.flag(mode == 2);
            }
        }
        differences(bits, mode == 2 ? 5 : 0, percent);
        differences(bits, mode != 1 ? 5 * 2 : 0, percent);
        differences(bits, mode != 0 ? 5 : 0, percent);
        differences(bits, 4 * 9 + 16 * 3, percent);
        vector(bits, 3, percent);
        for (unsigned i = 0; i < 2; ++i) {
            vector(bits, 1, percent);
            vector(bits, 10, percent, 96);
            vector(bits, 1 + 10, percent);
        }
        for (unsigned i = 0; i < 2; ++i) {
            vector(bits, 2 * 3 + 3, percent);
        }
        for (unsigned i = 0; frame.precise && i < 2; ++i) {
            vector(bits, 2, percent);
        }
    }

    /** Random bits in each tile, enough for most. */
    void tiles(Bytes& data, const Frame& frame) {
        const unsigned columns = 1u << frame.columns_log2, rows = 1u << frame.rows_log2;
        const unsigned across = (width_ + 63) / 64, down = (height_ + 63) / 64;
        for (unsigned row = 0; row < rows; ++row) {
            for (unsigned column = 0; column < columns; ++column) {
                const unsigned wide =
                    ((column + 1) * across >> frame.columns_log2) - (column * across >> frame.columns_log2);
                const unsigned high = ((row + 1) * down >> frame.rows_log2) - (row * down >> frame.rows_log2);
                const unsigned size = 16 + std::min(wide * 64, width_) * std::min(high * 64, height_) * 3 / 2;
                if (row + 1 < rows || column + 1 < columns) {
                    for (unsigned i = 4; i-- > 0;) {
                        data.push_back(static_cast<std::uint8_t>(size >> 8 * i));
                    }
                }
                data.push_back(static_cast<std::uint8_t>(below(128)));  // the marker is 0
                for (unsigned i = 1; i < size; ++i) {
                    data.push_back(static_cast<std::uint8_t>(below(256)));
                }
            }
        }
    }

    std::mt19937_64 random_;
    bool ten_bits_ = false;
    bool wide_ = false;
    bool resizes_ = false;
    bool lossless_ = false;
    bool parallel_ = false;
    bool coarse_ = false;
    unsigned width_ = 0;
    unsigned height_ = 0;
    Slot last_{};
    std::array<Slot, 8> slots_{};
};

}  // namespace svp::test
