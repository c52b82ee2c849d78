// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Memory of jobs, from one to the next.
 *
 * A job needs the same large pieces of memory as the one before it. A C library gives such pieces back to
 * the operating system, which clears each page again at its first touch; for a picture of 1920x1080 that
 * takes as long as half of decoding it. Here pieces are kept, their contents are not: who takes one writes
 * before it reads, as with any other fresh memory.
 *
 * Under AddressSanitizer nothing is kept, so that it sees what is used after its end.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <type_traits>
#include <vector>

namespace svp::vpu {

/** Pieces of memory that nobody uses, for whoever wants one of the same size next. From any thread. */
class MemoryPool {
 public:
    /** Smaller pieces, in bytes, are the C++ library's business. */
    static constexpr std::size_t smallest = std::size_t{64} * 1024;

    /** At most @p limit bytes are kept; of more, those that have lain here longest are freed. */
    explicit MemoryPool(std::size_t limit) : limit_(limit) {}
    ~MemoryPool();
    MemoryPool(const MemoryPool&) = delete;
    MemoryPool& operator=(const MemoryPool&) = delete;

    /** @p size bytes, aligned as by operator new. Throws std::bad_alloc. */
    void* take(std::size_t size);
    /** Ends the use of a piece of @p size bytes that take() gave. */
    void give_back(void* memory, std::size_t size) noexcept;

    /** Bytes that nobody uses. */
    std::size_t idle() const { return idle_; }

    /** That of all decoders: room for a picture of 3840x2160 and six that it refers to. */
    static MemoryPool& of_jobs();

 private:
    struct Piece {
        void* memory;
        std::size_t size;
    };

    void free_oldest() noexcept;

    const std::size_t limit_;
    std::mutex mutex_;
    std::vector<Piece> pieces_;  ///< the one that came last is the last one
    std::size_t idle_ = 0;
};

/** For containers whose memory is MemoryPool::of_jobs(). */
template <typename T>
struct JobAllocator {
    using value_type = T;

    JobAllocator() = default;
    template <typename Other>
    JobAllocator(const JobAllocator<Other>&) {}

    T* allocate(std::size_t count) { return static_cast<T*>(MemoryPool::of_jobs().take(count * sizeof(T))); }
    void deallocate(T* memory, std::size_t count) noexcept {
        MemoryPool::of_jobs().give_back(memory, count * sizeof(T));
    }
    bool operator==(const JobAllocator&) const { return true; }
};

template <typename T>
using JobVector = std::vector<T, JobAllocator<T>>;

/** Ends the use of an array of job_array(). */
struct JobArrayDeleter {
    std::size_t size = 0;  ///< bytes
    void operator()(void* memory) const noexcept { MemoryPool::of_jobs().give_back(memory, size); }
};

template <typename T>
using JobArray = std::unique_ptr<T[], JobArrayDeleter>;

/** @p count elements with whatever lies there. */
template <typename T>
JobArray<T> job_array(std::size_t count) {
    static_assert(std::is_trivial_v<T>);
    const std::size_t size = count * sizeof(T);
    return JobArray<T>(static_cast<T*>(MemoryPool::of_jobs().take(size)), JobArrayDeleter{size});
}

}  // namespace svp::vpu
