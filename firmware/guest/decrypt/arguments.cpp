// SPDX-License-Identifier: GPL-2.0-or-later
/* See arguments.hpp. */
#include "arguments.hpp"

#include <algorithm>
#include <charconv>

namespace svp::decrypt {

const char usage[] =
    "usage: svp-decrypt FILE [options]            decrypt into a new buffer of a protected heap\n"
    "       svp-decrypt --bench MIB [--key FILE]  measure CTR and CBC\n"
    "       svp-decrypt --wrap HEX --output FILE  make a key blob (OP-TEE built for tests)\n"
    "       svp-decrypt --headers FILE            what svp-vp9 reads in the samples of a container\n"
    "FILE: a container (its header says all), or raw encrypted bytes with --mode, --iv and --key\n"
    "  --mode ctr|cbc|cenc|cbcs   --iv HEX (16 or 32 digits)   --key FILE (blob; also instead of a "
    "container's)\n"
    "  --pattern CRYPT:SKIP       blocks, of cbcs\n"
    "  --subsamples FILE          lines of clear and encrypted bytes, of cenc and cbcs\n"
    "  --heap NAME                default video; secure-video is the heap of the TEE subsystem\n"
    "  --offset N                 first byte in the buffer   --skew N  first byte in the window\n"
    "  --for-headers              --wrap: a blob for svp-vp9\n"
    "for tests: --unchecked, --reverse (to --output FILE), --hostile, --request-in-heap\n";

namespace {

constexpr std::uint64_t max_offset = 1 << 30;
constexpr std::uint64_t max_skew = 1 << 20;
constexpr std::uint64_t max_bench = 1 << 16;

std::optional<std::uint64_t> parse_number(std::string_view text, std::uint64_t limit) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > limit)
        return std::nullopt;
    return value;
}

std::optional<svp_decrypt_scheme> parse_mode(std::string_view text) {
    static constexpr std::string_view names[] = {"ctr", "cbc", "cenc", "cbcs"};
    const auto at = std::find(std::begin(names), std::end(names), text);
    if (at == std::end(names))
        return std::nullopt;
    return static_cast<svp_decrypt_scheme>(at - std::begin(names));
}

/** The options that describe a raw file. Nothing: `option` is none of them. */
std::optional<Result<Done>> raw_option(SampleDescription& raw, bool& has_mode, const std::string& option,
                                       const std::string& value) {
    const auto wrong = [&](const char* what) { return Error{option + " " + value + ": " + what}; };
    if (option == "--mode") {
        const auto mode = parse_mode(value);
        if (!mode)
            return wrong("not ctr, cbc, cenc or cbcs");
        raw.scheme = *mode;
        has_mode = true;
        return Done{};
    }
    if (option == "--iv") {
        const auto iv = parse_hex(value);
        if (!iv.ok() || (iv.value().size() != 8 && iv.value().size() != 16))
            return wrong("not 16 or 32 hexadecimal digits");
        raw.iv.fill(0);
        std::copy(iv.value().begin(), iv.value().end(), raw.iv.begin());
        raw.iv_size = static_cast<std::uint32_t>(iv.value().size());
        return Done{};
    }
    if (option == "--pattern") {
        const std::size_t colon = value.find(':');
        const auto crypt = parse_number(std::string_view(value).substr(0, colon), 255);
        const auto skip = colon == std::string::npos
                              ? std::nullopt
                              : parse_number(std::string_view(value).substr(colon + 1), 255);
        if (!crypt || !skip)
            return wrong("not two numbers of blocks with a colon between them");
        raw.crypt_blocks = static_cast<std::uint32_t>(*crypt);
        raw.skip_blocks = static_cast<std::uint32_t>(*skip);
        return Done{};
    }
    return std::nullopt;
}

bool flag_option(Arguments& arguments, const std::string& option) {
    if (option == "--help" || option == "-h")
        arguments.task = Arguments::Task::help;
    else if (option == "--headers")
        arguments.task = Arguments::Task::headers;
    else if (option == "--for-headers")
        arguments.application = Application::vp9;
    else if (option == "--unchecked")
        arguments.test.unchecked = true;
    else if (option == "--reverse")
        arguments.test.reverse = true;
    else if (option == "--hostile")
        arguments.test.hostile = true;
    else if (option == "--request-in-heap")
        arguments.test.request_in_heap = true;
    else
        return false;
    return true;
}

