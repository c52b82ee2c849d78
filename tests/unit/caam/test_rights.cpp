// SPDX-License-Identifier: GPL-2.0-or-later
/** Who may do what in CAAM: the table of rights, and every input that decides with whose rights a job runs.
 */
#include <algorithm>

#include "caam/registers/rights.hpp"
#include "caam_board.hpp"

using namespace svp;
using namespace svp::test;
using namespace svp::test::caam_fields;
using namespace svp::test::ring_register;
using caam::AccessRow;
using caam::Grant;
using caam::Page;

namespace {

constexpr std::uint32_t tee_ring = 0x800b8011;    ///< JRDID of OP-TEE's ring
constexpr std::uint32_t linux_ring = 0x00080001;  ///< and of Linux's
constexpr std::uint32_t deco_word = 0x8a00, deco_start = 0x8800, start_all = 1u << 29;

struct Seen {
    Page page;
    std::uint32_t first;  ///< of the page, in the window
};
constexpr Seen pages[] = {{Page::controller, 0}, {Page::ring, 0x1000},      {Page::ring, 0x2000},
                          {Page::ring, 0x3000},  {Page::assurance, 0x6000}, {Page::deco, 0x8000}};

Transaction access_by(World world) {
    Transaction by;
    by.world = world;
    return by;
}

Program copy_word(std::uint64_t from, std::uint64_t to) {
    return Program::job().load(deco, r_math(0), 0, from, 4).store(deco, r_math(0), 0, to, 4);
}

/** How much of CAAM is the secure world's. */
enum class Setting { nobody, claimed, all };

void arrange(CaamBoard& board, Setting setting) {
    if (setting == Setting::nobody) {
        return;
    }
    write32(board.caam, 0x10, 1);
    write32(board.caam, 0x18, linux_ring);
    write32(board.caam, 0x20, tee_ring);
    if (setting == Setting::all) {
        write32(board.caam, 0x60, 0x10);
        write32(board.caam, 0x94, 3);
        write32(board.caam, 0x9c, 1);
    }
}

bool is_closed(Setting setting, const Seen& seen) {
    switch (seen.page) {
        case Page::controller:
            return false;
        case Page::ring:
            return setting != Setting::nobody && seen.first == 0x3000;
        case Page::assurance:
        case Page::deco:
            return setting == Setting::all;
    }
    return true;
}

std::uint32_t writable(Setting setting, const Seen& seen, const AccessRow& row) {
    const bool claimed = setting != Setting::nobody;
    const bool taken = setting == Setting::all;
    const bool granted = row.grant == Grant::page || (row.grant == Grant::unclaimed && !claimed) ||
                         (row.grant == Grant::deco && !taken) ||
                         (row.grant == Grant::deco_unclaimed && !claimed);
    return granted && !is_closed(setting, seen) ? row.write : 0;
}

}  // namespace

TEST_CASE("caam rights: every register of every page is in the table, once", "[caam]") {
    FakeHost host;
    caam::Published published;
    caam::SecureMemory memory;
    caam::Engine engine;
    caam::Controller controller(host, published, memory, engine, {});
    caam::JobRing ring(host, 0, controller.shared_rows(0), [] {});
    const std::pair<Page, const RegisterBank*> banks[] = {
        {Page::controller, &controller.page()}, {Page::ring, &ring.bank()}, {Page::deco, &controller.deco()}};
    for (const auto& [page, bank] : banks) {
        std::size_t registers = 0;
        for (const Register& declared : bank->rows()) {
            for (std::uint32_t i = 0; i < declared.count; ++i) {
                const std::uint32_t offset = declared.offset + i * declared.stride;
                CAPTURE(declared.name, offset);
                const AccessRow* row = caam::access_row(page, offset);
                REQUIRE(row != nullptr);
                CHECK(declared.name.substr(0, row->name.size()) == row->name.substr(0, declared.name.size()));
                // What nobody changes is not given to anybody either.
                if (declared.read_only == all_bits && !declared.on_write && declared.write_1_clear == 0) {
                    CHECK(row->write == 0);
                }
                ++registers;
            }
        }
        std::size_t named = 0;
        for (const AccessRow& row : caam::access_table()) {
            named += row.page == page ? row.count : 0;
        }
        CHECK(named == registers);
    }
}

