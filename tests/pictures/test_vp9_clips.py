# SPDX-License-Identifier: GPL-2.0-or-later
"""VP9 from libvpx, by ffmpeg: clips that together have what the encoder can do, and frames of many sizes; 8 and 10 bits."""

import clips
import picture_case

_BEST = "-deadline good -cpu-used 0"
_GOOD = "-deadline good -cpu-used 3"
_LIVE = "-deadline realtime -cpu-used 6"
_TEN = "-profile:v 2 -pix_fmt yuv420p10le"

#: A clip: source, frames, options of ffmpeg's libvpx-vp9, syntax elements that prove that the tool is in it
TOOLS = {
    "plain": ("moving", 6, f"{_GOOD} -b:v 200k", ("frame_type=0", "frame_type=1")),
    "best": ("turning", 6, f"{_BEST} -b:v 200k", ()),
    "live": ("moving", 8, f"{_LIVE} -b:v 200k", ()),
    "altref": ("turning", 16, f"{_GOOD} -b:v 120k -auto-alt-ref 1 -lag-in-frames 12", ("show_frame=0",)),
    "altref-many": ("moving", 24, f"{_GOOD} -b:v 150k -auto-alt-ref 6 -lag-in-frames 20", ("show_frame=0",)),
    "altref-filtered": ("moving", 16, f"{_GOOD} -b:v 120k -auto-alt-ref 1 -lag-in-frames 12 -arnr-maxframes 7 -arnr-strength 6", ()),
    "without-altref": ("turning", 8, f"{_GOOD} -b:v 200k -auto-alt-ref 0 -lag-in-frames 0", ()),
    "intra": ("zoom", 4, f"{_GOOD} -g 1 -b:v 600k", ("frame_type=0",)),
    "intra-noise": ("noise", 3, f"{_GOOD} -g 1 -crf 10 -b:v 0", ()),
    "noise": ("noise", 4, f"{_GOOD} -crf 4 -b:v 0", ()),
    "fine": ("zoom", 5, f"{_GOOD} -crf 0 -b:v 0 -qmin 0 -qmax 4", ()),
    "coarse": ("moving", 6, f"{_GOOD} -crf 63 -b:v 0 -qmin 60 -qmax 63", ()),
    "lossless": ("moving", 4, f"{_GOOD} -lossless 1", ("base_q_idx=0",)),
    "lossless-zoom": ("zoom", 3, f"{_GOOD} -lossless 1", ("base_q_idx=0",)),
    "aq-variance": ("zoom", 6, f"{_GOOD} -b:v 150k -aq-mode 1", ("segmentation_enabled=1",)),
    "aq-complexity": ("turning", 6, f"{_GOOD} -b:v 150k -aq-mode 2", ("segmentation_enabled=1",)),
    "aq-cyclic": ("moving", 12, f"{_LIVE} -b:v 100k -aq-mode 3 -lag-in-frames 0", ("segmentation_enabled=1", "segmentation_update_map=1")),
    "aq-cyclic-long": ("moving", 24, f"{_LIVE} -b:v 40k -aq-mode 3 -lag-in-frames 0 -static-thresh 100", ("segmentation_enabled=1",)),
    "aq-360": ("zoom", 6, f"{_GOOD} -b:v 150k -aq-mode 4", ()),
    "resilient": ("moving", 6, f"{_LIVE} -b:v 200k -error-resilient 1", ("error_resilient_mode=1",)),
    "parallel": ("turning", 8, f"{_GOOD} -b:v 200k -frame-parallel 1", ("frame_parallel_decoding_mode=1",)),
    "not-parallel": ("turning", 8, f"{_GOOD} -b:v 200k -frame-parallel 0", ("frame_parallel_decoding_mode=0",)),
    "sharp-1": ("moving", 6, f"{_GOOD} -b:v 150k -sharpness 1", ()),
    "sharp-4": ("moving", 6, f"{_LIVE} -b:v 150k -sharpness 4", ()),
    "sharp-7": ("turning", 6, f"{_GOOD} -b:v 100k -sharpness 7", ()),
    "screen": ("still", 8, f"{_LIVE} -b:v 150k -tune-content screen", ()),
    "film": ("zoom", 6, f"{_GOOD} -b:v 200k -tune-content film", ()),
    "still": ("still", 10, f"{_GOOD} -b:v 50k", ()),
    "flash": ("flash", 10, f"{_GOOD} -b:v 200k -auto-alt-ref 1 -lag-in-frames 8", ()),
    "fade": ("fade", 10, f"{_GOOD} -b:v 200k -auto-alt-ref 1 -lag-in-frames 8", ()),
    "rate-drops": ("noise", 8, f"{_LIVE} -b:v 60k -maxrate 60k -bufsize 30k -drop-threshold 60", ()),
    "undershoot": ("turning", 10, f"{_GOOD} -b:v 80k -undershoot-pct 10 -overshoot-pct 10", ()),
    "gops": ("moving", 12, f"{_GOOD} -b:v 150k -g 4 -keyint_min 1", ()),
    "fast-1": ("turning", 6, "-deadline good -cpu-used 5 -b:v 200k", ()),
    "fast-8": ("turning", 6, "-deadline realtime -cpu-used 8 -b:v 200k", ()),
    "ten-bits": ("moving", 6, f"{_GOOD} -b:v 200k {_TEN}", ("profile_high_bit=1",)),
    "ten-bits-best": ("turning", 5, f"{_BEST} -b:v 200k {_TEN}", ()),
    "ten-bits-altref": ("turning", 16, f"{_GOOD} -b:v 120k -auto-alt-ref 1 -lag-in-frames 12 {_TEN}", ("show_frame=0",)),
    "ten-bits-intra": ("zoom", 3, f"{_GOOD} -g 1 -b:v 600k {_TEN}", ()),
    "ten-bits-noise": ("noise", 3, f"{_GOOD} -crf 4 -b:v 0 {_TEN}", ()),
    "ten-bits-lossless": ("moving", 3, f"{_GOOD} -lossless 1 {_TEN}", ("base_q_idx=0",)),
    "ten-bits-aq": ("moving", 8, f"{_LIVE} -b:v 100k -aq-mode 3 -lag-in-frames 0 {_TEN}", ("segmentation_enabled=1",)),
}
#: Tiles, which need width: columns and rows by their logarithms
TILES = {
    "columns-2": ("528x72", "-tile-columns 1", ("tile_cols_log2=1",)),
    "columns-4": ("1040x72", "-tile-columns 2", ("tile_cols_log2=2",)),
    "rows-2": ("176x144", "-tile-rows 1", ("tile_rows_log2=1",)),
    "rows-4": ("176x272", "-tile-rows 2", ("tile_rows_log2=2",)),
    "rows-without-blocks": ("130x66", "-tile-rows 2", ("tile_rows_log2=2",)),
    "rows-of-nothing": ("66x34", "-tile-rows 2", ("tile_rows_log2=2",)),
    "both": ("530x200", "-tile-columns 1 -tile-rows 1", ("tile_cols_log2=1", "tile_rows_log2=1")),
    "both-ten-bits": ("530x136", f"-tile-columns 1 -tile-rows 1 {_TEN}", ("tile_cols_log2=1", "tile_rows_log2=1")),
}
SIZES = ("2x2", "8x8", "10x66", "16x16", "18x34", "34x18", "50x38", "64x64", "66x66", "98x130", "130x98", "176x144", "202x210", "352x288", "640x360",
         "854x480", "1280x720", "1920x1080")


