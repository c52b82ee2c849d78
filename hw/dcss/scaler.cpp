// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/scaler.hpp"

#include <algorithm>

#include "dcss/kernels.hpp"

namespace svp::dcss {

void Scaler::set(Source::Group group, const std::vector<unsigned>& components, const Filter& vertical,
                 const Filter& horizontal, Size size, std::uint32_t width) {
    group_ = group;
    components_ = components;
    vertical_ = vertical;
    horizontal_ = horizontal;
    size_ = size;
    width_ = width;
    is_identity_ = horizontal_.is_identity() && width <= size.width;
    picks_ = horizontal_.picks() || horizontal_.is_identity();
    for (RowSet& line : lines_) {
        for (Row& row : line) {
            row.resize(size.width);
        }
    }
    for (unsigned component = 0; component < sums_.size(); ++component) {
        sums_[component].resize(size.width);
        result_[component].resize(width);
    }
    forget();
    std::vector<std::int32_t>& places = along_.first;
    places.resize(is_identity_ ? 0 : width);
    along_.taps.resize(places.size());
    const auto end = static_cast<std::int64_t>(size.width);
    for (std::uint32_t x = 0; x < places.size(); ++x) {
        const std::int64_t position = horizontal_.position(x);
        const std::int64_t first = Filter::first(position);
        // Where all taps are outside, it does not matter how far.
        places[x] = static_cast<std::int32_t>(
            picks_ ? std::clamp<std::int64_t>(first + Filter::middle, 0, end - 1)
                   : std::clamp<std::int64_t>(first, -std::int64_t{Filter::taps}, end));
        along_.taps[x] = &horizontal_.at(position);
    }
    along_.blocks.clear();
    if (!picks_) {
        along_.make_blocks();
    }
}

void Scaler::forget() {
    numbers_.fill(-1);
}

std::uint32_t Scaler::inside(std::int64_t y) const {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(y, 0, static_cast<std::int64_t>(size_.height) - 1));
}

bool Scaler::changed(const Source& source, std::uint32_t y) const {
    const std::int64_t position = vertical_.position(y);
    const Filter::Taps& taps = vertical_.at(position);
    for (unsigned tap = 0; tap < Filter::taps; ++tap) {
        if (taps[tap] != 0 && source.changed(group_, inside(Filter::first(position) + tap))) {
            return true;
        }
    }
    return false;
}

const RowSet& Scaler::source_line(Source& source, std::uint32_t y) {
    RowSet& line = lines_[y % kept];
    if (numbers_[y % kept] != std::int64_t{y}) {
        numbers_[y % kept] = y;
        source.line(group_, y, line);
        for (const unsigned component : components_) {
            line[component].extend(size_.width);
        }
    }
    return line;
}

const RowSet& Scaler::vertical_line(Source& source, std::uint32_t y) {
    const std::int64_t position = vertical_.position(y);
    const Filter::Taps& taps = vertical_.at(position);
    std::array<const RowSet*, Filter::taps> lines{};
    WeightedLines weighted{};
    for (unsigned tap = 0; tap < Filter::taps; ++tap) {
        if (taps[tap] != 0) {
            lines[weighted.count] = &source_line(source, inside(Filter::first(position) + tap));
            weighted.weights[weighted.count++] = taps[tap];
        }
    }
    if (weighted.count == 1 && weighted.weights[0] == Filter::one) {
        return *lines[0];
    }
    for (const unsigned component : components_) {
        for (unsigned line = 0; line < weighted.count; ++line) {
            weighted.lines[line] = (*lines[line])[component].data();
        }
        add_lines(weighted, sums_[component].data(), size_.width);
        sums_[component].extend(size_.width);
    }
    return sums_;
}

void Scaler::line(Source& source, std::uint32_t y, SampleRows& to) {
    const RowSet& from = vertical_line(source, y);
    for (const unsigned component : components_) {
        const Sample* samples = from[component].data();
        if (!is_identity_) {
            Sample* result = result_[component].data();
            if (picks_) {
                pick(samples, along_.first.data(), result, width_);
            } else {
                filter_along(samples, along_, result, width_);
            }
            samples = result;
        }
        to[component] = samples;
    }
}

}  // namespace svp::dcss
