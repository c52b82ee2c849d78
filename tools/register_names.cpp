// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Prints the registers of the firewall blocks as their cores declare them, for campaigns of faults.
 *
 * Lines of words, names last; numbers are decimal:
 *
 *     block NAME                     as QMP's svp-inject-fault calls it
 *     register OFFSET STATE NAME     of the block above; OFFSET in bytes, STATE 1 if a fault can flip its
 * bits field SHIFT WIDTH ACCESS NAME  of the register above; ACCESS 0 if no write, and so no fault, changes
 * it
 *
 * Of a row of registers, each has the name that the manuals give it: the row's with its number.
 */
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <string>

#include "firewall/csu.hpp"
#include "firewall/iomuxc_gpr.hpp"
#include "firewall/rdc.hpp"
#include "firewall/tzc380.hpp"

namespace {

using namespace svp;

/** A host of devices that are only looked at. */
class NoHost final : public Host {
 public:
    void set_irq(unsigned, bool) override {}
    std::int64_t now() override { return 0; }
    void schedule(unsigned, std::int64_t) override {}
    void cancel(unsigned) override {}
    void log(LogKind, std::string_view) override {}
    void random(std::span<std::uint8_t> bytes) override { std::ranges::fill(bytes, std::uint8_t{0}); }
    void policy_changed() override {}
    void refused(const Transaction&, const Refusal&) override {}
    Response bus_read(const Initiator&, std::uint64_t, std::span<std::uint8_t>) override { return nothing; }
    Response bus_write(const Initiator&, std::uint64_t, std::span<const std::uint8_t>) override {
        return nothing;
    }
    Response bus_read_rows(const Initiator&, const Rows&, std::span<std::uint8_t>) override {
        return nothing;
    }
    Response bus_write_rows(const Initiator&, const Rows&, std::span<const std::uint8_t>) override {
        return nothing;
    }
    Judgement bus_judge_rows(const Initiator&, const Rows&) override { return {}; }
    Response bus_look_rows(const Initiator&, const Rows&, std::span<const JudgedPiece>,
                           std::span<std::uint8_t>) override {
        return nothing;
    }
    bool bus_transform(const Initiator&, std::uint64_t, std::uint64_t, std::size_t,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>&) override {
        return false;
    }
    std::int64_t bus_delay() override { return 0; }
    void request_work() override {}
    bool work_must_end() override { return true; }
    void exclusive(const std::function<void()>& section) override { section(); }

 private:
    static constexpr Response nothing = Response::decerr;
};

/**
 * Name of register @p index of a row. "GPR2-9" are GPR2 to GPR9; where register 0 differs, and so has a row
 * of its own (region_attributes_0), the others follow it.
 */
std::string name_of(const RegisterBank& bank, const Register& row, std::uint32_t index) {
    std::string name(row.name);
    if (row.count == 1) {
        return name;
    }
    if (const auto dash = name.find('-'); dash != std::string::npos) {
        auto digits = dash;
        while (digits > 0 && std::isdigit(static_cast<unsigned char>(name[digits - 1])) != 0) {
            --digits;
        }
        const unsigned long first = std::stoul(name.substr(digits, dash - digits));
        return name.substr(0, digits) + std::to_string(first + index);
    }
    if (std::ranges::any_of(bank.rows(), [&](const Register& other) { return other.name == name + "_0"; })) {
        return name + "_" + std::to_string(index + 1);
    }
    return name + std::to_string(index);
}

void print(const char* block, const Device& device) {
    std::printf("block %s\n", block);
    const RegisterBank& bank = *device.banks().front().bank;
    for (const Register& row : bank.rows()) {
        for (std::uint32_t index = 0; index < row.count; ++index) {
            const std::uint32_t offset = row.offset + index * row.stride;
            std::printf("register %u %d %s\n", offset, bank.holds_state(offset),
                        name_of(bank, row, index).c_str());
            for (const Field& field : row.fields) {
                std::printf("field %u %u %d %.*s\n", field.shift, field.width,
                            field.access != FieldAccess::read_only, static_cast<int>(field.name.size()),
                            field.name.data());
            }
        }
    }
}

}  // namespace

int main() {
    NoHost host;
    print("tzasc", Tzc380(host));
    print("rdc", Rdc(host));
    print("csu", Csu(host));
    print("gpr", IomuxcGpr(host));
    return 0;
}
