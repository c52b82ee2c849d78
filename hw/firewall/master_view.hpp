// SPDX-License-Identifier: GPL-2.0-or-later
/**
 * What one master sees of the board under the policy in force: which stretches of the memories, and which
 * peripherals, it may reach without being asked, and what becomes of its other accesses.
 *
 * An emulator lays the former out as they are, at no cost, and calls access() for everything else.
 */
#pragma once

#include <cstdint>
#include <vector>

#include "bus/access_judge.hpp"
#include "svp/transaction.hpp"

namespace svp {

class Firewall;

/** Whose accesses come through a view. */
enum class Viewer : std::uint8_t {
    cpu,       ///< an application core, which says its privilege itself; observers look through its view, too
    observer,  ///< the debug access port: judged, never recorded
    master,    ///< a model of a DMA master, which says nothing
};

/** A stretch of a memory's window with every right, and the cells that are behind it. */
struct Stretch {
    std::uint64_t offset;  ///< in the window, bytes
    std::uint64_t cell;    ///< number of the first byte of the fitted RAM
    std::uint64_t length;  ///< bytes, at least 1
    bool operator==(const Stretch&) const = default;
};

class MasterView {
 public:
    /** @p own_world is the world of a master that says so itself; @p firewall must outlive the view. */
    MasterView(Firewall& firewall, Viewer viewer, Master master, World own_world);

    /** Takes over world, domain and privilege that the policy in force gives to the master. */
    void update();

    /**
     * What of the @p window bytes from @p base may be both read and written, whoever of the master's asks:
     * in rising order, cut where the @p fitted bytes of RAM begin anew.
     */
    std::vector<Stretch> stretches(std::uint64_t base, std::uint64_t window, std::uint64_t fitted) const;

    /** True if all of the range may be read and written in the same way. */
    bool open(std::uint64_t first, std::uint64_t length) const;

    /**
     * Judges an access as Firewall::access(). Of @p access only address, size, direction and, of a core,
     * privilege and whether an observer makes it are the caller's; the rest is filled in.
     */
    Decision access(Transaction& access);

 private:
    Firewall& firewall_;
    Viewer viewer_;
    World own_world_;
    Transaction identity_;  ///< master, world, domain and privilege
};

}  // namespace svp
