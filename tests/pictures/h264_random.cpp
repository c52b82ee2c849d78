// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random legal H.264 streams: `h264_random NUMBER` writes stream NUMBER to stdout (Annex B).
 *
 * What encoders do not make is here: field pictures beside frames and MBAFF frames, explicit weights for both
 * lists, long-term references, marking, changed lists, any macroblock type beside any other. Sets, headers
 * and marking are chosen here; slice data by way of choices.hpp.
 */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "../../tools/players/h264_player.hpp"
#include "bit_writer.hpp"
#include "choices.hpp"
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

Choices& choices() {
    return Choices::instance();
}
unsigned below(unsigned limit) {
    return static_cast<unsigned>(choices().below(limit));
}
int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<unsigned>(high - low + 1)));
}
bool chance(unsigned percent) {
    return choices().chance(percent);
}

/** What all pictures of a stream share. */
struct Sequence {
    unsigned mb_width, mb_height;
    bool interlaced, mbaff, monochrome, cabac, transform_8x8, constrained_intra, direct_8x8_inference;
    bool temporal;    ///< direct prediction may be temporal: every reference stays
    bool long_terms;  ///< marking that changes references
    bool weighted_pred;
    unsigned weighted_bipred;
    unsigned frame_num_bits, reference_frames;
    int chroma_offset[2];
    bool matrices;
    unsigned frames;

    Sequence() {
        interlaced = chance(65);
        mb_width = 2 + below(5);
        mb_height = interlaced ? 2 * (1 + below(3)) : 1 + below(5);
        mbaff = interlaced && chance(60);
        monochrome = chance(12);
        cabac = chance(60);
        transform_8x8 = chance(60);
        constrained_intra = chance(20);
        direct_8x8_inference = interlaced || chance(50);
        temporal = chance(50);
        long_terms = !temporal && chance(60);
        weighted_pred = chance(50);
        weighted_bipred = below(3);
        frame_num_bits = 4 + below(3);
        reference_frames = temporal ? 16 : 2 + below(5);
        chroma_offset[0] = between(-12, 12);
        chroma_offset[1] = chance(50) ? between(-12, 12) : chroma_offset[0];
        matrices = chance(35);
        frames = 8 + below(5);
    }
};

