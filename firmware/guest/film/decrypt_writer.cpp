// SPDX-License-Identifier: GPL-2.0-or-later
/* See decrypt_writer.hpp. */
#include "decrypt_writer.hpp"

#include <algorithm>
#include <chrono>

namespace svp::film {

using Clock = std::chrono::steady_clock;
using decrypt::Done;
using decrypt::Error;
using decrypt::HeapBuffer;
using decrypt::Result;
using decrypt::SampleDescription;
using decrypt::Session;

Result<std::size_t> DecryptWriter::write(const play::Job& job, const HeapBuffer& buffer) {
    const JobEncryption encryption =
        job_encryption(film_, player_->current(), player_->current_bytes().data(), job.units,
                       player_->start_code_bytes());
    if (!encryption.problem.empty()) {
        return Error{encryption.problem};
    }
    if (session_ == nullptr) {
        Result<std::unique_ptr<Session>> opened = Session::open(buffer);
        if (!opened.ok()) {
            return opened.error();
        }
        session_ = std::move(opened.value());
    } else {
        const Result<Done> used = session_->use(buffer);
        if (!used.ok()) {
            return used.error();
        }
    }
    const std::size_t size = job.data.size();
    if (size > buffer.size() || size > session_->window().size()) {
        return Error{std::to_string(size) + " bytes, the buffer has " +
                     std::to_string(std::min<std::uint64_t>(buffer.size(), session_->window().size()))};
    }
    SampleDescription description;
    description.scheme = film_.scheme == Scheme::cenc ? SVP_SCHEME_CENC : SVP_SCHEME_CBCS;
    description.crypt_blocks = film_.crypt_blocks;
    description.skip_blocks = film_.skip_blocks;
    // The block counter has its half of the vector, whether the film gives that or leaves it at 0.
    description.iv_size = 16;
    description.iv = encryption.iv;
    for (const Subsample& part : encryption.parts) {
        description.subsamples.push_back({part.clear, part.encrypted});
    }
    std::copy(job.data.begin(), job.data.end(), session_->window().begin());
    const Clock::time_point begin = Clock::now();
    const Result<decrypt::Counts> done = session_->decrypt(description, film_.blob, 0, 0, size);
    counts_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    if (!done.ok()) {
        return done.error();
    }
    ++counts_.jobs;
    counts_.bytes += size;
    counts_.direct += done.value().direct;
    return size;
}

}  // namespace svp::film
