// SPDX-License-Identifier: GPL-2.0-or-later
#include "observer/leak_oracle.hpp"

#include <algorithm>
#include <utility>

namespace svp {

namespace {

constexpr std::uint64_t page_mask = ~std::uint64_t{0xfff};

/** What such a master reads stays where the oracle sees it. */
bool followed(Master master, World world) {
    switch (master) {
        case Master::vpu_decoder:
        case Master::vpu_bank1:
        case Master::dcss:
        case Master::caam:
            return true;
        case Master::a53:
            return world == World::secure;
        default:
            return false;
    }
}

/** @p all without @p some; both are in rising order. */
std::vector<AddressRange> without(std::vector<AddressRange> all, const std::vector<AddressRange>& some) {
    std::vector<AddressRange> left;
    for (AddressRange range : all) {
        for (const AddressRange& gone : some) {
            if (gone.last < range.first || gone.first > range.last) {
                continue;
            }
            if (gone.first > range.first) {
                left.push_back({range.first, gone.first - 1});
            }
            if (gone.last >= range.last) {
                range.first = range.last + 1;
                break;
            }
            range.first = gone.last + 1;
        }
        if (range.first <= range.last) {
            left.push_back(range);
        }
    }
    return left;
}

}  // namespace

LeakOracle::LeakOracle(std::function<std::int64_t()> now, std::function<void(const Leak&, bool)> found)
    : now_(std::move(now)), found_(std::move(found)), holders_(first_device) {}

void LeakOracle::add_memory(std::uint64_t base, std::uint64_t window, std::uint64_t fitted) {
    memories_.push_back({base, window, DataMarks(fitted), {}});
    memories_.back().closed = closed_now(memories_.back());
}

Holder LeakOracle::add_holder() {
    holders_.push_back(0);
    return static_cast<Holder>(holders_.size() - 1);
}

LeakOracle::Memory* LeakOracle::memory_at(std::uint64_t address) {
    const auto found = std::ranges::find_if(memories_, [address](const Memory& memory) {
        return address >= memory.base && address - memory.base < memory.window;
    });
    return found == memories_.end() ? nullptr : &*found;
}

/** Calls @p each for a range, cut where cells are not consecutive. What lies between memories is a piece,
 * too.
 */
template <typename Each>
void LeakOracle::each_piece(std::uint64_t address, std::uint64_t size, const Each& each) {
    while (size != 0) {
        Piece piece{memory_at(address), 0, size, address};
        if (piece.memory != nullptr) {
            const std::uint64_t place = address - piece.memory->base;
            piece.offset = place % piece.memory->marks.size();
            piece.size =
                std::min({size, piece.memory->window - place, piece.memory->marks.size() - piece.offset});
        } else {
            for (const Memory& other : memories_) {
                if (other.base > address) {
                    piece.size = std::min(piece.size, other.base - address);
                }
            }
        }
        each(piece);
        address += piece.size;
        size -= piece.size;
        if (address == 0) {
            return;  // the end of the address space
        }
    }
}

/** The protected range that has the cell, or the next one behind it; null if there is none. */
const AddressRange* LeakOracle::closed_at(const Memory& memory, std::uint64_t offset) {
    const auto found = std::ranges::lower_bound(memory.closed, offset, {}, &AddressRange::last);
    return found == memory.closed.end() ? nullptr : &*found;
}

bool LeakOracle::is_protected(std::uint64_t address) const {
    for (const Memory& memory : memories_) {
        if (address >= memory.base && address - memory.base < memory.window) {
            const std::uint64_t offset = (address - memory.base) % memory.marks.size();
            const AddressRange* range = closed_at(memory, offset);
            return range != nullptr && range->first <= offset;
        }
    }
    return false;
}

/** Cells that no address gives to a non-secure CPU. */
std::vector<AddressRange> LeakOracle::closed_now(const Memory& memory) const {
    const std::uint64_t fitted = memory.marks.size();
    std::vector<AddressRange> closed = {{0, fitted - 1}};
    for (std::uint64_t image = 0; rights_.readable && image < memory.window; image += fitted) {
        std::vector<AddressRange> readable =
            rights_.readable(memory.base + image, std::min(fitted, memory.window - image));
        for (AddressRange& range : readable) {
            range.first -= memory.base + image;
            range.last -= memory.base + image;
        }
        closed = without(std::move(closed), readable);
    }
    return closed;
}

void LeakOracle::policy_changed() {
    if (held_) {
        pending_ = true;
    } else {
        adopt(true);
    }
}

/** Takes over what is protected now. @p tell: what was and is not is an event. */
void LeakOracle::adopt(bool tell_of_it) {
    for (Memory& memory : memories_) {
        std::vector<AddressRange> closed = closed_now(memory);
        if (closed == memory.closed) {
            continue;
        }
        const std::vector<AddressRange> opened = without(std::exchange(memory.closed, closed), closed);
        for (const AddressRange& range : opened) {
            if (!tell_of_it) {
                break;
            }
            memory.marks.for_each(range.first, range.last - range.first + 1,
                                  [&](std::uint64_t first, std::uint64_t last, Mark mark) {
                                      tell(LeakKind::opened, mark, origins_[mark - 1u].step.master,
                                           World::non_secure, Stream::none,
                                           {memory.base + first, memory.base + last}, last - first + 1);
                                  });
        }
    }
}

void LeakOracle::hold(bool on) {
    held_ = on;
    if (!on && std::exchange(pending_, false)) {
        adopt(false);
    }
}

void LeakOracle::reset() {
    for (Memory& memory : memories_) {
        memory.marks.clear();
    }
    std::ranges::fill(holders_, Mark{0});
}

/** The mark of data that were marked with @p before and have done @p step. */
Mark LeakOracle::origin(Mark before, const LeakStep& step) {
    if (before != 0 && origins_[before - 1u].step.master == step.master && !step.arrived) {
        return before;  // a picture that is made of earlier ones
    }
    const auto [known, is_new] =
        known_origins_.try_emplace({before, step.master, step.address & page_mask, step.arrived},
                                   static_cast<Mark>(origins_.size() + 1));
    if (!is_new) {
        return known->second;
    }
    if (origins_.size() == max_origins) {
        known_origins_.erase(known);
        return before != 0 ? before : static_cast<Mark>(max_origins);
    }
    origins_.push_back({before, step});
    return known->second;
}

/** What @p master gets with the first byte of a piece that is protected or marked, and which one that is; 0:
 * none is. */
Mark LeakOracle::origin_of(const Piece& piece, Master master, std::uint64_t& first) {
    const AddressRange* closed = closed_at(*piece.memory, piece.offset);
    const auto marked = piece.memory->marks.first(piece.offset, piece.size);
    std::uint64_t offset = closed == nullptr ? ~std::uint64_t{0} : std::max(closed->first, piece.offset);
    offset = marked ? std::min(offset, marked->offset) : offset;
    if (offset - piece.offset >= piece.size) {
        return 0;
    }
    first = piece.address + (offset - piece.offset);
    return origin(piece.memory->marks.at(offset), {master, first});
}

void LeakOracle::read(const Cargo& cargo, const Transaction& access, std::uint64_t size) {
    const bool kept = followed(access.master, access.world);
    if (kept && (cargo.steers || cargo.holder == 0 || holders_[cargo.holder] != 0)) {
        return;
    }
    each_piece(access.address, size, [&](const Piece& piece) {
        std::uint64_t first = 0;
        const Mark mark = piece.memory == nullptr ? Mark{0} : origin_of(piece, access.master, first);
        if (mark == 0) {
            return;
        }
        if (cargo.holder != 0 && holders_[cargo.holder] == 0) {
            holders_[cargo.holder] = mark;
        }
        if (!kept) {
            const std::uint64_t last = piece.address + piece.size - 1;
            tell(LeakKind::delivered, mark, access.master, access.world, access.stream, {first, last},
                 last - first + 1);
        }
    });
}

void LeakOracle::written(const Cargo& cargo, const Transaction& access, std::uint64_t size) {
    const Mark mark = cargo.harmless ? Mark{0} : holders_[cargo.holder];
    each_piece(access.address, size, [&](const Piece& piece) {
        if (piece.memory != nullptr) {
            write_piece(access, piece, mark);
        } else if (mark != 0) {
            show(cargo.holder, access.master, piece.address);
        }
    });
}

/** Cuts a piece where protection begins or ends. */
void LeakOracle::write_piece(const Transaction& access, const Piece& piece, Mark mark) {
    Memory& memory = *piece.memory;
    const std::uint64_t end = piece.offset + piece.size;
    for (std::uint64_t offset = piece.offset; offset < end;) {
        const AddressRange* closed = closed_at(memory, offset);
        const bool inside = closed != nullptr && closed->first <= offset;
        const std::uint64_t next = closed == nullptr ? end : inside ? closed->last + 1 : closed->first;
        const std::uint64_t size = std::min(end, next) - offset;
        if (inside) {
            const Mark here =
                mark != 0 ? mark : origin(0, {access.master, memory.base + closed->first, true});
            memory.marks.set(offset, size, here);
        } else if (mark != 0) {
            memory.marks.set(offset, size, mark);
            const std::uint64_t first = piece.address + (offset - piece.offset);
            tell(LeakKind::written, mark, access.master, access.world, access.stream,
                 {first, first + size - 1}, size);
        } else if (memory.marks.marked() != 0) {
            memory.marks.clear(offset, size);
        }
        offset += size;
    }
}

void LeakOracle::show(Holder holder, Master master, std::uint64_t address) {
    if (holders_[holder] != 0 && (!rights_.reads_register || rights_.reads_register(address))) {
        tell(LeakKind::shown, holders_[holder], master, World::non_secure, Stream::none, {address, address},
             1);
    }
}

void LeakOracle::left_secure_world(unsigned number) {
    if (number >= cpus) {
        return;
    }
    const Mark mark = std::exchange(holders_[first_cpu + number], Mark{0});
    if (mark != 0) {
        tell(LeakKind::left, mark, Master::a53, World::secure, Stream::none, {number, number}, 0);
    }
}

void LeakOracle::tell(LeakKind kind, Mark mark, Master master, World world, Stream stream, AddressRange where,
                      std::uint64_t bytes) {
    Leak leak;
    leak.first_time = now_();
    leak.bytes = bytes;
    leak.first = where.first;
    leak.last = where.last;
    leak.origin = mark;
    leak.kind = kind;
    leak.master = master;
    leak.world = world;
    leak.stream = stream;
    const bool again = !log_.record(leak);
    if (found_) {
        found_(log_.newest(), again);
    }
}

std::vector<LeakStep> LeakOracle::path(Mark mark) const {
    std::vector<LeakStep> steps;
    for (; mark != 0 && mark <= origins_.size(); mark = origins_[mark - 1u].before) {
        steps.push_back(origins_[mark - 1u].step);
    }
    std::ranges::reverse(steps);
    return steps;
}

std::uint64_t LeakOracle::marked() const {
    std::uint64_t sum = 0;
    for (const Memory& memory : memories_) {
        sum += memory.marks.marked();
    }
    return sum;
}

void LeakOracle::exchange(Archive& archive) {
    exchange_origins(archive);
    const auto highest = static_cast<Mark>(origins_.size());
    for (Memory& memory : memories_) {
        memory.marks.exchange(archive, highest);
    }
    for (Mark& holder : holders_) {
        archive.value(holder, highest);
    }
    log_.exchange(archive, highest);
}

void LeakOracle::exchange_origins(Archive& archive) {
    auto count = static_cast<std::uint32_t>(origins_.size());
    archive.value(count, max_origins);
    if (!archive.writing() && archive.ok()) {
        reset();  // no mark may outlive its origin
        log_.clear();
        origins_.clear();
        known_origins_.clear();
    }
    for (std::uint32_t i = 0; i < count && archive.ok(); ++i) {
        Origin item = archive.writing() ? origins_[i] : Origin{};
        archive.value(item.before, i);
        archive.value(item.step.master, master_count - 1);
        archive.value(item.step.address);
        archive.value(item.step.arrived);
        if (archive.writing() || !archive.ok()) {
            continue;
        }
        if (name(item.step.master) == "?") {
            archive.fail("the stream holds data of no master");
            return;
        }
        known_origins_.try_emplace(
            {item.before, item.step.master, item.step.address & page_mask, item.step.arrived},
            static_cast<Mark>(i + 1));
        origins_.push_back(item);
    }
}

}  // namespace svp
