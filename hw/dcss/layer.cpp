// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/layer.hpp"

#include <algorithm>
#include <vector>

namespace svp::dcss {

void Layer::set(const Channel& channel, const ColourPipe& colours, std::uint32_t width, bool alpha) {
    colours_ = colours;
    width_ = width;
    const bool has_alpha = alpha && channel.coding == Coding::words;
    source_.set(channel, has_alpha);
    two_groups_ = channel.yuv;
    std::vector<unsigned> components = two_groups_ ? std::vector{0u} : std::vector{0u, 1u, 2u};
    if (has_alpha) {
        components.push_back(3);
    }
    scaler_.set(two_groups_ ? Source::Group::luma : Source::Group::all, components, channel.vertical,
                channel.horizontal, channel.source, width);
    if (two_groups_) {
        chroma_scaler_.set(Source::Group::chroma, {1, 2}, channel.chroma_vertical, channel.chroma_horizontal,
                           channel.chroma, width);
    }
    for (Row& row : converted_) {
        row.resize(width);
    }
    if (alpha && !has_alpha) {
        std::fill_n(converted_[3].data(), width, sample_max);
    }
}

bool Layer::read_part(Host& host, const FetchExceptions& exceptions, Source::Reading& reading) {
    scaler_.forget();
    chroma_scaler_.forget();
    return source_.read_part(host, exceptions, reading);
}

Response Layer::read(Host& host, const FetchExceptions& exceptions) {
    Source::Reading reading;
    while (read_part(host, exceptions, reading)) {
    }
    return reading.worst;
}

bool Layer::changed(std::uint32_t y) const {
    return scaler_.changed(source_, y) || (two_groups_ && chroma_scaler_.changed(source_, y));
}

SampleRows Layer::line(std::uint32_t y) {
    SampleRows rows = {nullptr, nullptr, nullptr, converted_[3].data()};
    scaler_.line(source_, y, rows);
    if (two_groups_) {
        chroma_scaler_.line(source_, y, rows);
    }
    colours_.convert(rows, converted_, width_);
    return rows;
}

}  // namespace svp::dcss
