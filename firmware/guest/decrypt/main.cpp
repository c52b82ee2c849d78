// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svp-decrypt: decrypts a file into a buffer of a protected heap. Run it with --help.
 *
 * Output, one line each: "DECRYPTED heap=... samples=... bytes=... direct=... other=... read-ms=... ms=...
 * MiB/s=...", "BENCH decrypt-ctr ... MiB/s", "WRAPPED 64 bytes". Errors are one line on stderr, status 1 (2:
 * usage).
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>

#include "arguments.hpp"
#include "container.hpp"

namespace svp::decrypt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double mebibyte = 1 << 20;
constexpr std::size_t max_small_file = 1 << 20;
constexpr std::size_t chunk_granule = 64 << 10;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/** Fill `bytes` from a place in a file. */
Result<Done> read_at(const Descriptor& file, const std::string& name, std::span<std::uint8_t> bytes,
                     std::uint64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = pread(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0)
            return system_error(name, errno);
        if (count == 0)
            return Error{name + ": ends early"};
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += static_cast<std::uint64_t>(count);
    }
    return Done{};
}

Result<std::uint64_t> size_of(const Descriptor& file, const std::string& name) {
    struct stat status {};
    if (fstat(file.get(), &status))
        return system_error(name, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::vector<std::uint8_t>> read_small_file(const std::string& name) {
    const Result<Descriptor> file = Descriptor::open(name, O_RDONLY);
    if (!file.ok())
        return file.error();
    const Result<std::uint64_t> size = size_of(file.value(), name);
    if (!size.ok())
        return size.error();
    if (size.value() > max_small_file)
        return Error{name + ": " + std::to_string(size.value()) + " bytes, the limit is " +
                     std::to_string(max_small_file)};
    std::vector<std::uint8_t> bytes(size.value());
    const Result<Done> done = read_at(file.value(), name, bytes, 0);
    if (!done.ok())
        return done.error();
    return bytes;
}

Result<Done> write_file(const std::string& name, std::span<const std::uint8_t> bytes) {
    const Result<Descriptor> file = Descriptor::open(name, O_WRONLY | O_CREAT | O_TRUNC);
    if (!file.ok())
        return file.error();
    while (!bytes.empty()) {
        const ssize_t count = write(file.value().get(), bytes.data(), bytes.size());
        if (count <= 0)
            return system_error(name, count < 0 ? errno : ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return Done{};
}

/** A file that is open, and what is in it. */
struct Input {
    Descriptor file;
    std::string name;
    Container container;
};

Result<Input> open_container(Descriptor file, const std::string& name, std::uint64_t size) {
    std::vector<std::uint8_t> header(std::min<std::uint64_t>(size, Container::fixed_size));
    Result<Done> done = read_at(file, name, header, 0);
    if (!done.ok())
        return done.error();
    if (!Container::is_container(header))
        return Error{name + ": not a container; --mode says what raw bytes are"};
    const Result<std::size_t> header_size = Container::header_size(header);
    if (!header_size.ok())
        return Error{name + ": " + header_size.error().text};
    if (header_size.value() > size)
        return Error{name + ": ends early"};
    header.resize(header_size.value());
    done = read_at(file, name, header, 0);
    if (!done.ok())
        return done.error();
    Result<Container> container = Container::parse(header);
    if (!container.ok())
        return Error{name + ": " + container.error().text};
    if (container.value().data_size > size - container.value().data_offset)
        return Error{name + ": ends early"};
    return Input{std::move(file), name, std::move(container.value())};
}

Result<Input> open_raw(Descriptor file, const Arguments& arguments, std::uint64_t size) {
    Container container;
    container.samples.push_back({*arguments.raw, size});
    container.data_size = size;
    if (!arguments.subsample_file.empty()) {
        const auto text = read_small_file(arguments.subsample_file);
        if (!text.ok())
            return text.error();
        const auto& bytes = text.value();
        auto subsamples = parse_subsamples({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        if (!subsamples.ok())
            return Error{arguments.subsample_file + ": " + subsamples.error().text};
        container.samples[0].description.subsamples = std::move(subsamples.value());
    }
    return Input{std::move(file), arguments.file, std::move(container)};
}

Result<Input> open_input(const Arguments& arguments) {
    Result<Descriptor> file = Descriptor::open(arguments.file, O_RDONLY);
    if (!file.ok())
        return file.error();
    const Result<std::uint64_t> size = size_of(file.value(), arguments.file);
    if (!size.ok())
        return size.error();
    Result<Input> input = arguments.raw
                              ? open_raw(std::move(file.value()), arguments, size.value())
                              : open_container(std::move(file.value()), arguments.file, size.value());
    if (!input.ok() || arguments.key_file.empty())
        return input;
    auto blob = read_small_file(arguments.key_file);
    if (!blob.ok())
        return blob.error();
    input.value().container.blob = std::move(blob.value());
    return input;
}

void add_blocks(std::array<std::uint8_t, SVP_DECRYPT_BLOCK>& counter, std::uint64_t blocks) {
    for (std::size_t n = counter.size(); n-- > 0 && blocks;) {
        blocks += counter[n];
        counter[n] = static_cast<std::uint8_t>(blocks);
        blocks >>= 8;
    }
}

/** Decrypts the samples of a file one after the other. */
class Work {
 public:
    Work(const Arguments& arguments, const Input& input, Session& session)
        : arguments_(arguments), input_(input), session_(session) {}

    Result<Done> run() {
        std::uint64_t from = input_.container.data_offset;
        std::uint64_t to = arguments_.offset;
        std::size_t number = 0;
        for (const Container::Sample& sample : input_.container.samples) {
            const Result<Done> done = decrypt_sample(sample, from, to);
            if (!done.ok())
                return Error{input_.name + ": sample " + std::to_string(number) + ": " + done.error().text};
            from += sample.size;
            to += sample.size;
            number++;
        }
        return Done{};
    }

    const Counts& counts() const { return counts_; }
    double read_seconds() const { return read_seconds_; }
    double decrypt_seconds() const { return decrypt_seconds_; }

 private:
    Result<Done> decrypt_sample(const Container::Sample& sample, std::uint64_t from, std::uint64_t to) {
        const std::uint64_t room = session_.window().size() - arguments_.skew;
        SampleDescription description = sample.description;
        const bool plain = description.scheme == SVP_SCHEME_CTR || description.scheme == SVP_SCHEME_CBC;
        if (sample.size > room && !plain)
            return Error{std::to_string(sample.size) + " bytes, the limit is " + std::to_string(room)};
        const std::string fault = description.fault(sample.size);
        if (!fault.empty() && !arguments_.test.hostile)
            return Error{fault};
        if (sample.size <= room)
            return decrypt_piece(description, from, to, sample.size);

        // What is more than the window goes in pieces, and the next piece's vector follows from the one
        // before it.
        const std::uint64_t piece = room - room % chunk_granule;
        for (std::uint64_t done = 0; done < sample.size; done += piece) {
            const std::uint64_t now = std::min(piece, sample.size - done);
            const Result<Done> result = decrypt_piece(description, from + done, to + done, now);
            if (!result.ok())
                return result;
            const auto bytes = session_.window().subspan(arguments_.skew, now);
            if (description.scheme == SVP_SCHEME_CTR)
                add_blocks(description.iv, now / SVP_DECRYPT_BLOCK);
            else
                std::copy_n(bytes.end() - SVP_DECRYPT_BLOCK, SVP_DECRYPT_BLOCK, description.iv.begin());
        }
        return Done{};
    }

    Result<Done> decrypt_piece(const SampleDescription& description, std::uint64_t from, std::uint64_t to,
                               std::uint64_t size) {
        const auto bytes = session_.window().subspan(arguments_.skew, size);
        Clock::time_point begin = Clock::now();
        if (!arguments_.test.reverse) {
            const Result<Done> done = read_at(input_.file, input_.name, bytes, from);
            if (!done.ok())
                return done;
        }
        read_seconds_ += seconds_since(begin);
        begin = Clock::now();
        const Result<Counts> counts =
            session_.decrypt(description, input_.container.blob, arguments_.skew, to, size);
        if (!counts.ok())
            return counts.error();
        decrypt_seconds_ += seconds_since(begin);
        counts_.direct += counts.value().direct;
        counts_.other += counts.value().other;
        if (arguments_.test.reverse && !arguments_.output.empty())
            return write_file(arguments_.output, bytes);
        return Done{};
    }

    const Arguments& arguments_;
    const Input& input_;
    Session& session_;
    Counts counts_;
    double read_seconds_ = 0;
    double decrypt_seconds_ = 0;
};

Result<Done> decrypt_file(const Arguments& arguments) {
    const Result<Input> input = open_input(arguments);
    if (!input.ok())
        return input.error();
    const Container& container = input.value().container;
    if (!container.data_size)
        return Error{arguments.file + ": no data"};
    const Result<HeapBuffer> buffer =
        HeapBuffer::allocate(arguments.heap, arguments.offset + container.data_size);
    if (!buffer.ok())
        return buffer.error();
    const Result<std::unique_ptr<Session>> session = Session::open(buffer.value(), arguments.test);
    if (!session.ok())
        return session.error();

    Work work(arguments, input.value(), *session.value());
    const Result<Done> done = work.run();
    if (!done.ok())
        return done;
    std::printf(
        "DECRYPTED heap=%s samples=%zu bytes=%llu direct=%llu other=%llu read-ms=%.1f ms=%.1f MiB/s=%.1f\n",
        arguments.heap.c_str(), container.samples.size(),
        static_cast<unsigned long long>(container.data_size),
        static_cast<unsigned long long>(work.counts().direct),
        static_cast<unsigned long long>(work.counts().other), work.read_seconds() * 1000,
        work.decrypt_seconds() * 1000,
        static_cast<double>(container.data_size) / mebibyte / work.decrypt_seconds());
    return Done{};
}

Result<Done> bench(const Arguments& arguments) {
    constexpr std::uint64_t piece = 2 << 20;
    const std::vector<std::uint8_t> test_key(16);
    const auto blob = arguments.key_file.empty() ? wrap_key(test_key) : read_small_file(arguments.key_file);
    if (!blob.ok())
        return blob.error();
    const Result<HeapBuffer> buffer = HeapBuffer::allocate(arguments.heap, piece);
    if (!buffer.ok())
        return buffer.error();
    const Result<std::unique_ptr<Session>> session = Session::open(buffer.value());
    if (!session.ok())
        return session.error();

    const std::uint64_t total = arguments.bench_mebibytes << 20;
    for (const auto& [scheme, name] : {std::pair{SVP_SCHEME_CTR, "ctr"}, std::pair{SVP_SCHEME_CBC, "cbc"}}) {
        SampleDescription description;
        description.scheme = scheme;
        const Clock::time_point begin = Clock::now();
        for (std::uint64_t done = 0; done < total; done += piece) {
            const Result<Counts> counts =
                session.value()->decrypt(description, blob.value(), 0, 0, std::min(piece, total - done));
            if (!counts.ok())
                return counts.error();
        }
        std::printf("BENCH decrypt-%s %.1f MiB/s\n", name,
                    static_cast<double>(total) / mebibyte / seconds_since(begin));
    }
    return Done{};
}

Result<Done> wrap(const Arguments& arguments) {
    const auto blob = wrap_key(arguments.key, arguments.application);
    if (!blob.ok())
        return blob.error();
    const Result<Done> done = write_file(arguments.output, blob.value());
    if (done.ok())
        std::printf("WRAPPED %zu bytes\n", blob.value().size());
    return done;
}

std::string text_of(const svp_vp9_answer& answer) {
    std::string text = "frames=" + std::to_string(answer.count);
    for (std::uint32_t n = 0; n < answer.count; ++n) {
        const svp_vp9_frame& frame = answer.frames[n];
        text += " " + std::to_string(frame.offset) + "+" + std::to_string(frame.size) + ":" +
                std::to_string(frame.header.frame_width_minus_1 + 1) + "x" +
                std::to_string(frame.header.frame_height_minus_1 + 1);
    }
    return text;
}

/** The first frame of a sample in ways that are refused, then as it should be, then once more. */
void ask_for_frames(Session& session, const svp_vp9_answer& answer) {
    svp_vp9_frame first = answer.frames[0];
    if (answer.count == 0)
        first.size = SVP_DECRYPT_BLOCK;
    svp_vp9_frame shorter = first;
    --shorter.size;
    const std::pair<std::uint32_t, svp_vp9_frame> tries[] = {
        {answer.count, first}, {UINT32_MAX, first}, {0, shorter}, {0, first}, {0, first}};
    for (const auto& [number, frame] : tries) {
        const Result<Counts> done = session.frame(number, frame);
        std::printf("FRAME %u %u %s\n", number, frame.size,
                    done.ok() ? "decrypted" : done.error().text.c_str());
    }
}

/** One line for each sample, whether it is refused or not. */
Result<Done> show_headers(const Arguments& arguments) {
    const Result<Input> input = open_input(arguments);
    if (!input.ok())
        return input.error();
    const Container& container = input.value().container;
    const Result<HeapBuffer> buffer =
        HeapBuffer::allocate(arguments.heap, sizeof(svp_vp9_answer) + container.data_size);
    if (!buffer.ok())
        return buffer.error();
    const Result<std::unique_ptr<Session>> opened =
        Session::open(buffer.value(), arguments.test, Application::vp9);
    if (!opened.ok())
        return opened.error();
    Session& session = *opened.value();
    std::uint64_t at = container.data_offset;
    for (std::size_t number = 0; number < container.samples.size(); ++number) {
        const Container::Sample& sample = container.samples[number];
        if (sample.size > session.window().size())
            return Error{"a sample has " + std::to_string(sample.size) + " bytes, the limit is " +
                         std::to_string(session.window().size())};
        const Result<Done> read =
            read_at(input.value().file, input.value().name, session.window().first(sample.size), at);
        if (!read.ok())
            return read;
        at += sample.size;
        const Result<svp_vp9_answer> answer =
            session.headers(sample.description.iv, container.blob, sample.size);
        std::printf("HEADERS %zu %s\n", number,
                    answer.ok() ? text_of(answer.value()).c_str() : answer.error().text.c_str());
        if (arguments.test.hostile)
            ask_for_frames(session, answer.ok() ? answer.value() : svp_vp9_answer{});
    }
    return Done{};
}

int run(const std::vector<std::string>& words) {
    const Result<Arguments> arguments = Arguments::parse(words);
    if (!arguments.ok()) {
        std::fprintf(stderr, "svp-decrypt: %s (--help shows how)\n", arguments.error().text.c_str());
        return 2;
    }
    Result<Done> done = Done{};
    switch (arguments.value().task) {
        case Arguments::Task::help:
            std::fputs(usage, stdout);
            return 0;
        case Arguments::Task::file:
            done = decrypt_file(arguments.value());
            break;
        case Arguments::Task::bench:
            done = bench(arguments.value());
            break;
        case Arguments::Task::wrap:
            done = wrap(arguments.value());
            break;
        case Arguments::Task::headers:
            done = show_headers(arguments.value());
            break;
    }
    if (done.ok())
        return 0;
    std::fprintf(stderr, "svp-decrypt: %s\n", done.error().text.c_str());
    return 1;
}

}  // namespace
}  // namespace svp::decrypt

int main(int count, char** words) {
    return svp::decrypt::run({words + 1, words + count});
}
