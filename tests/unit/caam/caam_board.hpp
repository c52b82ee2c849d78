// SPDX-License-Identifier: GPL-2.0-or-later
/** A CAAM with memory, rings that are set up, and somebody who puts jobs into them. */
#pragma once

#include "../catch.hpp"
#include "../fake_host.hpp"
#include "caam/caam.hpp"
#include "program.hpp"

namespace svp::test {

/** Offsets in a ring's page. */
namespace ring_register {
inline constexpr std::uint32_t irbar = 0x04, irsr = 0x0c, irsar = 0x14, irjar = 0x1c, orbar = 0x24,
                               orsr = 0x2c, orjrr = 0x34, orsfr = 0x3c, jrstar = 0x44, jrintr = 0x4c,
                               jrcfgr = 0x54, irrir = 0x5c, orwir = 0x64, jrcr = 0x6c;
}

class CaamBoard {
 public:
    static constexpr std::uint32_t ring_entries = 8;
    static constexpr std::uint64_t first_address = 0x40000000;

    CaamBoard() : caam(host) {
        REQUIRE_FALSE(caam.set_property("rng-seed", 0x1234));
        REQUIRE_FALSE(caam.set_property("master-key", 0x5678));
        caam.reset();
    }

    /** Ring 1 is the non-secure world's, ring 2 the secure world's, as OP-TEE sets them. */
    void set_up() {
        write32(caam, 0x10 + 8 * 1, 0x00080001);
        write32(caam, 0x10 + 8 * 2, 0x800b8011);
        for (unsigned ring = 0; ring < 3; ++ring) {
            configure(ring);
        }
    }
    void configure(unsigned ring) {
        using namespace ring_register;
        input_[ring] = allocate(4 * ring_entries);
        output_[ring] = allocate(8 * ring_entries);
        written_[ring] = read_[ring] = 0;
        set(ring, irbar, static_cast<std::uint32_t>(input_[ring]));
        set(ring, irsr, ring_entries);
        set(ring, orbar, static_cast<std::uint32_t>(output_[ring]));
        set(ring, orsr, ring_entries);
    }

    std::uint32_t get(unsigned ring, std::uint32_t offset) {
        return read32(caam, 0x1000 * (ring + 1) + offset);
    }
    void set(unsigned ring, std::uint32_t offset, std::uint32_t value) {
        write32(caam, 0x1000 * (ring + 1) + offset, value);
    }

    std::uint64_t allocate(std::size_t size) {
        const std::uint64_t address = next_;
        next_ += (size + 255) / 256 * 256 + 256;
        return address;
    }
    std::uint64_t put(std::span<const std::uint8_t> data) {
        const std::uint64_t address = allocate(data.size());
        host.memory.put(address, data);
        return address;
    }
    std::uint64_t put(const Program& program) {
        const std::uint64_t address = allocate(4 * program.size());
        put_words(address, program.words);
        return address;
    }
    void put_words(std::uint64_t address, std::span<const std::uint32_t> words) {
        Bytes bytes;
        for (const std::uint32_t word : words) {
            for (unsigned i = 0; i < 4; ++i) {
                bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
            }
        }
        host.memory.put(address, bytes);
    }
    std::uint32_t word_at(std::uint64_t address) const {
        const Bytes bytes = host.memory.bytes(address, 4);
        return bytes[0] | static_cast<std::uint32_t>(bytes[1]) << 8 |
               static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
    }

    /** A table of pieces, as scatterwalks of drivers make them; padded to four entries with zeros. */
    std::uint64_t table(std::span<const std::pair<std::uint64_t, std::uint32_t>> pieces) {
        std::vector<std::uint32_t> words;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const std::uint32_t last = i + 1 == pieces.size() ? 1u << 30 : 0;
            words.insert(words.end(),
                         {0, static_cast<std::uint32_t>(pieces[i].first), pieces[i].second | last, 0});
        }
        while (words.size() % 16 != 0) {
            words.push_back(0);
        }
        const std::uint64_t address = allocate(4 * words.size());
        put_words(address, words);
        return address;
    }

    /** Puts a descriptor's address into a ring, without running it. */
    void enqueue(unsigned ring, std::uint64_t descriptor) {
        put_words(input_[ring] + 4 * (written_[ring]++ % ring_entries),
                  std::array{static_cast<std::uint32_t>(descriptor)});
        set(ring, ring_register::irjar, 1);
    }
    struct Result {
        std::uint32_t descriptor;
        std::uint32_t status;
    };
    /** Takes one result out of a ring. */
    Result result(unsigned ring) {
        REQUIRE(get(ring, ring_register::orsfr) > 0);
        const std::uint64_t entry = output_[ring] + 8 * (read_[ring]++ % ring_entries);
        set(ring, ring_register::orjrr, 1);
        return {word_at(entry), word_at(entry + 4)};
    }
    /** Runs a job descriptor in ring 1 and gives its status. */
    std::uint32_t run(const Program& program, unsigned ring = 1) { return run_at(put(program), ring); }
    std::uint32_t run_at(std::uint64_t descriptor, unsigned ring = 1) {
        last_descriptor = descriptor;
        enqueue(ring, descriptor);
        host.run_work(caam);
        const Result seen = result(ring);
        CHECK(seen.descriptor == static_cast<std::uint32_t>(descriptor));
        return seen.status;
    }
    /** Runs @p job, whose first two words are made here, with a shared descriptor, in Linux's form. */
    std::uint32_t run_shared(const Program& shared, const Program& job, unsigned ring = 1) {
        const std::uint64_t at = put(shared);
        Program whole = Program::job(1u << 12 | static_cast<std::uint32_t>(shared.size()) << 16 |
                                     caam_fields::share_defer_reverse);
        whole.word(static_cast<std::uint32_t>(at));
        for (std::size_t i = 1; i < job.size(); ++i) {
            whole.word(job.words[i]);
        }
        last_shared = at;
        return run(whole, ring);
    }

    /** What the generator and keys need, as OP-TEE does it at start. */
    void instantiate() {
        using namespace caam_fields;
        REQUIRE(run(Program::job()
                        .operation(rng | rng_handle(0) | init | rng_resistant)
                        .jump(j_class1)
                        .clear_written(1)
                        .operation(rng | rng_handle(1) | init | rng_resistant)
                        .jump(j_class1)
                        .clear_written(1)
                        .operation(rng | rng_secure_keys)) == 0);
    }

    Bytes bytes(std::uint64_t address, std::size_t size) const { return host.memory.bytes(address, size); }

    FakeHost host;
    Caam caam;
    std::uint64_t last_shared = 0;
    std::uint64_t last_descriptor = 0;  ///< that run_at() ran

 private:
    std::uint64_t next_ = first_address;
    std::array<std::uint64_t, 3> input_{}, output_{};
    std::array<std::uint32_t, 3> written_{}, read_{};
};

/** A board with its rings ready. */
struct ReadyBoard : CaamBoard {
    ReadyBoard() { set_up(); }
};

/** Source and index-free part of a status word. */
inline std::uint32_t error_of(std::uint32_t status) {
    return status & 0xf00000ff;
}
inline std::uint32_t index_of(std::uint32_t status) {
    return status >> 8 & 0xff;
}

}  // namespace svp::test
