// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Random non-secure software against what the secure world keeps in CAAM: it writes to every register, starts
 * jobs by every way there is, and has jobs write to CAAM's own registers. Whatever the secure world has set
 * up before, no bus access is secure, and nothing of it has changed.
 */
#include <random>

#include "../fuzz_operations.hpp"
#include "caam/registers/rights.hpp"
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::ring_register;

namespace {

using Random = std::mt19937_64;

/** A bus on which CAAM's registers and secure memory lie, as jobs see them. */
class BusHost : public FakeHost {
 public:
    static constexpr std::uint64_t registers = 0x30900000, registers_size = 0x40000;

    Response bus_read(const Initiator& by, std::uint64_t address, std::span<std::uint8_t> data) override {
        seen(by.own_world);
        if (!own(address, data.size())) {
            return FakeHost::bus_read(by, address, data);
        }
        std::fill(data.begin(), data.end(), std::uint8_t{0});
        for (std::size_t i = 0; i + 4 <= data.size(); i += 4) {
            const auto value =
                caam->read(0, address + i - registers, 4, register_by(by.own_world, Direction::read)).value;
            for (unsigned k = 0; k < 4; ++k) {
                data[i + k] = static_cast<std::uint8_t>(value >> (8 * k));
            }
        }
        return Response::okay;
    }
    Response bus_write(const Initiator& by, std::uint64_t address,
                       std::span<const std::uint8_t> data) override {
        seen(by.own_world);
        if (!own(address, data.size())) {
            return FakeHost::bus_write(by, address, data);
        }
        for (std::size_t i = 0; i + 4 <= data.size(); i += 4) {
            std::uint64_t value = 0;
            for (unsigned k = 0; k < 4; ++k) {
                value |= static_cast<std::uint64_t>(data[i + k]) << (8 * k);
            }
            static_cast<void>(caam->write(0, address + i - registers, value, 4,
                                          register_by(by.own_world, Direction::write)));
        }
        return Response::okay;
    }
    bool bus_transform(const Initiator& by, std::uint64_t, std::uint64_t, std::size_t,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>&) override {
        seen(by.own_world);
        return false;
    }

    Caam* caam = nullptr;
    unsigned secure = 0, open = 0;

 private:
    static bool own(std::uint64_t address, std::size_t size) {
        return address >= registers && address % 4 == 0 && address + size <= registers + registers_size;
    }
    static Transaction register_by(World world, Direction direction) {
        Transaction access;
        access.master = Master::caam;
        access.world = world;
        access.direction = direction;
        return access;
    }
    void seen(World world) { ++(world == World::secure ? secure : open); }
};

/** The secure world's view of what is its own. */
struct Property {
    std::vector<std::uint32_t> registers;
    Bytes memory;
    bool operator==(const Property&) const = default;
};

class Attack {
 public:
    explicit Attack(std::uint64_t seed) : random_(seed), caam_(host_) {
        host_.caam = &caam_;
        REQUIRE_FALSE(caam_.set_property("rng-seed", 0x1234));
        REQUIRE_FALSE(caam_.set_property("hab-locked", seed % 7 == 0 ? 1 : 0));
        caam_.reset();
        caam_.set_limits(
            {.commands = 200, .table_entries = 200, .bytes = 1u << 16, .public_key_ns = 1'000'000});
        set_up();
    }

    void run(unsigned steps) {
        const Property before = property();
        host_.secure = 0;
        for (unsigned i = 0; i < steps; ++i) {
            step();
            if (pick(4) == 0) {
                host_.run_work(caam_);
            }
        }
        host_.run_work(caam_);
        CHECK(host_.secure == 0);
        CHECK((property() == before));
        CHECK(opens_blob());
    }

    unsigned open_accesses() const { return host_.open; }

 private:
    static constexpr std::uint64_t area = 0x40000000;
    static constexpr std::uint64_t secret_ring = 0x50000000, secret_blob = 0x50001000;

