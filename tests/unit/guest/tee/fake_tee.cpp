// SPDX-License-Identifier: GPL-2.0-or-later
/* See fake_tee.hpp. */
#include "fake_tee.hpp"

extern "C" {
#include "key.h"
}

namespace svp::test {

FakeTee& fake_tee() {
    static FakeTee tee;
    return tee;
}

}  // namespace svp::test

extern "C" {

TEE_Result TEE_CheckMemoryAccessRights(std::uint32_t flags, void* buffer, std::size_t size) {
    const auto begin = reinterpret_cast<std::uintptr_t>(buffer);
    bool any = false, all = size == 0;
    for (const auto& range : svp::test::fake_tee().secure) {
        const auto first = reinterpret_cast<std::uintptr_t>(range.data());
        any |= begin < first + range.size() && first < begin + size;
        all |= begin >= first && begin + size <= first + range.size();
    }
    const bool denied = ((flags & TEE_MEMORY_ACCESS_NONSECURE) != 0 && any) ||
                        ((flags & TEE_MEMORY_ACCESS_SECURE) != 0 && !all);
    return denied ? TEE_ERROR_ACCESS_DENIED : TEE_SUCCESS;
}

void TEE_MemFill(void* buffer, std::uint32_t value, std::size_t size) {
    std::memset(buffer, static_cast<int>(value), size);
}

TEE_Result svp_key_load(const std::uint8_t*, std::uint32_t) {
    return svp::test::fake_tee().key_result;
}

void svp_key_forget() {}

svp_cipher svp_key_cipher(std::uint32_t) {
    return svp::test::fake_tee().cipher.interface();
}
}
