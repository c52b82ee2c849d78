# SPDX-License-Identifier: GPL-2.0-or-later
"""Cards as files on the host: made with a whole Debian, and filled and emptied without root (`svp card`)."""
