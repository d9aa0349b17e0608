#!/usr/bin/env python3
"""Unpacks test files of source distributions and writes what Pillow and NumPy read from them.

    reference.py ARCHIVES FOLDER

FOLDER/files/PACKAGE/...   the files, under their paths in the distribution
FOLDER/values/*.bin        bare bytes, lowest byte first, rows first
FOLDER/manifest.json       versions, and for every file what was read or why it was not

A picture has `rgba` [frames, height, width, 4] (8 bits, orientation applied, frames composed) and,
when it is a gray or palette picture, `indices` [height, width] as stored. An array has its values in
the narrowest element type of ours that holds them.
"""

import io
import json
import pathlib
import resource
import sys
import tarfile
import warnings
import zipfile

import numpy as np
import PIL
from PIL import Image, ImageOps, features

ENDINGS = (
    "png apng jpg jpeg jfif mpo gif webp tif tiff bmp dib npy npz ppm pgm pbm pnm jp2 ico tga psd gz"
).split()
# Modes whose conversion to RGB has one right answer.
COMPARABLE = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK"}
FRAME_LIMIT = 12
PIXEL_LIMIT = 3 << 20
ARRAY_BYTES_LIMIT = 1 << 25
MEMORY_LIMIT = 3 << 30
WIDENED = {
    "int8": "int32", "int16": "int32", "uint16": "int32", "uint32": "int64", "uint64": "int64",
}
OURS = {"float32", "float64", "float16", "int32", "int64", "uint8", "bool"}
Image.MAX_IMAGE_PIXELS = None
warnings.simplefilter("ignore")


def unpack(archives, folder):
    for archive in sorted(pathlib.Path(archives).glob("*.tar.gz")):
        package = archive.name.rsplit("-", 1)[0]
        with tarfile.open(archive) as tar:
            for member in tar:
                ending = member.name.rsplit(".", 1)[-1].lower()
                parts = pathlib.PurePosixPath(member.name).parts[1:]
                if not member.isfile() or ending not in ENDINGS or ".." in parts:
                    continue
                target = folder / "files" / package / pathlib.Path(*parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(tar.extractfile(member).read())


class Values:
    """Numbered files of bare bytes."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.count = 0

    def add(self, array):
        array = np.asarray(array)
        name = f"{self.count:05}.bin"
        self.count += 1
        little = array.astype(array.dtype.newbyteorder("<"), copy=False)
        (self.folder / name).write_bytes(little.tobytes(order="C"))
        return {"file": name, "type": array.dtype.name, "shape": list(array.shape)}


def png_header(data):
    """Depth and color type of a PNG."""
    return (data[24], data[25]) if data[:8] == b"\x89PNG\r\n\x1a\n" else (None, None)


def picture(data, values):
    image = Image.open(io.BytesIO(data))
    count = getattr(image, "n_frames", 1)
    found = {
        "format": image.format, "mode": image.mode, "frames": count,
        "width": image.width, "height": image.height,
    }
    if image.width * image.height > PIXEL_LIMIT:
        return found | {"error": "larger than this script reads"}
    depth, color = png_header(data)
    if image.format == "TIFF":
        depth = image.tag_v2.get(258, (1,))[0]
        color = 0 if image.tag_v2.get(262) in (0, 1) else None
    found["depth"] = depth
    found["compression"] = image.info.get("compression")
    image.load()
    found["orientation"] = image.getexif().get(0x0112, 1)
    mode = image.mode
    turned = ImageOps.exif_transpose(image)
    if mode in ("1", "L", "P") or mode.startswith("I;16") or mode == "I":
        indices = np.asarray(turned)
        if indices.dtype == bool:
            indices = indices.astype(np.uint8)
        if color == 0 and depth in (2, 4):
            # Pillow stretches these to 255; the file holds 0 to 3 or 15.
            indices = indices // (255 // ((1 << depth) - 1))
        found["indices"] = values.add(indices.astype(np.uint16 if indices.max(initial=0) < 1 << 16 else np.int32))
    if mode in COMPARABLE:
        found["rgba"] = values.add(np.stack(list(composed(image, turned, count))))
    return found


def composed(image, first, count):
    yield np.asarray(first.convert("RGBA"))
    if image.format not in ("GIF", "WEBP"):
        return
    for index in range(1, min(count, FRAME_LIMIT)):
        image.seek(index)
        yield np.asarray(image.convert("RGBA"))


def array(value, values):
    value = np.asarray(value)
    name = value.dtype.name
    found = {"dtype": name, "shape": list(value.shape)}
    if value.nbytes > ARRAY_BYTES_LIMIT:
        return found
    if name in WIDENED:
        if name == "uint64" and value.size and value.max() > np.iinfo(np.int64).max:
            return found
        value = value.astype(WIDENED[name])
    if value.dtype.name in OURS:
        found["values"] = values.add(value)
    return found


def arrays(path, values):
    """Members of an npz, or the one array of an npy under the empty name."""
    if not zipfile.is_zipfile(path):
        return {"": array(np.load(path, allow_pickle=False), values)}
    found = {}
    with np.load(path, allow_pickle=False) as archive:
        for name in archive.files:
            try:
                found[name] = array(archive[name], values)
            except Exception as error:
                found[name] = {"error": f"{type(error).__name__}: {error}"[:200]}
    return found


def main():
    # Some of these files are made to exhaust a reader.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    archives, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    unpack(archives, folder)
    values = Values(folder / "values")
    files = []
    for path in sorted(path for path in (folder / "files").rglob("*") if path.is_file()):
        entry = {"path": str(path.relative_to(folder / "files"))}
        try:
            if path.suffix in (".npy", ".npz"):
                entry["arrays"] = arrays(path, values)
            else:
                entry["picture"] = picture(path.read_bytes(), values)
        except Exception as error:
            entry["error"] = f"{type(error).__name__}: {error}"[:200]
        files.append(entry)
    manifest = {
        "versions": {
            "pillow": PIL.__version__, "numpy": np.__version__,
            "libjpeg_turbo": features.version("libjpeg_turbo"), "webp": features.version("webp"),
            "libtiff": features.version("libtiff"),
            "distributions": sorted(p.name for p in pathlib.Path(archives).glob("*.tar.gz")),
        },
        "files": files,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True))
    read = sum("error" not in entry for entry in files)
    print(f"{folder}: {len(files)} files, {read} read by Pillow or NumPy, {values.count} values")


if __name__ == "__main__":
    main()
