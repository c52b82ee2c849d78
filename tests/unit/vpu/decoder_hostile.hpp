// SPDX-License-Identifier: GPL-2.0-or-later
/** Guests that mean no good by the decoders' register files: any bytes are accesses, jobs, losses of power,
 * faults, saved states and turns of four banks at two engines. */
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "../fake_host.hpp"
#include "../hostile_bytes.hpp"
#include "vpu/g1/vpu_g1.hpp"
#include "vpu/g2/vpu_g2.hpp"
#include "vpu/job/register_field.hpp"

namespace svp::test {

struct HostileDecodersEnd {
    unsigned strays = 0;  ///< accesses by another master, above 4 GiB, or without a job
    unsigned jobs = 0;    ///< that have ended, given up or not
    bool sound = true;    ///< interrupts follow the status, jobs end, a saved state is loaded as it was
};

class HostileDecoders {
 public:
    HostileDecoders() {
        files_[0].device = std::make_unique<VpuG1>(files_[0].host);
        files_[1].device = std::make_unique<VpuG1Bank>(files_[1].host);
        files_[2].device = std::make_unique<VpuG2>(files_[2].host);
        files_[3].device = std::make_unique<VpuG2Bank>(files_[3].host);
        for (File& file : files_) {
            file.device->reset();
        }
        end_.sound = files_[1].device->connect("engine", *files_[0].device) &&
                     files_[3].device->connect("engine", *files_[2].device);
    }

    HostileDecodersEnd run(std::span<const std::uint8_t> input) {
        input_ = HostileBytes(input);
        while (!input_.empty() && operations_++ < operations_max && end_.sound) {
            const unsigned first = byte();
            operate(files_[first % 4], first / 4 % 16);
            check();
        }
        // Whatever has happened, every decoder is to be had again.
        for (File& file : files_) {
            write(file, interrupt_offset, 0);
            end_.sound = end_.sound && (read(file, interrupt_offset) & dec_e) == 0;
        }
        check();
        return end_;
    }

 private:
    /** A register file, which is a bank of its own or the second of its decoder, and its host. */
    struct File {
        FakeHost host;
        std::unique_ptr<vpu::JobDevice> device;
        bool started = false;  ///< since the last check, or its job may still be under way
        bool stalled = false;  ///< a fault may keep its job from its end
    };

    static constexpr unsigned operations_max = 300;
    static constexpr unsigned jobs_max = 8;  ///< they take long
    static constexpr std::uint32_t interrupt_offset = 4 * vpu::interrupt::number;
    static constexpr std::uint32_t dec_e = vpu::interrupt::dec_e;

    std::uint8_t byte() { return input_.byte(); }
    std::uint32_t word() { return input_.word(); }
    bool is_g1(const File& file) const { return &file == &files_[0] || &file == &files_[1]; }
    bool is_second(const File& file) const { return &file == &files_[1] || &file == &files_[3]; }

    static std::uint32_t read(File& file, std::uint64_t offset) { return read32(*file.device, offset); }
    static void write(File& file, std::uint64_t offset, std::uint32_t value) {
        static_cast<void>(write32(*file.device, offset, value));
    }

