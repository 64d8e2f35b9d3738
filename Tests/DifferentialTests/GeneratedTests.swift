// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite(.timeLimit(.minutes(30))) struct GeneratedTests {
    @Test("swift-protobuf's messages are those that its generator writes today")
    func isCurrent() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let checkedIn = tests.appendingPathComponent("SwiftProtobufMessages")
        let output = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: output) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "protoc", "--plugin=protoc-gen-swift=\(try BuiltProgram.find("protoc-gen-swift").path)",
                "--swift_opt=Visibility=Public,FileNaming=PathToUnderscores,UseAccessLevelOnImports=true",
                "--swift_out=\(output.path)", "-I", tests.appendingPathComponent("../../protos").standardized.path,
            ] + Subject.files
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let names = try FileManager.default.contentsOfDirectory(atPath: output.path)
        #expect(names.count == Subject.files.count)
        for name in names {
            let fresh = try Data(contentsOf: output.appendingPathComponent(name))
            #expect(try fresh == Data(contentsOf: checkedIn.appendingPathComponent(name)), "\(name)")
        }
    }
}
