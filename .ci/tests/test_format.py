# SPDX-License-Identifier: Apache-2.0
import shutil

from support import PROJECT, CheckTest


class FormatTests(CheckTest):
    def setUp(self):
        super().setUp()
        shutil.copy(PROJECT / ".swift-format", self.root)

    def test_formatted_code_passes(self):
        self.write("Sources/A.swift", "struct A {\n    let a = 1\n}\n")
        self.assert_clean(self.run_check("format"))

    def test_an_unformatted_file_is_found_and_fixed(self):
        self.write("Sources/A.swift", "struct A {\n  let a = 1;\n}\n")
        self.assert_finds(self.run_check("format"), "Sources/A.swift:2")
        self.assert_clean(self.run_check("format", "--fix"))
        self.assertEqual((self.root / "Sources/A.swift").read_text(), "struct A {\n    let a = 1\n}\n")

    def test_generated_code_and_what_was_built_are_left_out(self):
        for path in ["Sources/a.skein.swift", ".build/checkouts/a.swift", ".build-peers/a.swift"]:
            self.write(path, "struct A {\n  let a = 1;\n}\n")
        self.assert_clean(self.run_check("format"))
