// SPDX-License-Identifier: GPL-2.0-or-later
#include "bus/bus.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace svp {

namespace {

/** Everything else stands still while one of these lives. */
class Standstill {
 public:
    explicit Standstill(RawMemory& memory) : memory_(memory), taken_(memory.lock()) {}
    ~Standstill() {
        if (taken_) {
            memory_.unlock();
        }
    }
    Standstill(const Standstill&) = delete;
    Standstill& operator=(const Standstill&) = delete;

 private:
    RawMemory& memory_;
    const bool taken_;
};

/** Cells that are given back, unwritten unless done() was called. */
class Cells {
 public:
    Cells(RawMemory& memory, std::uint64_t address, std::uint64_t size, bool writable)
        : memory_(memory), size_(size), writable_(writable), cells_(memory.map(address, size, writable)) {}
    ~Cells() {
        if (cells_ != nullptr) {
            memory_.unmap(cells_, size_, writable_, done_);
        }
    }
    Cells(const Cells&) = delete;
    Cells& operator=(const Cells&) = delete;

    std::uint8_t* get() const { return cells_; }
    void done() { done_ = true; }

 private:
    RawMemory& memory_;
    const std::uint64_t size_;
    const bool writable_;
    std::uint8_t* const cells_;
    bool done_ = false;
};

}  // namespace

/** One read or write under way. */
class Bus::Transfer {
 public:
    /**
     * A read if @p into has bytes, a write of @p from otherwise; as many as @p rows have. @p known: pieces
     * that are judged already.
     */
    Transfer(Bus& bus, const Initiator& by, const Cargo& cargo, const Rows& rows,
             std::span<std::uint8_t> into, std::span<const std::uint8_t> from,
             std::span<const JudgedPiece> known = {})
        : bus_(bus),
          judge_(bus.judge_),
          memory_(bus.memory_),
          by_(by),
          cargo_(cargo),
          direction_(into.empty() ? Direction::write : Direction::read),
          stride_(rows.stride),
          width_(rows.width),
          address_(rows.address),
          row_left_(rows.width),
          into_(into),
          from_(from),
          known_(known) {
        if (rows.stride == rows.width) {
            row_left_ = left();  // without a gap, they are one
        }
    }

    Result run() {
        while (left() != 0) {
            const Standstill standstill(memory_);
            std::uint64_t budget = part;
            while (left() != 0 && budget != 0) {
                budget -= std::min(budget, step(budget));
            }
        }
        return result_;
    }

 private:
    std::uint64_t left() const { return into_.size() + from_.size(); }
    bool reads() const { return direction_ == Direction::read; }
    void take(Response answer) { result_.answer = std::max(result_.answer, answer); }

    void begin_transaction() {
        if (address_ >= quiet_first_ && address_ < quiet_end_ && row_left_ <= quiet_end_ - address_ &&
            generation_ == memory_.policy_generation()) {
            piece_ = row_left_;
            return;
        }
        access_ = bus_.identity(by_);
        access_.address = address_;
        access_.direction = direction_;
        access_.stream = by_.stream;
        access_.debug = by_.observer;
        const JudgedPiece* known = next_known();
        const bool inside = known != nullptr && known->first <= address_;
        const std::uint64_t room = known == nullptr ? transaction_max
                                   : inside         ? known->last - address_ + 1
                                                    : known->first - address_;
        piece_ = judge_.run_length(access_, std::min({row_left_, transaction_max, room}));
        access_.size = static_cast<std::uint32_t>(piece_);
        decision_ = judge_.access(access_);
        if (inside) {
            go_on_from(*known);
        }
        take(decision_.response);
        result_.delay += decision_.outcome.delay;
        // Faults may have changed the policy themselves; what they did is judged.
        generation_ = memory_.policy_generation();
        look_ahead();
    }

    /** What has been judged stands, but for what has been closed since. */
    void go_on_from(const JudgedPiece& known) {
        const bool closed = known.granted && !known.by_fault && !decision_.granted;
        decision_.granted = known.granted && !closed;
        decision_.response = closed ? std::max(known.answer, decision_.response) : known.answer;
        decision_.outcome.edits = known.edits;
    }

    /** The first piece that is judged already and does not end before address_; null if there is none. */
    const JudgedPiece* next_known() const {
        const auto found = std::ranges::lower_bound(known_, address_, {}, &JudgedPiece::last);
        return found == known_.end() ? nullptr : &*found;
    }

