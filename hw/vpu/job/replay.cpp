// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job/replay.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include "vpu/g1/job.hpp"
#include "vpu/g2/job.hpp"
#include "vpu/job/metered_port.hpp"
#include "vpu/job/register_field.hpp"

namespace svp::vpu {

namespace {

constexpr std::uint32_t page_size = 4096;
/** More than any record of a job needs, whatever the places of its bytes. */
constexpr std::size_t max_pages = 32768;

/** What is known of a byte of memory. */
struct Cell {
    std::uint8_t value = 0;     ///< that a read gives
    std::uint8_t recorded = 0;  ///< that the record's last write put there
    std::uint8_t written = 0;   ///< that the engine's last write put there
    bool known : 1 = false;     ///< the record has read or written it
    bool in_record : 1 = false;
    bool in_replay : 1 = false;
    bool kept : 1 = false;  ///< writes do not reach it
};

/** How many bytes something is true for, and where the first one is. */
struct Places {
    std::uint64_t count = 0;
    std::uint32_t first = 0;

    void add(std::uint32_t address) { first = count++ == 0 ? address : first; }
    /** "3 bytes, the first one at 0x40001000: " and @p what; nothing if there are none. */
    void tell(std::vector<std::string>& lines, const char* what) const {
        char text[64];
        if (count != 0) {
            std::snprintf(text, sizeof text,
                          "%llu bytes, the first one at 0x%08x: ", static_cast<unsigned long long>(count),
                          first);
            lines.push_back(text + std::string(what));
        }
    }
};

/** Memory as the record has it. */
class RecordedMemory : public MemoryPort {
 public:
    explicit RecordedMemory(const JobRecord& record) {
        for (const JobRecord::Access& access : record.accesses) {
            std::size_t at = 0;
            if (access.answer != Response::okay) {
                refused_.push_back(&access);
            }
            each_byte(access.lines, [&](std::uint32_t address) { take(access, address, access.data[at++]); });
        }
    }

    Response read(Stream, std::uint32_t address, std::span<std::uint8_t> data) override {
        for (std::size_t i = 0; i < data.size(); ++i) {
            const std::uint32_t at = address + static_cast<std::uint32_t>(i);
            const Cell& byte = cell(at);
            data[i] = byte.value;
            if (!byte.known && !byte.in_replay) {
                unknown_.add(at);
            }
        }
        return answer(Direction::read, address, data.size());
    }
    Response write(Stream, std::uint32_t address, std::span<const std::uint8_t> data) override {
        for (std::size_t i = 0; i < data.size(); ++i) {
            Cell& byte = cell(address + static_cast<std::uint32_t>(i));
            byte.written = data[i];
            byte.in_replay = true;
            byte.value = byte.kept ? byte.value : data[i];
        }
        return answer(Direction::write, address, data.size());
    }

    void compare(Replay& result) const {
        Places other, missing, more;
        for (const auto& [page, cells] : pages_) {
            for (std::uint32_t i = 0; i < page_size; ++i) {
                const Cell& byte = cells[i];
                const std::uint32_t address = page * page_size + i;
                if (byte.in_record && byte.in_replay && byte.recorded != byte.written) {
                    other.add(address);
                } else if (byte.in_record && !byte.in_replay) {
                    missing.add(address);
                } else if (!byte.in_record && byte.in_replay) {
                    more.add(address);
                }
            }
        }
        other.tell(result.differences, "written with other values than recorded");
        missing.tell(result.differences, "written in the record only");
        more.tell(result.differences, "written now and not in the record");
        unknown_.tell(result.remarks, "read now and not in the record, taken for zeros");
        lost_.tell(result.remarks, "in more pages than a job has, left out");
        changed_.tell(result.remarks, "changed by others while the job was recorded");
    }

 private:
    template <typename Each>
    static void each_byte(const Rectangle& lines, const Each& each) {
        for (std::uint32_t y = 0; y < lines.height; ++y) {
            for (std::uint32_t x = 0; x < lines.width; ++x) {
                each(lines.base + y * lines.stride + x);
            }
        }
    }

