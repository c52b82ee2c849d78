// SPDX-License-Identifier: GPL-2.0-or-later
/** Kernels for wide vectors give what the plain ones give, sample by sample. */
#include "dcss/kernels.hpp"

#include <vector>

#include "../catch.hpp"
#include "../every_core.hpp"
#include "dcss/colour.hpp"

using namespace svp::dcss;
using svp::test::Random;

namespace {

constexpr std::size_t longest = 100;

struct Lines {
    explicit Lines(Random& random, unsigned levels = 1024) {
        for (Row& row : rows) {
            row.resize(longest);
            for (std::size_t x = 0; x < longest + Row::block; ++x) {
                row.data()[x] = static_cast<Sample>(random.below(levels));
            }
            row.extend(longest);
        }
    }
    Sample* operator[](std::size_t number) { return rows[number].data(); }
    /** True if the first @p count samples of all lines are the same. */
    bool same(Lines& other, std::size_t count) {
        bool result = true;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            result = result && std::equal((*this)[i], (*this)[i] + count, other[i]);
        }
        return result;
    }
    std::array<Row, 7> rows;
};

/** All sizes; false where the processor has no wide kernels. */
template <typename Check>
void for_sizes(const Check& check) {
    if (!wide::usable()) {
        WARN("this processor has no AVX2");
        return;
    }
    Random random(17);
    for (std::size_t count = 1; count <= longest; ++count) {
        check(random, count);
    }
}

Filter any_filter(Random& random) {
    Filter filter;
    filter.start = static_cast<std::int32_t>(random.below(1u << 15)) - (1 << 14);
    filter.increment = static_cast<std::int32_t>(random.below(1u << 14));
    const auto first = static_cast<unsigned>(random.below(4));
    const auto end = first + static_cast<unsigned>(random.below(8 - first));
    for (Filter::Taps& taps : filter.coefficients) {
        for (unsigned tap = first; tap < end; ++tap) {
            taps[tap] = static_cast<std::int16_t>(static_cast<int>(random.below(4096)) - 2048);
        }
    }
    return filter;
}

}  // namespace

TEST_CASE("wide vectors: filters along a line", "[dcss]") {
    unsigned tried = 0;
    for_sizes([&](Random& random, std::size_t count) {
        Lines from(random), a(random, 1), b(random, 1);
        const Filter filter = any_filter(random);
        Along along;
        for (std::uint32_t x = 0; x < count; ++x) {
            const std::int64_t first = Filter::first(filter.position(x));
            along.first.push_back(static_cast<std::int32_t>(
                std::clamp<std::int64_t>(first, -std::int64_t{Filter::taps}, longest)));
            along.taps.push_back(&filter.at(filter.position(x)));
        }
        along.make_blocks();
        if (!along.blocks.empty()) {
            ++tried;
            plain::filter_along(from[0], along, a[0], count);
            wide::filter_along(from[0], along, b[0], count);
            CHECK(a.same(b, count));
        }
    });
    CHECK((tried > longest / 2 || !wide::usable()));
}

TEST_CASE("wide vectors: sums of lines", "[dcss]") {
    for_sizes([](Random& random, std::size_t count) {
        Lines from(random), a(random, 1), b(random, 1);
        WeightedLines lines{};
        lines.count = static_cast<unsigned>(random.below(Filter::taps + 1));
        for (unsigned line = 0; line < lines.count; ++line) {
            lines.lines[line] = from[line];
            lines.weights[line] = static_cast<std::int16_t>(static_cast<int>(random.below(4096)) - 2048);
        }
        plain::add_lines(lines, a[0], count);
        wide::add_lines(lines, b[0], count);
        CHECK(a.same(b, count));
    });
}

TEST_CASE("wide vectors: blending, with samples of tables, too", "[dcss]") {
    for_sizes([](Random& random, std::size_t count) {
        const unsigned levels = random.one_in(2) ? 1024 : 16384;
        Lines above(random, levels), alphas(random), a(random, levels), b = a;
        const auto alpha = static_cast<std::int32_t>(random.below(1024));
        plain::blend(above[0], alpha, a[0], count);
        wide::blend(above[0], alpha, b[0], count);
        // Runs of pixels that are all there, or not at all.
        for (std::size_t x = 0; x < count; ++x) {
            const bool plain_run = x / 20 % 3 != 0;
            alphas[0][x] = plain_run ? (x / 20 % 3 == 1 ? sample_max : Sample{0}) : alphas[0][x];
        }
        plain::blend(above[1], alphas[0], a[1], count);
        wide::blend(above[1], alphas[0], b[1], count);
        CHECK(a.same(b, longest));
    });
}

TEST_CASE("wide vectors: words, from them and to them", "[dcss]") {
    for_sizes([](Random& random, std::size_t count) {
        Lines from(random, random.one_in(2) ? 1024 : 16384), a(random, 1), b = a;
        std::vector<std::uint32_t> packed_a(longest, 5), packed_b(longest, 5);
        plain::pack(from[0], from[1], from[2], packed_a.data(), count);
        wide::pack(from[0], from[1], from[2], packed_b.data(), count);
        CHECK(packed_a == packed_b);
        std::vector<std::uint8_t> bytes(4 * (longest + Row::block));
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(random.next());
        }
        for (unsigned which = 0; which < 4; ++which) {
            plain::unpack_component(bytes.data(), count, which, a[which]);
            wide::unpack_component(bytes.data(), count, which, b[which]);
        }
        CHECK(a.same(b, count));
    });
}

TEST_CASE("wide vectors: colour conversion by any registers", "[dcss]") {
    for_sizes([](Random& random, std::size_t count) {
        Lines from(random, random.one_in(2) ? 1024 : 16384), a(random, 1), b = a;
        ColourMatrix matrix;
        for (unsigned i = 0; i < 3; ++i) {
            for (std::int16_t& coefficient : matrix.coefficients[i]) {
                coefficient = static_cast<std::int16_t>(random.next());
            }
            matrix.pre_offset[i] = static_cast<std::int32_t>(random.below(1024)) - 512;
            matrix.pre_min[i] = static_cast<std::int32_t>(random.below(1024)) - 512;
            matrix.pre_max[i] = static_cast<std::int32_t>(random.below(1024));
            matrix.post_offset[i] = static_cast<std::int32_t>(random.below(1u << 28)) - (1 << 27);
            matrix.post_offset[i] >>= static_cast<int>(random.below(28));
            matrix.post_min[i] = static_cast<std::int32_t>(random.below(1024));
            matrix.post_max[i] = static_cast<std::int32_t>(random.below(1024));
        }
        matrix.norm = static_cast<std::uint32_t>(random.below(32));
        plain::convert(matrix, {from[0], from[1], from[2], nullptr}, {a[0], a[1], a[2]}, count);
        wide::convert(matrix, {from[0], from[1], from[2], nullptr}, {b[0], b[1], b[2]}, count);
        CHECK(a.same(b, count));
    });
}
