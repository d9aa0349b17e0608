"""Makes kinds.npz, several.npy, objects.npy and trailing.npy of this folder with numpy 2.4.6.
Run: python make.py"""

import io
import os
import zipfile

import numpy as np

folder = os.path.dirname(os.path.abspath(__file__))
x = np.arange(1, 7).reshape(2, 3)
kinds = {
    "labels": np.array(["push", "grasp"]),
    "bytes": np.array([b"push", b"grasp"]),
    "objects": np.array([{"a": 1}, None], dtype=object),
    "records": np.array([(1, 2.5), (3, 4.5)], dtype=[("id", "<i4"), ("score", "<f8", (1,))]),
    "dates": np.array(["2020-01-01", "2021-02-03"], dtype="datetime64[D]"),
    "spans": np.array([1, 2], dtype="timedelta64[ms]"),
    "complex": np.array([1 + 2j]),
    "raw": np.array([b"ab", b"cd"], dtype="V2"),
    "longdouble": np.array([1.5], dtype=np.longdouble),
    "columns": np.asfortranarray(x.astype("<f4")),
    "columns_cube": np.asfortranarray(np.arange(24, dtype="i2").reshape(2, 3, 4)),
    "big": x.astype(">f8"),
    "big_half": x.astype(">f2"),
    "half": x.astype("f2"),
    "scalar": np.float32(2.5),
    "empty": np.zeros((0, 4), "u1"),
    "truth": np.array([True, False]),
    "u16": np.array([0, 65535], "u2"),
    "u32": np.array([0, 4294967295], ">u4"),
    "u64": np.array([0, 1 << 62], "u8"),
    "u64_wide": np.array([0, (1 << 64) - 1], "u8"),
    "i8": np.array([-128, 127], "i1"),
    "video": (x * 40).astype("u1"),
}
with open(os.path.join(folder, "kinds.npz"), "wb") as file:
    np.savez_compressed(file, **kinds)
with zipfile.ZipFile(os.path.join(folder, "kinds.npz"), "a") as archive:
    archive.writestr("readme.txt", "a foreign file")
    archive.writestr("broken.npy", b"no array")
    archive.writestr("folder/", b"")
    archive.writestr("packed.npy", b"x" * 4000, compress_type=zipfile.ZIP_LZMA)

with open(os.path.join(folder, "several.npy"), "wb") as file:
    np.save(file, x.astype("f4"))
    np.save(file, np.array([7, 8], "i8"))
    np.save(file, np.array([True]))
np.save(os.path.join(folder, "objects.npy"), np.array([1, "a"], dtype=object), allow_pickle=True)
one = io.BytesIO()
np.save(one, x.astype("u1"))
with open(os.path.join(folder, "trailing.npy"), "wb") as file:
    file.write(one.getvalue() + b"checksum")
