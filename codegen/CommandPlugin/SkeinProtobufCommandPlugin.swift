// SPDX-License-Identifier: Apache-2.0
import Foundation
import PackagePlugin

/// `swift package generate-protos [--target NAME]…` generates Swift from the `.proto` files of a package's targets, to
/// be checked in. It writes into the folder `Generated` of the target, and only files whose content has changed.
@main
struct SkeinProtobufCommandPlugin: CommandPlugin {
    func performCommand(context: PluginContext, arguments: [String]) async throws {
        do {
            _ = try ProtocLocator.find(ProcessInfo.processInfo.environment)
            for target in try targets(of: context.package, arguments) {
                try generate(target, context)
            }
        } catch let error as ProtoError {
            Diagnostics.error("\(error)", file: error.path, line: error.path.map { _ in 1 })
        }
    }

    /// The targets named by `--target`, or else all that have `.proto` files.
    private func targets(of package: Package, _ arguments: [String]) throws -> [any Target] {
        var extractor = ArgumentExtractor(arguments)
        let names = extractor.extractOption(named: "target")
        if let unknown = extractor.remainingArguments.first {
            throw ProtoError("unknown argument \"\(unknown)\"; expected --target NAME, as often as needed")
        }
        let all = package.targets.filter { $0 is SwiftSourceModuleTarget }
        let known = all.map(\.name).joined(separator: ", ")
        let named = try names.map { name in
            if let target = all.first(where: { $0.name == name }) { return target }
            throw ProtoError("no target \"\(name)\" with Swift sources; there are \(known)")
        }
        if !named.isEmpty { return named }
        let found = try all.filter { try !ProtoPlan(folder: $0.directoryURL.path).steps.isEmpty }
        if found.isEmpty { throw ProtoError("no .proto files in the folders of the targets \(known)") }
        return found
    }

    private func generate(_ target: any Target, _ context: PluginContext) throws {
        let plan = try ProtoPlan(folder: target.directoryURL.path)
        let runner = try context.tool(named: "SkeinProtoc").url
        let generator = try context.tool(named: "protoc-gen-skein").url
        let output = target.directoryURL.appendingPathComponent(plan.configuration.output)
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        for step in plan.steps {
            let arguments = plan.runnerArguments(
                for: step, target: target.directoryURL.path, generator: generator.path, output: output.path)
            let process = try Process.run(runner, arguments: arguments)
            process.waitUntilExit()
            if process.terminationStatus != 0 {
                throw ProtoError("generate from \(step.file.name): see above", in: step.file.path)
            }
            print(output.appendingPathComponent(step.output).path)
        }
    }
}
