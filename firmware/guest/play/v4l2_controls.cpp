// SPDX-License-Identifier: GPL-2.0-or-later
/* See v4l2_controls.hpp. */
#include "v4l2_controls.hpp"

namespace svp::play {

std::uint32_t pixel_format(Codec codec) {
    switch (codec) {
        case Codec::vp8:
            return V4L2_PIX_FMT_VP8_FRAME;
        case Codec::h264:
            return V4L2_PIX_FMT_H264_SLICE;
        case Codec::hevc:
            return V4L2_PIX_FMT_HEVC_SLICE;
        case Codec::vp9:
            return V4L2_PIX_FMT_VP9_FRAME;
        case Codec::mpeg2:
            break;
    }
    return V4L2_PIX_FMT_MPEG2_SLICE;
}

const char* name_of(Codec codec) {
    switch (codec) {
        case Codec::vp8:
            return "VP8";
        case Codec::h264:
            return "H.264";
        case Codec::hevc:
            return "HEVC";
        case Codec::vp9:
            return "VP9";
        case Codec::mpeg2:
            break;
    }
    return "MPEG-2";
}

std::vector<v4l2_ext_control> list_of(const Controls& controls) {
    std::vector<v4l2_ext_control> list;
    const auto add = [&list](std::uint32_t id, const auto& control) {
        v4l2_ext_control entry{};
        entry.id = id;
        entry.size = sizeof control;
        entry.ptr = const_cast<void*>(static_cast<const void*>(&control));
        list.push_back(entry);
    };
    if (const auto* vp8 = std::get_if<v4l2_ctrl_vp8_frame>(&controls)) {
        add(V4L2_CID_STATELESS_VP8_FRAME, *vp8);
    } else if (const auto* h264 = std::get_if<H264Controls>(&controls)) {
        add(V4L2_CID_STATELESS_H264_SPS, h264->sps);
        add(V4L2_CID_STATELESS_H264_PPS, h264->pps);
        if ((h264->pps.flags & V4L2_H264_PPS_FLAG_SCALING_MATRIX_PRESENT) != 0) {
            add(V4L2_CID_STATELESS_H264_SCALING_MATRIX, h264->scaling);
        }
        add(V4L2_CID_STATELESS_H264_DECODE_PARAMS, h264->decode);
    } else if (const auto* mpeg2 = std::get_if<Mpeg2Controls>(&controls)) {
        add(V4L2_CID_STATELESS_MPEG2_SEQUENCE, mpeg2->sequence);
        add(V4L2_CID_STATELESS_MPEG2_PICTURE, mpeg2->picture);
        add(V4L2_CID_STATELESS_MPEG2_QUANTISATION, mpeg2->quantisation);
    } else if (const auto* hevc = std::get_if<HevcControls>(&controls)) {
        add(V4L2_CID_STATELESS_HEVC_SPS, hevc->sps);
        add(V4L2_CID_STATELESS_HEVC_PPS, hevc->pps);
        add(V4L2_CID_STATELESS_HEVC_SCALING_MATRIX, hevc->scaling);
        add(V4L2_CID_STATELESS_HEVC_DECODE_PARAMS, hevc->decode);
    } else if (const auto* vp9 = std::get_if<Vp9Controls>(&controls)) {
        add(V4L2_CID_STATELESS_VP9_FRAME, vp9->frame);
        add(V4L2_CID_STATELESS_VP9_COMPRESSED_HDR, vp9->compressed);
    }
    return list;
}

}  // namespace svp::play
