# SPDX-License-Identifier: Apache-2.0
"""Small projects in temporary folders, and the checks run over them."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECKS = pathlib.Path(__file__).resolve().parent.parent
PROJECT = CHECKS.parent
HEAD = "// SPDX-License-Identifier: Apache-2.0\n"


class CheckTest(unittest.TestCase):
    """A test that writes a tiny project and runs one check over it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def write_data(self, name, value):
        self.write(f".ci/{name}.json", json.dumps(value))

    def run_check(self, name, *arguments):
        """(exit code, output)"""
        command = [sys.executable, "-B", str(CHECKS / name), "--root", str(self.root), *arguments]
        result = subprocess.run(command, capture_output=True, text=True)
        return result.returncode, result.stdout + result.stderr

    def assert_clean(self, result):
        self.assertEqual(result, (0, ""))

    def assert_finds(self, result, *words):
        code, output = result
        self.assertEqual(code, 1, output)
        for word in words:
            self.assertIn(word, output)