class Clips(picture_case.PictureCase):
    def encode(self, name, size, source, frames, options):
        path = self.folder / f"{name}.ivf"
        words = options.split()
        if "-pix_fmt" not in words:
            words += ["-pix_fmt", "yuv420p"]
        # Only what it has seen before does the encoder draw into pictures that are not shown.
        passes = ((), ) if "-auto-alt-ref" not in words else tuple(("-pass", number, "-passlogfile", self.folder / name) for number in (1, 2))
        for each in passes:
            clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "25", "-i", clips.raw(self.folder, source, size, frames),
                         "-c:v", "libvpx-vp9", "-threads", "1", *words, *each, "-f", "ivf", "-y", path)
        return path

    def test_tools(self):
        for name, (source, frames, options, elements) in TOOLS.items():
            with self.subTest(name):
                path = self.encode(name, "98x66", source, frames, options)
                # An encoder that is to keep to its rate may leave pictures out.
                self.assertLessEqual(self.check(path), frames)
                self.check_syntax(path, elements)

    def test_tiles(self):
        for name, (size, options, elements) in TILES.items():
            with self.subTest(name):
                path = self.encode(f"tiles-{name}", size, "moving", 4, f"{_LIVE} -b:v 300k {options}")
                self.assertEqual(self.check(path), 4)
                self.check_syntax(path, elements)

    def test_sizes(self):
        for number, size in enumerate(SIZES):
            with self.subTest(size):
                wide = int(size.split("x")[0]) > 400
                options = f"{_LIVE} -b:v 2M" if wide else f"{_GOOD} -b:v 150k {_TEN if number % 4 == 3 else ''}"
                self.check(self.encode(f"size-{size}", size, "moving", 3 if wide else 6, options))