    std::uint32_t pick(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
    std::uint32_t anything() { return static_cast<std::uint32_t>(random_()); }
    void secure(std::uint32_t offset, std::uint32_t value) { write32(caam_, offset, value); }
    void open(std::uint32_t offset, std::uint32_t value) {
        write32(caam_, offset, value, non_secure_access());
    }
    void put(std::uint64_t address, std::span<const std::uint32_t> words) {
        Bytes bytes;
        for (const std::uint32_t word : words) {
            for (unsigned i = 0; i < 4; ++i) {
                bytes.push_back(static_cast<std::uint8_t>(word >> (8 * i)));
            }
        }
        host_.memory.put(address, bytes);
    }

    /** Non-secure writes first, then what firmware does, in part at random. */
    void set_up() {
        for (unsigned i = 0; i < 20; ++i) {
            step();
        }
        host_.run_work(caam_);
        secure(0x10, pick(3) == 0 ? 0x8011 : pick(2) == 0 ? 0x11 : 1);
        secure(0x18, 0x00080001);
        secure(0x20, 0x800b8011);
        secure(0x60, pick(2) << 4);
        if (pick(3) == 0) {
            secure(0xa0, pick(2) << 31 | pick(2) << 4);
            secure(0x94, pick(4));
            secure(0x9c, pick(2));
            for (std::uint32_t i = 0; i < 8; ++i) {
                secure(0x8a00 + 4 * i, copy(i));
            }
        }
        tee_ring();
        for (const std::uint32_t handle : {0u, 1u}) {
            tee_job(Program::job().operation(rng | rng_handle(handle) | init_final));
            tee_job(Program::job().operation(rng | rng_handle(handle) | init | rng_resistant));
        }
        tee_job(Program::job().operation(rng | rng_secure_keys));
        CHECK((read32(caam_, 0x6c0) & 0x40000033) == 0x40000033);
        for (unsigned partition = 5; partition < 8; ++partition) {
            secure(0x3000 + 0xa04 + 16 * partition, 0x80ff);
            secure(0x3000 + 0xa0c + 16 * partition, 1u << 1);
            secure(0x3000 + 0xbe4, (partition - 2) << 16 | partition << 8 | 1);
            if ((read32(caam_, 0x3000 + 0xbec) & 0xf000) == 0) {
                own_.push_back(partition);  // the others belonged to non-secure software already
                const std::uint64_t at = 0x1000 * (partition - 2);
                CHECK(caam_.write(1, at, 0x5ec2e700 + partition, 4, Transaction{}) == Response::okay);
            }
        }
        host_.memory.put(secret_blob, counting(32));
        REQUIRE(seal(false) == 0);
    }

    void tee_ring() {
        secure(0x3000 + irbar, static_cast<std::uint32_t>(secret_ring));
        secure(0x3000 + irsr, 1);
        secure(0x3000 + orbar, static_cast<std::uint32_t>(secret_ring + 0x100));
        secure(0x3000 + orsr, 1);
    }
    std::uint32_t tee_job(const Program& program) {
        put(secret_ring + 0x200, program.words);
        put(secret_ring, std::array{static_cast<std::uint32_t>(secret_ring + 0x200)});
        secure(0x3000 + irjar, 1);
        host_.run_work(caam_);
        const std::uint32_t full = read32(caam_, 0x3000 + orsfr);
        secure(0x3000 + orjrr, full);
        return full == 1 ? read32(caam_, 0x3000 + jrstar) : 0xffffffff;
    }
    std::uint32_t seal(bool unseal) {
        return tee_job(Program::job()
                           .load(class2, r_key, 0, counting(16, 7))
                           .seq_in(secret_blob + (unseal ? 0x100 : 0), unseal ? 80 : 32)
                           .seq_out(secret_blob + (unseal ? 0x200 : 0x100), unseal ? 32 : 80)
                           .operation((unseal ? 6u : 7u) << 24 | 0x0du << 16));
    }
    bool opens_blob() {
        return seal(true) == 0 && host_.memory.bytes(secret_blob + 0x200, 32) == counting(32);
    }

    Property property() {
        Property seen;
        // Owners, configuration, generator; OP-TEE's ring; its partitions.
        for (const std::uint32_t offset :
             {0x04u,   0x08u,   0x0cu,   0x10u,   0x14u,   0x18u,   0x1cu,   0x20u,   0x24u,
              0x58u,   0x5cu,   0x60u,   0x64u,   0xa0u,   0xa4u,   0x120u,  0x220u,  0x380u,
              0x39cu,  0x600u,  0x610u,  0x6c0u,  0xb04u,  0x3004u, 0x300cu, 0x3014u, 0x3024u,
              0x302cu, 0x303cu, 0x304cu, 0x3054u, 0x305cu, 0x3064u}) {
            seen.registers.push_back(read32(caam_, offset));
        }
        for (const unsigned partition : own_) {
            for (std::uint32_t offset = 0; offset < 16; offset += 4) {
                seen.registers.push_back(read32(caam_, 0x3000 + 0xa00 + 16 * partition + offset));
            }
            seen.registers.push_back(read32(caam_, 0x3000 + 0xfbc) >> (2 * partition) & 3);
            const auto value = caam_.read(1, 0x1000 * (partition - 2), 4, Transaction{}).value;
            seen.memory.push_back(static_cast<std::uint8_t>(value));
            seen.memory.push_back(static_cast<std::uint8_t>(value >> 8));
        }
        return seen;
    }

    std::uint32_t target() {
        switch (pick(4)) {
            case 0:
                return static_cast<std::uint32_t>(BusHost::registers) + interesting();
            case 1:
                return static_cast<std::uint32_t>(secret_ring) + 4 * pick(0x100);
            case 2:
                return 0x100000 + 0x1000 * pick(8);
            default:
                return static_cast<std::uint32_t>(area) + 4 * pick(0x400);
        }
    }
    /** Word @p index of a descriptor that moves a word. */
    std::uint32_t copy(std::uint32_t index) {
        const std::uint32_t words[] = {0xb0800005, 0x16080004, target(), 0x56080004, target()};
        return index < 5 ? words[index] : 0;
    }
    std::uint32_t interesting() {
        constexpr std::uint32_t offsets[] = {0x04,  0x08,   0x0c,   0x10,   0x14,   0x18,  0x20,
                                             0x60,  0x64,   0x94,   0x9c,   0xa0,   0x220, 0x380,
                                             0x600, 0x8800, 0x8a00, 0x3004, 0x301c, 0x306c};
        constexpr std::uint32_t commands[] = {0xa54, 0xa5c, 0xa64, 0xbe4, 0xb08};
        return pick(2) == 0 ? offsets[pick(std::size(offsets))]
                            : 0x1000 * pick(4) + commands[pick(std::size(commands))];
    }
    std::uint32_t useful_value() {
        constexpr std::uint32_t values[] = {0,          1,          3,          0x11,    0x8011,
                                            0x800b8011, 0x80000001, 0xffffffff, 1u << 29};
        return pick(3) == 0 ? anything() : values[pick(std::size(values))];
    }

    void write_job(std::uint64_t at) {
        std::vector<std::uint32_t> words;
        if (pick(4) == 0) {
            const std::uint32_t handle = pick(2) << 4;
            words = {0xb0800002, 0x82500000 | handle | (pick(2) == 0 ? 0xcu : 0x1008u)};
        } else {
            for (std::uint32_t i = 0; i < 5; ++i) {
                words.push_back(copy(i));
            }
        }
        put(at, words);
    }

    void step() {
        const unsigned ring = pick(3);
        const std::uint32_t page = 0x1000 * (ring + 1);
        switch (pick(8)) {
            case 0: {  // a job in a ring
                write_job(area + 0x2000);
                write_job(area + 0x2100);
                put(area + 0x1000, std::array{static_cast<std::uint32_t>(area + 0x2000),
                                              static_cast<std::uint32_t>(area + 0x2100)});
                open(page + irbar, static_cast<std::uint32_t>(area + 0x1000));
                open(page + orbar, static_cast<std::uint32_t>(area + 0x1100));
                open(page + irsr, 2);
                open(page + orsr, 2);
                open(page + orjrr, read32(caam_, page + orsfr, non_secure_access()));
                open(page + irjar, 1 + pick(2));
                return;
            }
            case 1:
            case 2: {  // the DECO by hand, some steps of it
                for (std::uint32_t i = 0; i < 5; ++i) {
                    if (pick(8) != 0) {
                        open(0x8a00 + 4 * i, copy(i));
                    }
                }
                if (pick(3) != 0) {
                    open(0xa0, pick(2) == 0 ? 0 : anything());
                }
                if (pick(3) != 0) {
                    open(0x94, pick(4));
                }
                if (pick(3) != 0) {
                    open(0x9c, pick(4) != 0 ? 1 : 0);
                }
                open(0x8800, 1u << 29);
                return;
            }
            case 3:
            case 4:
                open(interesting(), useful_value());
                return;
            case 5: {  // any register of any page
                const auto table = caam::access_table();
                const caam::AccessRow& row = table[pick(static_cast<std::uint32_t>(table.size()))];
                constexpr std::uint32_t first[] = {0, 0x1000, 0x6000, 0x8000};
                std::uint32_t at =
                    first[static_cast<std::size_t>(row.page)] + row.offset + pick(row.count) * row.stride;
                at += row.page == caam::Page::ring ? 0x1000 * ring : 0;
                const unsigned size = 1u << pick(4);
                static_cast<void>(caam_.write(0, at & ~(size - 1), random_(), size, non_secure_access()));
                return;
            }
            case 6: {  // secure memory
                const std::uint32_t command = pick(2) == 0 ? 0xbe4 : 0xa04 + 16 * pick(16) + 4 * pick(3);
                open(0x1000 * pick(4) + command,
                     command == 0xbe4 ? pick(8) << 16 | pick(16) << 8 | (1 + pick(5)) : anything());
                static_cast<void>(caam_.write(1, 0x1000 * pick(8), anything(), 4, non_secure_access()));
                return;
            }
            default:
                open(page + (pick(2) == 0 ? jrcr : jrintr), 1 + pick(15));
                return;
        }
    }

    Random random_;
    BusHost host_;
    Caam caam_;
    std::vector<unsigned> own_;  ///< partitions of the secure world's
};

}  // namespace

TEST_CASE("caam rights property: random non-secure software changes nothing of the secure world's",
          "[caam]") {
    unsigned accesses = 0;
    const unsigned long cases = fuzz_operations() / 1000 + 5;
    for (unsigned long seed = 1; seed <= cases; ++seed) {
        CAPTURE(seed);
        Attack attack(seed);
        attack.run(200);
        accesses += attack.open_accesses();
    }
    // Jobs did run.
    CHECK(accesses > 20 * cases);
}
