// SPDX-License-Identifier: GPL-2.0-or-later
/** Samples out of the streams of vp9_streams.hpp, as vectors of bytes. */
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "../vpu/vp9_streams.hpp"

namespace svp::test {

using Bytes = std::vector<std::uint8_t>;

/** The samples of a stream of vp9_streams.hpp: each with its size, 16 bits, in front. */
inline std::vector<Bytes> samples_of(std::span<const std::uint8_t> data) {
    std::vector<Bytes> samples;
    while (data.size() >= 2) {
        const std::size_t size = data[0] | std::size_t{data[1]} << 8;
        samples.emplace_back(data.begin() + 2, data.begin() + 2 + static_cast<std::ptrdiff_t>(size));
        data = data.subspan(2 + size);
    }
    return samples;
}

template <typename T>
Bytes bytes_of(const T& value) {
    Bytes bytes(sizeof(value));
    std::memcpy(bytes.data(), &value, sizeof(value));
    return bytes;
}

/** The first sample of the first stream, a key frame. */
inline Bytes key_frame() {
    return samples_of(vp9_streams[0].data)[0];
}

}  // namespace svp::test