class Generator : public H264TestPlayer {
 public:
    std::vector<std::uint8_t> stream() {
        write_sequence_set();
        write_picture_set();
        unsigned shown = 0;
        while (shown < sequence_.frames) {
            const bool idr = shown == 0 || (!sequence_.temporal && chance(8));
            if (idr) {
                first_shown_ = shown;
            }
            const unsigned between_them = idr ? 0 : below(4);
            frame(shown + between_them, true, idr, false);
            std::vector<unsigned> between;
            for (unsigned i = 0; i < between_them; ++i) {
                between.push_back(shown + i);
            }
            while (!between.empty()) {
                const auto next = between.begin() + below(static_cast<unsigned>(between.size()));
                frame(*next, chance(40), false, true);
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

    template <typename Range>
    void write_lists(BitWriter& bits, const Range& sizes) {
        for (const unsigned size : sizes) {
            const bool present = chance(60);
            bits.flag(present);
            if (!present) {
                continue;
            }
            int last = 8;
            const bool standard = chance(15);
            for (unsigned i = 0; i < size; ++i) {
                if (standard || (i > 0 && chance(5))) {
                    bits.se(-last);
                    break;
                }
                const int next = between(8, 36);
                bits.se(next - last);
                last = next;
            }
        }
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

    void write_sequence_set() {
        BitWriter bits;
        bits.put(100, 8);
        bits.put(0, 8);
        bits.put(40, 8);
        bits.ue(0);
        bits.ue(sequence_.monochrome ? 0 : 1);
        bits.ue(0);
        bits.ue(0);
        bits.flag(false);
        bits.flag(sequence_.matrices);
        if (sequence_.matrices) {
            write_lists(bits, std::array<unsigned, 8>{16, 16, 16, 16, 16, 16, 64, 64});
        }
        bits.ue(sequence_.frame_num_bits - 4);
        bits.ue(0);  // pic_order_cnt_type
        bits.ue(order_bits - 4);
        bits.ue(sequence_.reference_frames);
        bits.flag(false);
        bits.ue(sequence_.mb_width - 1);
        bits.ue((sequence_.interlaced ? sequence_.mb_height / 2 : sequence_.mb_height) - 1);
        bits.flag(!sequence_.interlaced);
        if (sequence_.interlaced) {
            bits.flag(sequence_.mbaff);
        }
        bits.flag(sequence_.direct_8x8_inference);
        bits.flag(false);
        bits.flag(true);  // video usability: nothing but how far frames are put out of their order
        bits.put(0, 4);   // aspect ratio to chroma location
        bits.put(0, 4);   // timing, both buffering periods, pic_struct_present_flag
        bits.flag(true);
        bits.flag(true);
        bits.ue(0);
        bits.ue(0);
        bits.ue(14);
        bits.ue(14);
        bits.ue(4);
        bits.ue(16);
        bits.trailing_bits();
        take(0x67, bits);
    }

    void write_picture_set() {
        BitWriter bits;
        bits.ue(0);
        bits.ue(0);
        bits.flag(sequence_.cabac);
        bits.flag(true);  // bottom_field_pic_order_in_frame_present_flag
        bits.ue(0);
        bits.ue(0);
        bits.ue(0);
        bits.flag(sequence_.weighted_pred);
        bits.put(sequence_.weighted_bipred, 2);
        bits.se(0);
        bits.se(0);
        bits.se(sequence_.chroma_offset[0]);
        bits.flag(true);  // deblocking_filter_control_present_flag
        bits.flag(sequence_.constrained_intra);
        bits.flag(false);
        bits.flag(sequence_.transform_8x8);
        const bool matrices = chance(30);
        bits.flag(matrices);
        if (matrices) {
            std::vector<unsigned> sizes(6, 16);
            if (sequence_.transform_8x8) {
                sizes.insert(sizes.end(), 2, 64);
            }
            write_lists(bits, sizes);
        }
        bits.se(sequence_.chroma_offset[1]);
        bits.trailing_bits();
        take(0x68, bits);
    }

    // Pictures.

    /** The frame that is shown as number @p shown: whole, or its two fields. */
    void frame(unsigned shown, bool reference, bool idr, bool both) {
        const bool fields = sequence_.interlaced && chance(50);
        play::H264SliceHeader header;
        header.idr = idr;
        header.ref_idc = reference ? 1 + below(3) : 0;
        if (idr) {
            frame_num_ = 0;
            header.idr_pic_id = idr_pic_id_++ % 4;
        }
        header.frame_num = frame_num_ % (1u << sequence_.frame_num_bits);
        const int order = 2 * static_cast<int>(shown - first_shown_);
        const bool bottom_first = sequence_.interlaced && !idr && chance(30);
        const unsigned top = static_cast<unsigned>(order) + (bottom_first ? 1 : 0);
        const unsigned bottom =
            static_cast<unsigned>(order) + (sequence_.interlaced && !bottom_first ? 1 : 0);
        if (!fields) {
            header.order_count_lsb = top % (1u << order_bits);
            header.delta_order_count_bottom = static_cast<int>(bottom) - static_cast<int>(top);
            picture(header, idr, both);
        } else {
            header.field = true;
            header.bottom = bottom_first;
            for (unsigned i = 0; i < 2; ++i) {
                header.order_count_lsb = (header.bottom ? bottom : top) % (1u << order_bits);
                picture(header, idr && i == 0, both);
                header.bottom = !header.bottom;
                header.idr = false;
                header.marking.clear();
                header.adaptive_marking = header.long_term_idr = false;
            }
        }
        frame_num_ += reference ? 1 : 0;
    }

    void choose_marking(play::H264SliceHeader& header) {
        if (header.ref_idc == 0) {
            return;
        }
        if (header.idr) {
            header.long_term_idr = sequence_.long_terms && !header.field && chance(30);
            most_long_terms_ = header.long_term_idr ? 1 : 0;
            return;
        }
        const play::H264Frame& current = dpb.current();
        const bool second = dpb.second_field();
        if (second && current.long_term != 0) {
            // Both fields are long-term references, or none is.
            header.adaptive_marking = true;
            header.marking.push_back({6, current.long_term_index, 0});
            return;
        }
        // A field becomes a long-term reference only once it has its other one: libavcodec does not find it
        // again else.
        if (!sequence_.long_terms || second || !chance(40)) {
            return;
        }
        const int number = static_cast<int>(header.field ? 2 * header.frame_num + 1 : header.frame_num);
        std::vector<const play::H264Frame*> whole;  // both fields are short-term references
        std::size_t others = 0;
        for (const play::H264Frame& frame : dpb.references()) {
            ++others;
            if (frame.short_term == play::h264_frame) {
                whole.push_back(&frame);
            }
        }
        // A frame of references has to leave if there is no room; fields of one frame go together.
        const auto command = [&](unsigned operation, const play::H264Frame& frame, unsigned index) {
            for (int parity = header.field ? 1 : 0; parity >= 0; --parity) {
                const int wanted = header.field ? 2 * frame.frame_num_wrap + parity : frame.frame_num_wrap;
                header.marking.push_back({operation, static_cast<unsigned>(number - wanted - 1), index});
            }
        };
        header.adaptive_marking = true;
        if (most_long_terms_ == 0 && chance(70)) {
            most_long_terms_ = 2;
            header.marking.push_back({4, most_long_terms_, 0});
            for (const play::H264Frame& frame : dpb.references()) {
                others -= frame.long_term != 0 && frame.long_term_index >= 2 ? 1 : 0;
            }
        }
        // Whoever has an index loses it.
        const auto free_index = [&](unsigned index) {
            others -= std::any_of(dpb.references().begin(), dpb.references().end(), [&](const auto& frame) {
                return frame.long_term != 0 && frame.long_term_index == index;
            });
        };
        if (most_long_terms_ != 0 && !whole.empty() && chance(40)) {
            const unsigned index = below(most_long_terms_),
                           chosen = below(static_cast<unsigned>(whole.size()));
            free_index(index);
            command(3, *whole[chosen], index);
            whole.erase(whole.begin() + chosen);
        } else if (most_long_terms_ != 0 && !header.field && chance(30)) {
            const unsigned index = below(most_long_terms_);
            free_index(index);
            header.marking.push_back({6, index, 0});
        }
        while (!whole.empty() && (others >= sequence_.reference_frames || chance(15))) {
            const unsigned chosen = below(static_cast<unsigned>(whole.size()));
            command(1, *whole[chosen], 0);
            whole.erase(whole.begin() + chosen);
            --others;
        }
        if (others >= sequence_.reference_frames) {  // the others are long-term references
            header.marking = {{4, 0, 0}};
            most_long_terms_ = 0;
        }
    }

    void picture(play::H264SliceHeader header, bool idr, bool both) {
        header.type = idr ? 2 : both ? 1 : 0;
        current_ = begin_picture(header, 0);
        choose_marking(header);
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

    /** Entries that there are for a list. */
    static unsigned available(const vpu::h264::Parameters& job, SliceType type, unsigned list) {
        SliceHeader longest;
        longest.type = type;
        longest.ref_count[0] = longest.ref_count[1] = 32;
        const vpu::h264::ReferenceLists lists(job, longest);
        unsigned count = 0;
        while (count < 32 && lists.entry(list, count, vpu::h264::no_field).structure != vpu::h264::no_field) {
            ++count;
        }
        return count;
    }

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
        const bool as_before = sequence_.temporal && lists_of_picture_ && header.type != SliceType::i;
        if (as_before) {
            header.type = lists_of_picture_->type;
        }
        if ((header.type != SliceType::i && available(job, header.type, 0) == 0) ||
            (header.type == SliceType::b && available(job, header.type, 1) == 0)) {
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
            choose_lists(job, header);
            if (header.type == SliceType::b && co_located_is_own_field(job, header)) {
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
            choose_weights(header);
        }
        header.cabac_init_idc = below(3);
        header.qp = between(14, 32);
        // With 2, libavcodec takes a sample of the macroblock above and to the left from the wrong field.
        header.disable_deblocking = chance(70) && !mixed_ ? 0 : picture_header.field ? 1 : 1 + below(2);
        if (header.disable_deblocking != 1 && chance(50)) {
            header.alpha_offset = 2 * between(-6, 6);
            header.beta_offset = 2 * between(-6, 6);
        }
        made.slices.push_back({static_cast<std::uint8_t>(header.disable_deblocking),
                               static_cast<std::int8_t>(header.alpha_offset),
                               static_cast<std::int8_t>(header.beta_offset)});
        BitWriter bits;
        write_header(bits, picture_header, header, job);
        choices().begin_slice(bits.size(), job.cabac, job.monochrome ? 256 : 384);
        slice_data(made, inter, store, header, count);
        choices().tape.resize(choices().position);
        if (job.cabac) {
            bits.align(1);
            CabacEncoder(bits, header.type == SliceType::i ? 0 : 1 + header.cabac_init_idc, header.qp)
                .encode(choices());
            bits.align(0);  // the encoder's last bit is the stop bit
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
                    !legal(made, first + done)) {
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
    static bool legal(vpu::h264::Picture& made, unsigned address) {
        const bool pairs = made.job.mbaff;
        const unsigned x = pairs ? address / 2 % made.width : address % made.width;
        const unsigned y = pairs ? address / 2 / made.width * 2 + address % 2 : address / made.width;
        const vpu::h264::Macroblock& mb = made.at(x, y);
        if (choices().too_large) {
            return false;
        }
        const bool pcm = mb.kind == vpu::h264::Kind::pcm;
        if (!pcm && (mb.qp < 8 || mb.qp > 36 || (made.job.monochrome && mb.pattern >> 4 != 0))) {
            return false;
        }
        // libavcodec takes for granted, when it filters, that no 8x8 block is empty whose bit in the pattern
        // is set.
        for (unsigned part = 0; part < 4 && mb.transform_8x8 && (mb.pattern & 7) == 7; ++part) {
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

    /** The first field of the frame whose second one is made. libavcodec looks at the macroblock that it is
     * about to decode, of which it knows nothing yet, for how the co-located one was coded. */
    bool co_located_is_own_field(const vpu::h264::Parameters& job, const SliceHeader& header) const {
        const auto reference = vpu::h264::ReferenceLists(job, header).entry(1, 0, vpu::h264::no_field);
        return job.slots[reference.slot].address == current_;
    }

    void choose_lists(const vpu::h264::Parameters& job, SliceHeader& header) {
        const bool temporal = header.type == SliceType::b && !header.direct_spatial;
        for (unsigned list = 0; list < (header.type == SliceType::b ? 2u : 1u); ++list) {
            const unsigned there = available(job, header.type, list);
            if (temporal && list == 0) {
                header.ref_count[list] = there;  // co-located macroblocks may refer to any
                continue;
            }
            const bool modify = chance(40);
            header.ref_count[list] = 1 + below(std::min(there + (modify ? 1 : 0), 32u));
            if (modify) {
                choose_modification(job, header, list);
            }
        }
    }

    /** Commands that put references in other places (clause 7.4.3.1). */
    void choose_modification(const vpu::h264::Parameters& job, SliceHeader& header, unsigned list) {
        SliceHeader longest;
        longest.type = header.type;
        longest.ref_count[0] = longest.ref_count[1] = 32;
        const vpu::h264::ReferenceLists lists(job, longest);
        const unsigned there = available(job, header.type, list);
        const bool fields = job.structure != vpu::h264::whole_frame;
        const int max_frame_num = 1 << job.frame_num_bits;
        const int max_number = fields ? 2 * max_frame_num : max_frame_num;
        const int current =
            fields ? 2 * static_cast<int>(job.frame_num) + 1 : static_cast<int>(job.frame_num);
        int predicted = current;
        // Entries behind the last one that there is need commands that fill them.
        const unsigned count = std::max(1 + below(3), header.ref_count[list] > there ? 1u : 0u);
        for (unsigned i = 0; i < std::min(count, header.ref_count[list]); ++i) {
            const auto reference = lists.entry(list, below(there), vpu::h264::no_field);
            const auto& slot = job.slots[reference.slot];
            const bool same = reference.structure == job.structure;
            if (lists.long_term(reference)) {
                const unsigned number = fields ? 2u * slot.number + (same ? 1 : 0) : slot.number;
                header.modifications[list].push_back({2, number});
                continue;
            }
            int number = slot.number > job.frame_num ? slot.number - max_frame_num : slot.number;
            number = fields ? 2 * number + (same ? 1 : 0) : number;
            int difference = number - predicted;
            predicted = number;
            if (difference == 0) {
                difference = max_number;
            } else if (chance(30)) {
                difference += difference < 0 ? max_number : -max_number;  // the other way round
            }
            header.modifications[list].push_back({static_cast<std::uint8_t>(difference < 0 ? 0 : 1),
                                                  static_cast<std::uint32_t>(std::abs(difference) - 1)});
        }
        // The list must have no hole.
        SliceHeader changed = header;
        changed.ref_count[list] = 32;
        const vpu::h264::ReferenceLists after(job, changed);
        unsigned filled = 0;
        while (filled < header.ref_count[list] &&
               after.entry(list, filled, vpu::h264::no_field).structure != vpu::h264::no_field) {
            ++filled;
        }
        header.ref_count[list] = std::max(filled, 1u);
    }

    void choose_weights(SliceHeader& header) {
        header.explicit_weights = true;
        header.log2_denominator[0] = below(7);
        header.log2_denominator[1] = header.log2_denominator[2] = below(7);
        for (unsigned list = 0; list < 2; ++list) {
            for (unsigned i = 0; i < header.ref_count[list]; ++i) {
                auto& weight = header.weights[list][i];
                const bool chosen[2] = {chance(60), chance(60) && !sequence_.monochrome};
                for (unsigned plane = 0; plane < 3; ++plane) {
                    const bool given = chosen[plane == 0 ? 0 : 1];
                    const int one = 1 << header.log2_denominator[plane];
                    weight.weight[plane] =
                        static_cast<std::int16_t>(!given       ? one
                                                  : chance(60) ? std::clamp(one + between(-8, 8), -64, 60)
                                                               : between(-60, 60));
                    weight.offset[plane] = static_cast<std::int16_t>(given ? between(-40, 40) : 0);
                }
            }
        }
    }

    void write_header(BitWriter& bits, const play::H264SliceHeader& of_picture, const SliceHeader& header,
                      const vpu::h264::Parameters& job) {
        const bool p = header.type == SliceType::p, b = header.type == SliceType::b;
        bits.ue(header.first_mb);
        bits.ue(static_cast<unsigned>(header.type));
        bits.ue(0);
        bits.put(of_picture.frame_num, sequence_.frame_num_bits);
        if (sequence_.interlaced) {
            bits.flag(of_picture.field);
            if (of_picture.field) {
                bits.flag(of_picture.bottom);
            }
        }
        if (of_picture.idr) {
            bits.ue(of_picture.idr_pic_id);
        }
        bits.put(of_picture.order_count_lsb, order_bits);
        if (!of_picture.field) {
            bits.se(of_picture.delta_order_count_bottom);
        }
        if (b) {
            bits.flag(header.direct_spatial);
        }
        if (p || b) {
            bits.flag(true);
            bits.ue(header.ref_count[0] - 1);
            if (b) {
                bits.ue(header.ref_count[1] - 1);
            }
        }
        for (unsigned list = 0; list < (b ? 2u : p ? 1u : 0u); ++list) {
            bits.flag(!header.modifications[list].empty());
            if (!header.modifications[list].empty()) {
                for (const auto& modification : header.modifications[list]) {
                    bits.ue(modification.idc);
                    bits.ue(modification.value);
                }
                bits.ue(3);
            }
        }
        if (header.explicit_weights) {
            write_weights(bits, header);
        }
        if (header.nal_ref_idc != 0) {
            write_marking(bits, of_picture);
        }
        if (job.cabac && header.type != SliceType::i) {
            bits.ue(header.cabac_init_idc);
        }
        bits.se(header.qp - 26);
        bits.ue(header.disable_deblocking);
        if (header.disable_deblocking != 1) {
            bits.se(header.alpha_offset / 2);
            bits.se(header.beta_offset / 2);
        }
    }

    void write_weights(BitWriter& bits, const SliceHeader& header) {
        bits.ue(header.log2_denominator[0]);
        if (!sequence_.monochrome) {
            bits.ue(header.log2_denominator[1]);
        }
        for (unsigned list = 0; list < (header.type == SliceType::b ? 2u : 1u); ++list) {
            for (unsigned i = 0; i < header.ref_count[list]; ++i) {
                const auto& weight = header.weights[list][i];
                const auto given = [&](unsigned plane) {
                    return weight.weight[plane] != 1 << header.log2_denominator[plane] ||
                           weight.offset[plane] != 0;
                };
                bits.flag(given(0));
                if (given(0)) {
                    bits.se(weight.weight[0]);
                    bits.se(weight.offset[0]);
                }
                if (sequence_.monochrome) {
                    continue;
                }
                bits.flag(given(1) || given(2));
                for (unsigned plane = 1; plane < 3 && (given(1) || given(2)); ++plane) {
                    bits.se(weight.weight[plane]);
                    bits.se(weight.offset[plane]);
                }
            }
        }
    }

    static void write_marking(BitWriter& bits, const play::H264SliceHeader& header) {
        if (header.idr) {
            bits.flag(false);
            bits.flag(header.long_term_idr);
            return;
        }
        bits.flag(header.adaptive_marking);
        if (!header.adaptive_marking) {
            return;
        }
        for (const play::H264Marking& marking : header.marking) {
            bits.ue(marking.operation);
            if (marking.operation != 5) {
                bits.ue(marking.first);
            }
            if (marking.operation == 3) {
                bits.ue(marking.second);
            }
        }
        bits.ue(0);
    }

    static constexpr unsigned order_bits = 8;

    Sequence sequence_;
    std::vector<std::uint8_t> bytes_;
    std::optional<SliceHeader> lists_of_picture_;  ///< of its first slice with references
    bool mixed_ =
        false;  ///< slices of P and B; libavcodec does not compare list 1 between them when it filters
    unsigned frame_num_ = 0;
    std::uint32_t current_ = 0;  ///< address of the frame
    unsigned idr_pic_id_ = 0;
    unsigned first_shown_ = 0;      ///< number of the frame that the last IDR picture is
    unsigned most_long_terms_ = 0;  ///< MaxLongTermFrameIdx + 1
};

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: h264_random NUMBER\n");
        return 2;
    }
    choices().seed(std::strtoull(words[1], nullptr, 10));
    Generator generator;
    const std::vector<std::uint8_t> stream = generator.stream();
    return std::fwrite(stream.data(), 1, stream.size(), stdout) == stream.size() ? 0 : 1;
}
