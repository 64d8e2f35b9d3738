# SPDX-License-Identifier: Apache-2.0
"""How long it takes to generate messages, and to compile what was generated, beside apple/swift-protobuf."""

import resource
import subprocess
import tempfile
from pathlib import Path
from statistics import median

from . import build
from .process import Failure
from .table import show

MESSAGE = """message M%d {
  string id = 1; string title = 2; int64 placed_at = 3; double weight = 4; bool insured = 5; Level level = 6;
  Place origin = 7; repeated Place stops = 8; repeated string tags = 9; map<string, string> labels = 10;
  oneof receiver { string person = 11; int64 locker = 12; Point field = 13; }
  optional int32 floor = 14; optional string note = 15; bytes signature = 16; repeated int32 quantities = 17;
}
"""
PRELUDE = """syntax = "proto3"; package bench.generator;
message Point { double a = 1; double b = 2; }
message Place { string street = 1; string town = 2; int32 gate = 3; Point point = 4; }
enum Level { LEVEL_NONE = 0; LEVEL_LOW = 1; LEVEL_HIGH = 2; }
"""
ROUNDS = 3


def compare():
    folder = build.swift(build.HERE.parent, False, "protoc-gen-skein", "protoc-gen-swift")
    modules = build.swift(build.HERE, False, "bench-messages")
    with tempfile.TemporaryDirectory(prefix="skein-bench-") as scratch:
        scratch = Path(scratch)
        rows = [generating(scratch, folder)]
        for level in ("-Onone", "-O"):
            rows.append(compiling(scratch, folder, modules, level))
    show("CPU seconds, median of 3", ["", "Skein", "swift-protobuf", "Skein to it"], rows)


def spent(*command):
    """The CPU seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failure(f"{command[0]}: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def protoc(scratch, tools, name, count):
    """Generates `count` messages with protoc-gen-`name`; the CPU seconds."""
    (scratch / "bench.proto").write_text(PRELUDE + "".join(MESSAGE % number for number in range(count)))
    (scratch / name).mkdir(exist_ok=True)
    return spent(
        "protoc", f"--plugin=protoc-gen-{name}={tools}/protoc-gen-{name}", f"--{name}_out={scratch / name}",
        f"-I{scratch}", "bench.proto")


def row(title, ours, theirs):
    return [title, f"{median(ours):.2f}", f"{median(theirs):.2f}", f"{median(ours) / median(theirs):.2f}x"]


def generating(scratch, tools):
    times = {name: [protoc(scratch, tools, name, 1_000) for _ in range(ROUNDS)] for name in ("skein", "swift")}
    return row("generate 1,000 messages", times["skein"], times["swift"])


def compiling(scratch, tools, modules, level):
    maps = [modules / "CSkein.build/module.modulemap", build.HERE.parent / "Sources/CProtobufC/module.modulemap"]
    flags = [flag for path in maps for flag in ("-Xcc", f"-fmodule-map-file={path}")]
    times = {"skein": [], "swift": []}
    for name in times:
        protoc(scratch, tools, name, 15)
    for _ in range(ROUNDS):
        for name, file in (("skein", "bench.skein.swift"), ("swift", "bench.pb.swift")):
            times[name].append(spent(
                "swiftc", level, "-c", "-swift-version", "6", "-parse-as-library", "-wmo", "-module-name", "Bench",
                "-I", str(modules / "Modules"), *flags, str(scratch / name / file), "-o", str(scratch / "bench.o")))
    return row(f"compile 15 messages {level}", times["skein"], times["swift"])
