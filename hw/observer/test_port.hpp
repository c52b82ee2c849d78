// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * A small DMA engine that can pretend to be any bus master, to see what each of them reaches.
 *
 * Hardware: none. Named after the RDC's master "TESTPORT", whose purpose it shares; the registers are this
 * project's own and described in README.md. A guest that can program it has the rights of every master, so
 * the board has it only when asked for.
 *
 * Interface: QOM type "imx8mq.test-port", region 0 of 8 KiB, interrupt line 0 "done", one timer. A job reads
 * memory into the data window, writes memory from there, copies or fills. Its parameters are taken when
 * COMMAND is written; registers and data window are free for the next job at once. It runs in work(), step by
 * step, and can be saved between steps.
 *
 * Not modelled: time that a job takes, apart from faults that delay it.
 */
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "bus/bank_device.hpp"
#include "bus/deadline.hpp"

namespace svp {

class TestPort : public BankDevice {
 public:
    /** Most bytes of a job that copies or fills, and of one through the data window. */
    static constexpr std::uint32_t max_length = 64u << 20;
    static constexpr std::uint32_t window_size = 4096;

    /** Bytes between two places where a job can be interrupted. */
    static constexpr std::uint32_t step_size = 1u << 20;

    explicit TestPort(Host& host);

    unsigned irq_lines() const override { return 1; }
    unsigned timers() const override { return 1; }
    void reset() override;
    void timer_expired(unsigned timer) override;
    bool work() override;

 protected:
    void exchange(Archive& archive) override;
    void resume() override;

 private:
    enum class Command : std::uint8_t { none = 0, read = 1, write = 2, copy = 3, fill = 4 };

    struct Job {
        Command command = Command::none;
        std::uint8_t master = 0;
        bool secure = false;
        std::uint64_t source = 0;
        std::uint64_t destination = 0;
        std::uint32_t length = 0;
        std::uint32_t pattern = 0;
        std::uint32_t moved = 0;
        Response answer = Response::okay;
        std::array<std::uint8_t, window_size> data{};  ///< of a write; as the window was at its beginning
    };

    std::vector<Register> declaration();
    void command_written(const WriteEvent& event);
    bool acceptable(const Job& job) const;
    bool busy() const { return job_.command != Command::none; }
    Response move(const Job& job, std::uint32_t length, std::span<std::uint8_t> buffer);
    void step_done(const Job& job, std::span<const std::uint8_t> buffer);
    void finish();
    void end(std::uint32_t status);
    void update_irq();

    Job job_;
    std::int64_t delay_ = 0;  ///< ns by which faults delay the job under way so far
    Deadline late_end_{0};    ///< when a delayed job is over; while it moves data it does not wait
};

}  // namespace svp
