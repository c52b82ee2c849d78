// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random legal HEVC streams: `hevc_random NUMBER` writes stream NUMBER to stdout (Annex B).
 *
 * What encoders do not make is here: slices and dependent segments that end anywhere among wavefronts and
 * tiles, lists of references that are changed, long-term references, weights for both lists, any level of
 * parallel merging, leading pictures of several kinds, raw samples, any coding block beside any other. Sets
 * and headers are chosen here and in hevc_slice_writer.hpp; slice data by way of hevc_choices.hpp.
 */
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "hevc_references.hpp"
#include "hevc_segment_ends.hpp"
#include "hevc_sets.hpp"
#include "hevc_slice_writer.hpp"
#include "vpu/hevc/slice_decoder.hpp"

namespace {

using namespace svp;
using namespace svp::test;
using vpu::hevc::SliceHeader;

static_assert(vpu::hevc::context::count == HevcChoices::context_count);

/** Sizes of tiles, and zeros: nothing that is read from slices hangs on what lies in memory. */
class TilePort : public vpu::MemoryPort {
 public:
    explicit TilePort(const HevcSets& sets) : sets_(sets) {}

    Response read(vpu::Stream stream, std::uint32_t, std::span<std::uint8_t> data) override {
        std::ranges::fill(data, std::uint8_t{0});
        std::size_t at = 0;
        for (const unsigned height : sets_.tile_heights) {
            for (const unsigned width : sets_.tile_widths) {
                if (stream == vpu::Stream::table && at + 4 <= data.size()) {
                    data[at] = static_cast<std::uint8_t>(width);
                    data[at + 2] = static_cast<std::uint8_t>(height);
                }
                at += 4;
            }
        }
        return Response::okay;
    }
    Response write(vpu::Stream, std::uint32_t, std::span<const std::uint8_t>) override {
        return Response::okay;
    }

 private:
    const HevcSets& sets_;
};

/** Samples do not matter here. */
class NoPicture : public vpu::hevc::Reconstruction {
 public:
    void intra(const vpu::hevc::IntraBlock&) override {}
    void inter(unsigned, unsigned, unsigned, unsigned, const vpu::hevc::Motion&,
               const SliceHeader&) override {}
    void add(unsigned, unsigned, unsigned, const vpu::hevc::Residual&) override {}
    void raw(unsigned, unsigned, unsigned, unsigned, vpu::PayloadReader&, unsigned) override {}
    void finish_row(unsigned) override {}
    Response answer() const override { return Response::okay; }
};

class Generator {
 public:
    std::vector<std::uint8_t> stream() {
        unit(unit_vps, sets_.vps().bytes());
        unit(unit_sps, sets_.sps().bytes());
        const unsigned pictures = 7 + below(5);
        int next = 0;  // order count of the next picture that is shown
        for (unsigned made = 0; made < pictures;) {
            const bool idr = made == 0 || chance(8);
            const bool cra = !idr && chance(12);
            const unsigned leading = idr ? 0 : below(4);
            if (idr) {
                references_.clear();
                recent_.clear();
                next = 0;
                first_trailing_ = 0;
            }
            const int anchor = next + static_cast<int>(leading);
            picture(anchor, idr ? unit_idr + below(2) : cra ? unit_cra : unit_trail + 1, true);
            std::vector<int> orders;
            for (unsigned i = 0; i < leading; ++i) {
                orders.push_back(next + static_cast<int>(i));
            }
            while (!orders.empty()) {
                const auto at = orders.begin() + below(static_cast<unsigned>(orders.size()));
                const bool reference = chance(50);
                picture(*at, (cra ? unit_rasl : unit_trail) + (reference ? 1 : 0), reference);
                orders.erase(at);
            }
            if (cra) {
                first_trailing_ = anchor;
            }
            next = anchor + 1;
            made += 1 + leading;
        }
        return bytes_;
    }

 private:
    static constexpr unsigned unit_trail = 0, unit_rasl = 8, unit_idr = 19, unit_cra = 21, unit_vps = 32,
                              unit_sps = 33, unit_pps = 34;

    void unit(unsigned type, std::span<const std::uint8_t> payload) {
        std::vector<std::uint8_t> behind{1};  // layer 0, temporal sub-layer 0
        behind.insert(behind.end(), payload.begin(), payload.end());
        const auto made = nal_unit(static_cast<std::uint8_t>(type << 1), behind);
        bytes_.insert(bytes_.end(), made.begin(), made.end());
    }

    void picture(int order, unsigned type, bool reference) {
        if (recent_.empty() || chance(40)) {
            sets_.picture();
            unit(unit_pps, sets_.pps().bytes());
        }
        if (type < unit_rasl) {
            std::erase_if(references_,
                          [&](const HevcReference& each) { return each.order < first_trailing_; });
        }
        HevcSliceWriter writer(sets_, type, order);
        writer.choose_references(references_, recent_);
        slices(writer);
        if (reference) {
            references_.push_back({order, false});
        }
        recent_.push_back(order);
        while (references_.size() > 4) {
            references_.erase(references_.begin() + below(static_cast<unsigned>(references_.size())));
        }
    }

    void slices(HevcSliceWriter& writer) {
        TilePort port(sets_);
        const vpu::hevc::Parameters& job = writer.job();
        vpu::hevc::Picture picture(job, port);
        vpu::hevc::MotionStore store(port, job);
        vpu::hevc::ScalingLists scaling;
        NoPicture nothing;
        const auto decoder = std::make_unique<vpu::hevc::SliceDecoder>(picture, nothing, scaling, store);
        SegmentEnds ends(picture.tiles, job);
        SliceHeader header;
        for (unsigned at = 0; at < picture.tiles.total();) {
            const bool dependent = ends.dependent();
            const BitWriter before_entries =
                writer.header(at == 0, dependent, picture.tiles.raster(at), header);
            if (!dependent) {
                picture.slices.push_back(header);
            }
            choices().begin_segment();
            check(decoder->begin(header, vpu::PayloadReader(choices().noise())), "no segment");
            ends.begin(at, dependent);
            for (bool more = true; more; ++at) {
                choices().end_segment = ends.after(at);
                const auto step = decoder->decode();
                more = !choices().end_segment;
                using Step = vpu::hevc::SliceDecoder::Step;
                check(step == (more ? Step::more : Step::end), "no coding tree block");
            }
            unit(writer.type(), writer.segment(before_entries, choices().substreams).bytes());
        }
    }

    static void check(bool good, const char* problem) {
        if (!good) {
            std::fprintf(stderr, "hevc_random: %s\n", problem);
            std::exit(1);
        }
    }

    HevcSets sets_;
    std::vector<std::uint8_t> bytes_;
    std::vector<HevcReference> references_;  ///< that later pictures may have
    std::vector<int> recent_;                ///< order counts of all since the last IDR picture
    int first_trailing_ = 0;                 ///< what lies before is out of reach
};

}  // namespace

int main(int count, char** words) {
    if (count != 2) {
        std::fprintf(stderr, "usage: hevc_random NUMBER\n");
        return 2;
    }
    const auto number = std::strtoull(words[1], nullptr, 10);
    choices().seed(number);
    choices().offsets_with_tiles = number >= 200;
    const auto stream = Generator().stream();
    return std::fwrite(stream.data(), 1, stream.size(), stdout) == stream.size() ? 0 : 1;
}
