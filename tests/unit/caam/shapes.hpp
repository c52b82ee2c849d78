// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Descriptor shapes: every kind of job that a driver builds, as one named row. A row makes the words as its
 * driver does, runs them with data of its own, and compares with nettle, GMP or a published vector.
 *
 * All rows of a table run in one device, one after the other, and then all once more with other data: nothing
 * may be left of a job that the next one sees.
 */
#pragma once

#include <random>
#include <set>

#include "caam_board.hpp"
#include "reference.hpp"

namespace svp::test {

class ShapeRun {
 public:
    ShapeRun(ReadyBoard& used, std::string_view name, unsigned number)
        : board(used), round(number), random_(std::hash<std::string_view>()(name) * 2 + number) {}

    /** Data of this row and round. */
    Bytes data(std::size_t size) {
        Bytes bytes(size);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(random_());
        }
        return bytes;
    }
    /** Between two sizes, in steps. */
    std::size_t size(std::size_t least, std::size_t most, std::size_t step = 1) {
        return least + random_() % ((most - least) / step + 1) * step;
    }

    std::uint64_t put(const Bytes& bytes) { return board.put(bytes); }
    std::uint64_t room(std::size_t size) { return board.put(Bytes(size, 0xee)); }
    Bytes at(std::uint64_t address, std::size_t size) const { return board.bytes(address, size); }
    void runs(const Program& program, unsigned ring = 1) { CHECK(board.run(program, ring) == 0); }
    void runs_shared(const Program& shared, const Program& job) { CHECK(board.run_shared(shared, job) == 0); }

    ReadyBoard& board;
    unsigned round;

 private:
    std::mt19937_64 random_;
};

struct Shape {
    const char* name;
    void (*run)(ShapeRun&);
};

/** @p sheet: how many shapes the driver is known to have. */
inline void run_shapes(ReadyBoard& board, std::span<const Shape> shapes, std::size_t sheet) {
    CHECK(shapes.size() >= sheet);
    std::set<std::string> names;
    for (const Shape& shape : shapes) {
        names.insert(shape.name);
    }
    CHECK(names.size() == shapes.size());
    for (unsigned round = 0; round < 2; ++round) {
        for (const Shape& shape : shapes) {
            CAPTURE(shape.name, round);
            ShapeRun run(board, shape.name, round);
            shape.run(run);
        }
    }
    CHECK(board.host.unimplemented.empty());
}

/** A length as a word of a descriptor. */
inline std::uint32_t u32(std::size_t size) {
    return static_cast<std::uint32_t>(size);
}

/** An address as a word of a descriptor. */
inline std::uint32_t low(std::uint64_t address) {
    return static_cast<std::uint32_t>(address);
}

/** A job with a parameter block behind its header. */
inline Program with_block(const std::vector<std::uint32_t>& block, std::uint32_t operation) {
    Program p = Program::job(static_cast<std::uint32_t>(block.size() + 1) << 16);
    for (const std::uint32_t word : block) {
        p.word(word);
    }
    return p.operation(operation);
}

}  // namespace svp::test