std::optional<Result<Done>> number_option(Arguments& arguments, const std::string& option,
                                          const std::string& value) {
    struct Row {
        const char* name;
        std::uint64_t& target;
        std::uint64_t limit;
    };
    for (const Row& row :
         {Row{"--offset", arguments.offset, max_offset}, Row{"--skew", arguments.skew, max_skew},
          Row{"--bench", arguments.bench_mebibytes, max_bench}}) {
        if (option != row.name)
            continue;
        const auto number = parse_number(value, row.limit);
        if (!number)
            return Error{option + " " + value + ": not a number up to " + std::to_string(row.limit)};
        row.target = *number;
        if (option == "--bench")
            arguments.task = Arguments::Task::bench;
        return Done{};
    }
    return std::nullopt;
}

Result<Done> value_option(Arguments& arguments, SampleDescription& raw, bool& has_mode,
                          const std::string& option, const std::string& value) {
    if (const auto done = raw_option(raw, has_mode, option, value))
        return *done;
    if (const auto done = number_option(arguments, option, value))
        return *done;
    if (option == "--wrap") {
        auto key = parse_hex(value);
        if (!key.ok())
            return Error{option + ": " + key.error().text};
        arguments.key = std::move(key.value());
        arguments.task = Arguments::Task::wrap;
        return Done{};
    }
    const std::pair<const char*, std::string&> texts[] = {{"--key", arguments.key_file},
                                                          {"--subsamples", arguments.subsample_file},
                                                          {"--heap", arguments.heap},
                                                          {"--output", arguments.output}};
    for (const auto& [name, target] : texts) {
        if (option == name) {
            target = value;
            return Done{};
        }
    }
    return Error{option + ": no such option"};
}

}  // namespace

Result<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    for (std::size_t at = 0; at < text.size(); at += 2) {
        std::uint8_t byte = 0;
        const char* const begin = text.data() + at;
        const char* const end = begin + std::min<std::size_t>(2, text.size() - at);
        if (end - begin != 2 || std::from_chars(begin, end, byte, 16).ptr != end)
            return Error{"not an even number of hexadecimal digits"};
        bytes.push_back(byte);
    }
    return bytes;
}

Result<std::vector<svp_decrypt_subsample>> parse_subsamples(std::string_view text) {
    std::vector<svp_decrypt_subsample> subsamples;
    for (std::size_t line = 1; !text.empty(); line++) {
        std::string_view row = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(row.size() + 1, text.size()));
        row = row.substr(0, row.find('#'));
        while (!row.empty() && (row.back() == ' ' || row.back() == '\r'))
            row.remove_suffix(1);
        if (row.empty())
            continue;
        const std::size_t blank = row.find(' ');
        const auto clear = parse_number(row.substr(0, blank), UINT32_MAX);
        const auto encrypted =
            blank == std::string_view::npos ? std::nullopt : parse_number(row.substr(blank + 1), UINT32_MAX);
        if (!clear || !encrypted)
            return Error{"line " + std::to_string(line) + ": not two numbers below 2^32"};
        subsamples.push_back({static_cast<std::uint32_t>(*clear), static_cast<std::uint32_t>(*encrypted)});
    }
    return subsamples;
}

Result<Arguments> Arguments::parse(const std::vector<std::string>& words) {
    Arguments arguments;
    SampleDescription raw;
    bool has_mode = false;
    for (std::size_t n = 0; n < words.size(); n++) {
        const std::string& word = words[n];
        if (!word.starts_with("-")) {
            if (!arguments.file.empty())
                return Error{word + ": only one file"};
            arguments.file = word;
        } else if (!flag_option(arguments, word)) {
            if (n + 1 == words.size())
                return Error{word + ": no such option, or its value is missing"};
            const Result<Done> done = value_option(arguments, raw, has_mode, word, words[++n]);
            if (!done.ok())
                return done.error();
        }
    }
    if ((arguments.task == Task::file || arguments.task == Task::headers) && arguments.file.empty())
        return Error{"no file given"};
    if (arguments.task == Task::wrap && arguments.output.empty())
        return Error{"--wrap: --output is missing"};
    if (arguments.task == Task::bench && !arguments.bench_mebibytes)
        return Error{"--bench: 1 MiB at least"};
    if (has_mode)
        arguments.raw = raw;
    return arguments;
}

}  // namespace svp::decrypt
