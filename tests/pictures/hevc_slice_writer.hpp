// SPDX-License-Identifier: GPL-2.0-or-later
/** Headers of slice segments of random HEVC streams (ITU-T H.265, clause 7.3.6). */
#pragma once

#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

#include "bit_writer.hpp"
#include "hevc_references.hpp"
#include "hevc_sets.hpp"
#include "vpu/entropy/payload_reader.hpp"
#include "vpu/hevc/slice_header.hpp"

namespace svp::test {

/** Headers of one picture's segments. */
class HevcSliceWriter {
 public:
    HevcSliceWriter(const HevcSets& sets, unsigned type, int order)
        : sets_(sets), job_(sets.job), type_(type), order_(order) {
        job_.irap = type >= first_irap;
        output_ = !chance(10);
        temporal_mvp_ = chance(70);
    }

    const vpu::hevc::Parameters& job() const { return job_; }
    unsigned type() const { return type_; }

    /** See HevcPictureReferences::choose(). */
    void choose_references(std::vector<HevcReference>& references, const std::vector<int>& recent) {
        if (!idr()) {
            references_.choose(references, recent, job_);
        }
    }

    /** Chooses the header of a segment at @p address: what stands before its entry points. @p header is what
     * the engine reads of it. */
    BitWriter header(bool first, bool dependent, unsigned address, vpu::hevc::SliceHeader& header) {
        BitWriter bits;
        bits.flag(first);
        if (job_.irap) {
            bits.flag(false);  // no_output_of_prior_pics_flag
        }
        bits.ue(sets_.pps_id);
        if (!first) {
            if (job_.dependent_slices) {
                bits.flag(dependent);
            }
            const unsigned side = 1u << job_.log2_ctb;
            const unsigned total = (job_.width + side - 1) / side * ((job_.height + side - 1) / side);
            bits.put(address, static_cast<unsigned>(std::bit_width(total - 1)));
        }
        if (!dependent) {
            independent(bits);
        }
        BitWriter whole = bits;
        finish(whole, {});
        std::vector<std::uint8_t> bytes = whole.bytes();
        bytes.push_back(0x80);  // data
        vpu::PayloadReader reader(bytes);
        if (!header.parse(reader, type_, job_) || reader.position() != whole.size()) {
            std::fprintf(stderr, "hevc_random: a slice header that is none\n");
            std::exit(1);
        }
        return bits;
    }

    /** The whole segment: @p bits of its header and data. */
    BitWriter segment(BitWriter bits, const std::vector<std::vector<std::uint8_t>>& substreams) const {
        // Entry points count bytes with emulation prevention; it does not reach over the end of a header.
        std::vector<std::uint8_t> all;
        std::vector<unsigned> sizes;
        for (const auto& substream : substreams) {
            const std::size_t before = nal_unit(0xff, all).size();
            all.insert(all.end(), substream.begin(), substream.end());
            sizes.push_back(static_cast<unsigned>(nal_unit(0xff, all).size() - before));
        }
        sizes.pop_back();
        finish(bits, sizes);
        for (const std::uint8_t byte : all) {
            bits.put(byte, 8);
        }
        return bits;
    }

 private:
    static constexpr unsigned first_irap = 16, first_idr = 19, last_idr = 20;
    enum SliceType : unsigned { slice_b, slice_p, slice_i };

    /** Filters are the same for all slices of a picture: libavcodec takes the offsets and flags of one slice
     * for edges of another. */
    struct Filters {
        explicit Filters(const vpu::hevc::Parameters& job) {
            if (own && job.deblocking_override) {
                disabled = chance(40);
            } else {
                disabled = job.deblocking_disabled;
            }
            sao[0] = job.sao && chance(70);
            sao[1] = job.sao && chance(70);
        }
        bool own = chance(50);
        bool disabled = false;
        int beta_offset = between(-6, 6);
        int tc_offset = between(-6, 6);
        bool across = chance(60);
        bool sao[2];
    };

    bool idr() const { return type_ >= first_idr && type_ <= last_idr; }

    void independent(BitWriter& bits) {
        bits.put(below(1u << job_.extra_header_bits), job_.extra_header_bits);
        const unsigned type = job_.irap || references_.total == 0 ? slice_i
                              : below(10) < 5                     ? slice_b
                              : below(10) < 8                     ? slice_p
                                                                  : slice_i;
        bits.ue(type);
        const std::size_t start = bits.size();
        if (sets_.output_flag_present) {
            bits.flag(output_);
        }
        if (!idr()) {
            bits.put(static_cast<unsigned>(references_.lsb(order_)), sets_.order_bits);
            references_.write_short_term(bits);
            if (sets_.long_terms) {
                references_.write_long_term(bits);
            }
        }
        job_.header_skip_bits = static_cast<unsigned>(bits.size() - start);
        const bool temporal = !idr() && job_.temporal_mvp && temporal_mvp_;
        if (!idr() && job_.temporal_mvp) {
            bits.flag(temporal);
        }
        if (job_.sao) {
            bits.flag(filters_.sao[0]);
            bits.flag(filters_.sao[1]);
        }
        if (type != slice_i) {
            inter(bits, type == slice_b, temporal);
        }
        const int lowest = -6 * (static_cast<int>(job_.bit_depth) - 8);
        bits.se((chance(15) ? between(lowest, 51) : between(14, 42)) - job_.init_qp);
        if (job_.slice_chroma_qp_offsets) {
            for (const int offset : job_.chroma_qp_offset) {
                bits.se(between(std::max(-12, -12 - offset), std::min(12, 12 - offset)));
            }
        }
        if (job_.deblocking_override) {
            bits.flag(filters_.own);
            if (filters_.own) {
                bits.flag(filters_.disabled);
                if (!filters_.disabled) {
                    bits.se(filters_.beta_offset);
                    bits.se(filters_.tc_offset);
                }
            }
        }
        if (job_.loop_filter_across_slices && (filters_.sao[0] || filters_.sao[1] || !filters_.disabled)) {
            bits.flag(filters_.across);
        }
    }

