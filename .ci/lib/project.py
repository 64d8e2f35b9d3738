# SPDX-License-Identifier: Apache-2.0
"""What the checks share: where the project is, which files it has, and how to report."""

import json
import os
import pathlib
import sys

CHECKS = pathlib.Path(__file__).resolve().parent.parent


def files(root, *suffixes):
    """The project's own files under `root` with one of the suffixes (all without any), as sorted relative paths."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not is_foreign(name)]
        for name in names:
            if not suffixes or name.endswith(suffixes):
                found.append(os.path.relpath(os.path.join(folder, name), root))
    return sorted(found)


def is_foreign(folder):
    """Whether a folder holds what was built or fetched."""
    return folder in (".git", ".venv", ".swiftpm", "__pycache__", "node_modules") or folder.startswith(".build")


def is_generated(path):
    return path.endswith((".skein.swift", ".pb.swift"))


def read(root, path):
    """The text of a file, or None where it is not text."""
    try:
        return pathlib.Path(root, path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def data(root, name):
    """A check's own data: `.ci/<name>.json` of the checked project."""
    path = pathlib.Path(root, ".ci", f"{name}.json")
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{path}: {error}")


def finish(problems):
    """Prints the problems as a compiler would and ends the check: 0 without any, 1 with some."""
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)
