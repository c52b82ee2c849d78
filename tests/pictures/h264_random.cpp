// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random legal H.264 streams: `h264_random NUMBER` writes stream NUMBER to stdout (Annex B).
 *
 * With the word "standard" behind it, the stream has the whole of the standard, libavcodec's departures from
 * it or not.
 *
 * What encoders do not make is here: field pictures beside frames and MBAFF frames, explicit weights for both
 * lists, long-term references, marking, changed lists, any macroblock type beside any other. Sets, headers
 * and marking are chosen here; slice data by way of choices.hpp.
 */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../../tools/players/h264_player.hpp"
#include "bit_writer.hpp"
#include "choices.hpp"
#include "h264_headers.hpp"
#include "h264_lists.hpp"
#include "h264_marking.hpp"
#include "h264_sets.hpp"
#include "h264_writer.hpp"
#include "vpu/h264/deblocking.hpp"
#include "vpu/h264/slice_decoder.hpp"

namespace svp::vpu::h264 {

// The transforms of the engine, by other names.
void plain_add_4x4(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride);
void plain_add_8x8(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride);

namespace {

/** Clause 8.5 wants everything on the way to the residual to fit into 16 bits. */
void check_sum(const std::int32_t* coefficients, unsigned count, std::int64_t most) {
    std::int64_t sum = 0;
    for (unsigned i = 0; i < count; ++i) {
        sum += std::abs(coefficients[i]);
    }
    test::Choices::instance().too_large |= sum > most;
}

}  // namespace

void add_4x4(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride) {
    check_sum(coefficients, 16, 12000);
    plain_add_4x4(coefficients, samples, stride);
}

void add_8x8(std::int32_t* coefficients, std::uint8_t* samples, std::ptrdiff_t stride) {
    check_sum(coefficients, 64, 6000);
    plain_add_8x8(coefficients, samples, stride);
}

}  // namespace svp::vpu::h264

namespace {

using namespace svp;
using namespace svp::test;
using vpu::h264::SliceDecoder;
using vpu::h264::SliceHeader;
using vpu::h264::SliceType;

class Generator : public H264TestPlayer {
 public:
    explicit Generator(bool standard) : sequence_(standard) {}

    std::vector<std::uint8_t> stream() {
        take(0x67, sequence_set(sequence_));
        take(0x68, picture_set(sequence_));
        unsigned shown = 0;
        while (shown < sequence_.frames) {
            const bool idr = shown == 0 || (!sequence_.temporal && chance(8));
            if (idr) {
                first_shown_ = shown;
            }
            if (shown != 0 && sequence_.standard && chance(25)) {
                sequence_.choose_picture_set();
                take(0x68, picture_set(sequence_));
            }
            const bool reset = shown != 0 && !idr && sequence_.standard && !sequence_.temporal && chance(10);
            const unsigned between_them = idr || reset || sequence_.order_type == 2 ? 0 : below(4);
            marking_.reset_by_next(reset);
            frame(shown + between_them, true, idr, false);
            if (marking_.was_reset()) {
                first_shown_ = shown;
                frame_num_ = 1;
            }
            std::vector<unsigned> between;
            for (unsigned i = 0; i < between_them; ++i) {
                between.push_back(shown + i);
            }
            while (!between.empty()) {
                const auto next = between.begin() + below(static_cast<unsigned>(between.size()));
                // Of frames that are missing only some orders are known.
                frame(*next, chance(40), false, !sequence_.gaps || sequence_.order_type != 0);
                between.erase(next);
            }
            shown += 1 + between_them;
        }
        return bytes_;
    }

 private:
    // Sets.

    void unit(std::uint8_t header, const BitWriter& bits) {
        const auto made = nal_unit(header, bits.bytes());
        bytes_.insert(bytes_.end(), made.begin(), made.end());
    }

