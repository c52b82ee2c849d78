// SPDX-License-Identifier: GPL-2.0-or-later
/* See decrypt_writer.hpp. */
#include "decrypt_writer.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>

namespace svp::film {

using Clock = std::chrono::steady_clock;
using decrypt::Done;
using decrypt::Error;
using decrypt::HeapBuffer;
using decrypt::Result;
using decrypt::SampleDescription;
using decrypt::Session;

namespace {

play::Vp9Frame to_frame(const svp_vp9_frame& read) {
    static_assert(sizeof(read.header) == sizeof(v4l2_ctrl_vp9_frame));
    static_assert(offsetof(svp_vp9_frame_header, times) == offsetof(v4l2_ctrl_vp9_frame, last_frame_ts));
    static_assert(sizeof(read.changes) == sizeof(v4l2_ctrl_vp9_compressed_hdr));
    static_assert(offsetof(svp_vp9_changes, mv) == offsetof(v4l2_ctrl_vp9_compressed_hdr, mv));
    play::Vp9Frame frame;
    frame.existing = read.kind == SVP_VP9_EXISTING;
    frame.slot = read.slot % play::vp9_slots;
    frame.refresh = read.refresh;
    for (std::size_t n = 0; n < frame.references.size(); ++n) {
        frame.references[n] = read.references[n] % play::vp9_slots;
    }
    std::memcpy(&frame.control, &read.header, sizeof(read.header));
    std::memcpy(&frame.compressed, &read.changes, sizeof(read.changes));
    return frame;
}

}  // namespace

Result<Done> DecryptWriter::use(const HeapBuffer& buffer, decrypt::Application application) {
    if (session_ != nullptr) {
        return session_->use(buffer);
    }
    Result<std::unique_ptr<Session>> opened = Session::open(buffer, {}, application);
    if (!opened.ok()) {
        return opened.error();
    }
    session_ = std::move(opened.value());
    return Done{};
}

Result<std::size_t> DecryptWriter::write(const play::Job& job, const HeapBuffer& buffer) {
    const bool has_headers = headers_.count != 0;
    const Result<Done> used =
        use(buffer, has_headers ? decrypt::Application::vp9 : decrypt::Application::decrypt);
    if (!used.ok()) {
        return used.error();
    }
    const std::size_t size = job.data.size();
    if (size > buffer.size() || size > session_->window().size()) {
        return Error{std::to_string(size) + " bytes, the buffer has " +
                     std::to_string(std::min<std::uint64_t>(buffer.size(), session_->window().size()))};
    }
    const Result<decrypt::Counts> done = has_headers ? decrypt_frame(job) : decrypt_units(job);
    if (!done.ok()) {
        return done.error();
    }
    ++counts_.jobs;
    counts_.bytes += size;
    counts_.direct += done.value().direct;
    return size;
}

Result<decrypt::Counts> DecryptWriter::decrypt_units(const play::Job& job) {
    const JobEncryption encryption = job_encryption(
        film_, player_->current(), player_->current_bytes().data(), job.units, player_->start_code_bytes());
    if (!encryption.problem.empty()) {
        return Error{encryption.problem};
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
    Result<decrypt::Counts> done = session_->decrypt(description, film_.blob, 0, 0, job.data.size());
    counts_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    return done;
}

Result<decrypt::Counts> DecryptWriter::decrypt_frame(const play::Job& job) {
    const auto offset = job.units[0].data() - player_->current_bytes().data();
    const std::span<const svp_vp9_frame> read(headers_.frames, headers_.count);
    const auto found = std::ranges::find_if(
        read, [&](const svp_vp9_frame& frame) { return frame.offset == static_cast<std::uint64_t>(offset); });
    if (found == read.end() || found->size != job.data.size()) {
        return Error{"the job is no frame of the last sample"};
    }
    const Clock::time_point begin = Clock::now();
    Result<decrypt::Counts> done = session_->frame(static_cast<std::uint32_t>(found - read.begin()), *found);
    counts_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    return done;
}

Result<std::vector<play::Vp9ReadFrame>> DecryptWriter::read_headers(std::span<const std::uint8_t> sample) {
    headers_ = {};
    if (heap_.empty() || film_.scheme != Scheme::cenc) {
        return Error{"encrypted headers of VP9 are read with the scheme cenc, into a heap"};
    }
    // A call of the application wants a buffer, whatever it does. It does not stay, so that the heap's first
    // pages are those of the decoder.
    const Result<HeapBuffer> scratch = HeapBuffer::allocate(heap_, sizeof(svp_vp9_answer));
    if (!scratch.ok()) {
        return scratch.error();
    }
    const Result<Done> used = use(scratch.value(), decrypt::Application::vp9);
    if (!used.ok()) {
        return used.error();
    }
    if (sample.size() > session_->window().size()) {
        return Error{"a sample has " + std::to_string(sample.size()) + " bytes, the limit is " +
                     std::to_string(session_->window().size())};
    }
    std::copy(sample.begin(), sample.end(), session_->window().begin());
    const Clock::time_point begin = Clock::now();
    const Result<svp_vp9_answer> answer = session_->headers(player_->current().iv, film_.blob, sample.size());
    counts_.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    if (!answer.ok()) {
        return answer.error();
    }
    std::vector<play::Vp9ReadFrame> frames;
    for (std::uint32_t n = 0; n < answer.value().count; ++n) {
        const svp_vp9_frame& read = answer.value().frames[n];
        if (read.offset > sample.size() || read.size > sample.size() - read.offset) {
            return Error{"svp-vp9 names a frame that is not in the sample"};
        }
        frames.push_back(
            {to_frame(read), read.kind == SVP_VP9_NOTHING, sample.subspan(read.offset, read.size)});
    }
    headers_ = answer.value();
    return frames;
}

}  // namespace svp::film