    /** Finds out how far further rows need not be judged, because nothing would come of it but a grant. */
    void look_ahead() {
        quiet_first_ = quiet_end_ = 0;
        if (row_left_ == left() || !decision_.granted || decision_.outcome.hit() || !known_.empty()) {
            return;
        }
        const std::uint64_t rows = left() / width_;
        const std::uint64_t span = stride_ > transaction_max / rows ? transaction_max : rows * stride_;
        Transaction range = access_;
        range.size = static_cast<std::uint32_t>(judge_.run_length(access_, std::max<std::uint64_t>(span, 1)));
        if (judge_.grants_quietly(range)) {
            quiet_first_ = address_;
            quiet_end_ = address_ + range.size;
        }
    }

    /** Moves the next bytes, all by one verdict, if @p budget allows; what of it is used up then, at least 1.
     */
    std::uint64_t step(std::uint64_t budget) {
        if (piece_ == 0 || (decision_.granted && generation_ != memory_.policy_generation())) {
            begin_transaction();
        }
        const std::uint64_t ram = memory_.ram_left(address_);
        const std::uint64_t factor = ram == 0 ? slow_factor : 1;
        if (budget < factor) {
            return budget;  // the next part has room for it
        }
        std::uint64_t size = std::min(piece_, budget / factor);
        size = ram == 0 ? size : std::min(size, ram);
        if (decision_.granted) {
            take(move(size));
        } else if (reads()) {
            std::ranges::fill(into_.first(size), std::uint8_t{0});
        }
        const bool row_ends = size == row_left_;
        advance(size);
        return size * factor + (row_ends ? row_cost : 0);
    }

    Response move(std::uint64_t size) {
        access_.address = address_;
        const Outcome& outcome = decision_.outcome;
        if (reads()) {
            const std::span<std::uint8_t> data = into_.first(size);
            const Response answer = memory_.read(access_, data);
            outcome.edit(address_, std::as_writable_bytes(data));
            bus_.tell(cargo_, access_, size);
            return answer;
        }
        bus_.tell(cargo_, access_, size);
        if (outcome.edits.empty()) {
            return memory_.write(access_, from_.first(size));
        }
        std::vector<std::uint8_t> edited(from_.begin(), from_.begin() + static_cast<std::ptrdiff_t>(size));
        outcome.edit(address_, std::as_writable_bytes(std::span(edited)));
        return memory_.write(access_, edited);
    }

    void advance(std::uint64_t size) {
        if (reads()) {
            into_ = into_.subspan(size);
        } else {
            from_ = from_.subspan(size);
        }
        piece_ -= size;
        row_left_ -= size;
        address_ += size;
        bool past_the_end = address_ == 0;
        if (row_left_ == 0 && left() != 0) {
            past_the_end = stride_ > ~(address_ - width_);
            address_ += stride_ - width_;
            row_left_ = width_;
        }
        if (past_the_end && left() != 0) {
            // Nothing is behind the end of the address space.
            take(Response::decerr);
            std::ranges::fill(into_, std::uint8_t{0});
            into_ = {};
            from_ = {};
        }
    }

    Bus& bus_;
    AccessJudge& judge_;
    RawMemory& memory_;
    const Initiator by_;
    const Cargo cargo_;
    const Direction direction_;
    const std::uint64_t stride_;
    const std::uint64_t width_;
    std::uint64_t address_;               ///< of the next byte
    std::uint64_t row_left_;              ///< bytes of its row that are left
    std::span<std::uint8_t> into_;        ///< what is left to be read
    std::span<const std::uint8_t> from_;  ///< what is left to be written
    const std::span<const JudgedPiece> known_;
    Result result_;

    // The transaction under way, if piece_ is not 0.
    std::uint64_t piece_ = 0;  ///< its bytes that are left
    Transaction access_;
    Decision decision_;
    unsigned generation_ = 0;  ///< of the rights that it was granted by

    // Addresses at which rows need no judge of their own as long as those rights last; the end may be 0.
    std::uint64_t quiet_first_ = 0;
    std::uint64_t quiet_end_ = 0;
};

void Bus::tell(const Cargo& cargo, const Transaction& access, std::uint64_t size) {
    if (listener_ == nullptr || access.debug) {
        return;
    }
    if (access.direction == Direction::read) {
        listener_->read(cargo, access, size);
    } else {
        listener_->written(cargo, access, size);
    }
}

Bus::Result Bus::read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data,
                      const Cargo& cargo) {
    return read_rows(by, {address, data.size(), data.size(), 1}, data, cargo);
}

Bus::Result Bus::write(const Initiator& by, std::uint64_t address, std::span<const std::uint8_t> data,
                       const Cargo& cargo) {
    return write_rows(by, {address, data.size(), data.size(), 1}, data, cargo);
}

