// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

/** Test streams with the checksums of their whole output, in a folder that stands outside the project. */

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "../catch.hpp"

namespace svp::test {

/** A stream: where it lies, its bytes, and the MD5 that its output should have. */
struct Vector {
    std::filesystem::path path;
    std::vector<std::uint8_t> data;
    std::string md5;
};

/** Plays each stream of @p folder in the folder SVP_VECTORS that has a checksum beside it; those longer than
 * @p longest bytes with SVP_VECTORS_ALL only. Says what was left out; at least one has to be there. */
inline void play_vectors(const std::string& folder, std::uintmax_t longest,
                         const std::function<void(const Vector&)>& play) {
    const char* root = std::getenv("SVP_VECTORS");
    if (root == nullptr) {
        std::cout << "skipped: test streams; SVP_VECTORS names no folder with " << folder << "/*\n";
        return;
    }
    const bool all = std::getenv("SVP_VECTORS_ALL") != nullptr;
    unsigned played = 0, left_out = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(root) / folder)) {
        if (!std::filesystem::exists(entry.path().string() + ".md5")) {
            continue;
        }
        if (!all && entry.file_size() > longest) {
            ++left_out;
            continue;
        }
        std::ifstream file(entry.path(), std::ios::binary);
        Vector vector{entry.path(), {std::istreambuf_iterator<char>(file), {}}, {}};
        std::ifstream(entry.path().string() + ".md5") >> vector.md5;
        play(vector);
        ++played;
    }
    if (left_out != 0) {
        std::cout << "skipped: " << left_out << " longer streams of " << folder
                  << "; SVP_VECTORS_ALL plays them\n";
    }
    CHECK(played > 0);
}

}  // namespace svp::test
