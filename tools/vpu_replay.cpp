// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * Runs recorded jobs of the VPU again, without an emulator: `vpu_replay FILE...`. What goes to stdout is
 * described in scripts/svplib/decode/replay.py. Exit status 2 for a wrong call, else 0.
 */
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "vpu/job/replay.hpp"

namespace {

void tell(const char* path) {
    std::printf("file %s\n", path);
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) {
        std::printf("unreadable cannot be read\n");
        return;
    }
    std::string problem;
    const auto record = svp::vpu::JobRecord::parse(bytes, problem);
    if (!record) {
        std::printf("unreadable %s\n", problem.c_str());
        return;
    }
    const svp::vpu::Replay replay = svp::vpu::replay(*record);
    std::printf("job %s %u %llu %llu\n", replay.codec.c_str(), record->status,
                static_cast<unsigned long long>(replay.read),
                static_cast<unsigned long long>(replay.written));
    for (const std::string& line : replay.differences) {
        std::printf("difference %s\n", line.c_str());
    }
    for (const std::string& line : replay.remarks) {
        std::printf("remark %s\n", line.c_str());
    }
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) {
        std::fprintf(stderr, "usage: vpu_replay FILE...\n");
        return 2;
    }
    for (int number = 1; number < count; ++number) {
        tell(words[number]);
    }
    std::printf("end\n");
    return 0;
}