TEST_CASE("caam rights: what the non-secure world changes and reads, register by register", "[caam]") {
    for (const Setting setting : {Setting::nobody, Setting::claimed, Setting::all}) {
        CaamBoard board;
        arrange(board, setting);
        const auto state = board.caam.save();
        for (const Seen& seen : pages) {
            for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
                const AccessRow* row = caam::access_row(seen.page, offset);
                // Of the long rows of one kind each 13th register.
                if (row == nullptr || (row->count >= 512 && offset / 4 % 13 != 0)) {
                    continue;
                }
                CAPTURE(static_cast<int>(setting), seen.first, offset, row->name);
                const std::uint32_t rights = writable(setting, seen, *row);
                for (const std::uint32_t value : {0xffffffffu, 0u}) {
                    const std::uint32_t before = read32(board.caam, seen.first + offset);
                    const auto refusals = board.host.refusals.size();
                    write32(board.caam, seen.first + offset, value, non_secure_access());
                    if (rights == 0) {
                        // Not a bit of the whole block.
                        REQUIRE((board.caam.save() == state));
                        continue;
                    }
                    const std::uint32_t after = read32(board.caam, seen.first + offset);
                    CHECK(((before ^ after) & ~rights) == 0);
                    if (rights == all_bits && setting == Setting::nobody) {
                        CHECK(board.host.refusals.size() == refusals);
                    }
                    REQUIRE_FALSE(board.caam.load(state));
                }
                board.host.guest_errors.clear();
            }
        }
    }
}

TEST_CASE("caam rights: what the non-secure world reads, register by register", "[caam]") {
    for (const Setting setting : {Setting::nobody, Setting::claimed, Setting::all}) {
        CaamBoard board;
        for (std::uint32_t offset = 0; offset < 0x400; offset += 4) {
            write32(board.caam, offset, 0x01234567 & ~0x80000000u);
            write32(board.caam, 0x6000 + offset, 0x89abcdef);
        }
        for (std::uint32_t offset = 0x10; offset < 0xa8; offset += 4) {
            write32(board.caam, offset, 0);
        }
        arrange(board, setting);
        write32(board.caam, 0x3000 + irbar, 0x40000000);
        write32(board.caam, 0x2000 + irbar, 0x40000100);
        for (const Seen& seen : pages) {
            for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
                const AccessRow* row = caam::access_row(seen.page, offset);
                // Owner of a partition and result of a command depend on who asks, and so does a grant.
                if (row == nullptr || row->name == "SMPO" || row->name == "SMCSR" || row->name == "DECORR" ||
                    row->name == "DESB") {
                    continue;
                }
                CAPTURE(static_cast<int>(setting), seen.first, offset, row->name);
                const bool closed = is_closed(setting, seen);
                const std::uint32_t secure = read32(board.caam, seen.first + offset);
                const auto refusals = board.host.refusals.size();
                const std::uint32_t open = read32(board.caam, seen.first + offset, non_secure_access());
                CHECK(open == (closed ? 0 : secure & row->read));
                CHECK((board.host.refusals.size() > refusals) == (closed || (secure & ~row->read) != 0));
            }
        }
    }
}

TEST_CASE("caam rights: what makes a ring, RTIC or the DECO secure is set by the secure world only",
          "[caam]") {
    constexpr std::uint32_t attributes[] = {1u << 4, 1u << 15, 0x3ffu << 5, 1u << 16, 1u << 17, 1u << 31};
    for (const Setting setting : {Setting::nobody, Setting::claimed}) {
        for (const std::uint32_t offset : {0x008u, 0x010u, 0x018u, 0x020u, 0x028u, 0x060u, 0x064u, 0x0a0u}) {
            for (const std::uint32_t bits : attributes) {
                for (const unsigned size : {1u, 2u, 4u, 8u}) {
                    CaamBoard board;
                    arrange(board, setting);
                    CAPTURE(offset, bits, size);
                    const std::uint32_t before = read32(board.caam, offset);
                    for (unsigned lane = 0; lane < 4; lane += size) {
                        board.caam.write(0, offset + lane, (before | bits) >> (8 * lane), size,
                                         non_secure_access());
                    }
                    CHECK(read32(board.caam, offset) == before);
                    // Nor taken away.
                    write32(board.caam, offset, before | bits);
                    const std::uint32_t set = read32(board.caam, offset);
                    write32(board.caam, offset, 0, non_secure_access());
                    CHECK((read32(board.caam, offset) & bits) == (set & bits));
                }
            }
        }
    }
}

