// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// Each folder of codegen/Goldens holds `.proto` files and the Swift files that the generator makes of them.
///
/// `SKEIN_REGENERATE_GOLDENS=1 swift test --filter GoldenTests` writes the Swift files anew.
@Suite(.timeLimit(.minutes(2))) struct GoldenTests {
    static let cases: [String] = {
        let folders = try? FileManager.default.contentsOfDirectory(atPath: Protoc.goldens.path)
        return (folders ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    private let isRegenerating = ProcessInfo.processInfo.environment["SKEIN_REGENERATE_GOLDENS"] != nil

    @Test("there is a golden for each area of the language")
    func exist() {
        let areas = [
            "closedenums", "comments", "deprecated", "enums", "imports", "keywords", "maps", "nested", "oneofs",
            "optional", "prefix", "proto2", "recursion", "required", "scalars", "services", "wellknown",
        ]
        #expect(Set(GoldenTests.cases).isSuperset(of: areas))
    }

    @Test("generated code is, byte for byte, what is checked in", arguments: cases)
    func matches(name: String) throws {
        let folder = Protoc.goldens.appendingPathComponent(name)
        let protos = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".proto")
        }.sorted()
        let outcome = try Protoc.run(protos.map { "\(name)/\($0)" }, in: Protoc.goldens)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.files.count == protos.count)
        for (path, text) in outcome.files {
            let golden = Protoc.goldens.appendingPathComponent(path)
            if isRegenerating { try Data(text.utf8).write(to: golden) }
            let checkedIn = try String(contentsOf: golden, encoding: .utf8)
            let difference = zip(text.split(separator: "\n"), checkedIn.split(separator: "\n")).first { $0 != $1 }
            #expect(text == checkedIn, "\(path): first difference \(String(describing: difference))")
        }
    }
}
