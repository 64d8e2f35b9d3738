// SPDX-License-Identifier: Apache-2.0
import Foundation
import PackagePlugin

/// Generates Swift from a target's `.proto` files when the target is built: one command per file, which runs again
/// when the file, one that it imports, the configuration or the generator has changed.
@main
struct SkeinProtobufPlugin: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) async throws -> [Command] {
        do {
            return try commands(context, target)
        } catch let error as ProtoError {
            // In the text too, since `swift build` does not show the file; and never that of this plugin.
            Diagnostics.error("\(target.name): \(error)", file: error.path, line: error.path.map { _ in 1 })
            return []
        }
    }

    private func commands(_ context: PluginContext, _ target: any Target) throws -> [Command] {
        let plan = try ProtoPlan(folder: target.directoryURL.path)
        if plan.steps.isEmpty {
            throw ProtoError("has no .proto files in \(target.directoryURL.path); add one, or remove the plugin")
        }
        // The commands look for protoc themselves; this is to say once, and early, that it is missing.
        _ = try ProtocLocator.find(ProcessInfo.processInfo.environment)
        let runner = try context.tool(named: "SkeinProtoc").url
        let generator = try context.tool(named: "protoc-gen-skein").url
        let output = context.pluginWorkDirectoryURL
        return plan.steps.map { step in
            .buildCommand(
                displayName: "Generating \(step.output)",
                executable: runner,
                arguments: plan.runnerArguments(
                    for: step, target: target.directoryURL.path, generator: generator.path, output: output.path)
                    + ["--planned", plan.fingerprint, "--inputs", ProtoPlan.fingerprint(step.inputs)],
                inputFiles: step.inputs.map { URL(fileURLWithPath: $0) } + [generator],
                outputFiles: [output.appendingPathComponent(step.output)])
        }
    }
}
