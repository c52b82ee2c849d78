// SPDX-License-Identifier: GPL-2.0-or-later
/* See play_film.hpp. */
#include "play_film.hpp"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "decrypt_writer.hpp"
#include "mapped_file.hpp"

namespace svp::film {

using Clock = std::chrono::steady_clock;
using decrypt::Result;

namespace {

constexpr std::size_t type_at = 4;

/** Behind the display is nothing; what goes wrong there is told with all else. */
class Faults : public play::Screen {
 public:
    explicit Faults(FilmScreen& screen) : screen_(screen) {}
    bool picture(const play::Picture&) override { return true; }
    void error(const std::string& text) override { screen_.error(text); }

 private:
    FilmScreen& screen_;
};

/** Plays from sample to sample, so many times, and follows those who seek. */
bool play_all(FilmPlayer& player, FilmScreen& screen, unsigned rounds) {
    for (;;) {
        std::int64_t time = 0;
        const bool going = screen.go_on() && player.step();
        if (screen.quits() || !player.problem().empty()) {
            return !screen.quits();
        }
        if (!going && !screen.wants_seek(time) && (!player.finish() || !screen.drain())) {
            return false;
        }
        const bool seeks = screen.wants_seek(time), ends = !going && !seeks && --rounds == 0;
        if (ends) {
            return true;
        }
        if (seeks || !going) {
            time = seeks ? time : 0;
            screen.begin_seek();
            if (!player.seek(time)) {
                return false;
            }
            screen.skip_to(time);
        }
    }
}

int fail(const std::string& text) {
    std::fprintf(stderr, "svp-play: %s\n", text.c_str());
    return 1;
}

}  // namespace

bool is_film(std::span<const std::uint8_t> file) {
    if (file.size() < 2 * type_at) {
        return false;
    }
    const std::string_view type(reinterpret_cast<const char*>(file.data()) + type_at, type_at);
    return type == "ftyp" || type == "moov" || type == "styp";
}

int play_film(FilmArguments arguments) {
    const Result<MappedFile> file = MappedFile::open(arguments.file);
    if (!file.ok()) {
        return fail(file.error().text);
    }
    const Result<Film> parsed = Film::parse(file.value().bytes());
    if (!parsed.ok()) {
        return fail(arguments.file + ": " + parsed.error().text);
    }
    const Film& film = parsed.value();
    const bool is_protected = film.scheme != Scheme::none;
    if (arguments.secure && !is_protected) {
        return fail(arguments.file + ": the film is not encrypted");
    }
    if (is_protected && (!arguments.secure || film.blob.empty())) {
        return fail(arguments.file + (film.blob.empty() ? ": no key for it in the film ('pssh' with a blob)"
                                                        : ": the film is encrypted: --secure"));
    }
    Result<Control> control = Control::open(arguments.control);
    if (!control.ok()) {
        return fail(control.error().text);
    }
    // Other pictures than tiles go through memory of the driver's, where a protected decoder cannot write.
    const std::string_view codec(film.codec.data(), film.codec.size());
    arguments.memory.tiled |= is_protected && (codec == "hvc1" || codec == "hev1" || codec == "vp09");
    FilmScreen screen(film, arguments.screen, std::move(control.value()));
    DecryptWriter writer(film, arguments.memory.stream_heap);
    arguments.memory.spare = screen.buffers();
    Faults faults(screen);
    std::unique_ptr<Beside> beside;
    std::optional<play::Display> display;
    if (arguments.display) {
        Result<play::Display> opened = play::Display::open(*arguments.display, faults);
        if (!opened.ok()) {
            return fail(opened.error().text);
        }
        display = std::move(opened.value());
        if (!arguments.beside.file.empty()) {
            Result<std::unique_ptr<Beside>> other = Beside::open(arguments.beside);
            if (!other.ok()) {
                return fail(other.error().text);
            }
            beside = std::move(other.value());
            display->accompany(beside.get());
        }
        screen.show_on(*display);
        arguments.memory.spare += play::Display::buffers;
    }
    play::V4l2Decoder decoder(arguments.memory, screen, is_protected ? &writer : nullptr);
    FilmPlayer player(film, file.value().bytes(), decoder, &writer);
    screen.follow(player);
    writer.follow(player);
    const Clock::time_point begin = Clock::now();
    const bool ended = play_all(player, screen, arguments.repeat);
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const std::string& problem = player.problem().empty() ? decoder.failure() : player.problem();
    const auto& shown = screen.counts();
    const auto& decrypted = writer.counts();
    if (arguments.screen.progress) {
        std::fputc('\n', stderr);
    }
    if (!problem.empty() && !screen.quits()) {
        std::printf("error %s\n", problem.c_str());
    }
    if (display) {
        std::printf("DISPLAYED %s\n", display->report().c_str());
    }
    std::printf(
        "PLAYED %s shown=%u dropped=%u late=%u errors=%u jobs=%u sizes=%u decrypted=%llu direct=%llu "
        "decrypt-ms=%.0f ms=%.0f by %s\n",
        arguments.file.c_str(), shown.shown, shown.dropped, shown.late, shown.errors, decoder.jobs(),
        shown.begins, static_cast<unsigned long long>(decrypted.bytes),
        static_cast<unsigned long long>(decrypted.direct), 1000 * decrypted.seconds, 1000 * seconds,
        decoder.device().empty() ? "nobody" : decoder.device().c_str());
    return (ended || screen.quits()) && (problem.empty() || screen.quits()) && shown.errors == 0 ? 0 : 1;
}

}  // namespace svp::film
