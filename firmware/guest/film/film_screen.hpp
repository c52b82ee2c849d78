// SPDX-License-Identifier: GPL-2.0-or-later
/** @file
 * Shows a film's pictures at their time, and holds the decoder back meanwhile.
 *
 * Pictures wait in a short queue; the decoder gets no buffer as long as all are full. Of a picture that comes
 * so late that the next one is due as well nothing is shown: it is counted as dropped. What is shown is told
 * line by line on stdout:
 *
 *     buffers HEAP streams=COUNTxBYTES pictures=COUNTxBYTES size=WxH visible=WxH+X+Y stride=N
 *         lines=N layout=NAME
 *     shown NUMBER MILLISECONDS BUFFER     the film's time, the number of the buffer
 *     dropped NUMBER MILLISECONDS decoded late by N ms    or: held up for N ms, when it was there in time
 *     paused NUMBER                        so many were shown, the last ones are still in their buffers
 *     error TEXT
 */
#pragma once

#include <chrono>
#include <deque>
#include <string>

#include "../play/screen.hpp"
#include "control.hpp"
#include "film_player.hpp"

namespace svp::film {

struct ScreenOptions {
    std::string heap;       ///< of pictures, for what is told
    bool clocked = true;    ///< false: as fast as it goes
    bool paused = false;    ///< begin so
    bool quiet = false;     ///< tell of no single picture but those that were dropped
    bool progress = false;  ///< a line on stderr that is written over
    unsigned queue = 3;     ///< pictures that wait
    unsigned kept = 1;      ///< pictures that stay in their buffers after they were shown
};

class FilmScreen : public play::Screen {
 public:
    struct Counts {
        unsigned shown = 0;
        unsigned dropped = 0;
        unsigned late = 0;  ///< shown, but more than a picture's duration after their time
        unsigned errors = 0;
        unsigned begins = 0;  ///< sizes that were begun
    };

    FilmScreen(const Film& film, ScreenOptions options, Control control);

    void follow(const FilmPlayer& player) { player_ = &player; }
    /** Everything that is shown goes there too, at its time. */
    void show_on(play::Screen& display) { display_ = &display; }
    /** Buffers for pictures beside the decoder's own, and the display's. */
    unsigned buffers() const { return options_.queue + options_.kept; }

    bool begin(const play::Format& format, const play::Buffers& buffers) override;
    bool drain() override;
    bool picture(const play::Picture& picture) override;
    bool keeps(unsigned buffer) const override;
    bool let_go() override;
    void error(const std::string& text) override;

    /** Shows what is due without waiting. */
    bool go_on();
    /** Somebody wants to be elsewhere in the film: its time, once. */
    bool wants_seek(std::int64_t& time);
    /** Pictures are not shown until skip_to(): those of before a seek. */
    void begin_seek();
    /** The next picture that is shown is the first at or after @p time. */
    void skip_to(std::int64_t time);
    bool quits() const { return quits_; }
    const Counts& counts() const { return counts_; }

 private:
    using Clock = std::chrono::steady_clock;
    struct Waiting {
        play::Picture picture;
        std::int64_t time;
        std::uint32_t duration;
        Clock::time_point decoded;
    };

    /** Shows the first of the queue at its time; false if somebody quits or seeks. */
    bool show_first();
    void show_now(const Waiting& picture);
    void drop(const Waiting& picture);
    /** Waits for the end of a pause. */
    void hold();
    /** Waits for the time of a picture, or for the end of a pause. */
    bool wait_for(const Waiting& picture);
    void obey(const Command& command);
    Clock::time_point due(std::int64_t time) const;
    void set_clock(std::int64_t time);

    const Film& film_;
    std::int64_t last_ = 0;  ///< when the last picture is shown
    ScreenOptions options_;
    Control control_;
    const FilmPlayer* player_ = nullptr;
    play::Screen* display_ = nullptr;
    std::deque<Waiting> queue_;
    std::deque<unsigned> kept_;
    bool paused_ = false;
    unsigned steps_ = 0;  ///< pictures to show before the next pause
    bool told_pause_ = false;
    bool quits_ = false;
    bool seeks_ = false;
    bool discards_ = false;
    std::int64_t seek_time_ = 0;
    std::int64_t skip_ = INT64_MIN;
    bool running_ = false;  ///< the clock
    Clock::time_point zero_;
    Counts counts_;
};

}  // namespace svp::film