Bus::Result Bus::read_rows(const Initiator& by, const Rows& rows, std::span<std::uint8_t> data,
                           const Cargo& cargo) {
    return Transfer(*this, by, cargo, rows, data.first(rows.width * rows.height), {}).run();
}

Bus::Result Bus::write_rows(const Initiator& by, const Rows& rows, std::span<const std::uint8_t> data,
                            const Cargo& cargo) {
    return Transfer(*this, by, cargo, rows, {}, data.first(rows.width * rows.height)).run();
}

Transaction Bus::identity(const Initiator& by) const {
    Transaction access = judge_.identity(by.master, by.own_world, true);
    access.world = by.never_secure ? World::non_secure : access.world;
    return access;
}

Judgement Bus::judge_rows(const Initiator& by, const Rows& rows, const Cargo& cargo) {
    Judgement result;
    if (rows.width == 0 || rows.height == 0) {
        return result;
    }
    const Standstill standstill(memory_);
    Transaction access = identity(by);
    access.direction = Direction::read;
    access.stream = by.stream;
    access.debug = by.observer;
    // What lies past the end of the address space is nobody's.
    const std::uint64_t room = ~rows.address;
    // 0: the rows have no gap between them.
    const std::uint64_t pitch = rows.stride <= rows.width ? 0 : rows.stride;
    const std::uint64_t rows_before = rows.height - 1;
    const bool fits =
        rows.width <= room && (rows_before == 0 || rows.stride <= (room - rows.width) / rows_before);
    const std::uint64_t length = fits ? rows_before * rows.stride + rows.width : room;
    for (std::uint64_t at = 0; at < length;) {
        const std::uint64_t in_row = pitch == 0 ? 0 : at % pitch;
        if (in_row >= rows.width) {
            at += pitch - in_row;
            continue;
        }
        access.address = rows.address + at;
        const std::uint64_t piece = judge_.run_length(access, std::min(length - at, transaction_max));
        access.size = static_cast<std::uint32_t>(piece);
        const Decision decision = judge_.access(access);
        result.answer = std::max(result.answer, decision.response);
        result.granted = result.granted && decision.granted;
        if (decision.granted) {
            tell(cargo, access, piece);
        }
        if (!decision.granted || decision.outcome.hit()) {
            Transaction plain = access;
            plain.debug = true;
            const bool by_fault = decision.granted && !judge_.access(plain).granted;
            result.exceptions.push_back({access.address, access.address + piece - 1, decision.granted,
                                         decision.response, by_fault, decision.outcome.edits});
        }
        at += piece;
    }
    result.answer = fits ? result.answer : Response::decerr;
    result.granted = result.granted && fits;
    return result;
}

Response Bus::look_rows(const Initiator& by, const Rows& rows, std::span<const JudgedPiece> exceptions,
                        std::span<std::uint8_t> data) {
    Initiator observer = by;
    observer.observer = true;
    return Transfer(*this, observer, {}, rows, data.first(rows.width * rows.height), {}, exceptions)
        .run()
        .answer;
}

bool Bus::grants_ram(const Initiator& by, std::uint64_t address, std::uint64_t size, Direction direction) {
    if (size > memory_.ram_left(address) || size > std::numeric_limits<std::uint32_t>::max()) {
        return false;
    }
    Transaction range = identity(by);
    range.address = address;
    range.size = static_cast<std::uint32_t>(size);
    range.direction = direction;
    return judge_.grants_quietly(range);
}

bool Bus::transform(const Initiator& by, std::uint64_t source, std::uint64_t target, std::uint64_t size,
                    const std::function<void(const std::uint8_t* from, std::uint8_t* to)>& move,
                    const Cargo& cargo) {
    const Standstill standstill(memory_);
    if (size == 0 || !grants_ram(by, source, size, Direction::read) ||
        !grants_ram(by, target, size, Direction::write)) {
        return false;
    }
    const Cells from(memory_, source, size, false);
    if (from.get() == nullptr) {
        return false;
    }
    Cells to(memory_, target, size, true);
    const std::less_equal<const std::uint8_t*> ends_before;
    if (to.get() == nullptr || (from.get() != to.get() && !ends_before(from.get() + size, to.get()) &&
                                !ends_before(to.get() + size, from.get()))) {
        return false;
    }
    move(from.get(), to.get());
    to.done();
    Transaction access = identity(by);
    access.debug = by.observer;
    access.address = source;
    access.direction = Direction::read;
    tell(cargo, access, size);
    access.address = target;
    access.direction = Direction::write;
    tell(cargo, access, size);
    return true;
}

}  // namespace svp
