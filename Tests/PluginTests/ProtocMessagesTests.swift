// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinProtoc

@Suite struct ProtocMessagesTests {
    private func rewrite(_ line: String, hasFailed: Bool = true, configuration: String? = nil) -> String {
        let messages = ProtocMessages(
            arguments: ["-I/shop", "-I/more", "--skein_out=/out", "orders.proto"], hasFailed: hasFailed,
            configuration: configuration)
        return messages.rewrite(line) { ["/shop/orders.proto", "/more/deep/money.proto"].contains($0) }
    }

    static let lines: [(String, String)] = [
        ("orders.proto:3:1: Expected \";\".", "/shop/orders.proto:3:1: error: Expected \";\"."),
        ("deep/money.proto:12:40: \"X\" is taken.", "/more/deep/money.proto:12:40: error: \"X\" is taken."),
        ("orders.proto: is empty", "/shop/orders.proto:1:1: error: is empty"),
        (
            "orders.proto:5:1: warning: Import x.proto is unused.",
            "/shop/orders.proto:5:1: warning: Import x.proto is unused."
        ),
        (
            "--skein_out: orders.proto:3:1: groups are not supported",
            "/shop/orders.proto:3:1: error: groups are not supported"
        ),
        ("gone.proto: File not found.", "error: protoc: gone.proto: File not found."),
        ("Could not make proto path relative", "error: protoc: Could not make proto path relative"),
        ("--skein_out: unknown option \"x\"", "error: options: unknown option \"x\""),
    ]

    @Test("what protoc says is said as compilers do, with the file's full path", arguments: lines)
    func rewrites(line: String, expected: String) {
        #expect(rewrite(line) == expected)
    }

    @Test(
        "what is wrong with an option is said of the configuration", arguments: ["visibility=x", "module=a.proto:B C"])
    func options(option: String) {
        let line = rewrite("--skein_out: option \(option): expected", configuration: "/shop/skein-protos.json")
        #expect(line == "/shop/skein-protos.json:1:1: error: options: option \(option): expected")
    }

    @Test("what did not stop protoc is a warning")
    func warnings() {
        #expect(rewrite("[libprotobuf WARNING] no syntax", hasFailed: false).hasPrefix("warning: protoc: "))
    }
}
