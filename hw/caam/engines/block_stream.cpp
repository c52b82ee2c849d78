// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/block_stream.hpp"

#include "caam/job_status.hpp"

namespace svp::caam {

void BlockStream::begin() {
    if (!started_) {
        started_ = true;
        start();
    }
}

void BlockStream::feed(DataKind kind, std::span<const std::uint8_t> data, ByteQueue& output) {
    if (kind != DataKind::message) {
        throw JobError(ChaId::aes, ChaError::out_of_sequence);
    }
    begin();
    const std::size_t total = held_ + data.size();
    std::size_t bulk = total < kept() ? 0 : (total - kept()) / block_ * block_;
    if (held_ > 0 && bulk > 0) {
        const std::size_t fill = (block_ - held_ % block_) % block_;
        std::memcpy(hold_.data() + held_, data.data(), fill);
        held_ += fill;
        data = data.subspan(fill);
        const std::size_t part = std::min(held_, bulk);
        crypt(part, output.grow(part).data(), hold_.data());
        held_ -= part;
        bulk -= part;
        std::memmove(hold_.data(), hold_.data() + part, held_);
    }
    if (bulk > 0) {
        crypt(bulk, output.grow(bulk).data(), data.data());
        data = data.subspan(bulk);
    }
    if (!data.empty()) {
        std::memcpy(hold_.data() + held_, data.data(), data.size());
        held_ += data.size();
    }
}

std::size_t BlockStream::transform_unit() {
    if (held_ > 0 || kept() > 0 || !transforms()) {
        return 0;
    }
    begin();
    return block_;
}

void BlockStream::transform(std::size_t size, std::uint8_t* to, const std::uint8_t* from) {
    crypt(size, to, from);
}

void BlockStream::exchange(Archive& archive) {
    archive.value(started_);
    archive.value(held_, block_ + kept() - 1);
    archive.bytes(std::as_writable_bytes(std::span(hold_)));
    exchange_keys(archive, started_);
}

void BlockStream::last(ByteQueue& output) {
    begin();
    if (held_ > 0) {
        finish(held_, output.grow(held_).data(), hold_.data());
        held_ = 0;
    }
    hold_.fill(0);
    stop();
}

}  // namespace svp::caam
