# SPDX-License-Identifier: Apache-2.0
"""The programs to compare and how each is built."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .process import Failure

HERE = Path(__file__).resolve().parent.parent
OUTPUT = HERE / ".build-peers"
REFERENCE = "cpp"


@dataclass
class Peer:
    name: str
    title: str
    server: list  # the command lines, without port and length options
    client: list


def run(*command, directory=HERE):
    print("build:", *command, flush=True)
    log = subprocess.run(
        command, cwd=directory, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if log.returncode != 0:
        raise Failure(f"{' '.join(command)}: exit code {log.returncode}\n{log.stdout}")
    return log.stdout


def swift(package, skip, *products):
    """Builds products of a Swift package in release and returns the folder they are in."""
    command = ["swift", "build", "-c", "release", "--package-path", str(package)]
    if not skip:
        for product in products:
            run(*command, "--product", product)
    shown = subprocess.run(
        [*command, "--show-bin-path"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if shown.returncode != 0:
        raise Failure(f"find the build folder of {package}:\n{shown.stderr}")
    return Path(shown.stdout.strip())


def skein(skip):
    folder = swift(HERE, skip, "bench-server", "bench-client")
    return Peer("skein", "Skein", [str(folder / "bench-server"), "--loops", "1"], [str(folder / "bench-client")])


def cpp(skip):
    if not skip:
        run("make", "--silent", "-C", "peers/cpp", f"-j{os.cpu_count()}")
    folder = OUTPUT / "cpp"
    return Peer("cpp", "C++ gRPC", [str(folder / "greeter-server")], [str(folder / "greeter-client")])


def grpc_swift(skip):
    folder = swift(HERE / "peers/grpc-swift", skip, "greeter-server", "greeter-client")
    return Peer("grpc-swift-2", "grpc-swift 2", [str(folder / "greeter-server")], [str(folder / "greeter-client")])


BUILDERS = {"skein": skein, "cpp": cpp, "grpc-swift-2": grpc_swift}


def chosen(names, skip):
    """The peers called `names`, built. C++ is always among them: ratios are to it, and its client checks replies."""
    for name in names:
        if name not in BUILDERS:
            raise Failure(f"peer \"{name}\" is not one of {', '.join(BUILDERS)}")
    wanted = [name for name in BUILDERS if name in names or name == REFERENCE]
    peers = [BUILDERS[name](skip) for name in wanted]
    for program in (peer.server[0] for peer in peers):
        if not os.access(program, os.X_OK):
            raise Failure(f"{program} is missing: run without --no-build")
    return peers


def malloc_counter():
    """The library to preload, which counts allocations."""
    library = OUTPUT / "malloc-count.so"
    OUTPUT.mkdir(exist_ok=True)
    run("cc", "-O2", "-shared", "-fPIC", "-o", str(library), "tools/malloc-count.c")
    return library


def reference(peers):
    return next(peer for peer in peers if peer.name == REFERENCE)
