// SPDX-License-Identifier: GPL-2.0-or-later
#include "caam/engines/pkha.hpp"

#include <algorithm>
#include <cstring>

#include "caam/job_status.hpp"

namespace svp::caam {

Pkha::~Pkha() {
    if (!used_) {
        return;
    }
    for (auto& number : bytes_) {
        number.fill(0);
    }
    load_.fill(0);
    std::fill(base_.begin(), base_.end(), std::uint8_t{0});
}

void Pkha::begin(PkRegister which, unsigned segment) {
    used_ = true;
    loading_ = true;
    load_register_ = which;
    load_segment_ = segment;
    loaded_ = 0;
}

void Pkha::add(std::span<const std::uint8_t> data) {
    if (data.size() > pk_bytes - load_segment_ * pk_segment_bytes - loaded_) {
        throw JobError(ChaId::pk, load_register_ == PkRegister::a   ? ChaError::pk_a_size
                                  : load_register_ == PkRegister::b ? ChaError::pk_b_size
                                  : load_register_ == PkRegister::e ? ChaError::key_size
                                                                    : ChaError::data_size);
    }
    std::copy(data.begin(), data.end(), load_.begin() + static_cast<std::ptrdiff_t>(loaded_));
    loaded_ += data.size();
}

void Pkha::end() {
    loading_ = false;
    put(load_register_, load_segment_, std::span<const std::uint8_t>(load_).first(loaded_));
}

void Pkha::get(PkRegister which, unsigned segment, std::span<std::uint8_t> to) const {
    const std::size_t at = segment * pk_segment_bytes;
    if (to.size() > pk_bytes - at) {
        throw JobError(DecoError::fifo_store);
    }
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[to.size() - 1 - i] = bytes(which)[at + i];
    }
}

void Pkha::put(PkRegister which, unsigned segment, std::span<const std::uint8_t> number) {
    const std::size_t at = segment * pk_segment_bytes;
    if (number.size() > pk_bytes - at) {
        throw JobError(ChaId::pk, ChaError::data_size);
    }
    used_ = true;
    if (which == PkRegister::e) {
        wipe_e();  // the new number is all that is in there
    }
    auto& target = bytes(which);
    // What a shorter number leaves of its last segment is zero.
    const std::size_t whole =
        std::min(pk_bytes - at, (number.size() + pk_segment_bytes - 1) / pk_segment_bytes * pk_segment_bytes);
    std::fill_n(target.begin() + static_cast<std::ptrdiff_t>(at), whole, std::uint8_t{0});
    for (std::size_t i = 0; i < number.size(); ++i) {
        target[at + i] = number[number.size() - 1 - i];
    }
    set_size(which, static_cast<std::uint32_t>(number.size()));
}

void Pkha::exchange(Archive& archive) {
    used_ = true;
    for (auto& number : bytes_) {
        archive.bytes(std::as_writable_bytes(std::span(number)));
    }
    for (std::uint32_t& one : size_) {
        archive.value(one, pk_bytes);
    }
    archive.value(flags_.zero);
    archive.value(flags_.gcd_one);
    archive.value(flags_.prime);
    archive.value(cost_);
    archive.value(e_loaded_);
    archive.value(e_locked_);
    archive.value(loading_);
    archive.value(load_register_, static_cast<std::uint64_t>(PkRegister::n));
    archive.value(load_segment_, 3);
    archive.value(loaded_, pk_bytes - load_segment_ * pk_segment_bytes);
    archive.bytes(std::as_writable_bytes(std::span(load_)));
    archive.value(rounds_done_);
    archive.list(base_, pk_bytes);
}

void Pkha::wipe_e() {
    bytes(PkRegister::e).fill(0);
    set_size(PkRegister::e, 0);
    e_loaded_ = e_locked_ = false;
}

void Pkha::set_size(PkRegister which, std::uint32_t size) {
    if (size > pk_bytes) {
        throw JobError(ChaId::pk, ChaError::data_size);
    }
    size_[static_cast<std::size_t>(which)] = size;
}

}  // namespace svp::caam
