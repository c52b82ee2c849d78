// SPDX-License-Identifier: GPL-2.0-or-later
/** Bytes in order with a limit: what the hardware's FIFOs and alignment blocks are in this model. */
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "svp/archive.hpp"

namespace svp::caam {

class ByteQueue {
 public:
    explicit ByteQueue(std::size_t capacity) : capacity_(capacity) {}

    std::size_t size() const { return tail_ - head_; }
    bool empty() const { return head_ == tail_; }
    /** Bytes that may still be put in. */
    std::size_t room() const { return capacity_ - size(); }

    /** The first bytes, at most @p limit of them. */
    std::span<const std::uint8_t> front(std::size_t limit) const {
        return {bytes_.data() + head_, std::min(limit, size())};
    }
    void pop(std::size_t count) {
        head_ += count;
        if (head_ == tail_) {
            head_ = tail_ = 0;
        }
    }

    /** Appends @p count bytes that the caller fills; at most room() of them. */
    std::span<std::uint8_t> grow(std::size_t count) {
        if (tail_ + count > bytes_.size()) {
            make_space(count);
        }
        tail_ += count;
        return {bytes_.data() + tail_ - count, count};
    }
    void push(std::span<const std::uint8_t> data) {
        if (!data.empty()) {
            std::memcpy(grow(data.size()).data(), data.data(), data.size());
        }
    }
    /** Takes back the last @p count bytes that grow() appended. */
    void shrink(std::size_t count) { tail_ -= count; }

    /** The last @p count bytes. */
    std::span<const std::uint8_t> back(std::size_t count) const {
        return {bytes_.data() + tail_ - count, count};
    }
    void clear() { head_ = tail_ = 0; }

    void exchange(Archive& archive) {
        std::uint32_t count = static_cast<std::uint32_t>(size());
        archive.value(count, capacity_);
        if (!archive.writing() && archive.ok()) {
            clear();
            grow(count);
        }
        archive.bytes(std::as_writable_bytes(std::span(bytes_.data() + head_, archive.ok() ? count : 0)));
    }

    /** Forgets the bytes for good, as keys must be. */
    void wipe() {
        std::fill(bytes_.begin(), bytes_.end(), std::uint8_t{0});
        clear();
    }

 private:
    void make_space(std::size_t count) {
        const std::size_t used = size();
        if (head_ > 0) {
            std::memmove(bytes_.data(), bytes_.data() + head_, used);
            head_ = 0;
            tail_ = used;
        }
        if (used + count > bytes_.size()) {
            bytes_.resize(std::max(used + count, std::min(capacity_, bytes_.size() * 2)));
        }
    }

    std::size_t capacity_;
    std::vector<std::uint8_t> bytes_;
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
};

}  // namespace svp::caam