    void operate(File& file, unsigned which) {
        switch (which) {
            case 0:
            case 1:
            case 2:
                return access(file, Direction::write);
            case 3:
                return access(file, Direction::read);
            case 4:
            case 5:
                return program(file);
            case 6:
                return start(file);
            case 7:
                return write(file, interrupt_offset, word() & ~dec_e);
            case 8:
                return put(file);
            case 9: {
                unsigned steps = byte() % 16;
                file.host.must_end = [&steps] { return steps == 0 || --steps == 0; };
                work(file);
                file.host.must_end = nullptr;
                return;
            }
            case 10:
            case 11:
                return finish();
            case 12:
                return restore(file, byte());
            case 13:
                return lose(file, byte());
            case 14:
                return upset(file, byte());
            default:
                file.host.advance(*file.device, word() % 2'000'000'000);
        }
    }

    /** Any register, or what is behind the last one, at any width that the bus has. */
    void access(File& file, Direction direction) {
        const unsigned size = 1u << byte() % 4;
        const std::uint64_t place = byte() | std::uint64_t{byte()} << 8;
        const std::uint64_t room = file.device->regions().front().size;
        const std::uint64_t offset = std::min(place % (is_g1(file) ? 0x210 : 0x810), room - size);
        if (direction == Direction::read) {
            static_cast<void>(file.device->read(
                0, offset, size, register_access(non_secure_access(), offset, size, direction)));
            return;
        }
        const std::uint64_t value = word() | std::uint64_t{size == 8 ? word() : 0} << 32;
        shrink(file);
        file.started = true;
        static_cast<void>(file.device->write(0, offset, value, size,
                                             register_access(non_secure_access(), offset, size, direction)));
    }
    /** All registers of a job at once, for one of the decoder's codecs. */
    void program(File& file) {
        const unsigned codec = byte() % 4;
        const unsigned length = byte() % 64;
        const unsigned first = 2 + byte() % (is_g1(file) ? 60 : 200);
        for (unsigned number = first; number < first + length; ++number) {
            if (number < (is_g1(file) ? 128u : 512u)) {
                write(file, 4 * number, word());
            }
        }
        constexpr std::uint32_t g1_modes[] = {0, 5, 10, 3}, g2_modes[] = {12, 13, 12, 13};
        const std::uint32_t control = read(file, 4 * 3);
        write(file, 4 * 3,
              is_g1(file) ? (control & 0x0fffffff) | g1_modes[codec] << 28
                          : (control & 0x07ffffff) | g2_modes[codec] << 27);
    }
    /** Small pictures: what is larger does the same more often. */
    void shrink(File& file) {
        const std::uint32_t sizes = is_g1(file) ? 0x03803800 : 0x003801ff;
        write(file, 4 * 4, read(file, 4 * 4) & sizes);
    }
    void start(File& file) {
        if (end_.jobs >= jobs_max) {
            return;
        }
        shrink(file);
        file.started = true;
        write(file, interrupt_offset, word() | dec_e);
    }
    void put(File& file) {
        const std::uint32_t address = word();
        std::vector<std::uint8_t> bytes(byte() % 128 + 1u);
        std::ranges::generate(bytes, [this] { return byte(); });
        file.host.memory.put(address, bytes);
    }
    void work(File& file) {
        if (end_.jobs < jobs_max && file.host.work_requested) {
            file.host.work_requested = file.device->work();
        }
    }
    /** Every job that can end does: none is left whose turn never comes. */
    void finish() {
        if (end_.jobs >= jobs_max) {
            return;
        }
        for (unsigned turn = 0; turn < 4; ++turn) {
            for (File& file : files_) {
                work(file);
            }
        }
        for (File& file : files_) {
            const bool late = file.stalled || !file.host.deadlines.empty() || end_.jobs >= jobs_max;
            end_.sound = end_.sound && (late || (read(file, interrupt_offset) & dec_e) == 0);
        }
    }
    void restore(File& file, unsigned how) {
        std::vector<std::byte> state = file.device->save();
        file.started = true;
        if (how % 2 == 0) {
            end_.sound = end_.sound && !file.device->load(state) && file.device->save() == state;
            return;
        }
        state[(how << 8 | byte()) % state.size()] ^= static_cast<std::byte>(1u << byte() % 8);
        file.stalled = true;  // the state may say so
        if (file.device->load(state)) {
            lose(file, 0);
        }
        shrink(file);
    }
    void lose(File& file, unsigned how) {
        if (how % 2 == 0) {
            file.device->reset();
        } else {
            file.device->lose_state();
        }
        forget_stall(file);
        if (!is_second(file)) {
            forget_stall((&file)[1]);
        }
    }
    /** No job stalls any more, but for the next one if the fault still waits for it. */
    static void forget_stall(File& file) { file.stalled = file.host.faults.contains("stall"); }
    void upset(File& file, unsigned how) {
        const std::uint64_t first = word();
        switch (how % 4) {
            case 0:
                file.host.faults["stall"] = {0, static_cast<std::int64_t>(first % 3) * 1000};
                file.stalled = true;
                return;
            case 1:
                file.host.faults["error-status"] = {first, 0};
                return;
            case 2:
                file.host.memory.fences.clear();
                return;
            default:
                if (file.host.memory.fences.size() < 4) {
                    file.host.memory.fences.push_back({first, first + word() % 0x100000,
                                                       how & 4 ? Direction::write : Direction::read,
                                                       how & 8 ? Response::slverr : Response::okay});
                }
        }
    }

    void check() {
        for (File& file : files_) {
            const Master own = is_second(file) ? Master::vpu_bank1 : Master::vpu_decoder;
            for (const FakeMemory::Access& access : file.host.memory.accesses) {
                end_.strays +=
                    access.master == own && file.started && access.address + access.size <= 1ull << 32 ? 0
                                                                                                       : 1;
            }
            file.host.memory.accesses.clear();
            file.host.memory.denied.clear();
            file.host.guest_errors.clear();
            file.host.unimplemented.clear();
            end_.jobs += static_cast<unsigned>(file.host.jobs.size());
            file.host.jobs.clear();
            const std::uint32_t status = read(file, interrupt_offset);
            const bool raised =
                (status & vpu::interrupt::dec_irq) != 0 && (status & vpu::interrupt::dec_irq_dis) == 0;
            end_.sound = end_.sound && file.host.irq[0] == raised && !file.host.nested;
            file.started = file.started && (status & dec_e) != 0;
        }
    }

    std::array<File, 4> files_;
    HostileBytes input_;
    unsigned operations_ = 0;
    HostileDecodersEnd end_;
};

inline HostileDecodersEnd run_hostile_decoders(std::span<const std::uint8_t> input) {
    HostileDecoders decoders;
    return decoders.run(input);
}

}  // namespace svp::test
