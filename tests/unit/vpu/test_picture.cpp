// SPDX-License-Identifier: GPL-2.0-or-later
/** G2's pictures in memory: tiles of 4x4 samples of 8 and 10 bits, lines beside them, references. */
#include <algorithm>
#include <random>

#include "../catch.hpp"
#include "vpu/job_memory.hpp"
#include "vpu/picture/picture_writer.hpp"
#include "vpu/picture/reference_picture.hpp"
#include "vpu/picture/tiled_reference.hpp"

using namespace svp;
using namespace svp::vpu;

namespace {

/** Memory that counts what is read. */
class Cells final : public MemoryPort {
 public:
    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        CHECK(stream == Stream::reference);
        REQUIRE(address + data.size() <= bytes.size());
        std::copy_n(bytes.begin() + address, data.size(), data.begin());
        read_bytes += data.size();
        return answer;
    }
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        CHECK(stream == Stream::picture);
        REQUIRE(address + data.size() <= bytes.size());
        std::copy(data.begin(), data.end(), bytes.begin() + address);
        return answer;
    }

    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(1u << 20, 0xee);
    std::size_t read_bytes = 0;
    Response answer = Response::okay;
};

constexpr std::uint32_t luma_at = 0x1000, chroma_at = 0x40000, raster_luma_at = 0x80000,
                        raster_chroma_at = 0xc0000;

/** A picture of random samples, planes one behind the other. */
template <typename Sample>
struct Picture {
    Picture(unsigned columns, unsigned lines) : width(columns), height(lines) {
        std::mt19937 random(width * height);
        for (std::vector<Sample>* plane : {&luma, &cb, &cr}) {
            plane->resize(std::size_t{width} * height / (plane == &luma ? 1 : 4));
            for (Sample& sample : *plane) {
                sample = static_cast<Sample>(random() & (sizeof(Sample) == 1 ? 0xff : 0x3ff));
            }
        }
    }
    PictureLines<Sample> from(unsigned line) const {
        return {luma.data() + std::size_t{line} * width, cb.data() + std::size_t{line / 2} * (width / 2),
                cr.data() + std::size_t{line / 2} * (width / 2), static_cast<std::ptrdiff_t>(width),
                static_cast<std::ptrdiff_t>(width / 2)};
    }

    unsigned width, height;
    std::vector<Sample> luma, cb, cr;
};

/** Sample @p x of line @p y of a plane of tiles, bit by bit. */
template <typename Sample>
unsigned tiled_sample(const Cells& memory, std::uint32_t plane, unsigned width, unsigned x, unsigned y) {
    constexpr unsigned depth = sizeof(Sample) == 1 ? 8 : 10;
    const unsigned tile = y / 4 * (width / 4) + x / 4;
    const unsigned bit = (tile * 16 + y % 4 * 4 + x % 4) * depth;
    unsigned sample = 0;
    for (unsigned i = 0; i < depth; ++i) {
        sample |= (memory.bytes[plane + (bit + i) / 8] >> (bit + i) % 8 & 1u) << i;
    }
    return sample;
}