    void take(std::uint8_t header, const BitWriter& bits) {
        const std::size_t first = bytes_.size();
        unit(header, bits);
        const auto units = play::h264_units(std::span(bytes_).subspan(first));
        if (units.size() != 1 || !sets.take(units[0], problem)) {
            std::fprintf(stderr, "h264_random: %s\n", problem.c_str());
            std::exit(1);
        }
    }

    // Pictures.

    /** The frame that is shown as number @p shown: whole, or its two fields. */
    void frame(unsigned shown, bool reference, bool idr, bool both) {
        const bool fields = sequence_.interlaced && !sequence_.gaps && chance(50);
        play::H264SliceHeader header;
        header.idr = idr;
        header.pps_id = sequence_.pps_id;
        header.ref_idc = reference ? 1 + below(3) : 0;
        if (idr) {
            frame_num_ = 0;
            header.idr_pic_id = idr_pic_id_++ % 4;
        } else if (sequence_.gaps && chance(15)) {
            frame_num_ += 1 + below(3);
        }
        header.frame_num = frame_num_ % (1u << sequence_.frame_num_bits);
        const int order = 2 * static_cast<int>(shown - first_shown_);
        const bool bottom_first = sequence_.interlaced && !idr && chance(30);
        const unsigned top = static_cast<unsigned>(order) + (bottom_first ? 1 : 0);
        const unsigned bottom =
            static_cast<unsigned>(order) + (sequence_.interlaced && !bottom_first ? 1 : 0);
        if (!fields) {
            header.order_count_lsb = top % (1u << Sequence::order_bits);
            header.delta_order_count_bottom = static_cast<int>(bottom) - static_cast<int>(top);
            header.delta_order_count[0] =
                static_cast<int>(top) - sequence_.expected_order(frame_num_, reference);
            header.delta_order_count[1] =
                static_cast<int>(bottom) - static_cast<int>(top) - sequence_.offset_for_bottom;
            picture(header, idr, both);
        } else {
            header.field = true;
            header.bottom = bottom_first;
            for (unsigned i = 0; i < 2; ++i) {
                header.order_count_lsb = (header.bottom ? bottom : top) % (1u << Sequence::order_bits);
                header.delta_order_count[0] = static_cast<int>(header.bottom ? bottom : top) -
                                              sequence_.expected_order(frame_num_, reference) -
                                              (header.bottom ? sequence_.offset_for_bottom : 0);
                picture(header, idr && i == 0, both);
                header.bottom = !header.bottom;
                header.idr = false;
                header.marking.clear();
                header.adaptive_marking = header.long_term_idr = false;
            }
        }
        frame_num_ += reference ? 1 : 0;
    }

    void picture(play::H264SliceHeader header, bool idr, bool both) {
        header.type = idr ? 2 : both ? 1 : 0;
        current_ = begin_picture(header, 0);
        marking_.choose(header, dpb);
        const vpu::h264::Parameters job = vpu::g1::h264_parameters(registers);
        vpu::h264::Picture made(job);
        made.tables.read(*port, job);
        vpu::h264::InterPrediction inter(made, *port);
        vpu::h264::MotionStore store(*port, job);
        const unsigned units = made.width * made.height / (job.mbaff ? 2 : 1);
        lists_of_picture_.reset();
        mixed_ = both && chance(20);
        const bool in_slices = chance(40);
        for (unsigned first = 0; first < units;) {
            const unsigned count = in_slices ? 1 + below(units - first) : units - first;
            slice(header, made, inter, store, first, count, idr, both);
            first += count;
        }
        for (unsigned y = 0; y < made.height; y += job.mbaff ? 2 : 1) {
            for (unsigned x = 0; x < made.width; ++x) {
                for (unsigned i = 0; i < (job.mbaff ? 2u : 1u); ++i) {
                    vpu::h264::deblock(made, x, y + i);
                }
            }
        }
        store_picture(made);
        if (job.write_motion) {
            vpu::h264::write_motion(*port, made);
        }
        end_picture(header);
    }

