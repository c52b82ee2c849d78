// SPDX-License-Identifier: GPL-2.0-or-later
/** Plays H.264 on the engine without a device around it: parser, driver, engine, and a flat memory. */
#pragma once

#include <cstring>
#include <map>
#include <memory>

#include "../../firmware/guest/play/h264_dpb.hpp"
#include "../../firmware/guest/play/h264_parameter_sets.hpp"
#include "g1_h264_driver.hpp"
#include "vp8_player.hpp"
#include "vpu/g1/h264_job.hpp"
#include "vpu/h264/decoder.hpp"

namespace svp::test {

class H264TestPlayer {
 public:
    static constexpr unsigned buffer_count =
        18;  ///< sixteen references, the picture that is made, a spare one
    static constexpr std::uint32_t table_at = 0x1000;
    static constexpr std::uint32_t stream_at = 0x10000;
    static constexpr std::uint32_t stream_room = 4u << 20;
    static constexpr std::uint32_t pictures_at = stream_at + stream_room;

    /** Decodes a whole stream. False, with problem set, if something in it cannot be decoded. */
    bool play(std::span<const std::uint8_t> file) {
        const std::vector<play::H264Unit> units = play::h264_units(file);
        std::vector<const play::H264Unit*> picture;
        std::optional<play::H264SliceHeader> first;
        bool good = true;
        for (const play::H264Unit& unit : units) {
            const unsigned type = unit.type();
            if (type == 7 || type == 8) {
                good = good && finish_picture(picture, first);
                std::string why;
                if (!sets.take(unit, why)) {
                    problem = why;
                }
            } else if (type == 1 || type == 5) {
                const auto header = sets.slice_header(unit, problem);
                if (!header) {
                    return false;
                }
                if (header->redundant_pic_cnt != 0) {
                    continue;
                }
                if (first && other_picture(*first, *header)) {
                    good = good && finish_picture(picture, first);
                }
                if (!first) {
                    first = header;
                }
                picture.push_back(&unit);
            }
            if (!good) {
                return false;
            }
        }
        good = finish_picture(picture, first);
        show(0);
        return good;
    }

    play::H264ParameterSets sets;
    play::H264Dpb dpb;
    std::optional<FlatPort> port;
    G1Registers registers{};
    vpu::h264::Result result = vpu::h264::Result::done;
    std::string problem;
    unsigned pictures = 0;  ///< jobs
    unsigned width = 0;     ///< of visible frames, pixels
    unsigned height = 0;
    std::function<void(std::span<const std::uint8_t>)>
        output;  ///< gets visible frames, planar, in their order

 protected:
    struct Waiting {
        std::int64_t order;
        std::vector<std::uint8_t> planes;
    };

    /** Clause 7.4.1.2.4, by what this parser knows. */
    bool other_picture(const play::H264SliceHeader& a, const play::H264SliceHeader& b) const {
        return a.frame_num != b.frame_num || a.pps_id != b.pps_id || a.field != b.field ||
               a.bottom != b.bottom || (a.ref_idc == 0) != (b.ref_idc == 0) || a.idr != b.idr ||
               (a.idr && a.idr_pic_id != b.idr_pic_id) || a.order_count_lsb != b.order_count_lsb ||
               a.delta_order_count_bottom != b.delta_order_count_bottom ||
               a.delta_order_count[0] != b.delta_order_count[0] ||
               a.delta_order_count[1] != b.delta_order_count[1];
    }

    std::uint32_t address_of(unsigned buffer) const { return pictures_at + buffer * picture_room; }

    void set_size(const play::H264Sps& sps) {
        if (sps.mb_width() == mb_width && sps.mb_height() == mb_height) {
            return;
        }
        show(0);
        mb_width = sps.mb_width();
        mb_height = sps.mb_height();
        picture_room = (448 * mb_width * mb_height + 32 + 255) / 256 * 256;
        port.emplace(pictures_at + std::size_t{buffer_count} * picture_room);
        buffers.clear();
    }

    /** Buffer of a frame, by its number in the stream. */
    unsigned buffer_of(std::uint64_t id) {
        const auto known = buffers.find(id);
        if (known != buffers.end()) {
            return known->second;
        }
        std::erase_if(buffers, [this](const auto& entry) {
            const auto& frames = dpb.references();
            return entry.first != dpb.current().id &&
                   std::none_of(frames.begin(), frames.end(),
                                [&](const auto& f) { return f.id == entry.first; });
        });
        unsigned buffer = 0;
        while (std::any_of(buffers.begin(), buffers.end(),
                           [&](const auto& entry) { return entry.second == buffer; })) {
            ++buffer;
        }
        return buffers[id] = buffer;
    }

