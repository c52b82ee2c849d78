# SPDX-License-Identifier: GPL-2.0-or-later
"""H.264 from x264 and openh264: clips that together have every tool of these encoders, and frames of many sizes."""

import clips
import picture_case
from svplib.build import native

#: A clip: source, frames, options of x264, syntax elements that prove that the tool is in it
TOOLS = {
    "baseline": ("moving", 5, "--profile baseline", ("entropy_coding_mode_flag=0",)),
    "baseline-references": ("moving", 8, "--profile baseline --ref 5 --partitions all --subme 7", ("entropy_coding_mode_flag=0",)),
    "main-cavlc": ("moving", 8, "--profile main --no-cabac --bframes 3 --partitions all", ()),
    "main-cabac": ("moving", 8, "--profile main --bframes 3 --partitions all", ("entropy_coding_mode_flag=1",)),
    "high-cavlc": ("moving", 8, "--no-cabac --8x8dct --bframes 2 --partitions all", ("transform_8x8_mode_flag=1",)),
    "high-cabac": ("moving", 8, "--8x8dct --bframes 2 --partitions all", ("transform_8x8_mode_flag=1",)),
    "intra-cavlc": ("zoom", 3, "--keyint 1 --no-cabac --partitions all", ()),
    "intra-cabac": ("zoom", 3, "--keyint 1 --partitions all", ()),
    "intra-16x16": ("zoom", 3, "--keyint 1 --partitions none --no-8x8dct", ()),
    "quantiser-fine": ("moving", 4, "--qp 4 --partitions all", ()),
    "quantiser-coarse": ("moving", 6, "--qp 46 --partitions all --bframes 2", ()),
    "quantiser-changes": ("zoom", 6, "--crf 24 --aq-mode 2 --aq-strength 2.5", ()),
    "chroma-offset-plus": ("moving", 4, "--chroma-qp-offset 10 --qp 30", ("chroma_qp_index_offset=[1-9][0-9]*",)),
    "chroma-offset-minus": ("moving", 4, "--chroma-qp-offset -10 --qp 30", ("chroma_qp_index_offset=-[1-9][0-9]*",)),
    "matrices-jvt": ("moving", 6, "--cqm jvt --bframes 2", ("pic_scaling_matrix_present_flag=1",)),
    "matrices-jvt-cavlc": ("zoom", 6, "--cqm jvt --no-cabac --bframes 2", ("pic_scaling_matrix_present_flag=1",)),
    "matrices-own": ("moving", 6, "--cqm4 {ramp16} --cqm8 {ramp64}", ("pic_scaling_matrix_present_flag=1",)),
    "matrices-each": ("zoom", 6, "--cqm4iy {ramp16} --cqm4ic {fall16} --cqm4py {fall16} --cqm4pc {ramp16} --cqm8i {ramp64} --cqm8p {fall64}",
                      ("pic_scaling_matrix_present_flag=1",)),
    "weights-simple": ("fade", 8, "--weightp 1 --bframes 0", ("weighted_pred_flag=1", "luma_weight_l0_flag=1")),
    "weights-duplicates": ("flash", 10, "--weightp 2 --bframes 0 --ref 4", ("weighted_pred_flag=1", "luma_weight_l0_flag=1",
                                                                             "ref_pic_list_modification_flag_l0=1")),
    "weights-cavlc": ("flash", 10, "--weightp 2 --bframes 0 --ref 3 --no-cabac", ("luma_weight_l0_flag=1",)),
    "weights-chroma": ("flash", 10, "--weightp 2 --bframes 1 --ref 3 --subme 7", ("weighted_pred_flag=1",)),
    "weights-implicit": ("fade", 10, "--weightb --bframes 3 --b-pyramid normal --ref 4 --b-adapt 0", ("weighted_bipred_idc=2",)),
    "weights-implicit-cavlc": ("turning", 10, "--weightb --bframes 4 --ref 4 --no-cabac --b-adapt 0", ("weighted_bipred_idc=2",)),
    "bipred-plain": ("turning", 8, "--no-weightb --bframes 3 --b-adapt 0", ("weighted_bipred_idc=0",)),
    "pyramid-strict": ("moving", 10, "--bframes 5 --b-pyramid strict --b-adapt 0 --ref 4", ()),
    "pyramid-normal": ("turning", 12, "--bframes 7 --b-pyramid normal --b-adapt 0 --ref 6 --partitions all", ()),
    "pyramid-none": ("moving", 8, "--bframes 3 --b-pyramid none --b-adapt 0", ()),
    "direct-spatial": ("turning", 8, "--direct spatial --bframes 3 --b-adapt 0 --partitions all", ("direct_spatial_mv_pred_flag=1",)),
    "direct-spatial-cavlc": ("still", 8, "--direct spatial --bframes 3 --b-adapt 0 --no-cabac", ("direct_spatial_mv_pred_flag=1",)),
    "direct-temporal": ("turning", 8, "--direct temporal --bframes 3 --b-adapt 0 --ref 4 --partitions all", ("direct_spatial_mv_pred_flag=0",)),
    "direct-temporal-cavlc": ("moving", 8, "--direct temporal --bframes 3 --b-adapt 0 --no-cabac", ("direct_spatial_mv_pred_flag=0",)),
    "direct-none": ("moving", 6, "--direct none --bframes 2 --b-adapt 0", ()),
    "direct-4x4": ("turning", 8, "--direct temporal --bframes 2 --b-adapt 0 --partitions all --level 2.1", ()),
    "mbaff-top": ("fields", 8, "--tff --bframes 2 --b-adapt 0 --partitions all", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-bottom": ("fields", 8, "--bff --bframes 2 --b-adapt 0 --ref 4", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-cavlc": ("fields", 8, "--tff --no-cabac --bframes 2 --b-adapt 0 --partitions all", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-temporal": ("fields", 10, "--tff --direct temporal --bframes 3 --b-adapt 0 --ref 3", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-spatial": ("turning", 10, "--tff --direct spatial --bframes 3 --b-adapt 0", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-weights": ("fields", 10, "--tff --weightb --bframes 3 --ref 4 --b-pyramid normal --b-adapt 0", ("weighted_bipred_idc=2",)),
    "mbaff-slices": ("fields", 6, "--tff --slices 3 --bframes 1", ("mb_adaptive_frame_field_flag=1",)),
    "mbaff-constrained": ("fields", 6, "--tff --constrained-intra --bframes 1 --qp 34", ("constrained_intra_pred_flag=1",)),
    "mbaff-matrices": ("fields", 6, "--tff --cqm jvt --bframes 1", ("pic_scaling_matrix_present_flag=1",)),
    "mbaff-fine": ("fields", 4, "--tff --qp 6", ()),
    "mbaff-intra": ("fields", 3, "--tff --keyint 1 --partitions all", ()),
    "fields-said-only": ("moving", 4, "--fake-interlaced", ("frame_mbs_only_flag=0",)),
    "slices-4": ("moving", 6, "--slices 4 --bframes 2", ()),
    "slices-bytes": ("zoom", 5, "--slice-max-size 300", ()),
    "slices-macroblocks": ("moving", 5, "--slice-max-mbs 7 --no-cabac", ()),
    "monochrome": ("moving", 6, "--output-csp i400 --bframes 2", ("chroma_format_idc=0",)),
    "monochrome-cavlc": ("zoom", 6, "--output-csp i400 --no-cabac --bframes 2", ("chroma_format_idc=0",)),
    "monochrome-mbaff": ("fields", 6, "--output-csp i400 --tff --bframes 2", ("chroma_format_idc=0",)),
    "monochrome-weights": ("flash", 8, "--output-csp i400 --weightp 2 --bframes 0 --cqm jvt", ("chroma_format_idc=0",)),
    "constrained-cabac": ("turning", 6, "--constrained-intra --qp 34 --bframes 1", ("constrained_intra_pred_flag=1",)),
    "constrained-cavlc": ("turning", 6, "--constrained-intra --qp 34 --no-cabac --bframes 1 --slices 2", ("constrained_intra_pred_flag=1",)),
    "pcm-cabac": ("noise", 2, "--qp 1 --preset fast", ()),
    "pcm-cavlc": ("noise", 2, "--qp 1 --preset fast --no-cabac", ()),
    "pcm-mbaff": ("noise", 2, "--qp 1 --preset fast --tff", ()),
    "deblock-off": ("moving", 5, "--no-deblock --bframes 1", ("disable_deblocking_filter_idc=1",)),
    "deblock-strong": ("moving", 5, "--deblock 6:6 --qp 34 --bframes 1", ("slice_alpha_c0_offset_div2=6", "slice_beta_offset_div2=6")),
    "deblock-weak": ("moving", 5, "--deblock -6:-6 --qp 34 --bframes 1", ("slice_alpha_c0_offset_div2=-6",)),
    "refresh": ("turning", 10, "--intra-refresh --keyint 6 --bframes 0", ()),
    "open-gop": ("moving", 14, "--open-gop --keyint 6 --min-keyint 4 --bframes 3 --b-adapt 0", ()),
    "gops": ("moving", 9, "--keyint 3 --min-keyint 1 --bframes 1", ()),
    "vectors-far": ("turning", 6, "--me esa --merange 48 --mvrange 200 --subme 6", ()),
    "trellis": ("zoom", 4, "--preset slower --trellis 2 --psy-rd 1.5:0.3 --bframes 2", ()),
}
SIZES = ("16x16", "18x16", "16x36", "20x18", "32x32", "34x52", "48x48", "62x46", "64x16", "16x96", "80x66", "98x132", "130x98", "128x96", "176x144",
         "200x90", "242x36", "352x288", "426x240", "640x360", "720x576", "854x480", "1280x720", "1920x1080", "1920x1088")
#: Options of tests/pictures/openh264_encode.cpp, and syntax elements that prove what is in the clip
OPENH264 = {
    "baseline": ("", ("ref_pic_list_modification_flag_l0=1",)),
    "cabac": ("cabac", ("entropy_coding_mode_flag=1",)),
    "long-term": ("ltr", ("long_term_reference_flag=1", "long_term_pic_num=0", "memory_management_control_operation=6")),
    "long-term-cabac": ("ltr cabac", ("long_term_reference_flag=1",)),
    "layers": ("layers=3 refs=3", ("nal_ref_idc=0",)),
    "layers-long-term": ("layers=2 ltr", ("long_term_reference_flag=1",)),
    "slices": ("slices=4 deblock=2 alpha=-3 beta=4", ("disable_deblocking_filter_idc=2", "slice_alpha_c0_offset_div2=-3")),
    "slices-bytes": ("slice-bytes=500 cabac", ()),
    "coarse": ("qp=44 idr=5 scenecut", ()),
}
CROPS = {"left": "crop_left=2", "top": "crop_top=6", "all": "crop_left=4:crop_top=2:crop_right=8:crop_bottom=10"}


def _ramps():
    """Scaling lists that rise and fall, as x264 wants them."""
    return {f"{name}{count}": ",".join(str(8 + 3 * (step if name == "ramp" else count - 1 - step) % 200) for step in range(count))
            for name in ("ramp", "fall") for count in (16, 64)}


class Clips(picture_case.PictureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.openh264 = native.build("tests/pictures/openh264_encode")

    def encode(self, name, size, source, frames, options):
        path = self.folder / f"{name}.264"
        words = options.format(**_ramps()).split()
        clips.run(("x264", "--quiet", "--no-progress", "--threads", "1", "--demuxer", "raw", "--input-csp", "i420", "--input-res", size, "--fps", "25",
                   *words, "-o", path, clips.raw(self.folder, source, size, frames)))
        return path

    def test_tools(self):
        for name, (source, frames, options, elements) in TOOLS.items():
            with self.subTest(name):
                path = self.encode(name, "98x68", source, frames, options)
                self.assertEqual(self.check(path), frames)
                self.check_syntax(path, elements)

    def test_sizes(self):
        for number, size in enumerate(SIZES):
            with self.subTest(size):
                wide = int(size.split("x")[0]) > 400
                interlaced = "--tff" if number % 3 == 2 else ""
                path = self.encode(f"size-{size}", size, "moving", 3 if wide else 6, f"--preset faster --bframes 2 --b-adapt 0 {interlaced}")
                self.check(path)

    def test_crops(self):
        whole = self.encode("whole", "98x66", "moving", 4, "--bframes 1")
        for name, crop in CROPS.items():
            with self.subTest(name):
                path = self.folder / f"crop-{name}.264"
                clips.ffmpeg("-i", whole, "-c", "copy", "-bsf:v", f"h264_metadata={crop}", path)
                self.check(path)

    def test_openh264(self):
        for name, (options, elements) in OPENH264.items():
            with self.subTest(name):
                path = self.folder / f"openh264-{name}.264"
                with open(clips.raw(self.folder, "moving", "176x144", 20), "rb") as pictures:
                    path.write_bytes(clips.run((self.openh264, 176, 144, *options.split()), stdin=pictures))
                self.assertEqual(self.check(path), 20)
                self.check_syntax(path, elements)
