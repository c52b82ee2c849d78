// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/job/statistics.hpp"

#include <string>

namespace svp::vpu {

namespace {

constexpr std::string_view error_names[job_errors] = {"bus", "stream-end", "stream", "unsupported"};

void tell(std::vector<Counter>& list, const std::string& group, const Traffic::ByStream& bytes) {
    for (auto stream = Stream::bitstream; stream <= last_stream;
         stream = static_cast<Stream>(static_cast<unsigned>(stream) + 1)) {
        list.push_back({group + "." + std::string(name(stream)), bytes[static_cast<std::size_t>(stream)]});
    }
}

}  // namespace

void Statistics::add(const JobEnd& end) {
    ++jobs_;
    traffic_.add(end.traffic);
    if (end.error != JobError::none) {
        ++errors_[static_cast<std::size_t>(end.error) - 1];
    } else if (end.codec < done_.size()) {
        ++(end.field ? done_[end.codec].fields : done_[end.codec].frames);
    }
}

JobReport Statistics::report(const JobEnd& end, std::uint32_t status) const {
    return {jobs_, end.codec < codecs_.size() ? codecs_[end.codec] : "unsupported", status,
            Traffic::sum(end.traffic.read), Traffic::sum(end.traffic.written)};
}

void Statistics::reset() {
    *this = Statistics(decoder_, codecs_);
}

std::vector<Counter> Statistics::told() const {
    std::vector<Counter> list;
    const auto frames = [](const Done& done) { return done.frames + done.fields / 2; };
    std::uint64_t all = 0;
    for (std::size_t number = 0; number < codecs_.size(); ++number) {
        const std::string codec = "codecs." + std::to_string(number);
        list.push_back({codec + ".codec", std::string(codecs_[number])});
        list.push_back({codec + ".frames", frames(done_[number])});
        all += frames(done_[number]);
    }
    list.push_back({"decoder", std::string(decoder_)});
    list.push_back({"jobs", jobs_});
    list.push_back({"frames", all});
    list.push_back({"aborted", aborted_});
    for (std::size_t number = 0; number < job_errors; ++number) {
        list.push_back({"errors." + std::string(error_names[number]), errors_[number]});
    }
    tell(list, "bytes-read", traffic_.read);
    tell(list, "bytes-written", traffic_.written);
    return list;
}

void Statistics::exchange(Archive& archive) {
    archive.value(jobs_);
    archive.value(aborted_);
    for (std::uint64_t& number : errors_) {
        archive.value(number);
    }
    for (Done& done : done_) {
        archive.value(done.frames);
        archive.value(done.fields);
    }
    for (Traffic::ByStream* bytes : {&traffic_.read, &traffic_.written}) {
        for (std::uint64_t& number : *bytes) {
            archive.value(number);
        }
    }
}

}  // namespace svp::vpu
