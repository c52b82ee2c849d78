# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp watch`: a running board, looked at from outside."""
