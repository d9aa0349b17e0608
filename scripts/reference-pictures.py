#!/usr/bin/env python3
"""Writes what Pillow reads from the pictures below a folder, for the test `PillowTests`.

    scripts/reference-pictures.py pillow-12.0.0/Tests/images references
    GESTALT_PICTURES=references scripts/test.sh --filter PillowTests

Each picture that Pillow opens is copied to NUMBER.picture; beside it NUMBER.reference holds a line
with the name, a line with height, width and tolerance, and RGB bytes: the first frame, turned as
Exif asks, transparency dropped. The package Pillow is needed; nothing is downloaded.
"""
import shutil
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps

FORMATS = {"PNG", "JPEG", "MPO", "GIF", "WEBP", "TIFF", "BMP", "DIB"}
# Damaged on purpose: decoders differ in what they make of the rest.
BROKEN = {"badrle.bmp", "crash-0da013a13571cc8eb457a39fee8db18f8a3c7127.tif"}


def tolerance(picture):
    """How far two right decoders may differ, in levels."""
    lossy = picture.format in {"JPEG", "MPO"} or "jpeg" in str(picture.info.get("compression"))
    if lossy or picture.format == "WEBP":
        return 3
    # Pillow takes the upper byte of 16-bit samples.
    return 1


def main():
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    files = sorted(path for path in source.rglob("*") if path.is_file())
    for number, path in enumerate(files):
        shutil.copyfile(path, target / f"{number:04}.picture")
        try:
            with Image.open(path) as picture:
                if picture.format not in FORMATS or picture.mode[0] in "IF":
                    continue
                if picture.mode == "LAB" or path.name in BROKEN:
                    continue  # other formulas; other pixels after the damage
                allowed = tolerance(picture)
                picture.load()
                upright = ImageOps.exif_transpose(picture)
                pixels = upright.convert("RGB")
        except Exception as error:  # whatever Pillow makes of a broken file
            print(f"{path.name}: {error}", file=sys.stderr)
            continue
        head = f"{path.name}\n{pixels.height} {pixels.width} {allowed}\n"
        (target / f"{number:04}.reference").write_bytes(head.encode() + pixels.tobytes())


if __name__ == "__main__":
    main()
