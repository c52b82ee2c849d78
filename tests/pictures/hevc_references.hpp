// SPDX-License-Identifier: GPL-2.0-or-later
/** References of random HEVC pictures: sets of them, and how slice headers tell them (ITU-T H.265,
 * clauses 7.3.7 and 8.3.2). */
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "bit_writer.hpp"
#include "hevc_sets.hpp"

namespace svp::test {

struct HevcReference {
    int order;
    bool long_term;
};

/** What one picture has. */
class HevcPictureReferences {
 public:
    HevcPictureReferences(const HevcSets& sets, int order) : sets_(sets), order_(order) {}

    /** Chooses what stays of @p references, and what of it this picture uses; @p recent: all order counts
     * that must be told apart. @p job gets the lists. */
    void choose(std::vector<HevcReference>& references, const std::vector<int>& recent,
                vpu::hevc::Parameters& job) {
        std::erase_if(references, [](const HevcReference&) { return chance(10); });
        std::vector<Long> longs;
        for (HevcReference& each : references) {
            each.long_term = each.long_term || (sets_.long_terms && chance(15));
            const bool used = !job.irap && chance(80);
            if (each.long_term) {
                longs.push_back({each.order, used, false, 0});
            } else {
                auto& half = each.order < order_ ? set_.before : set_.after;
                half.push_back({each.order - order_, used});
            }
        }
        const auto nearer = [](const auto& a, const auto& b) {
            return std::abs(a.delta) < std::abs(b.delta);
        };
        std::ranges::sort(set_.before, nearer);
        std::ranges::sort(set_.after, nearer);
        choose_long_terms(longs, recent);
        number(job);
    }

    int lsb(int order) const { return order & ((1 << sets_.order_bits) - 1); }

    void write_short_term(BitWriter& bits) const {
        const auto known = std::ranges::find(sets_.sets, set_);
        const bool from_sequence = known != sets_.sets.end();
        bits.flag(from_sequence);
        const auto count = static_cast<unsigned>(sets_.sets.size());
        if (from_sequence) {
            bits.put(static_cast<unsigned>(known - sets_.sets.begin()),
                     static_cast<unsigned>(std::bit_width(count - 1)));
            return;
        }
        // Told by another set, if one will do; the same way for all slices of the picture.
        for (unsigned back = 1; back <= count; ++back) {
            for (int delta = -4; delta <= 4; ++delta) {
                if (delta != 0 && predicted(sets_.sets[count - back], delta)) {
                    bits.flag(true);
                    bits.ue(back - 1);
                    bits.flag(delta < 0);
                    bits.ue(static_cast<unsigned>(std::abs(delta)) - 1);
                    write_predicted(bits, sets_.sets[count - back], delta);
                    return;
                }
            }
        }
        bits.flag(false);
        HevcSets::write_set(bits, set_);
    }
    void write_long_term(BitWriter& bits) const {
        const auto known = static_cast<unsigned>(sets_.long_term_lsb.size());
        const auto from_sequence = static_cast<unsigned>(
            std::ranges::count_if(longs_, [](const Long& each) { return each.from_sequence >= 0; }));
        if (known > 0) {
            bits.ue(from_sequence);
        }
        bits.ue(static_cast<unsigned>(longs_.size()) - from_sequence);
        unsigned cycle = 0;
        for (std::size_t i = 0; i < longs_.size(); ++i) {
            const Long& each = longs_[i];
            if (each.from_sequence >= 0) {
                bits.put(static_cast<unsigned>(each.from_sequence),
                         static_cast<unsigned>(std::bit_width(known - 1)));
            } else {
                bits.put(static_cast<unsigned>(lsb(each.order)), sets_.order_bits);
                bits.flag(each.used);
            }
            cycle = i == from_sequence ? 0 : cycle;
            bits.flag(each.has_msb);
            if (each.has_msb) {
                bits.ue(each.cycle - cycle);
                cycle = each.cycle;
            }
        }
    }

    unsigned total = 0;       ///< NumPicTotalCurr
    unsigned collocated = 0;  ///< reference that vectors come from