    /** To memory, for later ones. */
    void store_picture(const vpu::h264::Picture& made) {
        const vpu::h264::Parameters& job = made.job;
        const std::size_t row = 16 * job.mb_width, step = job.structure == vpu::h264::whole_frame ? 1 : 2;
        std::uint8_t* luma = port->cells.data() + job.output;
        std::uint8_t* chroma = luma + row * 16 * job.mb_height;
        for (std::size_t y = 0; y < 16 * made.height; ++y) {
            std::copy_n(made.planes[0].samples.data() + y * row, row, luma + y * step * row);
        }
        for (std::size_t y = 0; y < 8 * made.height && !job.monochrome; ++y) {
            for (std::size_t x = 0; x < row; ++x) {
                chroma[y * step * row + x] = made.planes[1 + x % 2].samples[y * row / 2 + x / 2];
            }
        }
    }

    // Slices.

    void slice(const play::H264SliceHeader& picture_header, vpu::h264::Picture& made,
               vpu::h264::InterPrediction& inter, vpu::h264::MotionStore& store, unsigned first,
               unsigned count, bool idr, bool both) {
        const vpu::h264::Parameters& job = made.job;
        SliceHeader header;
        header.nal_ref_idc = picture_header.ref_idc;
        header.first_mb = first;
        header.type = idr || chance(12)                 ? SliceType::i
                      : both && (!mixed_ || chance(50)) ? SliceType::b
                                                        : SliceType::p;
        // Which lists a co-located macroblock's slice had, libavcodec keeps once for a picture.
        const bool as_before =
            sequence_.temporal && !sequence_.standard && lists_of_picture_ && header.type != SliceType::i;
        if (as_before) {
            header.type = lists_of_picture_->type;
        }
        if ((header.type != SliceType::i && available(made, header.type, 0) == 0) ||
            (header.type == SliceType::b && available(made, header.type, 1) == 0)) {
            header.type = SliceType::i;
        }
        header.direct_spatial = !sequence_.temporal || chance(40);
        if (as_before && header.type != SliceType::i) {
            header.direct_spatial = lists_of_picture_->direct_spatial;
            for (unsigned list = 0; list < 2; ++list) {
                header.ref_count[list] = lists_of_picture_->ref_count[list];
                header.modifications[list] = lists_of_picture_->modifications[list];
            }
        } else if (header.type != SliceType::i) {
            choose_lists(sequence_.standard, made, header);
            if (all_missing(made, header) ||
                (header.type == SliceType::b && co_located_is_impossible(made, header))) {
                header.type = SliceType::i;
                header.modifications[0].clear();
                header.modifications[1].clear();
                header.ref_count[0] = header.ref_count[1] = 0;
            } else {
                lists_of_picture_ = header;
            }
        }
        if ((sequence_.weighted_pred && header.type == SliceType::p) ||
            (sequence_.weighted_bipred == 1 && header.type == SliceType::b)) {
            choose_weights(sequence_, header);
        }
        header.cabac_init_idc = below(3);
        header.qp = sequence_.standard ? between(6, 40) : between(14, 32);
        // With 2, libavcodec takes a sample of the macroblock above and to the left from the wrong field.
        header.disable_deblocking = chance(70) && (!mixed_ || sequence_.standard) ? 0
                                    : picture_header.field && !sequence_.standard ? 1
                                                                                  : 1 + below(2);
        if (header.disable_deblocking != 1 && chance(50)) {
            header.alpha_offset = 2 * between(-6, 6);
            header.beta_offset = 2 * between(-6, 6);
        }
        made.slices.push_back({static_cast<std::uint8_t>(header.disable_deblocking),
                               static_cast<std::int8_t>(header.alpha_offset),
                               static_cast<std::int8_t>(header.beta_offset)});
        BitWriter bits;
        write_slice_header(bits, sequence_, picture_header, header, job);
        choices().begin_slice(bits.size(), job.cabac, job.monochrome ? 256 : 384);
        slice_data(made, inter, store, header, count);
        choices().tape.resize(choices().position);
        if (job.cabac) {
            bits.align(1);
            CabacEncoder(bits, header.type == SliceType::i ? 0 : 1 + header.cabac_init_idc, header.qp)
                .encode(choices());
            bits.align(0);  // the encoder's last bit is the stop bit
            for (unsigned words = sequence_.standard && chance(20) ? 1 + below(3) : 0; words != 0; --words) {
                bits.put(0, 16);  // cabac_zero_word
            }
        } else {
            for (const Choices::Entry& entry : choices().tape) {
                bits.put(entry.value, 1);
            }
            bits.trailing_bits();
        }
        unit(static_cast<std::uint8_t>(header.nal_ref_idc << 5 | (picture_header.idr ? 5 : 1)), bits);
    }

