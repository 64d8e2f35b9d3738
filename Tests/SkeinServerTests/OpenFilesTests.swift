// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinServer

@Suite struct OpenFilesTests {
    @Test("a process may open more than a few files")
    func limit() { #expect(OpenFiles.limit >= 64) }
}
