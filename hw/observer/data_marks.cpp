// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/data_marks.hpp"

#include <algorithm>

namespace svp {

namespace {

/** Runs that are saved one by one, 18 bytes each; the emulator takes states of some megabytes. */
constexpr std::size_t most_runs = 200'000;

}  // namespace

Mark DataMarks::at(std::uint64_t offset) const {
    return mark_of(offset / granule);
}

std::optional<DataMarks::Found> DataMarks::first(std::uint64_t offset, std::uint64_t size) const {
    const std::uint64_t last = (offset + size - 1) / granule;
    for (std::uint64_t number = offset / granule; number <= last; ++number) {
        if (pages_[number / granules] == nullptr) {
            number |= granules - 1;
        } else if (const Mark mark = mark_of(number); mark != 0) {
            return Found{std::max(offset, number * granule), mark};
        }
    }
    return std::nullopt;
}

void DataMarks::put(std::uint64_t number, Mark mark) {
    auto& at = pages_[number / granules];
    if (at == nullptr) {
        if (mark == 0) {
            return;
        }
        at = std::make_unique<Page>();
    }
    Mark& place = (*at)[number % granules];
    marked_ += (mark != 0 ? 1u : 0u);
    marked_ -= (place != 0 ? 1u : 0u);
    place = mark;
}

void DataMarks::set(std::uint64_t offset, std::uint64_t size, Mark mark) {
    const std::uint64_t last = (offset + size - 1) / granule;
    for (std::uint64_t number = offset / granule; number <= last; ++number) {
        put(number, mark);
    }
}

void DataMarks::clear(std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t end = (offset + size) / granule;
    for (std::uint64_t number = (offset + granule - 1) / granule; number < end; ++number) {
        if (pages_[number / granules] == nullptr) {
            number |= granules - 1;
        } else {
            put(number, 0);
        }
    }
}

void DataMarks::clear() {
    std::ranges::fill(pages_, nullptr);
    marked_ = 0;
}

void DataMarks::for_each(std::uint64_t offset, std::uint64_t size,
                         const std::function<void(std::uint64_t, std::uint64_t, Mark)>& each) const {
    const std::uint64_t end = offset + size;
    for (auto found = first(offset, size); found; found = first(offset, end - offset)) {
        std::uint64_t number = found->offset / granule + 1;
        while (number * granule < end && mark_of(number) == found->mark) {
            ++number;
        }
        offset = std::min(number * granule, end);
        each(found->offset, offset - 1, found->mark);
        if (offset == end) {
            return;
        }
    }
}

/** All that is marked. @p coarse: by the page. */
std::vector<DataMarks::Run> DataMarks::runs(bool coarse) const {
    std::vector<Run> result;
    const auto add = [&result](std::uint64_t first, std::uint64_t count, Mark mark) {
        if (!result.empty() && result.back().mark == mark &&
            result.back().first + result.back().count == first) {
            result.back().count += count;
        } else {
            result.push_back({first, count, mark});
        }
    };
    for (std::uint64_t number = 0; number < pages_.size(); ++number) {
        if (pages_[number] == nullptr) {
            continue;
        }
        const Page& marks = *pages_[number];
        if (coarse) {
            const auto found = std::ranges::find_if(marks, [](Mark mark) { return mark != 0; });
            if (found != marks.end()) {
                add(number * granules, granules, *found);
            }
            continue;
        }
        for (std::size_t i = 0; i < granules; ++i) {
            if (marks[i] != 0) {
                add(number * granules + i, 1, marks[i]);
            }
        }
    }
    return result;
}

void DataMarks::exchange(Archive& archive, Mark highest) {
    std::vector<Run> list;
    if (archive.writing()) {
        list = runs(false);
        if (list.size() > most_runs) {
            list = runs(true);
        }
    }
    const std::uint64_t all = size_ / granule;
    auto count = static_cast<std::uint32_t>(list.size());
    archive.value(count, pages_.size() + most_runs);
    if (!archive.writing() && archive.ok()) {
        clear();
    }
    std::uint64_t free = 0;  // first granule behind the runs so far
    for (std::uint32_t i = 0; i < count && archive.ok(); ++i) {
        Run run = archive.writing() ? list[i] : Run{};
        archive.value(run.first, all);
        archive.value(run.count, all);
        archive.value(run.mark, highest);
        if (archive.writing() || !archive.ok()) {
            continue;
        }
        if (run.mark == 0 || run.count == 0 || run.first < free || run.count > all - run.first) {
            archive.fail("the stream holds impossible marks of data");
            return;
        }
        free = run.first + run.count;
        set(run.first * granule, run.count * granule, run.mark);
    }
}

}  // namespace svp
