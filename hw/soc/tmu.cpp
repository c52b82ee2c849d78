// SPDX-License-Identifier: GPL-2.0-or-later
#include "soc/tmu.hpp"

#include <algorithm>

namespace svp {

namespace {

constexpr std::uint32_t window = 0x10000;

constexpr std::uint32_t tmr = 0x00;
constexpr Field monitoring = {"ME", 31};
constexpr Field monitored_sites = {"MSITE", 0, 16};  ///< the highest bit is site 0
constexpr unsigned first_site_bit = 15;

constexpr Field temperature = {"TEMP", 0, 8, FieldAccess::read_only};
constexpr Field valid = {"V", 31, 1, FieldAccess::read_only};

constexpr std::uint32_t reports = 0x100;
constexpr std::uint32_t report_step = 0x10;
constexpr std::uint32_t report_count = 16;
constexpr std::uint32_t revision_1 = 0x100;

constexpr std::uint64_t hottest = 125;
constexpr PropertyInfo property_list[Tmu::site_count] = {
    {"cpu-temperature", "temperature at the CPU, degrees Celsius", 42},
    {"gpu-temperature", "temperature at the GPU, degrees Celsius", 40},
    {"vpu-temperature", "temperature at the VPU, degrees Celsius", 41},
};

}  // namespace

Tmu::Tmu(Host& host) : BankDevice(host, "tmu", window, registers(*this)), temperatures_{} {
    for (unsigned site = 0; site < site_count; ++site) {
        temperatures_[site] = static_cast<std::uint8_t>(property_list[site].default_value);
    }
}

std::vector<Register> Tmu::registers(Tmu& self) {
    const auto site = [&self](std::uint32_t index, std::uint32_t) { return self.report(index); };
    const auto extreme = [&self](bool highest) {
        return [&self, highest](std::uint32_t, std::uint32_t) { return self.extreme(highest); };
    };
    constexpr FieldAccess cleared = FieldAccess::write_1_clear;
    constexpr FieldAccess unmodelled = FieldAccess::unmodelled;
    const std::vector<Field> report = {temperature, valid};
    const std::vector<Field> threshold = {{"TEMP", 0, 8, unmodelled}, {"EN", 31, 1, unmodelled}};
    return {
        {.offset = tmr, .name = "TMR", .fields = {monitored_sites, {"ALPF", 26, 2}, monitoring}},
        {.offset = 0x04, .name = "TSR", .access = FieldAccess::read_only},
        {.offset = 0x08, .name = "TMTMIR", .fields = {{"TMI", 0, 4}}},
        {.offset = 0x20,
         .name = "TIER",
         .fields = {{"ATCTEIE", 29, 1, unmodelled},
                    {"ATTEIE", 30, 1, unmodelled},
                    {"ITTEIE", 31, 1, unmodelled}}},
        {.offset = 0x24,
         .name = "TIDR",
         .fields = {{"ATCTE", 29, 1, cleared}, {"ATTE", 30, 1, cleared}, {"ITTE", 31, 1, cleared}}},
        {.offset = 0x28, .name = "TISCR", .fields = {{"ASITE", 0, 16}, {"ISITE", 16, 16}}},
        {.offset = 0x2c, .name = "TICSCR", .fields = {{"CASITE", 0, 16}}},
        {.offset = 0x40, .name = "TMHTCRH", .fields = report, .on_read = extreme(true)},
        {.offset = 0x44, .name = "TMHTCRL", .fields = report, .on_read = extreme(false)},
        {.offset = 0x50, .name = "TMHTITR", .fields = threshold},
        {.offset = 0x54, .name = "TMHTATR", .fields = threshold},
        {.offset = 0x58, .name = "TMHTACTR", .fields = threshold},
        {.offset = 0x80, .name = "TTCFGR"},
        {.offset = 0x84, .name = "TSCFGR"},
        {.offset = reports,
         .name = "TRITSR",
         .fields = report,
         .count = report_count,
         .stride = report_step,
         .on_read = site},
        {.offset = reports + 4,
         .name = "TRATSR",
         .fields = report,
         .count = report_count,
         .stride = report_step,
         .on_read = site},
        {.offset = 0xbf8, .name = "IPBRR0", .reset = revision_1, .access = FieldAccess::read_only},
        {.offset = 0xbfc, .name = "IPBRR1", .access = FieldAccess::read_only},
        {.offset = 0xf10, .name = "TTRCR", .fields = {{"TEMP", 0, 8}, {"CAL_PTS", 16, 4}}, .count = 4},
    };
}

bool Tmu::monitored(unsigned site) const {
    return site < site_count && bank().get<bool>(tmr, monitoring) &&
           (bank().get(tmr, monitored_sites) >> (first_site_bit - site) & 1) != 0;
}

std::uint32_t Tmu::report(unsigned site) const {
    return monitored(site) ? valid.mask() | temperatures_[site] : 0;
}

std::uint32_t Tmu::extreme(bool highest) const {
    std::uint32_t result = 0;
    for (unsigned site = 0; site < site_count; ++site) {
        const std::uint32_t value = report(site);
        if (value != 0) {
            result = result == 0 ? value : highest ? std::max(result, value) : std::min(result, value);
        }
    }
    return result;
}

std::span<const PropertyInfo> Tmu::properties() const {
    return property_list;
}

std::optional<std::string> Tmu::set_property(std::string_view name, std::uint64_t value) {
    for (unsigned site = 0; site < site_count; ++site) {
        if (name != property_list[site].name) {
            continue;
        }
        if (value > hottest) {
            return std::string(name) + " is " + std::to_string(value) + " degrees, at most " +
                   std::to_string(hottest) + " are possible";
        }
        temperatures_[site] = static_cast<std::uint8_t>(value);
        return std::nullopt;
    }
    return "no property " + std::string(name);
}

void Tmu::exchange(Archive& archive) {
    BankDevice::exchange(archive);
    for (std::uint8_t& degrees : temperatures_) {
        archive.value(degrees, hottest);
    }
}

}  // namespace svp