 private:
    struct Long {
        int order;
        bool used;
        bool has_msb;
        unsigned cycle;          ///< DeltaPocMsbCycleLt
        int from_sequence = -1;  ///< place in the sequence's list
    };

    void choose_long_terms(std::vector<Long>& longs, const std::vector<int>& recent) {
        for (Long& each : longs) {
            each.cycle = static_cast<unsigned>(((order_ - lsb(order_)) - (each.order - lsb(each.order))) >>
                                               sets_.order_bits);
            const auto alike =
                std::ranges::count_if(recent, [&](int other) { return lsb(other) == lsb(each.order); });
            each.has_msb = alike > 1 || chance(40);
            const auto known = std::ranges::find(sets_.long_term_lsb, static_cast<unsigned>(lsb(each.order)));
            if (known != sets_.long_term_lsb.end() && each.used && chance(70)) {
                each.from_sequence = static_cast<int>(known - sets_.long_term_lsb.begin());
            }
        }
        // Cycles are told by what they grow by, those of entries from the sequence first.
        std::ranges::stable_sort(
            longs, [](const Long& a, const Long& b) { return a.from_sequence >= 0 && b.from_sequence < 0; });
        const auto own = std::ranges::find_if(longs, [](const Long& a) { return a.from_sequence < 0; });
        const auto by_cycle = [](const Long& a, const Long& b) { return a.cycle < b.cycle; };
        std::stable_sort(longs.begin(), own, by_cycle);
        std::stable_sort(own, longs.end(), by_cycle);
        longs_ = longs;
    }

    void number(vpu::hevc::Parameters& job) {
        std::vector<std::uint8_t> lists[2];
        std::uint8_t next = 0;
        const auto add = [&](const auto& entries, std::vector<std::uint8_t>& list) {
            for (const auto& entry : entries) {
                if (entry.used) {
                    job.references[next].long_term = false;
                    list.push_back(next++);
                }
            }
        };
        std::vector<std::uint8_t> before, after, long_term;
        add(set_.before, before);
        add(set_.after, after);
        add(longs_, long_term);
        for (unsigned i = 0; i < 2; ++i) {
            auto& list = lists[i];
            list = i == 0 ? before : after;
            const auto& second = i == 0 ? after : before;
            list.insert(list.end(), second.begin(), second.end());
            list.insert(list.end(), long_term.begin(), long_term.end());
            for (std::size_t k = 0; !list.empty() && k < job.initial_list[i].size(); ++k) {
                job.initial_list[i][k] = list[k % list.size()];
            }
        }
        total = next;
        job.total_references = std::max(total, 1u);
        collocated = total > 0 ? job.initial_list[0][0] : 0;
    }

    static std::vector<int> deltas_from(const ReferenceSet& from, int delta) {
        std::vector<int> deltas;
        for (const auto* half : {&from.before, &from.after}) {
            for (const auto& entry : *half) {
                deltas.push_back(entry.delta + delta);
            }
        }
        deltas.push_back(delta);
        return deltas;
    }
    const ReferenceSet::Entry* entry_at(int delta) const {
        for (const auto* half : {&set_.before, &set_.after}) {
            for (const auto& entry : *half) {
                if (entry.delta == delta) {
                    return &entry;
                }
            }
        }
        return nullptr;
    }
    bool predicted(const ReferenceSet& from, int delta) const {
        const auto deltas = deltas_from(from, delta);
        for (const auto* half : {&set_.before, &set_.after}) {
            for (const auto& entry : *half) {
                if (std::ranges::find(deltas, entry.delta) == deltas.end()) {
                    return false;
                }
            }
        }
        return true;
    }
    void write_predicted(BitWriter& bits, const ReferenceSet& from, int delta) const {
        for (const int each : deltas_from(from, delta)) {
            const auto* entry = each != 0 ? entry_at(each) : nullptr;
            bits.flag(entry != nullptr && entry->used);
            if (entry == nullptr || !entry->used) {
                bits.flag(entry != nullptr);
            }
        }
    }

    const HevcSets& sets_;
    int order_;
    ReferenceSet set_;
    std::vector<Long> longs_;
};

}  // namespace svp::test
