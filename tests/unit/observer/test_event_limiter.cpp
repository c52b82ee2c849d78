// SPDX-License-Identifier: GPL-2.0-or-later
#include <random>

#include "../catch.hpp"
#include "observer/event_limiter.hpp"

using namespace svp;

TEST_CASE("news within the burst go out at once", "[observer]") {
    EventLimiter limiter(3, 1000);
    for (std::int64_t now = 0; now < 3; ++now) {
        const auto event = limiter.occurred(now, true);
        REQUIRE(event);
        CHECK(event->dropped == 0);
        CHECK_FALSE(limiter.wake_at());
    }
    CHECK_FALSE(limiter.occurred(3, true));
    CHECK_FALSE(limiter.occurred(999, true));
    CHECK(limiter.wake_at() == 1000);

    CHECK_FALSE(limiter.expired(999));
    const auto late = limiter.expired(1000);
    REQUIRE(late);
    CHECK(late->dropped == 1);
    CHECK_FALSE(limiter.wake_at());
    CHECK_FALSE(limiter.expired(5000));
}

TEST_CASE("repetitions are told of at the end of the period", "[observer]") {
    EventLimiter limiter(3, 1000);
    CHECK(limiter.occurred(100, true));
    for (std::int64_t i = 1; i <= 500; ++i) {
        CHECK_FALSE(limiter.occurred(100 + i, false));
    }
    CHECK(limiter.wake_at() == 1100);
    const auto event = limiter.occurred(601, true);
    REQUIRE(event);
    CHECK(event->dropped == 500);
    CHECK_FALSE(limiter.wake_at());
}

TEST_CASE("a flood gets through even if nobody calls expired()", "[observer]") {
    EventLimiter limiter(3, 1000);
    unsigned events = 0;
    for (std::int64_t now = 0; now < 100'000; ++now) {
        events += limiter.occurred(now, now == 0) ? 1u : 0u;
    }
    CHECK(events == 100);
}

TEST_CASE("every occurrence is in exactly one event, and no period has more than the burst", "[observer]") {
    constexpr unsigned burst = 4;
    constexpr std::int64_t period = 1000;
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        EventLimiter limiter(burst, period);
        std::uint64_t occurred = 0;
        std::uint64_t told = 0;
        std::vector<std::int64_t> times;
        std::int64_t now = 0;
        const auto take = [&](std::optional<EventLimiter::Event> event) {
            if (event) {
                told += 1 + event->dropped;
                times.push_back(now);
            }
        };
        for (unsigned step = 0; step < 5000; ++step) {
            const auto next = now + static_cast<std::int64_t>(random() % (seed % 2 ? 20 : 700));
            if (const auto wake = limiter.wake_at(); wake && *wake <= next && random() % 4 != 0) {
                now = std::max(now, *wake);
                take(limiter.expired(now));
            }
            now = next;
            ++occurred;
            take(limiter.occurred(now, random() % 3 != 0));
        }
        if (const auto wake = limiter.wake_at()) {
            now = std::max(now, *wake);
            take(limiter.expired(now));
        }
        CHECK(told == occurred);
        // Windows are not aligned with each other: any stretch of one period touches at most two of them.
        for (std::size_t i = 0; i + 2 * burst < times.size(); ++i) {
            REQUIRE(times[i + 2 * burst] - times[i] >= period);
        }
    }
}

TEST_CASE("reset forgets what was kept back", "[observer]") {
    EventLimiter limiter(1, 1000);
    CHECK(limiter.occurred(5000, true));
    CHECK_FALSE(limiter.occurred(5001, true));
    limiter.reset();
    CHECK_FALSE(limiter.wake_at());
    const auto event = limiter.occurred(10, true);
    REQUIRE(event);
    CHECK(event->dropped == 0);
}
