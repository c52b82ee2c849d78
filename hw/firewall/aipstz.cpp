// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/aipstz.hpp"

#include <cstdio>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;
constexpr RegionInfo windows[] = {{"aipstz", window_size}};

// The top bit of each nibble is about buffering, which nobody sees; the other three are policy.
constexpr std::uint32_t policy_bits = 0x77777777;
constexpr std::uint32_t mpr_passing = 0x77777777;  // trusted to read and write, privilege kept
constexpr std::uint32_t opacr_passing = 0;

}  // namespace

Aipstz::Aipstz(Host& host)
    : Device(host),
      bank_(host, "aipstz", window_size,
            {{.offset = 0x00,
              .name = "MPR",
              .reset = mpr_passing,
              .count = 2,
              .on_write = [this](const WriteEvent& event) { written(event, mpr_passing); }},
             {.offset = 0x40,
              .name = "OPACR",
              .reset = opacr_passing,
              .count = 5,
              .on_write = [this](const WriteEvent& event) { written(event, opacr_passing); }}}) {}

void Aipstz::written(const WriteEvent& event, std::uint32_t passing) {
    if (event.after != event.before && ((event.after ^ passing) & policy_bits) != 0) {
        char line[100];
        std::snprintf(line, sizeof line, "aipstz: 0x%08x in %s%u restricts accesses, without effect here",
                      event.after, passing == mpr_passing ? "MPR" : "OPACR", event.index);
        host().log(LogKind::unimplemented, line);
    }
}

std::span<const RegionInfo> Aipstz::regions() const {
    return windows;
}

ReadResult Aipstz::read(unsigned, std::uint64_t offset, unsigned size, const Transaction& by) {
    return {bank_.read(offset, size, by)};
}

Response Aipstz::write(unsigned, std::uint64_t offset, std::uint64_t value, unsigned size,
                       const Transaction& by) {
    bank_.write(offset, value, size, by);
    return Response::okay;
}

void Aipstz::reset() {
    bank_.reset();
}

void Aipstz::exchange(Archive& archive) {
    bank_.exchange(archive);
}

}  // namespace svp
