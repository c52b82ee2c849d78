// SPDX-License-Identifier: GPL-2.0-or-later
#include "vp9_compressed_header.hpp"

#include "bool_reader.hpp"

namespace svp::play {

namespace {

constexpr unsigned update_probability = 252;

/** Section 6.3.5, inv_map_table: every thirteenth number from 7 on comes first, then the others. */
std::uint8_t mapped(unsigned delta) {
    constexpr unsigned coarse = 20, step = 13, first = 7, last = 253;
    if (delta < coarse) {
        return static_cast<std::uint8_t>(first + step * delta);
    }
    // Numbers from 1 on without the coarse ones.
    const unsigned fine = delta - coarse;
    const unsigned number = fine + 1 + (fine + first - 1) / (step - 1);
    return static_cast<std::uint8_t>(number < last ? number : last);
}

class HeaderReader {
 public:
    explicit HeaderReader(std::span<const std::uint8_t> data) : bits_(data) {}

    BoolReader& bits() { return bits_; }

    /** Sections 6.3.3 and 6.3.4: 0 if nothing changes. */
    void difference(std::uint8_t& value) {
        if (!bits_.decision(update_probability)) {
            return;
        }
        unsigned delta = 0;
        if (!bits_.flag()) {
            delta = bits_.literal(4);
        } else if (!bits_.flag()) {
            delta = bits_.literal(4) + 16;
        } else if (!bits_.flag()) {
            delta = bits_.literal(5) + 32;
        } else {
            const unsigned number = bits_.literal(7);
            delta = number < 65 ? number + 64 : 2 * number - 1 + (bits_.flag() ? 1u : 0u);
        }
        value = mapped(delta);
    }
    template <typename T, std::size_t count>
    void difference(T (&values)[count]) {
        for (T& value : values) {
            difference(value);
        }
    }

    /** Section 6.3.17, for probabilities of vectors: the new one. */
    void vector(std::uint8_t& value) {
        if (bits_.decision(update_probability)) {
            value = static_cast<std::uint8_t>(bits_.literal(7) << 1 | 1);
        }
    }
    template <typename T, std::size_t count>
    void vector(T (&values)[count]) {
        for (T& value : values) {
            vector(value);
        }
    }

 private:
    BoolReader bits_;
};

void tx_mode(HeaderReader& reader, bool lossless, v4l2_ctrl_vp9_compressed_hdr& header) {
    header.tx_mode = V4L2_VP9_TX_MODE_ONLY_4X4;
    if (lossless) {
        return;
    }
    header.tx_mode = static_cast<std::uint8_t>(reader.bits().literal(2));
    if (header.tx_mode == V4L2_VP9_TX_MODE_ALLOW_32X32) {
        header.tx_mode = static_cast<std::uint8_t>(header.tx_mode + reader.bits().literal(1));
    }
    if (header.tx_mode == V4L2_VP9_TX_MODE_SELECT) {
        reader.difference(header.tx8);
        reader.difference(header.tx16);
        reader.difference(header.tx32);
    }
}

void coefficients(HeaderReader& reader, v4l2_ctrl_vp9_compressed_hdr& header) {
    constexpr unsigned largest[] = {0, 1, 2, 3, 3};
    for (unsigned size = 0; size <= largest[header.tx_mode]; ++size) {
        if (!reader.bits().flag()) {
            continue;
        }
        for (auto& plane : header.coef[size]) {
            for (auto& inter : plane) {
                for (unsigned band = 0; band < 6; ++band) {
                    for (unsigned context = 0; context < (band == 0 ? 3u : 6u); ++context) {
                        reader.difference(inter[band][context]);
                    }
                }
            }
        }
    }
}

/** Section 6.3.12; two references only if not all lie on the same side in time. */
std::uint8_t reference_mode(HeaderReader& reader, const v4l2_ctrl_vp9_frame& frame) {
    constexpr unsigned all = V4L2_VP9_SIGN_BIAS_LAST | V4L2_VP9_SIGN_BIAS_GOLDEN | V4L2_VP9_SIGN_BIAS_ALT;
    const unsigned sides = frame.ref_frame_sign_bias & all;
    if (sides == 0 || sides == all || !reader.bits().flag()) {
        return V4L2_VP9_REFERENCE_MODE_SINGLE_REFERENCE;
    }
    return reader.bits().flag() ? V4L2_VP9_REFERENCE_MODE_SELECT : V4L2_VP9_REFERENCE_MODE_COMPOUND_REFERENCE;
}

void vectors(HeaderReader& reader, bool high_precision, v4l2_vp9_mv_probs& probabilities) {
    reader.vector(probabilities.joint);
    for (unsigned i = 0; i < 2; ++i) {
        reader.vector(probabilities.sign[i]);
        reader.vector(probabilities.classes[i]);
        reader.vector(probabilities.class0_bit[i]);
        reader.vector(probabilities.bits[i]);
    }
    for (unsigned i = 0; i < 2; ++i) {
        reader.vector(probabilities.class0_fr[i]);
        reader.vector(probabilities.fr[i]);
    }
    for (unsigned i = 0; high_precision && i < 2; ++i) {
        reader.vector(probabilities.class0_hp[i]);
        reader.vector(probabilities.hp[i]);
    }
}

}  // namespace

bool vp9_compressed_header(std::span<const std::uint8_t> data, v4l2_ctrl_vp9_frame& frame,
                           v4l2_ctrl_vp9_compressed_hdr& header) {
    HeaderReader reader(data);
    if (reader.bits().flag()) {
        return false;  // the marker is 0
    }
    header = {};
    tx_mode(reader, vp9_lossless(frame.quant), header);
    coefficients(reader, header);
    reader.difference(header.skip);
    constexpr std::uint32_t intra = V4L2_VP9_FRAME_FLAG_KEY_FRAME | V4L2_VP9_FRAME_FLAG_INTRA_ONLY;
    if ((frame.flags & intra) == 0) {
        reader.difference(header.inter_mode);
        if (frame.interpolation_filter == V4L2_VP9_INTERP_FILTER_SWITCHABLE) {
            reader.difference(header.interp_filter);
        }
        reader.difference(header.is_inter);
        frame.reference_mode = reference_mode(reader, frame);
        if (frame.reference_mode == V4L2_VP9_REFERENCE_MODE_SELECT) {
            reader.difference(header.comp_mode);
        }
        if (frame.reference_mode != V4L2_VP9_REFERENCE_MODE_COMPOUND_REFERENCE) {
            reader.difference(header.single_ref);
        }
        if (frame.reference_mode != V4L2_VP9_REFERENCE_MODE_SINGLE_REFERENCE) {
            reader.difference(header.comp_ref);
        }
        reader.difference(header.y_mode);
        reader.difference(header.partition);
        vectors(reader, (frame.flags & V4L2_VP9_FRAME_FLAG_ALLOW_HIGH_PREC_MV) != 0, header.mv);
    }
    return !reader.bits().overrun();
}

}  // namespace svp::play