TEST_CASE("caam rights: a lock holds for both worlds and its refusals are on record", "[caam]") {
    for (const std::uint32_t offset : {0x010u, 0x020u, 0x060u, 0x0a0u, 0x220u}) {
        CaamBoard board;
        CAPTURE(offset);
        write32(board.caam, offset, 1u << 31 | 5);
        for (const World world : {World::secure, World::non_secure}) {
            board.host.refusals.clear();
            write32(board.caam, offset, 1u << 31 | 5, access_by(world));
            CHECK(board.host.refusals.empty());
            write32(board.caam, offset, 6, access_by(world));
            CHECK(read32(board.caam, offset) == (1u << 31 | 5));
            CHECK(board.host.refusals.size() == 1);
        }
    }
}

TEST_CASE("caam rights: a DECO by hand has the rights of the weakest that takes part", "[caam]") {
    // Who writes the selection, the request, the descriptor, a word of it, DECO0DID, and who starts.
    for (unsigned writers = 0; writers < 64; ++writers) {
        for (const bool secure_ring : {true, false}) {
            CaamBoard board;
            write32(board.caam, 0x18, linux_ring);
            const auto by = [&](unsigned what) {
                return access_by((writers >> what & 1) != 0 ? World::non_secure : World::secure);
            };
            CAPTURE(writers, secure_ring);
            const auto from = board.put(counting(4)), to = board.allocate(4);
            const Program program = copy_word(from, to);
            // The ring is nobody's when it is selected, so that all may select it.
            write32(board.caam, 0xa0, 0, by(4));
            write32(board.caam, 0x94, 3, by(0));
            write32(board.caam, 0x9c, 1, by(1));
            for (std::uint32_t i = 0; i < program.size(); ++i) {
                write32(board.caam, deco_word + 4 * i, program.words[i], by(2));
            }
            board.caam.write(0, deco_word + 4 * 2 + 1, program.words[2] >> 8 & 0xff, 1, by(3));
            write32(board.caam, 0x20, secure_ring ? tee_ring : linux_ring);
            board.host.memory.accesses.clear();
            write32(board.caam, deco_start, start_all, by(5));
            board.host.run_work(board.caam);
            // DECO0DID was cleared already, and a byte that comes while the secure world has the DECO is
            // refused.
            const bool all_secure = secure_ring && (writers & ~(1u << 4 | 1u << 3)) == 0;
            for (const auto& access : board.host.memory.accesses) {
                CHECK(access.world == (all_secure ? World::secure : World::non_secure));
            }
            if (writers == 0 || writers == 63) {
                CHECK(board.host.memory.accesses.size() == 2);
                CHECK(board.bytes(to, 4) == counting(4));
            }
        }
    }
}

TEST_CASE("caam rights: nobody selects a secure ring's identity for the DECO", "[caam]") {
    for (const std::uint32_t did : {tee_ring, 0x8001u, 0x11u}) {
        CaamBoard board;
        write32(board.caam, 0x20, did);
        board.host.refusals.clear();
        write32(board.caam, 0x94, 3, non_secure_access());
        CHECK((read32(board.caam, 0x94) & 3) == 0);
        REQUIRE(board.host.refusals.size() == 1);
        CHECK(board.host.refusals[0].refusal.index == 2);
        write32(board.caam, 0x94, 2, non_secure_access());
        CHECK((read32(board.caam, 0x94) & 3) == 2);
    }
}

