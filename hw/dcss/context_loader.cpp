// SPDX-License-Identifier: GPL-2.0-or-later
#include "dcss/context_loader.hpp"

#include <algorithm>
#include <vector>

#include "dcss/registers.hpp"

namespace svp::dcss {

namespace {

std::uint32_t word(const std::uint8_t* bytes) {
    return bytes[0] | std::uint32_t{bytes[1]} << 8 | std::uint32_t{bytes[2]} << 16 |
           std::uint32_t{bytes[3]} << 24;
}

}  // namespace

void ContextLoader::begin(const Lists& lists) {
    lists_ = {List{lists.db_base, lists.db_count}, List{lists.sb_base, lists.sb_hp_count},
              List{lists.sb_base + item_size * lists.sb_hp_count, lists.sb_lp_count}};
    list_ = 0;
    item_ = 0;
    running_ = true;
}

/** Loads @p count items from item_ on; false if they cannot be read. */
bool ContextLoader::load(Port& port, const List& list, std::uint32_t count, Outcome& outcome) const {
    std::vector<std::uint8_t> items(std::size_t{count} * item_size);
    if (port.read_list(list.base + item_ * item_size, items) != Response::okay) {
        outcome.statuses |= ctxld::rd_err;
        return false;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint8_t* item = &items[std::size_t{i} * item_size];
        const std::uint32_t address = word(item + 4);
        if (port.write_register(address, word(item))) {
            ++outcome.items;
            continue;
        }
        outcome.statuses |= ctxld::ahb_err;
        if (!outcome.address_failed) {
            outcome.address_failed = true;
            outcome.failed_address = address;
        }
    }
    return true;
}

ContextLoader::Outcome ContextLoader::step(Port& port) {
    Outcome outcome;
    std::uint32_t budget = items_per_step;
    while (running_ && list_ < list_count) {
        const List& list = lists_[list_];
        const std::uint32_t count = std::min(list.count - item_, budget);
        if (count != 0 && !load(port, list, count, outcome)) {
            running_ = false;
            return outcome;
        }
        budget -= count;
        item_ += count;
        if (item_ < list.count) {
            outcome.more = true;
            return outcome;
        }
        ++list_;
        item_ = 0;
    }
    if (running_) {
        outcome.statuses |= ctxld::db_comp | ctxld::sb_hp_comp | ctxld::sb_lp_comp;
    }
    running_ = false;
    return outcome;
}

void ContextLoader::exchange(Archive& archive) {
    archive.value(running_);
    for (List& list : lists_) {
        archive.value(list.base);
        archive.value(list.count, 0xffff);
    }
    archive.value(list_, list_count);
    archive.value(item_, 0xffff);
    if (archive.ok() && (list_ < list_count ? item_ > lists_[list_].count : item_ != 0)) {
        archive.fail("the stream holds an impossible place in a context of the dcss");
    }
}

}  // namespace svp::dcss