template <typename Sample>
void check_picture(unsigned width, unsigned height) {
    const Picture<Sample> picture(width, height);
    Cells memory;
    const TiledPicture place{luma_at, chroma_at, width, height};
    PictureWriter<Sample> writer(memory, place,
                                 {true, sizeof(Sample) == 1, raster_luma_at, raster_chroma_at});
    for (unsigned line = 0; line < height; line += 16) {
        writer.write(line, std::min(16u, height - line), picture.from(line));
    }
    CHECK(writer.answer() == Response::okay);
    constexpr unsigned size = sizeof(Sample), shift = size == 1 ? 0 : 6;
    const unsigned stride = (width + 15) / 16 * 16 * size;
    const auto raster = [&](std::uint32_t plane, unsigned x, unsigned y) {
        const std::size_t at = plane + y * stride + x * size;
        return size == 1 ? unsigned{memory.bytes[at]}
                         : static_cast<unsigned>(memory.bytes[at] | memory.bytes[at + 1] << 8);
    };
    unsigned wrong = 0;
    for (unsigned y = 0; y < height; ++y) {
        for (unsigned x = 0; x < width; ++x) {
            const unsigned sample = picture.luma[y * width + x];
            wrong += tiled_sample<Sample>(memory, luma_at, width, x, y) != sample;
            wrong += raster(raster_luma_at, x, y) != sample << shift;
            const auto& plane = x % 2 == 0 ? picture.cb : picture.cr;
            const unsigned chroma = plane[y / 2 * (width / 2) + x / 2];
            if (y % 2 == 0) {
                wrong += tiled_sample<Sample>(memory, chroma_at, width, x, y / 2) != chroma;
                wrong += raster(raster_chroma_at, x, y / 2) != chroma << shift;
            }
        }
    }
    CHECK(wrong == 0);
    // Nothing but the picture.
    const std::size_t tiles = std::size_t{width} * height * (sizeof(Sample) == 1 ? 8 : 10) / 8;
    CHECK(memory.bytes[luma_at - 1] == 0xee);
    CHECK(memory.bytes[luma_at + tiles] == 0xee);
    CHECK(memory.bytes[chroma_at - 1] == 0xee);
    CHECK(memory.bytes[chroma_at + tiles / 2] == 0xee);

    // And back, with edges that go on without end.
    TiledReference<Sample> reference(memory, place, 80);
    std::mt19937 random(7);
    for (unsigned block = 0; block < 200; ++block) {
        const int x = static_cast<int>(random() % (width + 300)) - 150;
        const int y = static_cast<int>(random() % (height + 300)) - 150;
        const int columns = static_cast<int>(random() % 80) + 1, rows = static_cast<int>(random() % 80) + 1;
        for (unsigned plane = 0; plane < 3; ++plane) {
            const auto got = plane == 0   ? reference.luma(x, y, columns, rows)
                             : plane == 1 ? reference.cb(x, y, columns, rows)
                                          : reference.cr(x, y, columns, rows);
            const auto& samples = plane == 0 ? picture.luma : plane == 1 ? picture.cb : picture.cr;
            const int wide = static_cast<int>(width) / (plane == 0 ? 1 : 2);
            const int high = static_cast<int>(height) / (plane == 0 ? 1 : 2);
            for (int row = 0; row < rows; ++row) {
                for (int column = 0; column < columns; ++column) {
                    const int at =
                        std::clamp(y + row, 0, high - 1) * wide + std::clamp(x + column, 0, wide - 1);
                    wrong += got.samples[row * got.stride + column] != samples[static_cast<std::size_t>(at)];
                }
            }
        }
    }
    CHECK(wrong == 0);
    CHECK(reference.answer() == Response::okay);
    CHECK(memory.read_bytes <= tiles * 3 / 2);  // nothing twice
}

}  // namespace

TEST_CASE("pictures of G2 are tiles and lines in memory, and references are read back from tiles", "[vpu]") {
    for (const auto& [width, height] : {std::pair{8u, 8u}, {64u, 16u}, {72u, 40u}, {200u, 136u}}) {
        CAPTURE(width, height);
        check_picture<std::uint8_t>(width, height);
        check_picture<std::uint16_t>(width, height);
    }
}

TEST_CASE("references touch only the cells of a block", "[vpu]") {
    Cells memory;
    TiledReference<std::uint8_t> reference(memory, {luma_at, chroma_at, 512, 128}, 71);
    reference.luma(3, 3, 8, 8);
    CHECK(memory.read_bytes == 256 * 16);
    reference.luma(10, 0, 8, 8);
    CHECK(memory.read_bytes == 256 * 16);
    reference.cb(127, 7, 2, 2);
    CHECK(memory.read_bytes == 256 * 16 + 4 * 256 * 8);
    reference.cr(127, 7, 2, 2);
    CHECK(memory.read_bytes == 256 * 16 + 4 * 256 * 8);
    memory.answer = Response::slverr;
    reference.luma(3, 3, 8, 8);
    CHECK(reference.answer() == Response::okay);
    reference.luma(300, 3, 8, 8);
    CHECK(reference.answer() == Response::slverr);
}