TEST_CASE("caam rights: the DECO is the secure world's from request to release", "[caam]") {
    CaamBoard board;
    arrange(board, Setting::all);
    CHECK((read32(board.caam, 0x9c) & 0x10000) != 0);
    CHECK((read32(board.caam, 0x9c, non_secure_access()) & 0x10000) == 0);
    write32(board.caam, deco_word, 0x12345678);
    for (const std::uint32_t offset : {0x094u, 0x09cu, deco_word, deco_start}) {
        CAPTURE(offset);
        board.host.refusals.clear();
        const std::uint32_t before = read32(board.caam, offset);
        write32(board.caam, offset, start_all | 2, non_secure_access());
        CHECK(read32(board.caam, offset) == before);
        CHECK(board.host.refusals.size() == 1);
    }
    CHECK(read32(board.caam, deco_word, non_secure_access()) == 0);
    write32(board.caam, 0x9c, 0);
    // What the secure world has left is not shown afterwards.
    write32(board.caam, 0x9c, 1, non_secure_access());
    CHECK(read32(board.caam, deco_word, non_secure_access()) == 0);
    write32(board.caam, deco_word, 7, non_secure_access());
    CHECK(read32(board.caam, deco_word, non_secure_access()) == 7);
    // Words that the secure world wrote without asking for the DECO, either.
    write32(board.caam, deco_word + 4, 0xaabbccdd);
    CHECK(read32(board.caam, deco_word + 4, non_secure_access()) == 0);
    board.caam.write(0, deco_word + 4, 1, 1, non_secure_access());
    CHECK(read32(board.caam, deco_word + 4, non_secure_access()) == 1);
}

TEST_CASE("caam rights: a secure ring whose page is open acts for the weakest that wrote to it", "[caam]") {
    // PRIM_TZ without TZ_OWN. Bases, sizes and the number of jobs, each by one world or the other.
    for (unsigned writers = 0; writers < 8; ++writers) {
        CaamBoard board;
        write32(board.caam, 0x10, 0x11);
        const auto by = [&](unsigned what) {
            return access_by((writers >> what & 1) != 0 ? World::non_secure : World::secure);
        };
        const auto to = board.allocate(4), input = board.allocate(64), output = board.allocate(64);
        const auto job = board.put(copy_word(board.put(counting(4)), to));
        board.put_words(input, std::array{static_cast<std::uint32_t>(job)});
        write32(board.caam, 0x1000 + irbar, static_cast<std::uint32_t>(input), by(0));
        write32(board.caam, 0x1000 + orbar, static_cast<std::uint32_t>(output), by(0));
        write32(board.caam, 0x1000 + irsr, 4, by(1));
        write32(board.caam, 0x1000 + orsr, 4, by(1));
        write32(board.caam, 0x1000 + irjar, 1, by(2));
        board.host.memory.accesses.clear();
        board.host.run_work(board.caam);
        CHECK(board.bytes(to, 4) == counting(4));
        for (const auto& access : board.host.memory.accesses) {
            CAPTURE(writers);
            CHECK(access.world == (writers == 0 ? World::secure : World::non_secure));
        }
        // A reset by the secure world makes the ring its own again, one by the other world does not.
        for (const World world : {World::non_secure, World::secure}) {
            write32(board.caam, 0x1000 + jrcr, 1, access_by(world));
            write32(board.caam, 0x1000 + jrcr, 1, access_by(world));
            board.configure(0);
            board.host.memory.accesses.clear();
            CHECK(board.run(copy_word(board.put(counting(4)), to), 0) == 0);
            REQUIRE_FALSE(board.host.memory.accesses.empty());
            CHECK(board.host.memory.accesses[0].world == world);
        }
    }
}

TEST_CASE("caam rights: a ring that changes its owner forgets what the former one has stored", "[caam]") {
    struct Change {
        std::uint32_t from, to;
    };
    for (const Change change :
         {Change{0, 0x8011}, {0, 0x11}, {0, 0x8001}, {1, tee_ring}, {0x11, 0x8011}, {0x8011, 1}, {0x11, 1}}) {
        CAPTURE(change.from, change.to);
        CaamBoard board;
        write32(board.caam, 0x10, change.from);
        board.configure(0);
        const auto to = board.allocate(4);
        const auto job = board.put(copy_word(board.put(counting(4)), to));
        board.enqueue(0, job);
        write32(board.caam, 0x1000 + irjar, 0, non_secure_access());  // ignored where the page is closed
        write32(board.caam, 0x10, change.to);
        board.host.memory.accesses.clear();
        board.host.run_work(board.caam);
        CHECK(board.host.memory.accesses.empty());
        CHECK(board.get(0, irbar) == 0);
        CHECK(board.get(0, irsar) == 0);
        // Written again to the same owner, it stays as it is.
        board.configure(0);
        board.host.memory.accesses.clear();
        write32(board.caam, 0x10, change.to);
        CHECK(board.run(copy_word(board.put(counting(4)), to), 0) == 0);
    }
    SECTION("but secure software may store first and take the ring then, as OP-TEE does after a sleep") {
        CaamBoard board;
        write32(board.caam, 0x20, 1);
        board.configure(2);
        const auto to = board.allocate(4);
        write32(board.caam, 0x20, tee_ring);
        CHECK(board.run(copy_word(board.put(counting(4)), to), 2) == 0);
        CHECK(board.bytes(to, 4) == counting(4));
        for (const auto& access : board.host.memory.accesses) {
            CHECK(access.world == World::secure);
        }
    }
    SECTION("also when its result waits") {
        ReadyBoard board;
        const auto to = board.allocate(4);
        board.host.delay = 5000;
        board.enqueue(0, board.put(copy_word(board.put(counting(4)), to)));
        write32(board.caam, 0x1000 + irjar, 0, non_secure_access());
        board.host.run_work(board.caam);
        write32(board.caam, 0x10, 0x8011);
        board.host.memory.accesses.clear();
        board.host.advance(board.caam, 5000);
        board.host.run_work(board.caam);
        CHECK(board.host.memory.accesses.empty());
    }
}

