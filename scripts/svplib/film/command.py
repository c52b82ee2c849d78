# SPDX-License-Identifier: GPL-2.0-or-later
"""`svp film pack IN OUT`: anybody's video as a protected film."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from ..base.errors import SvpError, UsageError, explain
from ..base.progress import say
from ..build import parts
from . import blob, boxes, protect

KEY_BYTES = 16
_NEEDED = "apt install ffmpeg"
_FORMS = ("yuv420p", "yuv420p10le")
#: Pictures that the decoder takes as they are, by scheme
_COPIED = {"cbcs": (("h264", "yuv420p"), *(("hevc", form) for form in _FORMS))}
_COPIED["cenc"] = (*_COPIED["cbcs"], *(("vp9", form) for form in _FORMS))
#: Parameter sets of HEVC in the configuration alone
_TAG = {"hevc": ("-tag:v", "hvc1")}
_ENCODER = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "fast")


def add_arguments(parser):
    """Options of `svp film`."""
    tasks = parser.add_subparsers(dest="task", metavar="TASK", required=True)
    pack = tasks.add_parser("pack", help="make a protected film of a video",
                            description="Make a protected film of a video: MP4 with Common Encryption, its key as a blob of the board's CAAM. What is "
                            "neither H.264 with 8 bits and 4:2:0 nor HEVC with 8 or 10, nor, for cenc, VP9 with 8 or 10, is encoded anew; sound is left out.")
    pack.add_argument("input", metavar="IN", help="any video that ffmpeg reads")
    pack.add_argument("output", metavar="OUT", help="the film (.mp4)")
    pack.add_argument("--scheme", choices=protect.SCHEMES, default=protect.SCHEMES[0], help="cenc: AES-CTR (default); cbcs: AES-CBC, one block of ten")
    pack.add_argument("--key", metavar="HEX", help="the key, 32 digits (default: a new one that nobody gets to see)")
    pack.add_argument("--encrypt-headers", action="store_true", help="of VP9 with cenc: encrypt samples as a whole; the board's OP-TEE reads the headers, "
                      "and tells Linux what its driver needs of them. The key is for such films alone: a hostile kernel could read them")
    pack.add_argument("--blob", metavar="FILE", help="the blob of that key, if there is one already (default: a board is booted and makes it)")


def main(arguments):
    """Do it; returns the exit status."""
    key = _key(arguments)
    source, target = Path(arguments.input), Path(arguments.output)
    if not source.is_file():
        raise UsageError(f"{source}: there is no such file")
    if arguments.encrypt_headers and arguments.scheme != "cenc":
        raise UsageError("--encrypt-headers: only with the scheme cenc")
    if target.is_dir() or not target.parent.is_dir():
        raise UsageError(f"{target}: no place for a file")
    if target.exists() and target.samefile(source):
        raise UsageError(f"{target}: is the film that is read")
    with tempfile.TemporaryDirectory(prefix="svp-film-", dir=target.parent) as folder:
        clear = take_video(source, Path(folder), arguments.scheme)
        secret = protect.Secret(key, os.urandom(KEY_BYTES), _blob(arguments, key))
        made = Path(folder) / "protected.mp4"
        count = pack(clear, made, arguments.scheme, secret, arguments.encrypt_headers)
        made.replace(target)
    say(f"{target}: {count} samples, {arguments.scheme}, key number {secret.kid.hex()}; ffmpeg decrypts it to what it was")
    return 0


def _key(arguments):
    if arguments.blob and not arguments.key:
        raise UsageError("--blob: only with the --key that is in it")
    if not arguments.key:
        return os.urandom(KEY_BYTES)
    if not re.fullmatch("[0-9a-fA-F]{32}", arguments.key):
        raise UsageError(f"--key: '{arguments.key}' is not 32 hexadecimal digits")
    return bytes.fromhex(arguments.key)


def _blob(arguments, key):
    if arguments.blob:
        try:
            return Path(arguments.blob).read_bytes()
        except OSError as error:
            raise UsageError(f"--blob {arguments.blob}: {explain(error, named=False)}") from None
    parts.build(blob.PARTS)
    return (blob.wrap(for_headers=(key,)) if arguments.encrypt_headers else blob.wrap(key))[0]


def take_video(source, folder, scheme):
    """An MP4 file in `folder` with the video of `source` alone, as the decoder takes it and `scheme` is for. Raises UsageError, SvpError."""
    for program in ("ffprobe", "ffmpeg"):
        if not shutil.which(program):
            raise UsageError(f"{source}: {program} is needed to read videos: {_NEEDED}")
    probe = _run("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=codec_name,pix_fmt", "-of", "csv=p=0", f"file:{source}")
    kind = tuple(probe.stdout.decode(errors="replace").strip().split("\n")[0].split(","))
    if probe.returncode or len(kind) < 2:
        raise UsageError(f"{source}: no video: {_last_line(probe) or 'it has no video stream'}")
    if boxes.is_protected(source):
        raise UsageError(f"{source}: is encrypted already")
    made = folder / "clear.mp4"
    copied = kind[:2] in _COPIED[scheme]
    codec = (*(("-c", "copy") if copied else _ENCODER), *(_TAG.get(kind[0], ()) if copied else ()))
    done = _run("ffmpeg", "-nostdin", "-v", "error", "-i", f"file:{source}", "-map", "0:v:0", "-map_metadata", "-1", *codec, "-f", "mp4", "-y", f"file:{made}")
    if done.returncode:
        raise SvpError(f"{source}: ffmpeg cannot make an MP4 file of it: {_last_line(done)}")
    return made


def pack(clear, target, scheme, secret, whole=False):
    """Write the protected film of an MP4 file, which is changed; `whole`: headers are encrypted, too. Returns the number of samples. Raises SvpError if it
    cannot be decrypted again."""
    before = _sum(clear)
    count = protect.protect(clear, target, scheme, secret, whole)
    if _sum(target, secret.key) != before:
        raise SvpError(f"{target}: ffmpeg does not decrypt the film to what it was")
    return count


def _sum(path, key=None):
    """MD5 of all samples, by ffmpeg."""
    given = ("-decryption_key", key.hex()) if key else ()
    done = _run("ffmpeg", "-nostdin", "-v", "error", *given, "-i", f"file:{path}", "-map", "0:v:0", "-c", "copy", "-f", "md5", "-")
    if done.returncode:
        raise SvpError(f"{path}: ffmpeg cannot read it: {_last_line(done)}")
    return done.stdout


def _run(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _last_line(done):
    return (done.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
