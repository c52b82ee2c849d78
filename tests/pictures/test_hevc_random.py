# SPDX-License-Identifier: GPL-2.0-or-later
"""Random legal HEVC streams, with what no encoder makes, against checksums.

Where tools meet that no encoder combines, libavcodec and libde265 each depart from the standard now and then. These are streams of which
each picture was decoded to the same by at least one of the two (libavcodec 59.37, libde265 1.0.11). A change of the generator changes
the streams: then they have to be held against both again.
"""

import clips
import picture_case
from svplib.build import native

#: Number of the stream -> MD5 of all its pictures
STREAMS = {
    1: "bbbd33f9405ba88c666745e06e6cf5d5", 2: "7841e52b8068cf91faa3b768a962a3f8", 3: "60d97c99d627cef49f0fb1c2d0c31882",
    4: "e72e3c037102929011ec1fc689fb8dc6", 5: "18c0e8ad35684e1ff44658532256bb39", 6: "f9f9b83e2912ab9f0150a332eda1d2f1",
    7: "f88984902516b4aaf409c77b19645ffc", 9: "b742eb3c05a7b1db0474bafc0d1cfb1b", 10: "23fc4fdbc02e8c0ac996ec43f4e1de9f",
    11: "e38caed2df52b6569f5151a89d20e4cf", 12: "c38e1a572642520a379b183bfc125dd9", 13: "059b06e7624d823b173b3285755d51f7",
    14: "f4bc3a7b1f603deb10877e026a029d3d", 15: "bd31adec393265119c10d30dbd11f203", 16: "d75d86258908a294b31bc89d58b464a4",
    17: "4ebfa19c6ab66990de9afc16bdbfc295", 18: "9820ed361d6162b07b48ab0fb336fbea", 19: "53eb67ba1191a06f49e5f4bac3412cfa",
    20: "e02f74a6fe137c1cea972221009f31f4", 21: "bbe79abffc65a4ff98aecd80ce99ddbd", 22: "533dfe345b669d36dfdf983745b707f9",
    23: "2153dfa127cb0298ef7fbe207eb37221", 24: "fc4d0600f88ee6186107173e5161d3d1", 25: "03da21bbbb4a914d30f9c3f2f0f205cd",
    26: "b87f7bda8a7a34ce2c9e0a61f1ab7e11", 27: "c13ec626ab6060ca572763309d2e6e4c", 28: "a5f80342859f7f1b1baff0e960aee886",
    29: "32054a2783e0891f56f1ec68ccaed8ec", 30: "a5a9c0e4f52aaf212f422eed99376236", 31: "d96c27f1e82a31e9893c062b61466f13",
    32: "049116667770897424aa853ff2c8b10d", 33: "6309bcd6e3a99b6e4408576a6678c4b8", 34: "8de31949a882931b7c7b2d04ce83fcce",
    35: "7586547066087ff786088a13f8d8b94a", 36: "eb10a9091108d64acf9138a9ed17ec86", 37: "5e20c813a9516fa107214d284d02766c",
    38: "ffd829bec165be593ad812c764950b1b", 39: "64c22c2f276f4c645f72622752589c05", 40: "7fceb77c606f8d3ede5a49c3b9932cb2",
    41: "71c96b503d50e23b36be621f183f0d13", 42: "41bbc9fad7b91f9e97e6d6354ebcc339", 43: "de6c3e64df91bf1270601b36fb1c9339",
    44: "976b121e69ba99769248da8449a61828", 45: "50e2fdcc53b17c25628c381d8a8614a7", 46: "34586c07755311d9711dda6903a5ac1f",
    48: "5b534539a3c0afff989c2244116a4ddd", 49: "acae115bb23626974e929aec59697adf", 50: "3172751282b45efd9a8c10e84d539546",
    51: "9669073e1ec92804f6375db26dd113ae", 52: "302e66ee47c3668d58fd6e37e6044aef", 53: "a1c968511c13f6f20a3059128314cfd8",
    54: "f4498a88e9eba8a6fc4965691cd65e72", 55: "4107e99fbd219b408429ac1a11480cf1", 57: "caff6f14f38a013bffa44def64af519a",
    58: "6de588bf1c08722df23846cba8f5f2ff", 59: "45dce19ab75c8437c39be9ba5bf1f363", 60: "ecf2dea4ee4f68a5bf08cc3ad3c544a4",
    61: "457a0a94233a7a0ad54ae98192a78337", 62: "a2a01f7fc316a3260a10059affcb1cbb", 63: "16bff04600098fec3a56e529a62866a9",
    # sample offsets with tiles
    200: "3e3836b60cfbd0360ef27e25fcf83040", 202: "61eaf7ea674fc20ba9c3a4b5454a9b4c", 203: "d65f9f11ca4c051a23f186c391b23da2",
    204: "ffb9b0935c4efcf6d83cc33655cd7eaf", 205: "37eb1530cd6edf5ec1ebf074eb88b1be", 206: "9042376bcc3744587a8f29054c2d7fc3",
    208: "08b2e22b785398465411d7f6e28cb773", 209: "a0f1948574dd0f04ae5c445691688c47", 212: "a46a5ce17e3b20e222dfd67f88bf4b9b",
    213: "fa41e0e9178043642977e57f6d08ec7f", 215: "78c6d8602006d174a1c922828070e6a3", 216: "f6fc0077016e8ad7928dbe0c3f82c840",
    217: "7ba4a653b944167b8757b0858d412d41", 218: "e97256e699e88f16eaf3704263dda47a", 219: "4f9e9ec1f0ff51e8a9c6b0791a113f42",
    221: "dfcd5d93d06c9e45da27508ca999469a", 222: "f88d83b96f998d7da832d76fb6e3cf34", 223: "dcfe50dc753a9117ba2610c97f4a6401",
    224: "fc81d06f14a8f4d785a98f907f874c78", 225: "27e2cc5b878fd8d4214b5a6e35c33de5", 226: "576bc335d56da8859e059bf84cdca0e3",
    228: "a5dd342bd96a6657b68bcc9cc680893f", 230: "d4e39d0e7cdc07f09e1cdd41a17d1658", 231: "9ee8139361dfeb32e444da8b9be677f6",
}


class HevcRandom(picture_case.PictureCase):
    def test_streams(self):
        generator = native.build("tests/pictures/hevc_random")
        for number, checksum in STREAMS.items():
            with self.subTest(number):
                path = self.folder / f"hevc_random-{number}.265"
                path.write_bytes(clips.run((generator, number)))
                self.check_whole(path, checksum)