TEST_CASE("caam rights: secure memory counts an access through any page as no more than who makes it",
          "[caam]") {
    constexpr std::uint32_t hab_ring = 0x80008011;
    CaamBoard board;
    write32(board.caam, 0x10, hab_ring);
    write32(board.caam, 0x1000 + 0xa14, 0xff);
    write32(board.caam, 0x1000 + 0xa1c, 1u << 1);
    write32(board.caam, 0x1000 + 0xbe4, 1u << 8 | 1);
    CHECK(board.caam.write(1, 0, 0x5ec2e7, 4, secure_access()) == Response::okay);
    const Transaction other = non_secure_access();
    const auto state = board.caam.save();
    for (const std::uint32_t page : {0u, 0x1000u, 0x2000u, 0x3000u}) {
        CAPTURE(page);
        for (const std::uint32_t offset : {0xa14u, 0xa18u, 0xa1cu}) {
            write32(board.caam, page + offset, 0xffffffff, other);
        }
        for (const std::uint32_t command : {1u << 8 | 3, 2u, 1u << 8 | 1u << 16 | 1, 1u << 8 | 1}) {
            board.host.refusals.clear();
            write32(board.caam, page + 0xbe4, command, other);
            REQUIRE(board.host.refusals.size() == 1);
            CHECK(board.host.refusals[0].refusal.refuser ==
                  (page == 0x1000 ? Refuser::caam : Refuser::caam_secure_memory));
        }
        CHECK((read32(board.caam, page + 0xfbc, other) >> 2 & 3) == (page == 0x1000 ? 0 : 2));
        CHECK(read32(board.caam, 0x1000 + 0xa1c) == 1u << 1);
        CHECK(read32(board.caam, 0x1000 + 0xa14) == 0xff);
    }
    board.host.refusals.clear();
    CHECK(board.caam.read(1, 0, 4, other).response == Response::slverr);
    CHECK(board.caam.write(1, 0, 0, 4, other) == Response::slverr);
    REQUIRE(board.host.refusals.size() == 2);
    CHECK(board.host.refusals[0].refusal.refuser == Refuser::caam_secure_memory);
    CHECK(board.host.refusals[0].refusal.index == 1);
    CHECK(board.host.refusals[0].refusal.answer == Response::slverr);
    CHECK(board.caam.read(1, 0, 4, secure_access()).value == 0x5ec2e7);
}

TEST_CASE("caam rights: the result of a command is for the one who gave it", "[caam]") {
    CaamBoard board;
    write32(board.caam, 0xbe4, 1u << 8 | 1);
    write32(board.caam, 0xbe4, 9u << 16 | 5, non_secure_access());
    CHECK((read32(board.caam, 0xbec) & 0xf0c0) == 0);
    CHECK((read32(board.caam, 0xbec, non_secure_access()) >> 6 & 3) == 1);
}

