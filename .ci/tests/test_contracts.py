# SPDX-License-Identifier: Apache-2.0
"""The definitions of others that stand under protos/ in our own words say the same as the originals."""

import pathlib
import sys
import unittest

from support import CHECKS, PROJECT, CheckTest

sys.path.insert(0, str(CHECKS))
from google.protobuf import descriptor_pb2
from google.rpc import status_pb2  # of the Python packages; its folder holds the .proto files too
from grpc_health.v1 import health_pb2
from lib import contracts

DEBIAN = pathlib.Path("/usr/share/grpc-proto")
PYTHON = pathlib.Path(status_pb2.__file__).parents[2]
ORIGINALS = {
    "helloworld/helloworld.proto": (DEBIAN, "grpc/examples/helloworld.proto"),
    "grpc/reflection/v1/reflection.proto": (DEBIAN, "grpc/reflection/v1/reflection.proto"),
    "grpc/reflection/v1alpha/reflection.proto": (DEBIAN, "grpc/reflection/v1alpha/reflection.proto"),
    "grpc/testing/benchmark_service.proto": (DEBIAN, "grpc/testing/benchmark_service.proto"),
    "grpc/testing/empty.proto": (DEBIAN, "grpc/testing/empty.proto"),
    "grpc/testing/messages.proto": (DEBIAN, "grpc/testing/messages.proto"),
    "grpc/testing/test.proto": (DEBIAN, "grpc/testing/test.proto"),
    "google/rpc/code.proto": (PYTHON, "google/rpc/code.proto"),
    "google/rpc/error_details.proto": (PYTHON, "google/rpc/error_details.proto"),
    "google/rpc/status.proto": (PYTHON, "google/rpc/status.proto"),
}
MODULES = {"grpc/health/v1/health.proto": health_pb2}  # newer than Debian's file, which has no List
OUR_OWN = {"conformance", "routeguide", "skein"}  # no original on the machine
# Their Python package cannot be installed beside Envoy's: both have a module named envoy.
OUR_OWN |= {"xds"}
# Only what is needed of the original; held against the real etcd by the tests of that registry.
OUR_OWN |= {"etcd"}


class ContractsTests(unittest.TestCase):
    def test_each_file_says_what_its_original_says(self):
        for path, (folder, original) in ORIGINALS.items():
            with self.subTest(path):
                if not folder.exists():
                    self.skipTest(f"{folder} is not there")
                ours = contracts.compile_proto(path, PROJECT / "protos")
                theirs = contracts.compile_proto(original, folder)
                self.assertEqual(contracts.differences(ours, theirs), [])

    def test_each_file_says_what_the_module_of_its_original_says(self):
        for path, module in MODULES.items():
            with self.subTest(path):
                theirs = descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)
                self.assertEqual(contracts.differences(contracts.compile_proto(path, PROJECT / "protos"), theirs), [])

    def test_each_file_that_is_not_our_own_is_compared(self):
        protos = PROJECT / "protos"
        present = {str(path.relative_to(protos)) for path in protos.rglob("*.proto")}
        self.assertEqual({path for path in present if path.split("/")[0] not in OUR_OWN}, {*ORIGINALS, *MODULES})


class DifferencesTests(CheckTest):
    """The comparison itself notices each kind of difference."""

    BEFORE = """syntax = "proto3";
        package p;
        enum E { ZERO = 0; ONE = 1; }
        message M { int32 a = 1; repeated E b = 2; oneof c { string d = 3; } map<string, M> e = 4; }
        service S { rpc Call(M) returns (stream M); }"""

    def differences(self, after):
        self.write("before.proto", self.BEFORE)
        self.write("after.proto", after)
        return contracts.differences(*(contracts.compile_proto(name, self.root) for name in ("after.proto", "before.proto")))

    def test_comments_options_and_order_are_of_no_account(self):
        after = self.BEFORE.replace("int32 a = 1; repeated E b = 2;", "repeated E b = 2; // b\n int32 a = 1 [deprecated = true];")
        self.assertEqual(self.differences(after.replace("package p;", 'package p; option java_package = "x";')), [])

    def test_each_change_on_the_wire_is_named(self):
        changes = [
            ("a = 1", "a = 9", "p.M.a: ours LABEL_OPTIONAL TYPE_INT32 = 9, theirs LABEL_OPTIONAL TYPE_INT32 = 1"),
            ("int32 a", "int64 a", "p.M.a"),
            ("int32 a", "optional int32 a", "p.M.a"),
            ("int32 a", "int32 aa", "p.M.aa"),
            ("repeated E b", "E b", "p.M.b"),
            ("oneof c { string d = 3; }", "string d = 3;", "p.M.d"),
            ("map<string, M>", "map<int32, M>", "p.M.EEntry.key"),
            ("ONE = 1", "ONE = 2", "p.E.ONE"),
            ("package p", "package q", "package"),
            ("stream M", "M", "service p.S.Call"),
            ("rpc Call", "rpc Calls", "service p.S.Calls"),
        ]
        for before, after, words in changes:
            with self.subTest(after):
                found = self.differences(self.BEFORE.replace(before, after))
                self.assertTrue(any(line.startswith(words) for line in found), found)