    Cell& cell(std::uint32_t address) {
        const std::uint32_t number = address / page_size;
        if (last_ == nullptr || last_number_ != number) {
            if (pages_.size() == max_pages && !pages_.contains(number)) {
                lost_.add(address);
                return nowhere_ = Cell();
            }
            last_ = &pages_[number];
            last_->resize(page_size);
            last_number_ = number;
        }
        return (*last_)[address % page_size];
    }

    /** A byte of the record, in the order in which it has them. */
    void take(const JobRecord::Access& access, std::uint32_t address, std::uint8_t value) {
        Cell& byte = cell(address);
        if (access.direction == Direction::write) {
            byte.recorded = value;
            byte.in_record = true;
            return;
        }
        if (!byte.known) {
            byte.value = value;
            // Read behind its write: as it was written, or the write has not got there.
            byte.kept = byte.in_record && value != byte.recorded;
        } else if (byte.in_record ? value != byte.recorded && value != byte.value : value != byte.value) {
            changed_.add(address);
        } else if (byte.in_record && value != byte.recorded) {
            byte.kept = true;
        }
        byte.known = true;
    }

    /** The worst answer that the record has for a byte of the range. */
    Response answer(Direction direction, std::uint32_t address, std::size_t size) const {
        Response worst = Response::okay;
        for (const JobRecord::Access* access : refused_) {
            const Rectangle& lines = access->lines;
            for (std::uint32_t y = 0; access->direction == direction && y < lines.height; ++y) {
                const std::uint32_t row = lines.base + y * lines.stride;
                if (row - address < size || address - row < lines.width) {
                    worst = std::max(worst, access->answer);
                }
            }
        }
        return worst;
    }

    std::vector<const JobRecord::Access*> refused_;  ///< those that were answered with an error
    std::map<std::uint32_t, std::vector<Cell>> pages_;
    std::vector<Cell>* last_ = nullptr;  ///< the page that was asked for last
    std::uint32_t last_number_ = 0;
    Cell nowhere_;  ///< for what has no room
    Places unknown_;
    Places changed_;
    Places lost_;
};

std::string hexadecimal(std::uint32_t number) {
    char text[16];
    std::snprintf(text, sizeof text, "0x%x", number);
    return text;
}

/** The recorded decoder's job; none if it cannot do it. */
std::unique_ptr<Job> make_job(const JobRecord& record, MemoryPort& port, Replay& result) {
    const auto named = [&result](std::size_t codec, std::span<const std::string_view> names) {
        result.codec = codec < names.size() ? names[codec] : "unsupported";
    };
    if (record.decoder == DecoderKind::g2) {
        const g2::Registers registers(record.registers.data(), g2::register_count);
        named(g2::codec(registers), g2::codec_names);
        return g2::make_job(registers, port);
    }
    const g1::Registers registers(record.registers.data(), g1::register_count);
    named(g1::codec(registers), g1::codec_names);
    return g1::make_job(registers, port);
}

}  // namespace

Replay replay(const JobRecord& record) {
    Replay result;
    const bool first = record.decoder == DecoderKind::g1;
    const unsigned registers = first ? g1::register_count : g2::register_count;
    if (record.registers.size() != registers) {
        result.differences.push_back(std::to_string(record.registers.size()) +
                                     (first ? " registers, G1 has " : " registers, G2 has ") +
                                     std::to_string(registers));
        return result;
    }
    RecordedMemory memory(record);
    MeteredPort meter(memory);
    const auto job = make_job(record, meter, result);
    result.status = job == nullptr ? interrupt::dec_error_int : 0;
    while (result.status == 0) {
        result.status = job->step();
    }
    result.read = Traffic::sum(meter.traffic().read);
    result.written = Traffic::sum(meter.traffic().written);
    if (result.status != record.status) {
        result.differences.push_back("ended with " + hexadecimal(result.status) + ", recorded is " +
                                     hexadecimal(record.status));
    }
    memory.compare(result);
    return result;
}

}  // namespace svp::vpu
