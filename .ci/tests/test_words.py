# SPDX-License-Identifier: Apache-2.0
import shutil

from support import HEAD, PROJECT, CheckTest


class WordsTests(CheckTest):
    def setUp(self):
        super().setUp()
        self.write(".ci/words.json", "")
        shutil.copy(PROJECT / ".ci/words.json", self.root / ".ci")

    def test_files_that_begin_with_the_licence_line_pass(self):
        self.write("Package.swift", "// swift-tools-version: 6.2\n" + HEAD)
        self.write("Sources/A.swift", HEAD)
        self.write("tool", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")
        self.write("README.md", "# Text\n")
        self.assert_clean(self.run_check("words"))

    def test_a_source_file_without_the_licence_line_is_found(self):
        for path, text in [("a.swift", "import A\n"), ("a.proto", ""), ("tool", "#!/bin/sh\necho\n"), ("a.c", "/* x */")]:
            with self.subTest(path):
                self.write(path, text)
                self.assert_finds(self.run_check("words"), f"{path}:1: begin with")

    def test_the_path_of_one_machine_is_found_in_any_text(self):
        self.write("README.md", "See\n/" + "work/main for more\n")
        self.assert_finds(self.run_check("words"), "README.md:2: '/" + "work/': a path of one machine")

    def test_files_that_are_not_text_are_left_alone(self):
        (self.root / "a.bin").write_bytes(b"\xff\xfe\x00")
        self.assert_clean(self.run_check("words"))
