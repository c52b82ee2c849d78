// SPDX-License-Identifier: GPL-2.0-or-later
/** Codecs and the controls of jobs, as V4L2 names them. */
#pragma once

#include <linux/videodev2.h>

#include <cstdint>
#include <vector>

#include "target.hpp"

namespace svp::play {

/** Of the stream that a stateless decoder takes. */
std::uint32_t pixel_format(Codec codec);
const char* name_of(Codec codec);
/** For VIDIOC_S_EXT_CTRLS; refers to @p controls. */
std::vector<v4l2_ext_control> list_of(const Controls& controls);

}  // namespace svp::play
