// SPDX-License-Identifier: GPL-2.0-or-later
/** A short HEVC stream: 72x40 samples; an I, a P and two B pictures with coding tree blocks of 16x16, scaling
 * lists, transform skip, wavefronts and temporal prediction; x265's, of a test pattern of ffmpeg's. */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace svp::test {

inline constexpr unsigned hevc_stream_pictures = 4;
inline constexpr char hevc_stream_md5[] = "27611f4076c27744a4534f4a33e989ac";  ///< libavcodec's

inline std::vector<std::uint8_t> hevc_stream() {
    const std::string text =
        "0000000140010c01ffff01600000030090000003000003001e95900900000001420101016000000300900000"
        "03000003001ea024829659592af95e02d010000003001000000300a080000000014401c17583120000012801"
        "af09589c00aefdbe7e0b10ca6fd4cd0ed42a1588db1bfb54e534dc098d7f783ce685f33fd96bb5dcf04b5d28"
        "9f4fa093603fc0a244dd5aab4c18165d23a387b8492cf0c7e5558ff7f82aa4ae0716d94cee045c2354f89941"
        "ee46aa5d06a093b75aebaf8b9b535e4b295ab8dd2aea21e15e8a6697af0cc6dbce2e2c6e1701d8bf678b8957"
        "7da50c3a2ffb7c1ed47791bebcd47156753f2a4f4972e8a8abca73a3586df017a83970e44fb267ce128e631e"
        "82c3514d6c05f4d197e7a108aea2475b482bdc1764601a18e9d6a475b7fb32032148930b6947bc78107e64f1"
        "dd1c9a8a3affcbe3644a2064334d60117457c2c9eb6bac93384808ee8a9cc9dce9de634371e23a735df87710"
        "00886688289a33a2101a449b2106ba2d6e6f4c52d9caeb30dfc858f2791e2cc41f3044dd0907ec38eb7ce6cb"
        "223ffbbbd8475ca9a1f38e67833d18335f38117236dccc83b239a42eb2c36d21a4df78738415aca264135ba6"
        "9c43b951168e69d3185ad1a42a158f42ee4fe06630b5085b9923290348699057f21bbcc237336cba4fe408f9"
        "29eedfbdada172032e635ea23f05bd3ad594c598ec22206a9378e4071b105ffed8017c44763155eaa46fa06a"
        "617e300eea850ea0f55d6110b9c04c423395909f868341090935c19123611a69ba6286e29d5f86c4e42dbebd"
        "926ce5da3fdff91184627d1ae6425d9a9f250b086f867f9f90f8ea0120000000010201d0195f9860caf140fd"
        "d7926b5fd4f2c776609f040045c75ac1e1c0bfdb80000000010201e04497e1868c9430f83fffffff1a7ff107"
        "3460012f01f5000000010001e024fffa2c3964d280de3dff822cf1ddfe24c9ae5e532800ea8002e2";
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

}  // namespace svp::test
