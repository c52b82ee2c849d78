// SPDX-License-Identifier: GPL-2.0-or-later
/** What hostile jobs have in common, whatever their codec: memory that judges them, and registers
 * from bytes. */
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "../../../tools/players/g1_vp8_driver.hpp"
#include "vpu/memory_port.hpp"
#include "vpu/result.hpp"

namespace svp::test {

/** Memory that repeats a few bytes everywhere, keeps nothing that is written, and judges each access. */
class HostilePort : public vpu::MemoryPort {
 public:
    explicit HostilePort(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

    Response read(vpu::Stream stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        judge(stream, address, data.size());
        for (std::size_t i = 0; i < data.size(); ++i) {
            data[i] = bytes_.empty() ? std::uint8_t{0} : bytes_[(address + i) % bytes_.size()];
        }
        return Response::okay;
    }
    Response write(vpu::Stream stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        judge(stream, address, data.size());
        return Response::okay;
    }

    std::uint64_t moved = 0;   ///< bytes
    std::uint64_t strays = 0;  ///< accesses outside of what the job names for their stream

 protected:
    /** Offsets from a base count modulo 2^32, as the addresses do. */
    static bool inside(std::uint32_t address, std::size_t size, std::uint32_t base, std::uint64_t room) {
        const std::uint64_t offset = address - base;
        return size <= room && offset <= room - size;
    }

 private:
    /** Whether the job names the whole range for the stream. */
    virtual bool named(vpu::Stream stream, std::uint32_t address, std::size_t size) const = 0;

    void judge(vpu::Stream stream, std::uint32_t address, std::size_t size) {
        moved += size;
        strays += named(stream, address, size) ? 0 : 1;
    }

    std::span<const std::uint8_t> bytes_;
};

struct HostileEnd {
    vpu::Result result;
    std::uint64_t strays;
    bool bounded;  ///< no more was moved than a picture of this size can need
};

/** Registers from the first bytes of @p input, little endian; what is left of it is memory. */
template <typename Registers = G1Registers>
Registers take_registers(std::span<const std::uint8_t>& input) {
    Registers registers{};
    const std::size_t length = std::min(input.size(), sizeof registers);
    for (std::size_t i = 0; i < length; ++i) {
        registers[i / 4] |= std::uint32_t{input[i]} << i % 4 * 8;
    }
    input = input.subspan(length);
    return registers;
}

/** The same for registers of these @p numbers, in their order, so that few bytes fill all that matter. */
template <typename Registers>
Registers take_registers(std::span<const std::uint8_t>& input, std::span<const unsigned> numbers) {
    Registers registers{};
    for (const unsigned number : numbers) {
        for (unsigned i = 0; i < 4 && !input.empty(); ++i) {
            registers[number] |= std::uint32_t{input.front()} << 8 * i;
            input = input.subspan(1);
        }
    }
    return registers;
}

/** Memory with @p unit where @p address is, as HostilePort repeats it. */
inline std::vector<std::uint8_t> memory_with(std::span<const std::uint8_t> bytes, std::uint32_t address,
                                             std::span<const std::uint8_t> unit) {
    std::vector<std::uint8_t> memory(bytes.begin(), bytes.end());
    for (std::size_t i = 0; i < unit.size() && !memory.empty(); ++i) {
        memory[(address + i) % memory.size()] = unit[i];
    }
    return memory;
}

}  // namespace svp::test
