# SPDX-License-Identifier: Apache-2.0
"""Every .proto of Debian's libprotobuf-dev and grpc-proto, and of this repository, generates, and what is generated
compiles without a warning. Uses what the project's build has made: build it first."""

import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / ".build/debug"
SYSTEM = pathlib.Path("/usr/include")
DEBIAN = pathlib.Path("/usr/share/grpc-proto")
# Imports a file of Envoy's that Debian does not have.
INCOMPLETE = {"grpc/tls/provider/meshca/experimental/config.proto"}
UPCOMING = ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility", "NonisolatedNonsendingByDefault"]


def protos(folder, *parts):
    return sorted(str(path.relative_to(folder)) for part in parts for path in (folder / part).rglob("*.proto"))


def run(*command):
    result = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    return result.returncode, result.stdout + result.stderr


def module_maps():
    """Those of the C modules that the built Swift modules refer to."""
    for pattern in ("Sources/*/module.modulemap", ".build/debug/*.build/module.modulemap",
                    ".build/checkouts/*/Sources/*/include/module.modulemap"):
        yield from sorted(ROOT.glob(pattern))


class AllProtosTests(unittest.TestCase):
    def compile(self, files, *includes):
        """Generates from `files` into one module and compiles that; the number of files."""
        with tempfile.TemporaryDirectory() as folder:
            code, output = run(
                "protoc", f"--plugin=protoc-gen-skein={BUILD / 'protoc-gen-skein'}", f"--skein_out=paths=flat:{folder}",
                *[f"-I{include}" for include in includes], *files)
            self.assertEqual((code, output), (0, ""))
            generated = sorted(pathlib.Path(folder).iterdir())
            flags = [flag for name in UPCOMING for flag in ("-enable-upcoming-feature", name)]
            modules = [flag for path in module_maps() for flag in ("-Xcc", f"-fmodule-map-file={path}")]
            # As far as warnings come: all of the compiler but for making code.
            code, output = run(
                "swiftc", "-emit-sil", "-o", "/dev/null", "-Onone", "-wmo", "-swift-version", "6", "-module-name",
                "AllProtos", "-warnings-as-errors", *flags, "-I", BUILD / "Modules",
                *modules, *generated)
            self.assertEqual((code, output[-4000:]), (0, ""))
            return len(generated)

    def test_protobufs_own(self):
        self.assertGreaterEqual(self.compile(protos(SYSTEM, "google/protobuf"), SYSTEM), 11)

    def test_grpcs(self):
        files = [name for name in protos(DEBIAN, ".") if name not in INCOMPLETE]
        self.assertGreaterEqual(self.compile(files, DEBIAN, ROOT / "protos", SYSTEM), 25)

    def test_this_repositorys(self):
        files = protos(ROOT / "protos", ".")
        self.assertGreaterEqual(self.compile(files, ROOT / "protos", SYSTEM), 22)


if __name__ == "__main__":
    unittest.main()
