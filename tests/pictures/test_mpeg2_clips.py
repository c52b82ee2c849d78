# SPDX-License-Identifier: GPL-2.0-or-later
"""MPEG-2 from ffmpeg's encoder and mjpegtools' mpeg2enc: clips that together have every tool of these, and frames of many sizes."""

import clips
import picture_case

_RAMP = ",".join(str(8 + (3 * step) % 100) for step in range(64))
_FALL = ",".join(str(8 + (3 * (63 - step)) % 100) for step in range(64))
_FIELDS = "-flags +ildct+ilme"

#: A clip: source, frames, options of ffmpeg's mpeg2video, syntax elements that prove that the tool is in it
TOOLS = {
    "intra": ("moving", 4, "-g 1 -q:v 4", ("picture_coding_type=1",)),
    "predicted": ("turning", 8, "-g 8 -bf 0 -q:v 4", ("picture_coding_type=2",)),
    "both-ways": ("moving", 9, "-g 9 -bf 2 -q:v 4", ("picture_coding_type=3",)),
    "fine": ("zoom", 5, "-q:v 1 -bf 1", ()),
    "noise": ("noise", 3, "-q:v 2 -bf 1", ()),
    "coarse": ("moving", 6, "-q:v 31 -bf 2", ()),
    "rate": ("turning", 8, "-b:v 300k -bf 2", ()),
    "intra-vlc": ("moving", 6, "-intra_vlc 1 -q:v 4 -bf 1", ("intra_vlc_format=1",)),
    "intra-vlc-noise": ("noise", 3, "-intra_vlc 1 -q:v 3", ("intra_vlc_format=1",)),
    "non-linear": ("zoom", 6, "-non_linear_quant 1 -qmax 28 -b:v 400k -bf 1", ("q_scale_type=1",)),
    "precision-9": ("moving", 5, "-dc 9 -q:v 4 -bf 1", ("intra_dc_precision=1",)),
    "precision-10": ("zoom", 5, "-dc 10 -q:v 4 -bf 1", ("intra_dc_precision=2",)),
    "matrices": ("moving", 6, f"-intra_matrix {_RAMP} -inter_matrix {_FALL} -q:v 4 -bf 2",
                 ("load_intra_quantiser_matrix=1", "load_non_intra_quantiser_matrix=1")),
    "slices": ("moving", 5, "-slices 4 -q:v 5 -bf 1", ()),
    "fields": ("fields", 8, f"{_FIELDS} -bf 2 -q:v 4", ("frame_pred_frame_dct=0", "picture_structure=3")),
    "fields-bottom-first": ("fields", 8, f"{_FIELDS} -top 0 -bf 1 -q:v 4", ("frame_pred_frame_dct=0",)),
    "fields-alternate": ("fields", 8, f"{_FIELDS} -alternate_scan 1 -bf 2 -q:v 4", ("alternate_scan=1",)),
    "fields-all": ("fields", 8, f"{_FIELDS} -alternate_scan 1 -intra_vlc 1 -non_linear_quant 1 -qmax 28 -dc 10 -b:v 900k -bf 2",
                   ("alternate_scan=1", "intra_vlc_format=1", "q_scale_type=1", "intra_dc_precision=2")),
    "fields-matrices": ("fields", 6, f"{_FIELDS} -intra_matrix {_FALL} -inter_matrix {_RAMP} -q:v 4 -bf 1", ("load_intra_quantiser_matrix=1",)),
    "skipped": ("still", 8, "-q:v 12 -bf 2 -mpv_flags +skip_rd -mbd rd", ()),
    "four-motion": ("turning", 8, "-mbd rd -trellis 2 -cmp 2 -subcmp 2 -bf 2 -q:v 3 -me_range 60", ()),
    "gops": ("moving", 12, "-g 4 -bf 2 -q:v 5 -flags +cgop -sc_threshold 1000000000", ()),
}
SIZES = ("16x16", "34x18", "50x50", "98x130", "176x144", "352x288", "600x66", "720x480", "720x576", "1280x720", "1920x1080")
#: Options of mpeg2enc; sizes are multiples of 16
MPEG2ENC = {
    "frames": "-f 3 -b 2000 -I 0 -q 6",
    "pairs": "-f 3 -b 2000 -I 1 -q 6 -R 2",
    "dvd": "-f 8 -I 1 -q 5 -D 10 -R 1 -b 4000",
    "high": "-f 3 -b 2000 -I 0 -q 4 -R 2 -K tmpgenc -D 9",
}


class Clips(picture_case.PictureCase):
    def encode(self, name, size, source, frames, options):
        path = self.folder / f"{name}.m2v"
        clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", "25", "-i", clips.raw(self.folder, source, size, frames),
                     "-c:v", "mpeg2video", *options.split(), "-f", "mpeg2video", path)
        return path

    def test_tools(self):
        for name, (source, frames, options, elements) in TOOLS.items():
            with self.subTest(name):
                path = self.encode(name, "112x80", source, frames, options)
                self.assertEqual(self.check(path), frames)
                self.check_syntax(path, elements)

    def test_sizes(self):
        for number, size in enumerate(SIZES):
            with self.subTest(size):
                fields = _FIELDS if number % 2 else ""
                self.check(self.encode(f"size-{size}", size, "moving", 4, f"-q:v 5 -bf 2 {fields}"))

    def test_mpeg2enc(self):
        source = clips.raw(self.folder, "fields", "112x80", 9)
        pictures = self.folder / "fields.y4m"
        clips.ffmpeg("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "112x80", "-r", "25", "-i", source, "-f", "yuv4mpegpipe", pictures)
        for name, options in MPEG2ENC.items():
            with self.subTest(name):
                path = self.folder / f"mpeg2enc-{name}.m2v"
                with open(pictures, "rb") as stream:
                    clips.run(("mpeg2enc", "-v", "0", "-a", "2", "-M", "0", *options.split(), "-o", path), stdin=stream)
                self.assertEqual(self.check(path), 9)
