// SPDX-License-Identifier: GPL-2.0-or-later
/* See output.hpp. */
#include "output.hpp"

#include <linux/if_alg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace svp::play {

using decrypt::Descriptor;
using decrypt::Done;
using decrypt::Error;
using decrypt::Result;
using decrypt::system_error;

namespace {

constexpr std::size_t md5_size = 16;
/** What one call to the kernel takes; it copies no more than this many bytes at a time. */
constexpr std::size_t chunk = 64 << 10;

}  // namespace

Result<Digest> Digest::make() {
    // Software: a hardware driver with a higher priority would only make each picture wait for it.
    for (const char* name : {"md5-lib", "md5-generic", "md5"}) {
        const Descriptor socket(::socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
        sockaddr_alg address{};
        address.salg_family = AF_ALG;
        std::strcpy(reinterpret_cast<char*>(address.salg_type), "hash");
        std::strcpy(reinterpret_cast<char*>(address.salg_name), name);
        if (socket.get() < 0 ||
            bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            continue;
        }
        Digest digest;
        digest.operation_ = Descriptor(accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        if (digest.operation_.get() >= 0) {
            return digest;
        }
    }
    return system_error("MD5 of the kernel (CONFIG_CRYPTO_MD5, CONFIG_CRYPTO_USER_API_HASH)", errno);
}

Result<Done> Digest::add(std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(operation_.get(), bytes.data(), std::min(bytes.size(), chunk), MSG_MORE);
        if (sent <= 0) {
            return system_error("MD5", errno);
        }
        bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return Done{};
}

Result<std::string> Digest::take() {
    std::uint8_t sum[md5_size];
    if (send(operation_.get(), nullptr, 0, 0) < 0 ||
        recv(operation_.get(), sum, sizeof sum, 0) != sizeof sum) {
        return system_error("MD5", errno);
    }
    std::string text;
    for (const std::uint8_t byte : sum) {
        constexpr char digits[] = "0123456789abcdef";
        text += {digits[byte >> 4], digits[byte & 15]};
    }
    return text;
}

Result<Output> Output::make(Pictures pictures, std::string layout) {
    Output output;
    output.kind_ = pictures;
    output.layout_ = std::move(layout);
    if (pictures == Pictures::digest) {
        for (std::optional<Digest>* digest : {&output.one_, &output.all_}) {
            Result<Digest> made = Digest::make();
            if (!made.ok()) {
                return made.error();
            }
            *digest = std::move(made.value());
        }
    }
    return output;
}

/** The visible part in the layout that is asked for, without padding. */
void Output::arrange(const Format& format, std::span<const std::uint8_t> nv12, unsigned stride) {
    const unsigned width = format.visible_width, height = format.visible_height;
    const unsigned half_width = (width + 1) / 2, half_height = (height + 1) / 2;
    const std::size_t luma = std::size_t{width} * height, chroma = std::size_t{half_width} * half_height;
    bytes_.resize(luma + (layout_ == "gray" ? 0 : 2 * chroma));
    for (unsigned y = 0; y < height; ++y) {
        std::copy_n(nv12.data() + std::size_t{format.top + y} * stride + format.left, width,
                    bytes_.data() + std::size_t{y} * width);
    }
    if (layout_ == "gray") {
        return;
    }
    std::uint8_t* to = bytes_.data() + luma;
    if (format.gray) {
        std::fill_n(to, 2 * chroma, std::uint8_t{128});
        return;
    }
    const std::uint8_t* from = nv12.data() + std::size_t{stride} * format.height;
    for (unsigned y = 0; y < half_height; ++y) {
        const std::uint8_t* row = from + std::size_t{format.top / 2 + y} * stride + format.left / 2 * 2;
        if (layout_ == "nv12") {
            std::copy_n(row, 2 * half_width, to + std::size_t{y} * 2 * half_width);
            continue;
        }
        std::uint8_t* u = to + std::size_t{y} * half_width;
        std::uint8_t* v = u + chroma;
        for (unsigned x = 0; x < half_width; ++x) {
            u[x] = row[2 * x];
            v[x] = row[2 * x + 1];
        }
    }
}

bool Output::failed(const Error& error) {
    std::fprintf(stderr, "svp-play: %s\n", error.text.c_str());
    return false;
}

bool Output::picture(const Picture& picture) {
    if (kind_ == Pictures::none) {
        ++pictures_;  // nobody looks at its samples
        return true;
    }
    const Format& format = picture.format;
    const bool of_g2 = format.codec == Codec::hevc || format.codec == Codec::vp9;
    if (of_g2 && picture.bytes.size() >= bytes_of(picture.surface)) {
        return planes(format.visible_width, format.visible_height,
                      visible_planes(format, picture.bytes, picture.surface));
    }
    return picture.packed ? packed_picture(picture.format, picture.bytes, picture.stride)
                          : plain_picture(picture.format, picture.bytes, picture.stride);
}

bool Output::plain_picture(const Format& format, std::span<const std::uint8_t> nv12, unsigned stride) {
    ++pictures_;
    if (nv12.empty()) {
        unreadable_ = true;
        say("unreadable", std::to_string(format.visible_width) + " " + std::to_string(format.visible_height));
        return true;
    }
    arrange(format, nv12, stride);
    return put(format.visible_width, format.visible_height, layout_);
}

bool Output::packed_picture(const Format& format, std::span<const std::uint8_t> yuyv, unsigned stride) {
    const std::size_t luma = std::size_t{format.width} * format.height;
    nv12_.resize(yuyv.empty() ? 0 : luma * 3 / 2);
    for (unsigned y = 0; y < format.height && !yuyv.empty(); ++y) {
        const std::uint8_t* row = yuyv.data() + std::size_t{y} * stride;
        std::uint8_t* to = nv12_.data() + std::size_t{y} * format.width;
        std::uint8_t* chroma = nv12_.data() + luma + std::size_t{y / 2} * format.width;
        for (unsigned x = 0; x < format.width; ++x) {
            to[x] = row[2 * x];
            if (y % 2 == 0) {
                chroma[x] = row[2 * x + 1];
            }
        }
    }
    return plain_picture(format, nv12_, format.width);
}

bool Output::planes(unsigned width, unsigned height, std::span<const std::uint8_t> planes) {
    ++pictures_;
    const std::size_t luma = std::size_t{width} * height;
    const std::size_t chroma = std::size_t{(width + 1) / 2} * ((height + 1) / 2);
    const bool wide = planes.size() > luma + 2 * chroma;
    bytes_.assign(planes.begin(), planes.end());
    if (wide) {
        return kind_ == Pictures::none || put(width, height, "yuv420p10le");
    }
    if (layout_ == "gray") {
        bytes_.resize(luma);
    } else if (layout_ == "nv12") {
        for (std::size_t i = 0; i < chroma; ++i) {
            bytes_[luma + 2 * i] = planes[luma + i];
            bytes_[luma + 2 * i + 1] = planes[luma + chroma + i];
        }
    }
    return kind_ == Pictures::none || put(width, height, layout_);
}

/** Prints what is in bytes_. */
bool Output::put(unsigned width, unsigned height, const std::string& layout) {
    const std::string size = std::to_string(width) + " " + std::to_string(height);
    if (kind_ == Pictures::raw) {
        say("picture", layout + " " + size + " " + std::to_string(bytes_.size()));
        if (std::fwrite(bytes_.data(), 1, bytes_.size(), stdout) != bytes_.size()) {
            return failed(system_error("pictures", errno));
        }
        return true;
    }
    for (Digest* digest : {&*one_, &*all_}) {
        const Result<Done> added = digest->add(bytes_);
        if (!added.ok()) {
            return failed(added.error());
        }
    }
    const Result<std::string> sum = one_->take();
    if (!sum.ok()) {
        return failed(sum.error());
    }
    say("digest", layout + " " + size + " " + sum.value());
    return true;
}

void Output::error(const std::string& text) {
    ++errors_;
    say("error", text);
}

void Output::say(const char* word, const std::string& text) {
    std::printf("%s %s\n", word, text.c_str());
}

bool Output::finish() {
    if (kind_ == Pictures::digest && pictures_ != 0 && !unreadable_) {
        const Result<std::string> sum = all_->take();
        if (!sum.ok()) {
            return failed(sum.error());
        }
        say("whole", sum.value());
    }
    std::puts("end");
    return std::fflush(stdout) == 0;
}

}  // namespace svp::play
