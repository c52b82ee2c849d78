// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svp-play: decodes a stream by the kernel's stateless decoder. Run it with --help; what it prints is in
 * output.hpp, then a line "PLAYED ..." on stderr. Status 1 if something went wrong, 2 for a wrong call.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>

#include "../film/play_film.hpp"
#include "display.hpp"
#include "output.hpp"
#include "v4l2_decoder.hpp"

namespace svp::play {
namespace {

using Clock = std::chrono::steady_clock;
using decrypt::Descriptor;
using decrypt::Error;
using decrypt::Result;
using decrypt::system_error;

constexpr char usage[] =
    "usage: svp-play [--digest|--raw] [--layout yuv420p|nv12|gray|yuv420p10le] [--stream-heap NAME]\n"
    "                [--picture-heap NAME] [--display] FILE\n"
    "       svp-play [--secure] [--control PATH] [--fast] [--display] FILM.mp4\n"
    "\n"
    "Decodes IVF with VP8 or VP9, H.264 or HEVC (Annex B) or MPEG-2 video by the kernel's stateless\n"
    "decoder, or plays a film: MP4 with H.264, HEVC or VP9.\n"
    "  --digest             print the MD5 of every picture, and of all\n"
    "  --raw                print every picture, a line and its bytes\n"
    "  --layout LAYOUT      in which samples of 8 bits are taken for these (default yuv420p)\n"
    "  --stream-heap NAME   the stream goes through a buffer of /dev/dma_heap/NAME instead of the driver's\n"
    "  --picture-heap NAME  pictures go to buffers of that heap: 'video' is the protected one\n"
    "  --decoder ADDRESS    by the decoder whose registers are there (38330000), where several take the "
    "codec\n"
    "  --tiled              pictures in tiles of 4x4 samples, as the decoder of HEVC refers to them\n"
    "  --yuyv               the post-processor makes YUYV, of which they are taken\n"
    "  --repeat COUNT       play it so many times\n"
    "  --display            show pictures on the screen, from the decoder's buffers; the last one stays\n"
    "                       until a line comes in; of a film each at its time, until the film ends\n"
    "  --plane NAME         on this plane: primary (default), overlay-1 or overlay-2\n"
    "  --mode WxH           mode of the screen           --area WxH+X+Y  where (default: as large as fits)\n"
    "  --later WxH@COUNT    another mode after so many pictures\n"
    "  --rate NUMBER        so many pictures a second (default 25)       --frames COUNT  end after so many\n"
    "  --protect            ask for content protection\n"
    "  --overlay PLANE      a picture on another plane, as svp-show has it\n"
    "of films:\n"
    "  --secure             the film is encrypted: OP-TEE and CAAM bring it into a protected heap, where it\n"
    "                       is decoded; streams and pictures are in buffers of 'video' unless named\n"
    "  --control PATH       a FIFO or terminal for lines: pause, play, step COUNT, seek SECONDS, quit\n"
    "  --paused             begin with a pause      --keep COUNT  shown pictures that stay in their buffers\n"
    "  --beside FILM.mp4    with --display: a clear film on overlay-1, at --beside-area WxH+X+Y\n"
    "  --fast               do not wait for a picture's time\n"
    "  --quiet              tell only of dropped pictures  --progress  a line that is written over\n"
    "of pictures:\n"
    "  --decoded WIDTHxHEIGHT   FILE holds pictures, YUV 4:2:0 plane by plane: nothing is decoded\n";

struct Arguments {
    bool help = false;
    Pictures pictures = Pictures::none;
    std::string layout = "yuv420p";
    Memory memory;
    unsigned repeat = 1;
    bool display = false;
    DisplaySettings settings;
    unsigned width = 0;  ///< --decoded
    unsigned height = 0;
    std::string file;
    film::FilmArguments film;
};

/** A number from 1 to a million. */
std::optional<unsigned> number_of(const std::string& text) {
    char* end = nullptr;
    const unsigned long parsed = std::strtoul(text.c_str(), &end, 10);
    if (text.empty() || *end != 0 || parsed == 0 || parsed > 1'000'000) {
        return std::nullopt;
    }
    return static_cast<unsigned>(parsed);
}

/** An option for the display, with its value. False: the word is none. */
bool display_option(const std::string& word, const std::function<std::string()>& value, Arguments& arguments,
                    std::string& problem) {
    DisplaySettings& settings = arguments.settings;
    if (word == "--display") {
        arguments.display = true;
    } else if (word == "--protect") {
        settings.protect = true;
    } else if (word == "--plane" || word == "--mode") {
        (word == "--plane" ? settings.plane : settings.mode) = value();
    } else if (word == "--later") {
        const std::string text = value();
        const std::size_t at = text.find('@');
        const auto count = at == std::string::npos ? std::nullopt : number_of(text.substr(at + 1));
        if (!count) {
            problem = "--later: '" + text + "' is no WIDTHxHEIGHT@COUNT";
        }
        settings.later_mode = text.substr(0, at);
        settings.later = count.value_or(0);
    } else if (word == "--overlay") {
        settings.overlays.push_back(value());
    } else if (word == "--beside") {
        arguments.film.beside.file = value();
    } else if (word == "--area" || word == "--beside-area") {
        screen::Area area;
        char rest = 0;
        const std::string text = value();
        if (std::sscanf(text.c_str(), "%ux%u+%u+%u%c", &area.width, &area.height, &area.x, &area.y, &rest) !=
            4) {
            problem = word + ": '" + text + "' is no WIDTHxHEIGHT+X+Y";
        }
        if (word == "--area") {
            settings.area = area;
        } else {
            arguments.film.beside.area = area;
        }
    } else if (word == "--rate" || word == "--frames") {
        const std::string text = value();
        const auto number = number_of(text);
        if (!number) {
            problem = word + ": '" + text + "' is no number from 1 to 1000000";
        }
        (word == "--rate" ? settings.rate : settings.frames) = number.value_or(1);
    } else {
        return false;
    }
    return true;
}

/** Options of films. False: the word is none. */
bool film_option(const std::string& word, film::FilmArguments& film) {
    if (word == "--secure") {
        film.secure = true;
    } else if (word == "--paused") {
        film.screen.paused = true;
    } else if (word == "--fast") {
        film.screen.clocked = false;
    } else if (word == "--quiet") {
        film.screen.quiet = true;
    } else if (word == "--progress") {
        film.screen.progress = true;
    } else {
        return false;
    }
    return true;
}

Result<Arguments> parse(int count, char** words) {
    Arguments arguments;
    for (int i = 1; i < count; ++i) {
        const std::string word = words[i];
        const auto value = [&]() -> std::string { return i + 1 < count ? words[++i] : ""; };
        if (word == "--help" || word == "-h") {
            arguments.help = true;
        } else if (word == "--digest") {
            arguments.pictures = Pictures::digest;
        } else if (word == "--raw") {
            arguments.pictures = Pictures::raw;
        } else if (word == "--layout") {
            arguments.layout = value();
            if (arguments.layout != "yuv420p" && arguments.layout != "nv12" && arguments.layout != "gray" &&
                arguments.layout != "yuv420p10le") {
                return Error{"--layout: '" + arguments.layout +
                             "' is none of yuv420p, nv12, gray, yuv420p10le"};
            }
        } else if (word == "--stream-heap" || word == "--picture-heap") {
            std::string& heap =
                word == "--stream-heap" ? arguments.memory.stream_heap : arguments.memory.picture_heap;
            heap = value();
            if (heap.empty()) {
                return Error{word + ": the name of a heap is missing"};
            }
        } else if (word == "--decoder") {
            arguments.memory.decoder = value();
        } else if (word == "--tiled") {
            arguments.memory.tiled = true;
        } else if (film_option(word, arguments.film)) {
        } else if (word == "--control") {
            arguments.film.control = value();
        } else if (word == "--keep") {
            const std::string number = value();
            char* end = nullptr;
            const unsigned long parsed = std::strtoul(number.c_str(), &end, 10);
            if (number.empty() || *end != 0 || parsed == 0 || parsed > 16) {
                return Error{"--keep: '" + number + "' is no number from 1 to 16"};
            }
            arguments.film.screen.kept = static_cast<unsigned>(parsed);
        } else if (word == "--yuyv") {
            arguments.memory.packed = true;
        } else if (word == "--repeat") {
            const std::string number = value();
            char* end = nullptr;
            const unsigned long parsed = std::strtoul(number.c_str(), &end, 10);
            if (number.empty() || *end != 0 || parsed == 0 || parsed > 1'000'000) {
                return Error{"--repeat: '" + number + "' is no number from 1 to 1000000"};
            }
            arguments.repeat = static_cast<unsigned>(parsed);
        } else if (word == "--decoded") {
            const std::string size = value();
            char rest = 0;
            if (std::sscanf(size.c_str(), "%ux%u%c", &arguments.width, &arguments.height, &rest) != 2 ||
                arguments.width - 1 > 8191 || arguments.height - 1 > 8191) {
                return Error{"--decoded: '" + size + "' is no WIDTHxHEIGHT of pictures"};
            }
        } else if (std::string problem; display_option(word, value, arguments, problem)) {
            if (!problem.empty()) {
                return Error{problem};
            }
        } else if (word.starts_with("-")) {
            return Error{"unknown option '" + word + "', see --help"};
        } else if (!arguments.file.empty()) {
            return Error{"one file at a time: '" + arguments.file + "' and '" + word + "'"};
        } else {
            arguments.file = word;
        }
    }
    if (arguments.file.empty() && !arguments.help) {
        return Error{"name a stream, see --help"};
    }
    return arguments;
}

/** A whole file in memory. */
class File {
 public:
    /** Up to @p most bytes of it. */
    static Result<std::vector<std::uint8_t>> read(const std::string& name, std::size_t most = SIZE_MAX) {
        const Result<Descriptor> file = Descriptor::open(name, O_RDONLY);
        if (!file.ok()) {
            return file.error();
        }
        struct stat status {};
        if (fstat(file.value().get(), &status) != 0) {
            return system_error(name, errno);
        }
        std::vector<std::uint8_t> bytes(std::min(most, static_cast<std::size_t>(status.st_size)));
        std::size_t have = 0;
        while (have < bytes.size()) {
            const ssize_t got = ::read(file.value().get(), bytes.data() + have, bytes.size() - have);
            if (got < 0) {
                return system_error(name, errno);
            }
            if (got == 0) {
                break;
            }
            have += static_cast<std::size_t>(got);
        }
        bytes.resize(have);
        return bytes;
    }
};

/** Prints the pictures of a file that holds them, YUV 4:2:0, plane by plane. */
int print_decoded(const Arguments& arguments, std::span<const std::uint8_t> bytes, Output& output) {
    const std::size_t half = std::size_t{(arguments.width + 1) / 2} * ((arguments.height + 1) / 2);
    const std::size_t size = std::size_t{arguments.width} * arguments.height + 2 * half;
    for (; bytes.size() >= size; bytes = bytes.subspan(size)) {
        if (!output.planes(arguments.width, arguments.height, bytes.first(size))) {
            return 1;
        }
    }
    if (!bytes.empty()) {
        output.error(std::to_string(bytes.size()) + " bytes are no picture");
    }
    return output.finish() && bytes.empty() ? 0 : 1;
}

int play_film(const Arguments& arguments) {
    film::FilmArguments film = arguments.film;
    film.file = arguments.file;
    film.memory = arguments.memory;
    if (film.secure) {
        film.memory.stream_heap = film.memory.stream_heap.empty() ? "video" : film.memory.stream_heap;
        film.memory.picture_heap = film.memory.picture_heap.empty() ? "video" : film.memory.picture_heap;
    }
    film.repeat = arguments.repeat;
    film.memory.streams = 3;
    film.screen.heap = film.memory.picture_heap;
    film.beside.heap = film.memory.picture_heap;
    if (arguments.display) {
        film.display = arguments.settings;
        film.display->rate = 0;  // the film has its own times
    }
    return film::play_film(film);
}

int run(const Arguments& arguments) {
    const Result<std::vector<std::uint8_t>> beginning = File::read(arguments.file, film::beginning);
    if (beginning.ok() && film::is_film(beginning.value())) {
        return play_film(arguments);
    }
    const Result<std::vector<std::uint8_t>> file = File::read(arguments.file);
    if (!file.ok()) {
        std::fprintf(stderr, "svp-play: %s\n", file.error().text.c_str());
        return 1;
    }
    Result<Output> made = Output::make(arguments.pictures, arguments.layout);
    if (!made.ok()) {
        std::fprintf(stderr, "svp-play: %s\n", made.error().text.c_str());
        return 1;
    }
    Output& output = made.value();
    if (arguments.width != 0) {
        return print_decoded(arguments, file.value(), output);
    }
    if (arguments.film.secure) {
        std::fprintf(stderr, "svp-play: %s: no MP4 file\n", arguments.file.c_str());
        return 1;
    }
    std::optional<Display> display;
    Memory memory = arguments.memory;
    if (arguments.display) {
        Result<Display> opened = Display::open(arguments.settings, output);
        if (!opened.ok()) {
            std::fprintf(stderr, "svp-play: %s\n", opened.error().text.c_str());
            return 1;
        }
        display = std::move(opened.value());
        memory.spare += Display::buffers;
    }
    const auto begin = Clock::now();
    unsigned jobs = 0;
    std::string device;
    bool good = true;
    for (unsigned round = 0; round < arguments.repeat && good; ++round) {
        V4l2Decoder decoder(memory, display ? static_cast<Screen&>(*display) : output);
        const Ending ending = play(file.value(), decoder);
        jobs += decoder.jobs();
        device = decoder.device();
        if (display && display->done()) {
            break;
        }
        if (!decoder.failure().empty()) {
            good = false;
            if (decoder.unsupported()) {
                output.say("unsupported", decoder.failure());
            } else {
                output.error(decoder.failure());
            }
        } else if (!ending.problem.empty()) {
            good = false;
            if (ending.unsupported) {
                output.say("unsupported", ending.problem);
            } else {
                output.error(ending.problem);
            }
        }
    }
    const bool written = output.finish();
    if (display) {
        good = display->finish() && good;
        std::fprintf(stderr, "DISPLAYED %s\n", display->report().c_str());
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    std::fprintf(stderr, "PLAYED %s pictures=%u jobs=%u errors=%u ms=%.0f by %s\n", arguments.file.c_str(),
                 output.pictures(), jobs, output.errors(), 1000 * seconds,
                 device.empty() ? "nobody" : device.c_str());
    if (display && good) {
        std::getchar();  // the screen is this program's as long as it runs
    }
    return good && written && output.errors() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace svp::play

int main(int count, char** words) {
    const auto arguments = svp::play::parse(count, words);
    if (!arguments.ok()) {
        std::fprintf(stderr, "svp-play: %s\n", arguments.error().text.c_str());
        return 2;
    }
    if (arguments.value().help) {
        std::fputs(svp::play::usage, stdout);
        return 0;
    }
    return svp::play::run(arguments.value());
}