TEST_CASE("references of lines touch only the bands of a block", "[vpu]") {
    constexpr unsigned width = 48, height = 80;
    Cells memory;
    ReferencePicture reference(memory, luma_at, width, height);
    reference.luma(40, 3, 8, 8);
    CHECK(memory.read_bytes == width * 16);
    reference.luma(0, -9, 8, 8);  // above the picture
    CHECK(memory.read_bytes == width * 16);
    reference.cr(3, 7, 9, 9);
    CHECK(memory.read_bytes == width * 16 + 2 * width * 8);
    reference.cb(0, 8, 9, 1, Lines::bottom);  // line 17
    CHECK(memory.read_bytes == width * 16 + 3 * width * 8);
    memory.answer = Response::slverr;
    reference.luma(0, 0, 16, 16);
    CHECK(reference.answer() == Response::okay);
    reference.luma(0, height + 9, 8, 8);  // below it: its last line
    CHECK(reference.answer() == Response::slverr);
    CHECK(memory.read_bytes == 2 * width * 16 + 3 * width * 8);
}

TEST_CASE("samples beyond a width that is no multiple of 8 do not count", "[vpu]") {
    Cells memory;
    const Picture<std::uint8_t> picture(16, 8);
    PictureWriter<std::uint8_t>(memory, {luma_at, chroma_at, 16, 8}, {}).write(0, 8, picture.from(0));
    TiledReference<std::uint8_t> reference(memory, {luma_at, chroma_at, 11, 5}, 32);
    const auto luma = reference.luma(8, 2, 16, 6);
    for (int row = 0; row < 6; ++row) {
        for (int column = 0; column < 16; ++column) {
            const unsigned at = static_cast<unsigned>(std::min(2 + row, 4) * 16 + std::min(8 + column, 10));
            CHECK(luma.samples[row * luma.stride + column] == picture.luma[at]);
        }
    }
    const auto cr = reference.cr(4, 1, 8, 4);
    for (int row = 0; row < 4; ++row) {
        for (int column = 0; column < 8; ++column) {
            const unsigned at = static_cast<unsigned>(std::min(1 + row, 2) * 8 + std::min(4 + column, 5));
            CHECK(cr.samples[row * cr.stride + column] == picture.cr[at]);
        }
    }
}

TEST_CASE("memory of jobs is kept for the next piece of its size", "[vpu]") {
    constexpr std::size_t size = MemoryPool::smallest;
    MemoryPool pool(3 * size);
    void* const first = pool.take(size);
    void* const second = pool.take(2 * size);
    CHECK(pool.idle() == 0);
    pool.give_back(first, size);
    pool.give_back(second, 2 * size);
    CHECK(pool.idle() == 3 * size);

    SECTION("of no other size") {
        void* const other = pool.take(size + 1);
        CHECK(other != first);
        CHECK(other != second);
        CHECK(pool.idle() == 3 * size);
        pool.give_back(other, size + 1);
        // Room was made: the pieces that had lain there longest are gone.
        CHECK(pool.idle() == size + 1);
    }
    SECTION("the same piece again") {
        CHECK(pool.take(2 * size) == second);
        CHECK(pool.idle() == size);
        pool.give_back(second, 2 * size);
    }
    SECTION("what is larger than the limit, or small, is not kept") {
        pool.give_back(pool.take(4 * size), 4 * size);
        pool.give_back(pool.take(size - 1), size - 1);
        CHECK(pool.idle() == 3 * size);
    }
}
