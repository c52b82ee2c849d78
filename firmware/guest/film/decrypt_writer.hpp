// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Brings a film's encrypted samples into bitstream buffers of a protected heap: from the file into the window
 * that OP-TEE sees, from there by CAAM into the heap.
 */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../decrypt/session.hpp"
#include "../play/screen.hpp"
#include "film_player.hpp"

namespace svp::film {

class DecryptWriter : public play::StreamWriter, public HeaderReader {
 public:
    struct Counts {
        std::uint64_t jobs = 0;
        std::uint64_t bytes = 0;   ///< of samples
        std::uint64_t direct = 0;  ///< of them, moved by CAAM alone
        double seconds = 0;        ///< in OP-TEE and CAAM
    };

    /** @p heap: of which headers of VP9 that are encrypted need a buffer; without one they are not read. */
    explicit DecryptWriter(const Film& film, std::string heap = "") : film_(film), heap_(std::move(heap)) {}

    /** Whose samples they are; it must outlive the decoder that calls write(). */
    void follow(const FilmPlayer& player) { player_ = &player; }
    decrypt::Result<std::size_t> write(const play::Job& job, const decrypt::HeapBuffer& buffer) override;
    decrypt::Result<std::vector<play::Vp9ReadFrame>> read_headers(
        std::span<const std::uint8_t> sample) override;
    const Counts& counts() const { return counts_; }

 private:
    decrypt::Result<decrypt::Done> use(const decrypt::HeapBuffer& buffer, decrypt::Application application);
    decrypt::Result<decrypt::Counts> decrypt_units(const play::Job& job);
    decrypt::Result<decrypt::Counts> decrypt_frame(const play::Job& job);

    const Film& film_;
    std::string heap_;
    const FilmPlayer* player_ = nullptr;
    std::unique_ptr<decrypt::Session> session_;
    svp_vp9_answer headers_{};  ///< of the last sample
    Counts counts_;
};

}  // namespace svp::film
