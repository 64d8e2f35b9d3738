# SPDX-License-Identifier: Apache-2.0
"""The benchmarks that are one program each and print their own figures."""

import subprocess

from . import build
from .process import Failure


def show(name, title, skip):
    folder = build.swift(build.HERE, skip, name)
    print(f"\n{title}", flush=True)
    result = subprocess.run([str(folder / name)], stdin=subprocess.DEVNULL, timeout=300, check=False)
    if result.returncode != 0:
        raise Failure(f"{name}: exit code {result.returncode}")
