// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job_memory.hpp"

#include <algorithm>
#include <iterator>
#include <new>

namespace svp::vpu {

namespace {

// GCC tells by a macro that it checks addresses, clang by a feature.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool watched = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
constexpr bool watched = true;
#else
constexpr bool watched = false;
#endif
#else
constexpr bool watched = false;
#endif

constexpr std::size_t jobs_limit = watched ? 0 : std::size_t{96} * 1024 * 1024;

}  // namespace

MemoryPool::~MemoryPool() {
    while (!pieces_.empty()) {
        free_oldest();
    }
}

void* MemoryPool::take(std::size_t size) {
    if (size >= smallest) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto found = std::find_if(pieces_.rbegin(), pieces_.rend(),
                                        [size](const Piece& piece) { return piece.size == size; });
        if (found != pieces_.rend()) {
            void* const memory = found->memory;
            pieces_.erase(std::next(found).base());
            idle_ -= size;
            return memory;
        }
    }
    return ::operator new(size);
}

void MemoryPool::give_back(void* memory, std::size_t size) noexcept {
    if (size < smallest || size > limit_) {
        ::operator delete(memory);
        return;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    while (idle_ + size > limit_) {
        free_oldest();
    }
    try {
        pieces_.push_back({memory, size});
        idle_ += size;
    } catch (const std::bad_alloc&) {
        ::operator delete(memory);
    }
}

void MemoryPool::free_oldest() noexcept {
    ::operator delete(pieces_.front().memory);
    idle_ -= pieces_.front().size;
    pieces_.erase(pieces_.begin());
}

MemoryPool& MemoryPool::of_jobs() {
    // Never ended: a decoder's thread may outlive what is static.
    static MemoryPool* const pool = new MemoryPool(jobs_limit);
    return *pool;
}

}  // namespace svp::vpu
