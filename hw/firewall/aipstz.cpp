// SPDX-License-Identifier: GPL-2.0-or-later
#include "firewall/aipstz.hpp"

#include <array>
#include <cstdio>

namespace svp {

namespace {

constexpr std::uint32_t window_size = 0x10000;

// The top bit of each nibble is about buffering, which nobody sees; the other three are policy.
constexpr std::uint32_t policy_bits = 0x77777777;
constexpr std::uint32_t mpr_passing = 0x77777777;  // trusted to read and write, privilege kept
constexpr std::uint32_t opacr_passing = 0;

/** Neither CSU nor RDC has a number for the bridge: it tells by itself who may set it up. */
bool may_write(Master master) {
    return master == Master::a53 || master == Master::m4 || master == Master::dap;
}

WriteLock for_processors(std::uint32_t offset) {
    return {.bits = [](std::uint32_t, std::uint32_t,
                       const Transaction& by) { return may_write(by.master) ? 0 : all_bits; },
            .refuser = Refuser::aipstz,
            .first = offset / 4};
}

/** Eight masters or peripherals to a word, the first one uppermost. */
std::vector<Field> nibbles(const std::array<std::string_view, 8>& names) {
    std::vector<Field> fields;
    for (unsigned n = 0; n < names.size(); ++n) {
        fields.push_back({names[n], 28 - 4 * n, 4});
    }
    return fields;
}
const std::vector<Field> mpr_fields =
    nibbles({"MPROT0", "MPROT1", "MPROT2", "MPROT3", "MPROT4", "MPROT5", "MPROT6", "MPROT7"});
const std::vector<Field> opacr_fields =
    nibbles({"OPAC0", "OPAC1", "OPAC2", "OPAC3", "OPAC4", "OPAC5", "OPAC6", "OPAC7"});

}  // namespace

Aipstz::Aipstz(Host& host) : BankDevice(host) {
    add_window("aipstz", window_size,
               {{.offset = 0x00,
                 .name = "MPR",
                 .reset = mpr_passing,
                 .fields = mpr_fields,
                 .count = 2,
                 .lock = for_processors(0x00),
                 .on_write = [this](const WriteEvent& event) { written(event, mpr_passing); }},
                {.offset = 0x40,
                 .name = "OPACR",
                 .reset = opacr_passing,
                 .fields = opacr_fields,
                 .count = 5,
                 .lock = for_processors(0x40),
                 .on_write = [this](const WriteEvent& event) { written(event, opacr_passing); }}});
}

void Aipstz::written(const WriteEvent& event, std::uint32_t passing) {
    if (event.after != event.before && ((event.after ^ passing) & policy_bits) != 0) {
        char line[100];
        std::snprintf(line, sizeof line, "aipstz: 0x%08x in %s%u restricts accesses, without effect here",
                      event.after, passing == mpr_passing ? "MPR" : "OPACR", event.index);
        host().log(LogKind::unimplemented, line);
    }
}

}  // namespace svp