TEST_CASE("caam rights: jobs that secure memory refuses are on record", "[caam]") {
    ReadyBoard board;
    write32(board.caam, 0x3000 + 0xa14, 0xff);
    write32(board.caam, 0x3000 + 0xa1c, 1u << 1);
    write32(board.caam, 0x3000 + 0xbe4, 1u << 8 | 1);
    board.host.refusals.clear();
    CHECK(error_of(board.run(copy_word(0x100000, board.allocate(4)))) == 0x40000016);
    CHECK(error_of(board.run(copy_word(board.allocate(4), 0x100004))) == 0x40000016);
    CHECK(board.run(copy_word(0x100000, board.allocate(4)), 2) == 0);
    REQUIRE(board.host.refusals.size() == 2);
    CHECK(board.host.refusals[0].access.master == Master::caam);
    CHECK(board.host.refusals[0].access.world == World::non_secure);
    CHECK(board.host.refusals[1].access.address == 0x100004);
    CHECK(board.host.refusals[1].access.direction == Direction::write);
    CHECK(board.host.refusals[1].refusal.index == 1);
    for (const auto& refused : board.host.refusals) {
        CHECK(refused.refusal.inside);  // the bus monitor has to look up the domain
    }
}

TEST_CASE("caam rights: who may use the trusted KEK, take down a generator handle, and what is on record",
          "[caam]") {
    ReadyBoard board;
    write32(board.caam, 0x10, 1);
    board.configure(0);
    const Bytes secret = counting(32, 9);
    const auto black = board.allocate(96), out = board.allocate(96);
    const auto used = [&](unsigned ring, std::uint32_t flags, std::uint32_t number = class1) {
        board.host.refusals.clear();
        return error_of(board.run(Program::job().key(number | flags, black, 32), ring));
    };
    const auto stored = [&](unsigned ring, std::uint32_t type, std::uint32_t number = class1) {
        board.host.refusals.clear();
        return error_of(
            board.run(Program::job().key(number, secret).fifo_store(number, type, out, 32), ring));
    };
    const auto refused_once = [&](unsigned ring) {
        REQUIRE(board.host.refusals.size() == 1);
        const auto& [access, refusal] = board.host.refusals[0];
        CHECK(refusal.refuser == Refuser::caam);
        CHECK(refusal.index == ring);
        CHECK(refusal.inside);
        CHECK(access.master == Master::caam);
        CHECK(access.world == World::non_secure);
        CHECK(access.direction == Direction::write);
        CHECK(access.address == board.last_descriptor);
    };
    REQUIRE(board.run(Program::job().operation(rng | rng_handle(0) | init | rng_resistant), 2) == 0);
    REQUIRE(board.run(Program::job().operation(rng | rng_handle(1) | init | rng_resistant), 1) == 0);
    REQUIRE(board.run(Program::job().operation(rng | rng_secure_keys), 2) == 0);
    struct Form {
        std::uint32_t store, flags;
    };
    for (const Form& form : {Form{0x25, k_trusted}, Form{0x15, k_ccm | k_trusted}}) {
        CAPTURE(form.store);
        REQUIRE(board.run(Program::job().key(class1, secret).fifo_store(class1, form.store, black, 32), 2) ==
                0);
        CHECK(used(2, k_encrypted | form.flags) == 0);
        CHECK(board.host.refusals.empty());
        for (const unsigned ring : {0u, 1u}) {
            for (const std::uint32_t number : {class1, class2}) {
                CHECK(used(ring, k_encrypted | form.flags, number) == 0x40000006);
                refused_once(ring);
                CHECK(stored(ring, form.store, number) == 0x4000000b);
                refused_once(ring);
            }
            CHECK(used(ring, k_encrypted | form.flags | k_pk_e) == 0x40000006);
            refused_once(ring);
            CHECK(used(ring, form.flags & ~k_ccm) == 0);  // names no KEK: the key is not wrapped
            CHECK(board.host.refusals.empty());
        }
    }
    // Split keys are wrapped even without ENC; E and the output FIFO have types of their own.
    CHECK(used(1, k_split | k_trusted, class2) == 0x40000006);
    refused_once(1);
    for (const std::uint32_t type : {0x13u, 0x23u, 0x17u, 0x27u, 0x29u}) {
        CAPTURE(type);
        CHECK(stored(1, type, type == 0x17 || type == 0x27 ? class2 : class1) == 0x4000000b);
        refused_once(1);
    }
    CHECK(board.bytes(out, 96) == Bytes(96));

    const auto take_down = [&](unsigned ring, unsigned handle) {
        board.host.refusals.clear();
        return error_of(board.run(Program::job().operation(rng | rng_handle(handle) | init_final), ring));
    };
    CHECK(take_down(1, 0) == 0x20000058);
    refused_once(1);
    CHECK(take_down(0, 0) == 0x20000058);
    refused_once(0);
    CHECK(take_down(1, 1) == 0);
    CHECK(board.host.refusals.empty());
    CHECK(take_down(1, 1) == 0x20000054);  // there is nothing to take down
    CHECK(board.host.refusals.empty());
    CHECK(take_down(2, 0) == 0);
    CHECK(board.host.refusals.empty());
}

