# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp film`: encrypted films for the board's player.

    boxes    MP4 boxes: reading, changing, writing
    tables   where the samples of a track lie in a file
    bits     numbers in NAL units
    h264     how much of a slice stays clear: its header
    hevc     the same of HEVC
    vp9      the same of VP9
    cipher   AES-CTR and AES-CBC by the machine's OpenSSL
    protect  an MP4 with clear samples -> one with Common Encryption
    blob     a key as a blob that the board's CAAM alone opens
    command  the command line
    demo     the films of `svp run`, on a card
    scene    their screen, what is on it and what it must look like; composition, screenshot
    playing  a film in the guest, followed from the host
    tries    what is tried against it
    report   the page about it
    campaign faults while it plays

Container and encryption: ISO/IEC 14496-12 and 14496-15, ISO/IEC 23001-7.
"""
