# SPDX-License-Identifier: Apache-2.0
from support import HEAD, CheckTest


def function(lines, parameters=""):
    return f"func long({parameters}) {{\n" + "    work()\n" * (lines - 2) + "}\n"


class SizesTests(CheckTest):
    def setUp(self):
        super().setUp()
        self.write_data("sizes", {"exceptions": {}})
        for number in range(10):
            self.write(f"Sources/Small{number}.swift", HEAD)

    def test_a_function_at_the_limits_passes(self):
        self.write("Sources/A.swift", function(60, "a: Int, b: (Int, Int), c: [Int: Int], d: Int, e: Int, f: Int = 3"))
        self.assert_clean(self.run_check("sizes"))

    def test_a_function_of_61_lines_is_found(self):
        self.write("Sources/A.swift", "struct A {\n" + function(61) + "}\n")
        self.assert_finds(self.run_check("sizes"), "Sources/A.swift:2: long has 61 lines, at most 60")

    def test_the_length_counts_through_braces_in_strings_and_wrapped_signatures(self):
        text = 'func long<T>(\n    _ a: T\n) async throws\n    -> String\nwhere T: P {\n    "}"\n' + "\n" * 60 + "}\n"
        self.write("Sources/A.swift", text)
        self.assert_finds(self.run_check("sizes"), "long has 67 lines")

    def test_an_initialiser_is_measured_and_a_call_or_requirement_is_not(self):
        seven = "a: Int, b: Int, c: Int, d: Int, e: Int, f: Int, g: Int"
        self.write("Sources/A.swift", f"protocol P {{\n    func f({seven})\n}}\nstruct S {{\n    init({seven}) {{}}\n}}\n")
        code, output = self.run_check("sizes")
        self.assertEqual((code, output), (1, "Sources/A.swift:5: init has 7 parameters, at most 6\n"))

    def test_a_closure_in_the_parameters_counts_once(self):
        self.write("Sources/A.swift", "func f(a: Int, body: (Int, Int, Int, Int, Int, Int) -> Dictionary<Int, Int>) {}\n")
        self.assert_clean(self.run_check("sizes"))

    def test_the_seventh_level_of_braces_is_found(self):
        self.write("Sources/A.swift", "if a {\n" * 6 + "f()\n" + "}\n" * 6)
        self.assert_clean(self.run_check("sizes"))
        self.write("Sources/A.swift", "if a {\n" * 7 + "f()\n" + "}\n" * 7)
        self.assert_finds(self.run_check("sizes"), "Sources/A.swift:8: 7 levels of braces")

    def test_a_file_of_501_lines_is_found(self):
        self.write("Sources/A.swift", "// x\n" * 501)
        self.assert_finds(self.run_check("sizes"), "Sources/A.swift: 501 lines, at most 500")

    def test_too_many_files_of_middling_size_are_found(self):
        for number in range(11):
            self.write(f"Sources/Middling{number}.swift", "// x\n" * 120)
        self.assert_finds(self.run_check("sizes"), "10 of 21 files are under 120 lines, want half")

    def test_python_functions_are_measured_too(self):
        self.write("tool.py", "def long():\n" + "    work()\n" * 60)
        self.assert_finds(self.run_check("sizes"), "tool.py:1: long has 61 lines")

    def test_generated_code_is_left_out(self):
        self.write("Sources/a.skein.swift", function(600))
        self.assert_clean(self.run_check("sizes"))

    def test_an_exception_excuses_its_file_until_it_is_no_longer_needed(self):
        self.write_data("sizes", {"exceptions": {"Sources/A.swift": "a table"}})
        self.write("Sources/A.swift", function(61))
        self.assert_clean(self.run_check("sizes"))
        self.write("Sources/A.swift", function(60))
        self.assert_finds(self.run_check("sizes"), "Sources/A.swift needs no exception")
