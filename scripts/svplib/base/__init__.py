# SPDX-License-Identifier: GPL-2.0-or-later
"""What everything else stands on: errors, one-line messages and logs, the cache's folders and locks, lists of checks."""
