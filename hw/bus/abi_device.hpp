// SPDX-License-Identifier: GPL-2.0-or-later
/** What the files that make up the C interface share. */
#pragma once

#include "svp/abi.h"
#include "svp/device.hpp"

/** The core behind the adapter's handle. */
svp::Device& svp_core_of(SvpDevice& device);