TEST_CASE("caam rights: a descriptor by hand is refused the trusted KEK like one in a ring", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto black = board.allocate(32);
    write32(board.caam, 0x94, 2, non_secure_access());
    write32(board.caam, 0x9c, 1, non_secure_access());
    const Program program = Program::job().key(class1 | k_encrypted | k_trusted, black, 32);
    for (std::uint32_t i = 0; i < program.size(); ++i) {
        write32(board.caam, deco_word + 4 * i, program.words[i], non_secure_access());
    }
    write32(board.caam, deco_start, start_all, non_secure_access());
    board.host.run_work(board.caam);
    CHECK(error_of(read32(board.caam, 0x8810)) == 0x40000006);
    REQUIRE(board.host.refusals.size() == 1);
    CHECK(board.host.refusals[0].refusal.index == 4);
    CHECK(board.host.refusals[0].access.world == World::non_secure);
}

TEST_CASE(
    "caam rights: LCK_TRNG keeps the generator's set-up, PRIBLOB and MPMRL stay, refusals are on record",
    "[caam]") {
    constexpr std::uint32_t scfgr = 0x00c, rtmctl = 0x600, program_mode = 1u << 16;
    for (const World world : {World::secure, World::non_secure}) {
        CaamBoard board;
        const auto write = [&](std::uint32_t offset, std::uint32_t value) {
            board.host.refusals.clear();
            write32(board.caam, offset, value, access_by(world));
            return board.host.refusals.size();
        };
        // Program mode ends as usual when the lock comes first; then nobody enters it again.
        CHECK(write(rtmctl, program_mode | 1) == 0);
        CHECK(write(0x610, 0x0c800200) == 0);
        write32(board.caam, scfgr, 1u << 11);
        CHECK(write(0x610, 0x06400100) == 0);
        CHECK(write(rtmctl, 2) == 0);
        CHECK((read32(board.caam, rtmctl) & (program_mode | 0xf)) == 2);
        for (std::uint32_t offset = 0x604; offset < 0x63c; offset += 4) {
            CAPTURE(offset);
            const std::uint32_t before = read32(board.caam, offset);
            CHECK(write(offset, before) == 0);
            CHECK(write(offset, ~before) == 1);
            CHECK(read32(board.caam, offset) == before);
        }
        const std::uint32_t set = read32(board.caam, rtmctl);
        for (const std::uint32_t bits : {program_mode, 1u << 6, 1u, 1u << 2}) {
            CAPTURE(bits);
            CHECK(write(rtmctl, set | bits) == 1);
            CHECK(read32(board.caam, rtmctl) == set);
        }
        CHECK(write(rtmctl, set | 1u << 5 | 1u << 12) == 0);  // TRNG_ACC; ERR is cleared
        // Locks do not open, bit for bit.
        write32(board.caam, scfgr, 1u << 11 | 1u << 26 | 1);
        CHECK(write(scfgr, 0) == 1);
        CHECK(read32(board.caam, scfgr) == (1u << 11 | 1u << 26 | 1));
        write32(board.caam, scfgr, 2);
        CHECK(read32(board.caam, scfgr) == (1u << 11 | 1u << 26 | 3));
        board.caam.reset();
        CHECK(read32(board.caam, scfgr) == 0);
        CHECK(write(rtmctl, program_mode | 1) == 0);
        CHECK((read32(board.caam, rtmctl) & program_mode) != 0);
    }
}