    /** Chooses macroblocks until all @p count (or pairs) of a slice are possible. */
    void slice_data(vpu::h264::Picture& made, vpu::h264::InterPrediction& inter,
                    vpu::h264::MotionStore& store, const SliceHeader& header, unsigned count) {
        const bool pairs = made.job.mbaff;
        const unsigned number = static_cast<unsigned>(made.slices.size());
        const unsigned first = header.first_mb * (pairs ? 2 : 1), total = count * (pairs ? 2 : 1);
        const vpu::JobVector<vpu::h264::Macroblock> before = made.macroblocks;
        std::vector<std::size_t> begins(total);
        unsigned back = 0, farthest = 0;
        for (unsigned tries = 0; tries < 200000; ++tries) {
            made.macroblocks = before;
            SliceDecoder decoder(made, inter, store, header, vpu::PayloadReader(), number);
            unsigned done = 0;
            for (; done < total; ++done) {
                begins[done] = choices().position;
                choices().last_macroblock = done + 1 == total;
                choices().too_large = false;
                const SliceDecoder::Step step = decoder.decode();
                const bool last = done + 1 == total;
                if (step != (last ? SliceDecoder::Step::end : SliceDecoder::Step::more) ||
                    !legal(made, header, first + done)) {
                    break;
                }
            }
            if (done == total) {
                return;
            }
            // Now and then it is an earlier macroblock's fault: a run of skipped ones, a quantiser.
            back = done > farthest ? 0 : back + 1;
            farthest = std::max(farthest, done);
            const unsigned to = back > 12 ? (done > back / 6 ? done - back / 6 : 0) : done;
            choices().rewind(begins[to]);
            if (back > 6 * total + 12) {
                farthest = back = 0;
            }
        }
        std::fprintf(stderr, "h264_random: no slice can be found, %u of %u\n", farthest, total);
        std::exit(1);
    }

