// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The post-processor of G1 behind the decoder ("pipeline mode"): YUYV beside the decoder's NV12.
 *
 * It takes what the decoder writes on its way to memory, so that it shows the picture whether or not those
 * writes are permitted, and writes it a second time when the decoder is done.
 *
 * Not modelled: scaling, rotation, cropping, RGB and planar output, other input than the decoder's, and work
 * without the decoder: such a job ends in an error. How the chip makes 4:2:2 of 4:2:0 is not known; here both
 * lines of a pair have the chroma of theirs.
 */
#pragma once

#include <vector>

#include "vpu/g1/registers.hpp"
#include "vpu/memory_port.hpp"

namespace svp::vpu::g1 {

class PostProcessor final : public MemoryPort {
 public:
    /** The decoder's picture: a frame as NV12 without padding at @p base; sizes in luma samples. */
    struct Picture {
        std::uint32_t base;
        unsigned width;
        unsigned height;
    };

    PostProcessor(Registers registers, const Picture& picture, MemoryPort& port);

    /** Whether it can do what @p registers ask for; true if they do not ask for it. */
    static bool possible(Registers registers);

    Response read(Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override;
    Response write(Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override;
    Response read_rows(Stream stream, const Rectangle& lines, std::span<std::uint8_t> data) override;
    Response write_rows(Stream stream, const Rectangle& lines, std::span<const std::uint8_t> data) override;

    /** Writes some lines of its output, those that the decoder has written; false when all are. */
    bool put_out();
    /** The worst answer to its writes. */
    Response answer() const { return answer_; }

 private:
    void take(std::uint32_t address, std::span<const std::uint8_t> data);

    MemoryPort& port_;
    Picture picture_;
    std::uint32_t output_;
    unsigned width_;  ///< of the output, pixels
    unsigned height_;
    std::vector<std::uint8_t> samples_;  ///< the picture as NV12
    std::vector<bool> written_;          ///< lines of luma
    unsigned line_ = 0;                  ///< that is put out next
    Response answer_ = Response::okay;
};

}  // namespace svp::vpu::g1
