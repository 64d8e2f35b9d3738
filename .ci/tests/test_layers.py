# SPDX-License-Identifier: Apache-2.0
import json
import os

from support import HEAD, CheckTest

MODULES = {
    "Low": {"imports": []},
    "Middle": {"imports": ["Low"]},
    "High": {"imports": ["Low", "Middle", "Logging"], "toolchain": ["Foundation"]},
}


class LayersTests(CheckTest):
    def setUp(self):
        super().setUp()
        self.write_data("layers", {"toolchain": ["Foundation", "Synchronization", "Dispatch"], "modules": MODULES})
        self.write_data("allowances", {"unchecked_sendable": {}, "unstructured_task": {}})
        self.targets = {"Low": [], "Middle": ["Low"], "High": ["Middle", "Logging"]}
        self.source("Low", "Low", "import Synchronization\n")
        self.source("Middle", "Middle", "public import Low\n")
        self.source("High", "High", "internal import Middle\n@_exported public import Logging\nimport Foundation\n")

    def source(self, module, name, text):
        self.write(f"Sources/{module}/{name}.swift", HEAD + text)

    def layers(self):
        def dependency(name):
            return {"product": [name, "swift-log", None, None]} if name == "Logging" else {"byName": [name, None]}

        targets = [
            {"name": name, "type": "regular", "dependencies": [dependency(item) for item in items], "exclude": ["Cases"]}
            for name, items in self.targets.items()
        ]
        self.write("manifest.json", json.dumps({"targets": targets}))
        return self.run_check("layers", "--manifest", str(self.root / "manifest.json"))

    def test_declared_and_allowed_imports_pass(self):
        self.assert_clean(self.layers())

    def test_an_import_that_only_a_dependency_brings_along_is_undeclared(self):
        self.source("High", "Reaches", "internal import struct Low.Thing\n")
        self.assert_finds(self.layers(), "Sources/High/Reaches.swift:2: imports Low", "does not declare")

    def test_an_undeclared_product_is_found_in_every_form_of_import(self):
        forms = ["import NIOCore", "@preconcurrency import NIOCore", "@_spi(X) package import NIOCore",
                 "@_exported import NIOCore.Sub", "internal import func NIOCore.f"]
        for form in forms:
            with self.subTest(form):
                self.source("Middle", "Form", f"#if os(Linux)\n    {form}\n#endif\n")
                self.assert_finds(self.layers(), "Sources/Middle/Form.swift:3: imports NIOCore")

    def test_what_a_target_excludes_is_not_its_source(self):
        self.source("Middle", "Cases/Golden", "import NIOCore\n")
        self.assert_clean(self.layers())

    def test_a_declared_arrow_against_the_table_is_found_in_the_manifest_and_in_the_import(self):
        self.targets["Low"] = ["Middle"]
        self.source("Low", "Upwards", "import Middle\n")
        self.assert_finds(self.layers(), "Package.swift: Low depends on Middle", "Upwards.swift:2: imports Middle")

    def test_a_toolchain_module_needs_a_place_in_the_table(self):
        self.source("Middle", "Files", "import Foundation\n")
        self.assert_finds(self.layers(), "Files.swift:2: imports Foundation; allowed for Middle", "Low")

    def test_a_target_outside_the_table_is_found(self):
        self.targets["New"] = []
        self.source("New", "New", "")
        self.assert_finds(self.layers(), "target New has no line in .ci/layers.json")

    def test_a_table_line_without_a_target_is_found(self):
        del self.targets["High"]
        self.assert_finds(self.layers(), "module High is not a target")

    def test_imports_in_comments_and_strings_are_not_imports(self):
        self.source("Middle", "Text", '/* a\nimport Nowhere\n*/\nlet text = """\n    import Nowhere\n    """\n')
        self.assert_clean(self.layers())

    def test_paths_that_differ_only_in_case_are_found(self):
        self.source("Middle", "Text", "")
        self.source("Middle", "text", "")
        if os.path.samefile(self.root / "Sources/Middle/Text.swift", self.root / "Sources/Middle/text.swift"):
            self.skipTest("this file system ignores case")
        self.assert_finds(self.layers(), "Sources/Middle/Text.swift and Sources/Middle/text.swift: differ only in case")

    def test_unsafe_constructs_need_a_reason(self):
        forms = {
            "final class Box: @unchecked Sendable {}": "@unchecked Sendable",
            "func f() { Task { await g() } }": "an unstructured task",
            "let t = Task.detached(priority: .low) { 1 }": "an unstructured task",
            "let t = Task(executorPreference: pool()) { 1 }": "an unstructured task",
            "let t = Task<Int, any Error> { 1 }": "an unstructured task",
        }
        for form, words in forms.items():
            with self.subTest(form):
                self.source("Middle", "Unsafe", form + "\n")
                self.assert_finds(self.layers(), f"Sources/Middle/Unsafe.swift:2: {words}")

    def test_task_groups_and_comments_are_no_unstructured_tasks(self):
        self.source("Middle", "Safe", "// Task { }\nfunc f() async { await withTaskGroup { $0.addTask { } } }\n")
        self.assert_clean(self.layers())

    def test_an_allowance_excuses_its_file_until_it_is_no_longer_needed(self):
        allowed = {"Sources/Middle/Owner.swift": "owns a pointer"}
        self.write_data("allowances", {"unchecked_sendable": allowed, "unstructured_task": {}})
        self.source("Middle", "Owner", "final class Owner: @unchecked Sendable {}\n")
        self.assert_clean(self.layers())
        self.source("Middle", "Owner", "final class Owner {}\n")
        self.assert_finds(self.layers(), "Owner.swift has no @unchecked Sendable any more")
