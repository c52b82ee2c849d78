// SPDX-License-Identifier: GPL-2.0-or-later
#include "svp/transaction.hpp"

namespace svp {

std::string_view name(Master master) {
    switch (master) {
        case Master::a53:
            return "a53";
        case Master::m4:
            return "m4";
        case Master::pcie1:
            return "pcie1";
        case Master::pcie2:
            return "pcie2";
        case Master::vpu_decoder:
            return "vpu";
        case Master::lcdif:
            return "lcdif";
        case Master::csi1:
            return "csi1";
        case Master::csi2:
            return "csi2";
        case Master::coresight:
            return "coresight";
        case Master::dap:
            return "dap";
        case Master::caam:
            return "caam";
        case Master::sdma1_peripheral:
            return "sdma1-periph";
        case Master::sdma1_burst:
            return "sdma1-burst";
        case Master::apbh_dma:
            return "apbh-dma";
        case Master::raw_nand:
            return "raw-nand";
        case Master::usdhc1:
            return "usdhc1";
        case Master::usdhc2:
            return "usdhc2";
        case Master::dcss:
            return "dcss";
        case Master::gpu:
            return "gpu";
        case Master::usb1:
            return "usb1";
        case Master::usb2:
            return "usb2";
        case Master::test_port:
            return "testport";
        case Master::enet_tx:
            return "enet-tx";
        case Master::enet_rx:
            return "enet-rx";
        case Master::sdma2:
            return "sdma2";
        case Master::vpu_bank1:
            return "vpu-bank1";
        case Master::sdma1_spba1:
            return "sdma1-spba1";
    }
    return "?";
}

std::string_view name(World world) {
    return world == World::secure ? "secure" : "non-secure";
}

std::string_view name(Direction direction) {
    return direction == Direction::read ? "read" : "write";
}

std::string_view name(Stream stream) {
    switch (stream) {
        case Stream::none:
            return "none";
        case Stream::bitstream:
            return "bitstream";
        case Stream::table:
            return "table";
        case Stream::segment_map:
            return "segment-map";
        case Stream::motion:
            return "motion";
        case Stream::reference:
            return "reference";
        case Stream::picture:
            return "picture";
        case Stream::edge:
            return "edge";
        case Stream::counts:
            return "counts";
    }
    return "?";
}

std::string_view name(Response response) {
    switch (response) {
        case Response::okay:
            return "OKAY";
        case Response::slverr:
            return "SLVERR";
        case Response::decerr:
            return "DECERR";
    }
    return "?";
}

}  // namespace svp
