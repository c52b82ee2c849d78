// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job/job_record.hpp"

#include <algorithm>

namespace svp::vpu {

namespace {

constexpr std::uint8_t magic[] = {'S', 'V', 'P', '-', 'J', 'O', 'B', '\n'};
enum Kind : std::uint8_t { kind_read = 1, kind_write = 2, kind_end = 3 };
constexpr std::size_t access_size = 4 + 4 * 4;
constexpr std::size_t end_size = 4 + 4;

/** Takes numbers and bytes from the front; what is not there any more is 0 and a failure. */
class Reader {
 public:
    explicit Reader(std::span<const std::uint8_t> bytes) : left_(bytes) {}

    std::span<const std::uint8_t> bytes(std::uint64_t size) {
        if (size > left_.size()) {
            failed_ = true;
            left_ = {};
            return {};
        }
        const auto taken = left_.first(static_cast<std::size_t>(size));
        left_ = left_.subspan(taken.size());
        return taken;
    }
    std::uint8_t byte() {
        const auto taken = bytes(1);
        return taken.empty() ? std::uint8_t{0} : taken[0];
    }
    std::uint32_t word() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            value |= std::uint32_t{byte()} << shift;
        }
        return value;
    }
    std::size_t left() const { return left_.size(); }
    bool failed() const { return failed_; }

 private:
    std::span<const std::uint8_t> left_;
    bool failed_ = false;
};

/** Version, decoder and registers; what is wrong with them, if anything is. */
std::string read_head(Reader& in, JobRecord& record) {
    if (const std::uint32_t version = in.word(); version != JobRecord::version) {
        return "a record of format " + std::to_string(version) + ", format " +
               std::to_string(JobRecord::version) + " is read";
    }
    const std::uint32_t decoder = in.word();
    if (decoder != static_cast<std::uint32_t>(DecoderKind::g1) &&
        decoder != static_cast<std::uint32_t>(DecoderKind::g2)) {
        return "a record of decoder " + std::to_string(decoder) + ", whose engines are not there";
    }
    record.decoder = static_cast<DecoderKind>(decoder);
    const std::uint32_t count = in.word();
    if (count > JobRecord::max_registers) {
        return std::to_string(count) + " registers, at most " + std::to_string(JobRecord::max_registers) +
               " are possible";
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        record.registers.push_back(in.word());
    }
    return {};
}

/** An access whose kind has been read already. */
std::string read_access(Reader& in, std::uint8_t kind, JobRecord::Access& access) {
    const std::uint8_t stream = in.byte(), answer = in.byte(), zero = in.byte();
    if ((kind != kind_read && kind != kind_write) || stream > static_cast<unsigned>(last_stream) ||
        answer > static_cast<unsigned>(Response::decerr) || zero != 0) {
        return "an access of no kind that there is";
    }
    access.direction = kind == kind_read ? Direction::read : Direction::write;
    access.stream = static_cast<Stream>(stream);
    access.answer = static_cast<Response>(answer);
    access.lines.base = in.word();
    access.lines.stride = in.word();
    access.lines.width = in.word();
    access.lines.height = in.word();
    if (!in.failed() && (access.lines.width == 0 || access.lines.height == 0)) {
        return "an access without a byte";
    }
    access.data = in.bytes(std::uint64_t{access.lines.width} * access.lines.height);
    return {};
}

}  // namespace

std::optional<JobRecord> JobRecord::parse(std::span<const std::uint8_t> bytes, std::string& problem) {
    Reader in(bytes);
    JobRecord record;
    if (!std::ranges::equal(in.bytes(std::size(magic)), magic)) {
        problem = "no record of a job: it does not begin with 'SVP-JOB'";
        return std::nullopt;
    }
    problem = read_head(in, record);
    while (problem.empty()) {
        const std::uint8_t kind = in.byte();
        if (kind == kind_end) {
            in.bytes(3);
            record.status = in.word();
            if (!in.failed() && in.left() != 0) {
                problem = "bytes behind the end of the record";
            }
            break;
        }
        if (in.failed()) {
            break;
        }
        problem = read_access(in, kind, record.accesses.emplace_back());
    }
    if (in.failed()) {
        problem = "the record ends early";
    }
    return problem.empty() ? std::optional(std::move(record)) : std::nullopt;
}

JobRecordWriter::JobRecordWriter(DecoderKind decoder, std::span<const std::uint32_t> registers)
    : bytes_(std::begin(magic), std::end(magic)) {
    word(JobRecord::version);
    word(static_cast<std::uint32_t>(decoder));
    word(static_cast<std::uint32_t>(registers.size()));
    for (const std::uint32_t value : registers) {
        word(value);
    }
}

void JobRecordWriter::access(Direction direction, Stream stream, Response answer, const Rectangle& lines,
                             std::span<const std::uint8_t> data) {
    const std::size_t size = std::size_t{lines.width} * lines.height;
    if (size == 0) {
        return;
    }
    if (too_large_ || bytes_.size() + access_size + size + end_size > JobRecord::max_size) {
        too_large_ = true;
        bytes_ = {};
        return;
    }
    byte(direction == Direction::read ? kind_read : kind_write);
    byte(static_cast<std::uint8_t>(stream));
    byte(static_cast<std::uint8_t>(answer));
    byte(0);
    for (const std::uint32_t value : {lines.base, lines.stride, lines.width, lines.height}) {
        word(value);
    }
    bytes_.insert(bytes_.end(), data.begin(), data.begin() + static_cast<std::ptrdiff_t>(size));
}

std::vector<std::uint8_t> JobRecordWriter::end(std::uint32_t status) {
    if (too_large_) {
        return {};
    }
    word(kind_end);
    word(status);
    return std::move(bytes_);
}

void JobRecordWriter::word(std::uint32_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        byte(static_cast<std::uint8_t>(value >> shift));
    }
}

}  // namespace svp::vpu