    H264Controls controls_of(const play::H264SliceHeader& header, const play::H264Sps& sps,
                             const play::H264Pps& pps) {
        H264Controls controls{sps.control, pps.control, pps.lists, {}};
        v4l2_ctrl_h264_decode_params& decode = controls.decode;
        decode.nal_ref_idc = static_cast<__u16>(header.ref_idc);
        decode.frame_num = static_cast<__u16>(header.frame_num);
        decode.top_field_order_cnt = dpb.current().order_count[0];
        decode.bottom_field_order_cnt = dpb.current().order_count[1];
        decode.idr_pic_id = static_cast<__u16>(header.idr_pic_id);
        decode.dec_ref_pic_marking_bit_size = header.marking_bits;
        decode.pic_order_cnt_bit_size = header.order_count_bits;
        decode.flags = (header.idr ? V4L2_H264_DECODE_PARAM_FLAG_IDR_PIC : 0u) |
                       (header.field ? V4L2_H264_DECODE_PARAM_FLAG_FIELD_PIC : 0u) |
                       (header.bottom ? V4L2_H264_DECODE_PARAM_FLAG_BOTTOM_FIELD : 0u);
        unsigned i = 0;
        for (const play::H264Frame& frame : dpb.references()) {
            if (i == 16 || (!header.field && frame.references() != play::h264_frame)) {
                continue;
            }
            v4l2_h264_dpb_entry& entry = decode.dpb[i++];
            entry.reference_ts = 1000 * frame.id;
            entry.frame_num =
                static_cast<__u16>(frame.long_term != 0 ? frame.long_term_index : frame.frame_num);
            entry.fields = static_cast<__u8>(frame.references());
            entry.top_field_order_cnt = frame.order_count[0];
            entry.bottom_field_order_cnt = frame.order_count[1];
            entry.flags = V4L2_H264_DPB_ENTRY_FLAG_VALID | V4L2_H264_DPB_ENTRY_FLAG_ACTIVE |
                          (frame.long_term != 0 ? V4L2_H264_DPB_ENTRY_FLAG_LONG_TERM : 0u) |
                          (frame.as_fields ? V4L2_H264_DPB_ENTRY_FLAG_FIELD : 0u);
        }
        return controls;
    }

    void open_ranges(std::size_t stream_length, std::uint32_t current) {
        port->open.clear();
        const auto open = [this](vpu::Stream stream, std::uint32_t first, std::size_t size) {
            port->open.insert({stream, {first, static_cast<std::uint32_t>(size)}});
        };
        const std::uint32_t bytes = (monochrome ? 256 : 384) * mb_width * mb_height;
        open(vpu::Stream::bitstream, stream_at, stream_length);
        open(vpu::Stream::table, table_at, G1H264Driver::table_size);
        for (unsigned buffer = 0; buffer < buffer_count; ++buffer) {
            open(vpu::Stream::reference, address_of(buffer), bytes);
            open(vpu::Stream::motion, address_of(buffer) + bytes, 64 * mb_width * mb_height);
        }
        open(vpu::Stream::picture, current, bytes);
        open(vpu::Stream::motion, current + bytes, 64 * mb_width * mb_height);
    }

    /** What the registers and memory of a picture's job are, but for its stream of @p stream_length bytes. */
    std::uint32_t begin_picture(const play::H264SliceHeader& header, std::size_t stream_length) {
        const play::H264Pps& pps = *sets.pps(header.pps_id);
        const play::H264Sps& sps = *sets.sps(pps.control.seq_parameter_set_id);
        monochrome = sps.control.chroma_format_idc == 0;
        set_size(sps);
        width = sps.width;
        height = sps.height;
        dpb.begin(header, sps);
        if (dpb.starts_anew()) {
            show(0);
        }
        const std::uint32_t current = address_of(buffer_of(dpb.current().id));
        const H264Controls controls = controls_of(header, sps, pps);
        driver.fill(controls,
                    {stream_at, static_cast<std::uint32_t>(stream_length), table_at, current,
                     [this](std::uint64_t time) { return address_of(buffer_of(time / 1000)); }},
                    registers);
        const auto table = driver.table(controls);
        std::copy(table.begin(), table.end(), port->cells.begin() + table_at);
        open_ranges(stream_length, current);
        return current;
    }

