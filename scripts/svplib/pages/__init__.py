# SPDX-License-Identifier: GPL-2.0-or-later
"""What pages of results have in common: the style sheet, and a drawing of when accesses were denied."""
