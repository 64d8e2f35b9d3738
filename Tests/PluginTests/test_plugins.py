# SPDX-License-Identifier: Apache-2.0
"""The SwiftPM plugins at work in a package of a user's: a copy of examples/with-plugin, with a build folder of its own.
The first time that builds all of Skein and what it depends on, which takes minutes."""

import os
import pathlib
import shutil
import subprocess
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / ".build/with-plugin"
BUILD = ROOT / ".build/with-plugin.build"
TARGET = PACKAGE / "Sources/Shop"
ORDERS, MONEY = TARGET / "orders/orders.proto", TARGET / "money/money.proto"
GENERATED = BUILD / "plugins/outputs/with-plugin/Shop/destination/SkeinProtobufPlugin"
CONFIGURATION = TARGET / "skein-protos.json"


def swift(command, *arguments, **environment):
    """(exit code, output)"""
    command = ["swift", command, "--package-path", str(PACKAGE), "--scratch-path", str(BUILD), *arguments]
    result = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **environment})
    return result.returncode, result.stdout + result.stderr


def generated(folder=GENERATED):
    """What a plugin wrote: name to (time, text)."""
    return {path.name: (path.stat().st_mtime_ns, path.read_text()) for path in folder.glob("*.swift")}


class PluginTests(unittest.TestCase):
    """One story, told in order: what needs a plan comes first, since each plan may build the tools anew."""

    @classmethod
    def setUpClass(cls):
        shutil.rmtree(PACKAGE, ignore_errors=True)
        ignored = shutil.ignore_patterns(".build*", "Package.resolved", ".swiftpm")
        shutil.copytree(ROOT / "examples/with-plugin", PACKAGE, ignore=ignored)
        # The versions that are here already, where they are known: no others are looked for.
        if (ROOT / "Package.resolved").exists():
            shutil.copy(ROOT / "Package.resolved", PACKAGE)
        shutil.rmtree(GENERATED, ignore_errors=True)

    def build(self):
        code, output = swift("build")
        self.assertEqual(code, 0, output[-4000:])

    def assert_stops(self, result, *words):
        code, output = result
        self.assertNotEqual(code, 0, output[-4000:])
        for word in words:
            self.assertIn(word, output)

    def changed(self, path, old, new):
        """Changes a file for the time of this test."""
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))
        self.addCleanup(path.write_text, text)

    def test_1_the_command_generates_what_is_to_be_checked_in(self):
        code, output = swift("package", "--allow-writing-to-package-directory", "generate-protos")
        self.assertEqual(code, 0, output[-4000:])
        files = generated(TARGET / "Generated")
        self.assertEqual(sorted(files), ["money_money.skein.swift", "orders_orders.skein.swift"])
        self.assertIn("struct Shop_Order:", files["orders_orders.skein.swift"][1])
        shutil.rmtree(TARGET / "Generated")

    def test_2_a_missing_protoc_says_how_to_install_it(self):
        result = swift("build", PROTOC_PATH="/no/such/protoc")
        self.assert_stops(
            result, 'error: Shop: run protoc: PROTOC_PATH is "/no/such/protoc"', "apt-get install protobuf-compiler",
            "brew install protobuf")

    def test_3_the_package_builds_and_its_call_succeeds(self):
        self.build()
        self.assertEqual(sorted(generated()), ["money_money.skein.swift", "orders_orders.skein.swift"])
        result = subprocess.run([BUILD / "debug/Shop"], capture_output=True, text=True, timeout=60)
        self.assertEqual((result.returncode, result.stdout), (0, "total 750 EUR, arrives at 86407\n"), result.stderr)

    def test_4_only_what_changed_is_generated_again(self):
        before = generated()
        self.changed(ORDERS, "Money total = 1;", "Money total = 1;\n  string note = 3;")
        self.build()
        after = generated()
        self.assertIn("note", after["orders_orders.skein.swift"][1])
        self.assertEqual(before["money_money.skein.swift"], after["money_money.skein.swift"])

    def test_5_an_error_in_a_proto_is_shown_at_its_place(self):
        self.changed(ORDERS, "Money total = 1;", "Money total = ;")
        line = 1 + ORDERS.read_text().split("Money total = ;")[0].count("\n")
        self.assert_stops(swift("build"), f"{ORDERS}:{line}:17: error: Expected field number.")

    def test_6_an_error_of_the_generator_is_shown_at_its_place(self):
        self.changed(CONFIGURATION, "internal", "open")
        self.assert_stops(
            swift("build"), f"{CONFIGURATION}:1:1: error: options: option visibility=open: expected one of public")

    def test_7_an_error_in_the_configuration_names_file_and_field(self):
        self.changed(CONFIGURATION, '"options"', '"option"')
        self.assert_stops(swift("build"), f"{CONFIGURATION}:1:1: error: option: unknown field; valid are include,")


if __name__ == "__main__":
    unittest.main()
