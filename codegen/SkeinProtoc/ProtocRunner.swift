// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Generates from one `.proto` file of a target. The SwiftPM plugins run it, once for each file.
///
/// It reads the configuration itself, so that a build need not be planned anew for new options, and it writes only
/// what has changed, so that nothing is compiled in vain.
struct ProtocRunner {
    static let usage = """
        usage: SkeinProtoc --target FOLDER --proto NAME --generator PROGRAM --output FOLDER \
        [--planned FINGERPRINT --inputs FINGERPRINT]
        """

    private let target: String
    private let proto: String
    private let generator: String
    private let output: String
    /// What the plan was when the build was planned, and what the file depended on then.
    private let planned: String?
    private let inputs: String?

    init(_ arguments: [String]) throws {
        var values: [String: String] = [:]
        for index in stride(from: 0, to: arguments.count, by: 2) {
            guard arguments[index].hasPrefix("--"), index + 1 < arguments.count else {
                throw ProtoError(ProtocRunner.usage)
            }
            values[String(arguments[index].dropFirst(2))] = arguments[index + 1]
        }
        func required(_ name: String) throws -> String {
            try values.removeValue(forKey: name) ?? { throw ProtoError(ProtocRunner.usage) }()
        }
        target = try required("target")
        proto = try required("proto")
        generator = try required("generator")
        output = try required("output")
        planned = values.removeValue(forKey: "planned")
        inputs = values.removeValue(forKey: "inputs")
        if !values.isEmpty { throw ProtoError(ProtocRunner.usage) }
    }

    /// Whether it was successful. `say` gets lines for standard error.
    func run(say: (String) -> Void) throws -> Bool {
        let configuration = ProtoTree.join(target, ProtoConfiguration.fileName)
        let plan = try ProtoPlan(folder: target)
        guard planned == nil || planned == plan.fingerprint, let step = plan.step(for: proto) else {
            throw ProtoError(
                "include or protos have changed since the build was planned; touch Package.swift to plan it anew",
                in: configuration)
        }
        if let inputs, inputs != ProtoPlan.fingerprint(step.inputs) {
            say(
                "\(step.file.path):1:1: warning: imports have changed since the build was planned; touch Package.swift "
                    + "to have \(proto) generated again when what it imports now changes")
        }
        let fresh = URL(fileURLWithPath: output).appendingPathComponent("." + step.output)
        try FileManager.default.createDirectory(at: fresh, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: fresh) }
        let arguments = plan.protocArguments(for: step, generator: generator, folder: fresh.path)
        guard try runProtoc(arguments, say) else { return false }
        try replace(
            URL(fileURLWithPath: output).appendingPathComponent(step.output),
            with: fresh.appendingPathComponent(step.output))
        return true
    }

    private func runProtoc(_ arguments: [String], _ say: (String) -> Void) throws -> Bool {
        let process = Process()
        let errors = Pipe()
        process.executableURL = URL(fileURLWithPath: try ProtocLocator.find(ProcessInfo.processInfo.environment))
        process.arguments = arguments
        process.standardError = errors
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let hasFailed = process.terminationReason != .exit || process.terminationStatus != 0
        let configuration = ProtoTree.join(target, ProtoConfiguration.fileName)
        let messages = ProtocMessages(
            arguments: arguments, hasFailed: hasFailed,
            configuration: FileManager.default.fileExists(atPath: configuration) ? configuration : nil)
        for line in said.split(separator: "\n") { say(messages.rewrite(String(line))) }
        return !hasFailed
    }

    private func replace(_ old: URL, with new: URL) throws {
        let content = try Data(contentsOf: new)
        if (try? Data(contentsOf: old)) != content { try content.write(to: old) }
    }
}
