# SPDX-License-Identifier: Apache-2.0
import sys

from support import CheckTest

# A generator of one file, `hello.skein.swift`: a CodeGeneratorResponse with field 15 (file), in it 1 (name), 15 (content).
PLUGIN = """#!{python}
import sys
sys.stdin.buffer.read()
def field(number, value): return bytes([number << 3 | 2, len(value)]) + value
sys.stdout.buffer.write(field(15, field(1, b"hello.skein.swift") + field(15, b"// fresh\\n")))
"""


class GeneratedTests(CheckTest):
    def setUp(self):
        super().setUp()
        group = {"protos": ["hello.proto"], "include": ["protos"], "options": "A=b", "folder": "Sources/Generated"}
        self.write_data("generated", {"groups": [group]})
        self.write("protos/hello.proto", 'syntax = "proto3";\nmessage A {}\n')
        self.write("plugin", PLUGIN.format(python=sys.executable))
        (self.root / "plugin").chmod(0o755)
        self.result = self.root / "Sources/Generated/hello.skein.swift"

    def generated(self, *arguments):
        return self.run_check("generated", "--plugin", str(self.root / "plugin"), *arguments)

    def test_what_the_generator_writes_today_passes(self):
        self.assert_clean(self.generated("--write"))
        self.assertEqual(self.result.read_text(), "// fresh\n")
        self.assert_clean(self.generated())

    def test_a_stale_file_is_found(self):
        self.write("Sources/Generated/hello.skein.swift", "// stale\n")
        self.assert_finds(self.generated(), "Sources/Generated/hello.skein.swift: differs")

    def test_a_file_never_generated_is_found(self):
        self.assert_finds(self.generated(), "Sources/Generated/hello.skein.swift: not there")

    def test_a_generated_file_outside_the_list_is_found(self):
        self.generated("--write")
        self.write("Sources/Generated/gone.skein.swift", "// left over\n")
        self.assert_finds(self.generated(), "Sources/Generated/gone.skein.swift: generated, but by no group")

    def test_a_broken_proto_is_reported_with_its_place(self):
        self.write("protos/hello.proto", 'syntax = "proto3";\nmessage {}\n')
        self.assert_finds(self.generated(), "hello.proto:2:9")
