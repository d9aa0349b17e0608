"""Replaces meson-python while pip downloads a source distribution: nothing is configured or built."""

import email.parser
import os
import shutil


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    with open("PKG-INFO", encoding="utf-8") as file:
        info = email.parser.Parser().parse(file)
    name = f"{info['Name'].replace('-', '_')}-{info['Version']}.dist-info"
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    shutil.copy("PKG-INFO", os.path.join(folder, name, "METADATA"))
    return name
