# SPDX-License-Identifier: Apache-2.0
from support import CheckTest


class LinksTests(CheckTest):
    def test_links_to_what_is_there_pass(self):
        self.write("docs/a.md", "See [b](b.md#part), [c](../Sources), [web](https://example.org) and `Sources/A.swift`.\n")
        self.write("docs/b.md", "Write `Sources/Policies/X.swift` or `Sources/Commands/XCommand.swift`.\n")
        self.write("Sources/A.swift", "")
        self.assert_clean(self.run_check("links"))

    def test_a_dead_link_and_a_dead_path_are_found(self):
        self.write("docs/a.md", "See\n[b](b.md) and `Sources/B.swift`.\n")
        self.assert_finds(
            self.run_check("links"), "docs/a.md:2: docs/b.md is not there", "docs/a.md:2: Sources/B.swift is not there")