    void inter(BitWriter& bits, bool both, bool temporal) {
        unsigned active[2] = {job_.default_ref_idx[0], both ? job_.default_ref_idx[1] : 0};
        const bool own = chance(60);
        bits.flag(own);
        for (unsigned i = 0; own && i < (both ? 2u : 1u); ++i) {
            active[i] = 1 + (chance(10) ? below(15) : below(4));
            bits.ue(active[i] - 1);
        }
        std::vector<unsigned> lists[2];
        for (unsigned i = 0; i < (both ? 2u : 1u); ++i) {
            const bool can = job_.lists_modification && references_.total > 1;
            const bool changed = can && chance(50);
            if (can) {
                bits.flag(changed);
            }
            for (unsigned entry = 0; entry < active[i]; ++entry) {
                // The first one of the first list is the one that vectors may come from.
                const unsigned from = changed ? (i == 0 && entry == 0 ? 0 : below(references_.total)) : entry;
                if (changed) {
                    bits.put(from, static_cast<unsigned>(std::bit_width(references_.total - 1)));
                }
                lists[i].push_back(job_.initial_list[i][from]);
            }
        }
        if (both) {
            bits.flag(chance(30));  // mvd_l1_zero_flag
        }
        if (job_.cabac_init_present) {
            bits.flag(chance(50));
        }
        if (temporal) {
            collocated(bits, both, lists);
        }
        if (both ? job_.weighted_bipred : job_.weighted_pred) {
            weights(bits, lists, both);
        }
        bits.ue(below(5));
    }

    void collocated(BitWriter& bits, bool both, const std::vector<unsigned>* lists) const {
        std::vector<std::pair<unsigned, unsigned>> places;
        for (unsigned i = 0; i < (both ? 2u : 1u); ++i) {
            for (unsigned entry = 0; entry < lists[i].size(); ++entry) {
                if (lists[i][entry] == references_.collocated) {
                    places.emplace_back(i, entry);
                }
            }
        }
        const auto [list, entry] = places[below(static_cast<unsigned>(places.size()))];
        if (both) {
            bits.flag(list == 0);
        }
        if (lists[list].size() > 1) {
            bits.ue(entry);
        }
    }

    static void weights(BitWriter& bits, const std::vector<unsigned>* lists, bool both) {
        const unsigned luma = below(8), chroma = below(8);
        bits.ue(luma);
        bits.se(static_cast<int>(chroma) - static_cast<int>(luma));
        for (unsigned i = 0; i < (both ? 2u : 1u); ++i) {
            std::vector<bool> flags[2];
            for (auto& each : flags) {
                for (std::size_t entry = 0; entry < lists[i].size(); ++entry) {
                    each.push_back(chance(50));
                    bits.flag(each.back());
                }
            }
            const auto small = [](int most) {
                return chance(80) ? between(-20, 20) : between(-most, most - 1);
            };
            for (std::size_t entry = 0; entry < lists[i].size(); ++entry) {
                if (flags[0][entry]) {
                    bits.se(small(128));
                    bits.se(small(128));
                }
                for (unsigned plane = 0; flags[1][entry] && plane < 2; ++plane) {
                    bits.se(small(128));
                    bits.se(small(512));
                }
            }
        }
    }

    void finish(BitWriter& bits, const std::vector<unsigned>& sizes) const {
        if (job_.tiles || job_.entropy_sync) {
            bits.ue(static_cast<unsigned>(sizes.size()));
            if (!sizes.empty()) {
                bits.ue(31);
                for (const unsigned size : sizes) {
                    bits.put(size - 1, 32);
                }
            }
        }
        if (job_.header_extension) {
            bits.ue(3);
            bits.put(0x5a00ff, 24);
        }
        bits.trailing_bits();
    }

    const HevcSets& sets_;
    vpu::hevc::Parameters job_;
    unsigned type_;
    int order_;
    bool output_ = true;
    bool temporal_mvp_ = false;
    Filters filters_{job_};
    HevcPictureReferences references_{sets_, order_};
};

}  // namespace svp::test
