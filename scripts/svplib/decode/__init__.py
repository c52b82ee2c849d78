# SPDX-License-Identifier: GPL-2.0-or-later
"""Streams decoded by the board's VPU: `svp decode`.

    pictures    raw pictures: checksums, other pixel formats, PNG
    checksums   the files of checksums that come with streams, and suites of them
    earlier     results of other runs, fluster's among them
    containers  streams taken out of WebM, MP4 and the like
    program     the decoder as a program of the host: pictures and errors as they come
    verdict     one stream: decoded, compared, and what came of it
    command     the command line, tables and files of results
"""
