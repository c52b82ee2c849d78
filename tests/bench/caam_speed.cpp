// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Speed of the CAAM model beside that of the library which does the work in it.
 *
 * Both decrypt the same data in turns, in one process, and the best of all rounds counts: noise of the
 * machine hits both. A line of output is: name, figure of the model, figure of the library, unit. Memory on
 * the bus is as fast as memcpy, so that only the model's own cost shows.
 */
#include <nettle/aes.h>
#include <nettle/cbc.h>
#include <nettle/ctr.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <vector>

#include "bench_host.hpp"
#include "caam/caam.hpp"

namespace {

using svp::bench::FlatHost;
constexpr std::uint64_t base = FlatHost::base;
constexpr std::size_t large = 16u << 20;
constexpr std::size_t small = 4096;
constexpr unsigned rounds = 15;
constexpr unsigned small_jobs = 1024;  ///< in one round
constexpr std::uint32_t ring_page = 0x2000;
constexpr std::uint32_t ring_entries = 512;

class Board {
 public:
    static constexpr std::uint64_t rings = base, descriptor = base + 0x4000, from = base + 0x10000,
                                   to = from + large;

    Board() : caam_(host) {
        for (std::size_t i = 0; i < large; ++i) {
            host.bytes[from - base + i] = static_cast<std::uint8_t>(i * 7 + i / 251);
        }
        set(0x04, static_cast<std::uint32_t>(rings));
        set(0x0c, ring_entries);
        set(0x24, static_cast<std::uint32_t>(rings + 4 * ring_entries));
        set(0x2c, ring_entries);
        for (unsigned i = 0; i < ring_entries; ++i) {
            put_word(rings + 4 * i, static_cast<std::uint32_t>(descriptor));
        }
    }

    /** AES-128 over @p size bytes with the OPERATION's mode bits; key and context as memory's bytes. */
    void prepare(std::uint32_t mode, std::uint32_t context_at, std::size_t size) {
        const std::uint32_t length = static_cast<std::uint32_t>(size);
        std::vector<std::uint32_t> words = {0xb0800000,
                                            0x02800010,
                                            0x03020100,
                                            0x07060504,
                                            0x0b0a0908,
                                            0x0f0e0d0c,
                                            0x12a00010 | context_at << 8,
                                            1,
                                            2,
                                            3,
                                            0xfcffffff,
                                            0x8210000c | mode,
                                            0x22520000,
                                            static_cast<std::uint32_t>(from),
                                            length,
                                            0x60700000,
                                            static_cast<std::uint32_t>(to),
                                            length};
        words[0] |= static_cast<std::uint32_t>(words.size());
        for (std::size_t i = 0; i < words.size(); ++i) {
            put_word(descriptor + 4 * i, words[i]);
        }
    }
    void run(unsigned jobs) {
        for (unsigned done = 0; done < jobs; done += std::min(jobs, ring_entries)) {
            const unsigned part = std::min(jobs, ring_entries);
            set(0x1c, part);
            caam_.work();
            const std::uint32_t status = get(0x44);
            if (get(0x3c) != part || status != 0) {
                std::fprintf(stderr, "%u of %u jobs have ended, the last one with status %08x\n", get(0x3c),
                             part, status);
                std::exit(1);
            }
            set(0x34, part);
        }
    }
    const std::uint8_t* input() const { return host.bytes.data() + (from - base); }
    const std::uint8_t* output() const { return host.bytes.data() + (to - base); }

 private:
    void put_word(std::uint64_t address, std::uint32_t word) {
        for (unsigned i = 0; i < 4; ++i) {
            host.bytes[address - base + i] = static_cast<std::uint8_t>(word >> (8 * i));
        }
    }
    std::uint32_t get(std::uint32_t offset) {
        return static_cast<std::uint32_t>(caam_.read(0, ring_page + offset, 4, {}).value);
    }
    void set(std::uint32_t offset, std::uint32_t value) { caam_.write(0, ring_page + offset, value, 4, {}); }

    FlatHost host{3 * large};
    svp::Caam caam_;
};

struct Reference {
    aes128_ctx encrypt, decrypt;
    std::vector<std::uint8_t> to = std::vector<std::uint8_t>(large);

    Reference() {
        std::uint8_t key[16];
        for (std::uint8_t i = 0; i < 16; ++i) {
            key[i] = i;
        }
        aes128_set_encrypt_key(&encrypt, key);
        aes128_set_decrypt_key(&decrypt, key);
    }
    using Block = std::array<std::uint8_t, 16>;
    static constexpr Block first{1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xff, 0xff, 0xff, 0xfc};

    void ctr(std::size_t size, const std::uint8_t* from) {
        Block counter = first;
        nettle_ctr_crypt(&encrypt, reinterpret_cast<nettle_cipher_func*>(aes128_encrypt), 16, counter.data(),
                         size, to.data(), from);
    }
    void cbc(std::size_t size, const std::uint8_t* from) {
        Block iv = first;
        nettle_cbc_decrypt(&decrypt, reinterpret_cast<nettle_cipher_func*>(aes128_decrypt), 16, iv.data(),
                           size, to.data(), from);
    }
};

double seconds(const std::function<void()>& action) {
    const auto begin = std::chrono::steady_clock::now();
    action();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Best {
    double model = 1e9, library = 1e9;
};

Best compare(const std::function<void()>& model, const std::function<void()>& library) {
    Best best;
    for (unsigned round = 0; round < rounds; ++round) {
        const bool model_first = round % 2 == 0;
        const double one = seconds(model_first ? model : library),
                     two = seconds(model_first ? library : model);
        best.model = std::min(best.model, model_first ? one : two);
        best.library = std::min(best.library, model_first ? two : one);
    }
    return best;
}

}  // namespace

int main() {
    Board board;
    Reference reference;
    struct Mode {
        const char* name;
        std::uint32_t bits, context_at;
        void (Reference::*run)(std::size_t, const std::uint8_t*);
    };
    constexpr Mode modes[] = {{"ctr", 0, 16, &Reference::ctr}, {"cbc", 0x100, 0, &Reference::cbc}};
    for (const Mode& mode : modes) {
        board.prepare(mode.bits, mode.context_at, large);
        const Best best =
            compare([&] { board.run(1); }, [&] { (reference.*mode.run)(large, board.input()); });
        if (std::memcmp(board.output(), reference.to.data(), large) != 0) {
            std::fprintf(stderr, "%s: model and library do not agree\n", mode.name);
            return 1;
        }
        std::printf("%s-16m %.1f %.1f MB/s\n", mode.name, large / best.model / 1e6,
                    large / best.library / 1e6);
    }
    for (const Mode& mode : modes) {
        board.prepare(mode.bits, mode.context_at, small);
        const Best best = compare([&] { board.run(small_jobs); },
                                  [&] {
                                      for (unsigned i = 0; i < small_jobs; ++i) {
                                          (reference.*mode.run)(small, board.input());
                                      }
                                  });
        std::printf("%s-4k %.0f %.0f 1/s\n", mode.name, small_jobs / best.model, small_jobs / best.library);
    }
}
