// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinProtoc

@Suite struct ProtocLocatorTests {
    static let found: [([String: String], String)] = [
        (["PATH": "/a:/b"], "/b/protoc"),
        (["PATH": "/b:/c"], "/b/protoc"),
        (["PATH": "/b", "PROTOC_PATH": "/c/protoc"], "/c/protoc"),
        (["PATH": "/b", "PROTOC_PATH": ""], "/b/protoc"),
        (["PATH": "/a"], "/usr/local/bin/protoc"),
        ([:], "/usr/local/bin/protoc"),
    ]

    @Test("PROTOC_PATH comes first, then PATH, then the usual folders", arguments: found)
    func finds(environment: [String: String], expected: String) throws {
        let programs = ["/b/protoc", "/c/protoc", "/usr/local/bin/protoc"]
        #expect(try ProtocLocator.find(environment) { programs.contains($0) } == expected)
    }

    static let missing: [([String: String], String)] = [
        (["PATH": "/a:/b"], "find protoc, the protobuf compiler: not in PATH; install it ("),
        ([:], "find protoc, the protobuf compiler: PATH is empty; install it ("),
        (
            ["PATH": "/a", "PROTOC_PATH": "/x"],
            "run protoc: PROTOC_PATH is \"/x\", which is not a program; install it ("
        ),
    ]

    @Test("a missing protoc says where it was looked for, and how to install it", arguments: missing)
    func refuses(environment: [String: String], start: String) throws {
        let error = #expect(throws: ProtoError.self) { try ProtocLocator.find(environment) { _ in false } }
        let text = error?.description ?? ""
        #expect(text.hasPrefix(start), "\(text)")
        for words in ["apt-get install protobuf-compiler", "brew install protobuf", "set PROTOC_PATH"] {
            #expect(text.contains(words))
        }
    }
}
