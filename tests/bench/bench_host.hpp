// SPDX-License-Identifier: GPL-2.0-or-later
/** Host of a core whose speed is measured: a bus that costs no more than moving its bytes. */
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "svp/host.hpp"

namespace svp::bench {

/** Flat memory, and nobody to interrupt. */
class FlatHost : public Host {
 public:
    static constexpr std::uint64_t base = 0x40000000;

    explicit FlatHost(std::size_t size) : bytes(size) {}

    void set_irq(unsigned, bool) override {}
    std::int64_t now() override { return 0; }
    void schedule(unsigned, std::int64_t) override {}
    void cancel(unsigned) override {}
    void log(LogKind, std::string_view message) override {
        std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
    }
    void random(std::span<std::uint8_t>) override {}
    void policy_changed() override {}
    void refused(const Transaction&, const Refusal&) override {}
    Response bus_read(const Initiator&, std::uint64_t address, std::span<std::uint8_t> data) override {
        std::memcpy(data.data(), bytes.data() + (address - base), data.size());
        return Response::okay;
    }
    Response bus_write(const Initiator&, std::uint64_t address, std::span<const std::uint8_t> data) override {
        std::memcpy(bytes.data() + (address - base), data.data(), data.size());
        return Response::okay;
    }
    Response bus_read_rows(const Initiator&, const Rows& rows, std::span<std::uint8_t> data) override {
        const std::uint8_t* from = bytes.data() + (rows.address - base);
        if (rows.stride == rows.width) {
            std::memcpy(data.data(), from, data.size());
            return Response::okay;
        }
        for (std::size_t row = 0; row < rows.height; ++row) {
            std::memcpy(data.data() + row * rows.width, from + row * rows.stride, rows.width);
        }
        return Response::okay;
    }
    Response bus_write_rows(const Initiator&, const Rows&, std::span<const std::uint8_t>) override {
        return Response::decerr;
    }
    Judgement bus_judge_rows(const Initiator&, const Rows&) override { return {}; }
    Response bus_look_rows(const Initiator& by, const Rows& rows, std::span<const JudgedPiece>,
                           std::span<std::uint8_t> data) override {
        return bus_read_rows(by, rows, data);
    }
    bool bus_transform(const Initiator&, std::uint64_t source, std::uint64_t target, std::size_t,
                       const std::function<void(const std::uint8_t*, std::uint8_t*)>& move) override {
        move(bytes.data() + (source - base), bytes.data() + (target - base));
        return true;
    }
    std::int64_t bus_delay() override { return 0; }
    void request_work() override {}
    bool work_must_end() override { return false; }
    void exclusive(const std::function<void()>& section) override { section(); }

    std::vector<std::uint8_t> bytes;
};

}  // namespace svp::bench
