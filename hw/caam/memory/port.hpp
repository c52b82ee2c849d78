// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * The engine's way to memory for one job: bus transactions with the world of the job's ring, and the secure
 * memory, which is inside this block.
 *
 * An access that memory answers with an error ends the job, after the fault registers have been filled.
 */
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "svp/archive.hpp"
#include "svp/host.hpp"

namespace svp::caam {

class SecureMemory;

/** The world with fewer rights: what an action has that both take part in. */
constexpr World weaker(World one, World other) {
    return one == World::secure ? other : one;
}

/** Who a job acts for: what the ring's DID registers say. */
struct Owner {
    World world = World::non_secure;
    std::uint8_t did = 0;  ///< CAAM's own owner number, 0 to 15; not the RDC domain
    std::uint16_t icid = 0;
    std::uint8_t source = 0;  ///< job ring 0 to 2; 4: DECO under direct control

    bool operator==(const Owner&) const = default;
    void exchange(Archive& archive);
};

/** What a transaction was for; the kinds that FADR tells apart. */
enum class Purpose : std::uint8_t { data, descriptor, key };

/** A transaction that failed, for FAR, FADID and FADR. */
struct BusFault {
    bool happened = false;
    std::uint64_t address = 0;
    std::uint32_t size = 0;
    bool write = false;
    Response answer = Response::okay;
    Purpose purpose = Purpose::data;
    Owner owner;

    void exchange(Archive& archive);
};

class Port {
 public:
    /** @p inside: it is used inside of Host::exclusive() only, otherwise outside only. */
    Port(Host& host, SecureMemory& secure_memory, const Owner& owner, bool inside = false)
        : host_(host), secure_memory_(secure_memory), owner_(owner), inside_(inside) {}

    /** Fills @p data from memory at @p address. Throws JobError. */
    void read(std::uint64_t address, std::span<std::uint8_t> data, Purpose purpose = Purpose::data);

    /** Writes @p data to memory at @p address. Throws JobError. */
    void write(std::uint64_t address, std::span<const std::uint8_t> data);

    /**
     * Moves @p size bytes by @p move(from, to), if Host::bus_transform() can; false, and nothing has
     * happened, if it cannot. Throws JobError (watchdog).
     */
    bool transform(std::uint64_t source, std::uint64_t target, std::size_t size,
                   const std::function<void(const std::uint8_t*, std::uint8_t*)>& move);

    /** As read() of what tells the engine what to do, but tells about an error instead of ending the job. */
    bool try_read(std::uint64_t address, std::span<std::uint8_t> data);

    /** Whether what is written from now on tells nothing of what was read: for DataFollower. */
    void set_harmless(bool harmless) { harmless_ = harmless; }

    /** The most bytes that may be read and written. */
    void set_limit(std::uint64_t bytes) { left_ = bytes; }
    /** Work on @p bytes that counts like moving them. Throws JobError (watchdog) when it was too much. */
    void charge(std::uint64_t bytes);

    /** Bytes moved so far. */
    std::uint64_t bytes_read() const { return bytes_read_; }
    std::uint64_t bytes_written() const { return bytes_written_; }

    /** Puts on record that secure memory refused the job. Inside of Host::exclusive(). */
    void refused(std::uint64_t address, std::size_t size, Direction direction);
    /** Puts on record that a command of the job was refused for want of rights; the job's descriptor is at
     * @p descriptor, 0 if it was written by hand. */
    void command_refused(std::uint64_t descriptor);
    /** When must_pause() is asked and what it allows, see JobLimits. */
    void set_patience(std::uint64_t question_ns, std::uint64_t grace_ns) {
        question_ns_ = question_ns;
        grace_ns_ = grace_ns;
    }
    /** The job has done what takes about @p nanoseconds; bus accesses count by themselves. */
    void takes(std::uint64_t nanoseconds) { taken_ += nanoseconds; }
    /** Tells the host of all that was done. */
    void report();
    /** True if work must end: there is no need to let the job come to its end first. */
    bool must_end() {
        report();
        return host_.work_must_end();
    }
    /** True if the job should stand still now: work must end, and it has had time to end by itself. */
    bool must_pause() { return taken_ >= question_ns_ && asks_pause(); }

    /** All but the owner, which the caller keeps. */
    void exchange(Archive& archive);

    const Owner& owner() const { return owner_; }
    const BusFault& fault() const { return fault_; }
    Host& host() { return host_; }
    SecureMemory& secure_memory() { return secure_memory_; }

 private:
    void exclusive(const std::function<void()>& section);
    Transaction access(std::uint64_t address, std::size_t size, Direction direction) const;
    bool asks_pause();
    Response transfer_in(std::uint64_t address, std::span<std::uint8_t> data, bool steers);
    Response transfer_out(std::uint64_t address, std::span<const std::uint8_t> data);
    [[noreturn]] void fail(std::uint64_t address, std::size_t size, bool write, Response answer,
                           Purpose purpose);

    Host& host_;
    SecureMemory& secure_memory_;
    Owner owner_;
    bool inside_;
    bool harmless_ = false;
    BusFault fault_;
    std::uint64_t left_ = std::uint64_t{1} << 33;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_written_ = 0;
    std::uint64_t question_ns_ = 0;
    std::uint64_t grace_ns_ = 0;
    std::uint64_t taken_ = 0;     ///< ns, not told yet
    std::uint64_t overtime_ = 0;  ///< ns, done since work should have ended
};

}  // namespace svp::caam
