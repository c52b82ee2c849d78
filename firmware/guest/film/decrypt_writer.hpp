// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Brings a film's encrypted samples into bitstream buffers of a protected heap: from the file into the window
 * that OP-TEE sees, from there by CAAM into the heap.
 */
#pragma once

#include <memory>

#include "../decrypt/session.hpp"
#include "../play/screen.hpp"
#include "film_player.hpp"

namespace svp::film {

class DecryptWriter : public play::StreamWriter {
 public:
    struct Counts {
        std::uint64_t jobs = 0;
        std::uint64_t bytes = 0;   ///< of samples
        std::uint64_t direct = 0;  ///< of them, moved by CAAM alone
        double seconds = 0;        ///< in OP-TEE and CAAM
    };

    explicit DecryptWriter(const Film& film) : film_(film) {}

    /** Whose samples they are; it must outlive the decoder that calls write(). */
    void follow(const FilmPlayer& player) { player_ = &player; }
    decrypt::Result<std::size_t> write(const play::Job& job, const decrypt::HeapBuffer& buffer) override;
    const Counts& counts() const { return counts_; }

 private:
    const Film& film_;
    const FilmPlayer* player_ = nullptr;
    std::unique_ptr<decrypt::Session> session_;
    Counts counts_;
};

}  // namespace svp::film