TEST_CASE("caam rights: errors of secure jobs are not shown to the other world", "[caam]") {
    ReadyBoard board;
    write32(board.caam, 0x10, 0x11);  // secure jobs, open page
    board.configure(0);
    const auto secret = board.allocate(64);
    board.host.memory.fences.push_back({secret, secret + 63, Direction::read, Response::slverr});
    for (const unsigned ring : {0u, 2u}) {
        CHECK(error_of(board.run(copy_word(secret, secret), ring)) == 0x40000016);
        CHECK(read32(board.caam, 0xfc4) == static_cast<std::uint32_t>(secret));
        for (const std::uint32_t page : {0u, 0x1000u, 0x2000u, 0x3000u, 0x8000u}) {
            CAPTURE(ring, page);
            for (const std::uint32_t offset : {0xfc4u, 0xfc8u, 0xfccu, 0xe00u, 0xe0cu, 0xe10u, 0xe14u}) {
                CHECK(read32(board.caam, page + offset, non_secure_access()) == 0);
            }
        }
    }
    CHECK(error_of(board.run(copy_word(secret + 4, secret), 1)) == 0x40000016);
    CHECK(read32(board.caam, 0xfc4, non_secure_access()) == static_cast<std::uint32_t>(secret + 4));
    CHECK(error_of(board.run(copy_word(secret, secret), 2)) == 0x40000016);
    CHECK(read32(board.caam, 0xfc4, non_secure_access()) == static_cast<std::uint32_t>(secret + 4));
}

TEST_CASE("caam rights: a generator that the secure world has made is its own", "[caam]") {
    ReadyBoard board;
    const auto change = [&](std::uint32_t fields, unsigned ring) {
        return error_of(board.run(Program::job().operation(rng | rng_resistant | fields), ring));
    };
    for (const unsigned handle : {0u, 1u}) {
        CHECK(change(init | rng_handle(handle), 2) == 0);
        CHECK(change(init_final | rng_handle(handle), 1) == 0x20000058);
        CHECK(change(final | rng_handle(handle), 1) == 0);  // more entropy does no harm
        CHECK((read32(board.caam, 0x6c0) >> handle & 0x11) == 0x11);
        CHECK(change(init_final | rng_handle(handle), 2) == 0);
        // Without a secure world Linux does it all by itself.
        CHECK(change(init | rng_handle(handle), 1) == 0);
        CHECK(change(init_final | rng_handle(handle), 1) == 0);
    }
}

TEST_CASE("caam rights: blobs of the secure world open again whatever the other world writes", "[caam]") {
    ReadyBoard board;
    board.instantiate();
    const auto plain = board.put(counting(16)), blob = board.allocate(64), back = board.allocate(16);
    const auto seal = [&](bool open, unsigned ring) {
        return board.run(Program::job()
                             .load(class2, r_key, 0, counting(16, 7))
                             .seq_in(open ? blob : plain, open ? 64 : 16)
                             .seq_out(open ? back : blob, open ? 16 : 64)
                             .operation((open ? 6u : 7u) << 24 | 0x0du << 16),
                         ring);
    };
    REQUIRE(seal(false, 2) == 0);
    for (std::uint32_t offset = 0; offset < 0x1000; offset += 4) {
        write32(board.caam, offset, 0xffffffff, non_secure_access());
    }
    CHECK(seal(true, 2) == 0);
    CHECK(board.bytes(back, 16) == counting(16));
    CHECK(error_of(seal(true, 1)) == 0x2000001a);
}

TEST_CASE("caam rights: a hidden page and a refused write are on record, an observer's are not", "[caam]") {
    ReadyBoard board;
    board.host.refusals.clear();
    Transaction other = non_secure_access();
    static_cast<void>(read32(board.caam, 0x3000 + irbar, other));
    write32(board.caam, 0x3000 + irjar, 1, other);
    write32(board.caam, 0x20, 0, other);
    write32(board.caam, 0x04, 0, other);
    REQUIRE(board.host.refusals.size() == 4);
    CHECK(board.host.refusals[0].access.address == 0x3000 + irbar);
    for (const std::size_t i : {0u, 1u, 2u, 3u}) {
        CHECK(board.host.refusals[i].refusal.refuser == Refuser::caam);
        CHECK(board.host.refusals[i].refusal.index == (i < 3 ? 2 : 4));
    }
    other.debug = true;
    static_cast<void>(read32(board.caam, 0x3000 + irbar, other));
    write32(board.caam, 0x20, 0, other);
    CHECK(board.host.refusals.size() == 4);
}
