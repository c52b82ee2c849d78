// SPDX-License-Identifier: GPL-2.0-or-later
/** Nodes of the kernel's stateless decoders. */
#pragma once

#include <string>

#include "../decrypt/descriptor.hpp"
#include "target.hpp"

namespace svp::play {

struct V4l2Device {
    decrypt::Descriptor video, media;  ///< video: does not block
    std::string name;                  ///< node and card
};

/**
 * The first decoder that takes the codec, and its media device; no video: there is none. @p place: the
 * address of its registers as its bus information has it ("38330000"), empty for any.
 */
decrypt::Result<V4l2Device> find_decoder(Codec codec, const std::string& place);

/** An ioctl that is repeated when a signal interrupts it. */
int call(const decrypt::Descriptor& file, unsigned long request, void* argument);

}  // namespace svp::play