    /** The picture is at @p current in memory. */
    void end_picture(const play::H264SliceHeader& header, std::uint32_t current) {
        const play::H264Sps& sps = *sets.sps(sets.pps(header.pps_id)->control.seq_parameter_set_id);
        const std::int64_t order = dpb.current().order();
        const bool second = dpb.second_field();
        dpb.finish(header, sps);
        keep(sps, current, order, second, dpb.current().order());
    }

    bool finish_picture(std::vector<const play::H264Unit*>& units,
                        std::optional<play::H264SliceHeader>& first) {
        if (!first) {
            return true;
        }
        const play::H264SliceHeader header = *first;
        const play::H264Sps& sps = *sets.sps(sets.pps(header.pps_id)->control.seq_parameter_set_id);
        if (sps.mb_width() > vpu::h264::max_mb_width || sps.mb_height() > vpu::h264::max_mb_height) {
            problem = "pictures of " + std::to_string(sps.width) + "x" + std::to_string(sps.height) +
                      ", at most 4096x2304 are possible";
            return false;
        }
        std::vector<std::uint8_t> data;
        for (const play::H264Unit* unit : units) {
            data.insert(data.end(), {0, 0, 1});
            data.insert(data.end(), unit->bytes.begin(), unit->bytes.end());
        }
        units.clear();
        first.reset();
        if (data.size() > stream_room) {
            problem = "a picture of " + std::to_string(data.size()) + " bytes";
            return false;
        }
        const std::uint32_t current = begin_picture(header, data.size());
        std::copy(data.begin(), data.end(), port->cells.begin() + stream_at);
        vpu::h264::Decoder decoder(vpu::g1::h264_parameters(registers), *port);
        result = decoder.decode();
        ++pictures;
        if (result != vpu::h264::Result::done) {
            problem = "picture " + std::to_string(pictures) + ": the engine ends with " +
                      std::to_string(static_cast<int>(result));
            return false;
        }
        end_picture(header, current);
        return true;
    }

    /** The frame waits for its output, or the field completes one that does. */
    void keep(const play::H264Sps& sps, std::uint32_t current, std::int64_t order, bool second,
              std::int64_t order_after) {
        if (second && !waiting.empty()) {
            waiting.back().planes = visible(sps, current);
            waiting.back().order = std::min(waiting.back().order, order);
        } else {
            if (order_after != order) {
                show(0);  // all references were dropped: counts begin anew
                order = order_after;
            }
            // The newest one stays, for a second field of it may come.
            show(sps.dpb_frames);
            waiting.push_back({order, visible(sps, current)});
        }
    }

    std::vector<std::uint8_t> visible(const play::H264Sps& sps, std::uint32_t address) const {
        std::vector<std::uint8_t> planes;
        const std::size_t stride = 16 * mb_width;
        const std::uint8_t* luma = port->cells.data() + address;
        for (std::size_t y = 0; y < sps.height; ++y) {
            const std::uint8_t* line = luma + (sps.crop_top + y) * stride + sps.crop_left;
            planes.insert(planes.end(), line, line + sps.width);
        }
        const std::uint8_t* chroma = luma + stride * 16 * mb_height;
        for (std::size_t plane = 0; plane < 2; ++plane) {
            for (std::size_t y = 0; y < (sps.height + 1) / 2; ++y) {
                for (std::size_t x = 0; x < (sps.width + 1) / 2; ++x) {
                    planes.push_back(
                        monochrome
                            ? 128
                            : chroma[(sps.crop_top / 2 + y) * stride + 2 * (sps.crop_left / 2 + x) + plane]);
                }
            }
        }
        return planes;
    }

    /** Puts out frames by their order until no more than @p left wait. */
    void show(std::size_t left) {
        while (waiting.size() > left) {
            const auto next =
                std::min_element(waiting.begin(), waiting.end(),
                                 [](const Waiting& a, const Waiting& b) { return a.order < b.order; });
            if (output) {
                output(next->planes);
            }
            waiting.erase(next);
        }
    }

    G1H264Driver driver;
    std::map<std::uint64_t, unsigned> buffers;
    std::vector<Waiting> waiting;
    unsigned mb_width = 0;
    unsigned mb_height = 0;
    std::uint32_t picture_room = 0;
    bool monochrome = false;
};

}  // namespace svp::test
