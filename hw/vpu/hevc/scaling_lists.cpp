// SPDX-License-Identifier: GPL-2.0-or-later
#include "vpu/hevc/scaling_lists.hpp"

namespace svp::vpu::hevc {

Response ScalingLists::read(MemoryPort& port, std::uint32_t address) {
    std::array<std::uint8_t, table_size> table;
    const Response answer = port.read(Stream::table, address, table);
    const std::uint8_t* list = table.data() + 16;
    for (unsigned log2_size = 2; log2_size <= 5; ++log2_size) {
        const unsigned size = 1u << log2_size, coded = log2_size == 2 ? 4 : 8, repeated = size / coded;
        for (unsigned matrix = 0; matrix < 6; matrix += log2_size == 5 ? 3 : 1, list += coded * coded) {
            std::uint8_t* to =
                factors_.data() + offsets[log2_size - 2] + (std::size_t{matrix} << 2 * log2_size);
            for (unsigned y = 0; y < size; ++y) {
                for (unsigned x = 0; x < size; ++x) {
                    to[y * size + x] = list[x / repeated * coded + y / repeated];
                }
            }
            if (log2_size >= 4) {
                to[0] = table[log2_size == 4 ? matrix : 6 + matrix / 3];
            }
        }
    }
    return answer;
}

}  // namespace svp::vpu::hevc
