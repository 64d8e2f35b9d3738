# SPDX-License-Identifier: Apache-2.0
"""The benchmarks that are one program each and print their own figures."""

import os
import subprocess
import tempfile

from . import build
from .process import Failure


def show(name, title, skip, counts_mallocs=False):
    folder = build.swift(build.HERE, skip, name)
    print(f"\n{title}", flush=True)
    with tempfile.NamedTemporaryFile(prefix="skein-bench-") as counter:
        environment = dict(os.environ)
        if counts_mallocs:
            environment |= {"LD_PRELOAD": str(build.malloc_counter()), "MALLOC_COUNT_FILE": counter.name}
        result = subprocess.run(
            [str(folder / name)], stdin=subprocess.DEVNULL, env=environment, timeout=300, check=False)
    if result.returncode != 0:
        raise Failure(f"{name}: exit code {result.returncode}")