    /** What the engine can do, but streams may not hold, or other decoders keep in less room. */
    bool legal(vpu::h264::Picture& made, const SliceHeader& header, unsigned address) const {
        const bool pairs = made.job.mbaff;
        const unsigned x = pairs ? address / 2 % made.width : address % made.width;
        const unsigned y = pairs ? address / 2 / made.width * 2 + address % 2 : address / made.width;
        const vpu::h264::Macroblock& mb = made.at(x, y);
        if (choices().too_large) {
            return false;
        }
        const bool pcm = mb.kind == vpu::h264::Kind::pcm;
        const int lowest = sequence_.standard ? 0 : 8, highest = sequence_.standard ? 44 : 36;
        if (!pcm && (mb.qp < lowest || mb.qp > highest || (made.job.monochrome && mb.pattern >> 4 != 0))) {
            return false;
        }
        if (sequence_.gaps && !mb.intra() && refers_to_missing(made, header, mb)) {
            return false;
        }
        // libavcodec takes for granted, when it filters, that no 8x8 block is empty whose bit in the pattern
        // is set.
        for (unsigned part = 0; part < 4 && !sequence_.standard && mb.transform_8x8 && (mb.pattern & 7) == 7;
             ++part) {
            const std::uint8_t* total = mb.total + part % 2 * 2 + part / 2 * 8;
            if ((total[0] | total[1] | total[4] | total[5]) == 0 && (mb.pattern >> part & 1) != 0) {
                return false;
            }
        }
        for (unsigned list = 0; list < 2 && !mb.intra(); ++list) {
            for (unsigned i = 0; i < 16; ++i) {
                const bool used = mb.ref[list][i % 4 / 2 + i / 8 * 2] >= 0;
                const vpu::h264::Vector mv = mb.mv[list][i];
                if (used && (std::abs(mv.x) > 2000 || std::abs(mv.y) > 800)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** A frame that stands for a gap in frame_num: its slot has the address of the one that is made. */
    bool missing(const vpu::h264::Parameters& job, unsigned slot) const {
        return sequence_.gaps && job.slots[slot].address == current_;
    }
    bool refers_to_missing(const vpu::h264::Picture& made, const SliceHeader& header,
                           const vpu::h264::Macroblock& mb) const {
        const vpu::h264::ReferenceLists lists(made.job, made.tables, header);
        for (unsigned i = 0; i < 8; ++i) {
            const int ref = mb.ref[i / 4][i % 4];
            const unsigned index = static_cast<unsigned>(mb.field && made.job.mbaff ? ref / 2 : ref);
            if (ref >= 0 && missing(made.job, lists.entry(i / 4, index, vpu::h264::no_field).slot)) {
                return true;
            }
        }
        return false;
    }
    /** A list has nothing else. */
    bool all_missing(const vpu::h264::Picture& made, const SliceHeader& header) const {
        const vpu::h264::ReferenceLists lists(made.job, made.tables, header);
        for (unsigned list = 0; list < (header.type == SliceType::b ? 2u : 1u); ++list) {
            unsigned there = 0;
            for (unsigned i = 0; i < header.ref_count[list]; ++i) {
                there += missing(made.job, lists.entry(list, i, vpu::h264::no_field).slot) ? 0 : 1;
            }
            if (there == 0) {
                return true;
            }
        }
        return false;
    }

    /** The co-located picture is one that is missing; or it is the first field of the frame whose second one
     * is made: libavcodec looks at the macroblock that it is about to decode, of which it knows nothing yet,
     * for how the co-located one was coded. */
    bool co_located_is_impossible(const vpu::h264::Picture& made, const SliceHeader& header) const {
        const auto reference =
            vpu::h264::ReferenceLists(made.job, made.tables, header).entry(1, 0, vpu::h264::no_field);
        return (!sequence_.standard || sequence_.gaps) && made.job.slots[reference.slot].address == current_;
    }

    Sequence sequence_;
    MarkingChoice marking_{sequence_};
    std::vector<std::uint8_t> bytes_;
    std::optional<SliceHeader> lists_of_picture_;  ///< of its first slice with references
    bool mixed_ =
        false;  ///< slices of P and B; libavcodec does not compare list 1 between them when it filters
    unsigned frame_num_ = 0;
    std::uint32_t current_ = 0;  ///< address of the frame
    unsigned idr_pic_id_ = 0;
    unsigned first_shown_ = 0;  ///< number of the frame that the last IDR picture is
};

}  // namespace

int main(int count, char** words) {
    const bool standard = count == 3 && std::string_view(words[2]) == "standard";
    if (count != 2 && !standard) {
        std::fprintf(stderr, "usage: h264_random NUMBER [standard]\n");
        return 2;
    }
    choices().seed(std::strtoull(words[1], nullptr, 10));
    Generator generator(standard);
    const std::vector<std::uint8_t> stream = generator.stream();
    return std::fwrite(stream.data(), 1, stream.size(), stdout) == stream.size() ? 0 : 1;
}
