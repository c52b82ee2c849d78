// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What svp-play tells: lines on stdout, as `svp decode` reads them.
 *
 *     picture FORMAT WIDTH HEIGHT BYTES    then so many bytes: the next picture in output order
 *     digest FORMAT WIDTH HEIGHT MD5       in its place: the MD5 of those bytes
 *     unreadable WIDTH HEIGHT              in its place: this program may not read it
 *     whole MD5                            of all pictures, with their digests
 *     error TEXT                           the hardware gave up a picture; decoding goes on
 *     unsupported TEXT                     the hardware has no such codec, profile or size, or the file is no
 * stream end
 */
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../decrypt/descriptor.hpp"
#include "screen.hpp"
#include "target.hpp"

namespace svp::play {

/** MD5 of bytes that come in parts, by the kernel. */
class Digest {
 public:
    static decrypt::Result<Digest> make();

    decrypt::Result<decrypt::Done> add(std::span<const std::uint8_t> bytes);
    /** Hexadecimal digits; what is added then belongs to the next digest. */
    decrypt::Result<std::string> take();

 private:
    decrypt::Descriptor operation_;
};

enum class Pictures : std::uint8_t { none, raw, digest };

class Output : public Screen {
 public:
    /** @p layout: "yuv420p", "nv12" or "gray"; pictures of 10 bits are "yuv420p10le" whatever it is. */
    static decrypt::Result<Output> make(Pictures pictures, std::string layout);

    /** False if it cannot be written. */
    bool picture(const Picture& picture) override;
    /** A picture without padding, plane by plane (YUV 4:2:0), 8 or 10 bits a sample by its size. */
    bool planes(unsigned width, unsigned height, std::span<const std::uint8_t> planes);
    void error(const std::string& text) override;
    void say(const char* word, const std::string& text);
    /** The last lines. */
    bool finish();

    unsigned pictures() const { return pictures_; }
    unsigned errors() const { return errors_; }

 private:
    /** A picture as NV12, rows of @p stride bytes; no bytes: it cannot be read. */
    bool plain_picture(const Format& format, std::span<const std::uint8_t> nv12, unsigned stride);
    /** The same as YUYV; of each pair of lines the chroma of the first is taken. */
    bool packed_picture(const Format& format, std::span<const std::uint8_t> yuyv, unsigned stride);
    bool put(unsigned width, unsigned height, const std::string& layout);
    void arrange(const Format& format, std::span<const std::uint8_t> nv12, unsigned stride);
    bool failed(const decrypt::Error& error);

    Pictures kind_ = Pictures::none;
    std::string layout_;
    std::optional<Digest> one_, all_;
    bool unreadable_ = false;          ///< a picture was
    std::vector<std::uint8_t> bytes_;  ///< of the picture in its layout
    std::vector<std::uint8_t> nv12_;
    unsigned pictures_ = 0;
    unsigned errors_ = 0;
};

}  // namespace svp::play
