# SPDX-License-Identifier: GPL-2.0-or-later
"""Three planes of RGB as ffmpeg scales them and lays them over each other: somebody else's opinion on the screen."""

import struct

from clips import run_ffmpeg

#: Catmull-Rom's spline to enlarge, a triangle to make smaller
SPLINE, TRIANGLE = "filter=bicubic:param_a=0:param_b=0.5", "filter=bilinear"


def planar(components, bits):
    """Red, green, blue and perhaps alpha, in ffmpeg's order of planes."""
    red, green, blue, *alpha = components
    return b"".join(bytes(line) if bits == 8 else struct.pack(f"<{len(line)}H", *line) for lines in (green, blue, red, *alpha) for line in lines)


def size(components):
    return f"{len(components[0][0])}x{len(components[0])}"


def compose(folder, width, height, video, inset, top):
    """Bytes of red, green and blue. `video` has 8 bits and fills the screen, `inset` has 10 bits and `top` 8 bits and alpha; these two are
    (components, (width, height, x, y)), where `top` stays as large as it is."""
    (inset, (across, down, x, y)), (top, (_, _, x_top, y_top)) = inset, top
    inputs = []
    for name, components, bits, kind in (("video", video, 8, "gbrp"), ("inset", inset, 10, "gbrp10le"), ("top", top, 8, "gbrap")):
        file = folder / f"{name}.planar"
        file.write_bytes(planar(components, bits))
        inputs += ["-f", "rawvideo", "-pix_fmt", kind, "-s", size(components), "-i", file]
    graph = (f"[0]zscale={width}:{height}:{SPLINE},format=gbrp[video];[1]zscale={across}:{down}:{TRIANGLE},format=gbrp[inset];"
             f"[video][inset]overlay={x}:{y}:format=gbrp[below];[below][2]overlay={x_top}:{y_top}:format=gbrp:alpha=straight,format=rgb24")
    return run_ffmpeg(*inputs, "-filter_complex", graph, "-frames:v", 1, "-f", "rawvideo", "-")
