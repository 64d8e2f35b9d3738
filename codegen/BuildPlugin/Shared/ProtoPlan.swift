// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Which files of a target are generated from what, and how: the same for both plugins.
struct ProtoPlan {
    /// One run of protoc, for one `.proto` file.
    struct Step {
        let file: ProtoTree.File
        /// What the result depends on: the file, what it imports, and the configuration.
        let inputs: [String]
        /// The name of the generated file.
        let output: String
    }

    let steps: [Step]
    let configuration: ProtoConfiguration
    private let tree: ProtoTree

    /// The plan for the target in `folder`. Throws a `ProtoError`.
    init(folder: String) throws {
        let path = ProtoTree.join(folder, ProtoConfiguration.fileName)
        let json = FileManager.default.contents(atPath: path)
        configuration = try json.map { try ProtoConfiguration($0, path: path) } ?? ProtoConfiguration()
        let tree = try ProtoTree(target: folder, include: configuration.include, configuration: path)
        self.tree = tree
        let files = try configuration.protos?.map { name in
            if let file = tree.file(name) { return file }
            let searched = tree.folders.joined(separator: ", ")
            throw ProtoError("protos: \"\(name)\" is in none of the include folders (\(searched))", in: path)
        }
        steps = (files ?? tree.all()).map { file in
            Step(
                file: file, inputs: [file.path] + tree.imports(of: file) + (json == nil ? [] : [path]),
                output: ProtoPlan.outputName(file.name))
        }
        try refuseSameOutputs(path)
    }

    func step(for name: String) -> Step? { steps.first { $0.file.name == name } }

    /// What `SkeinProtoc` is called with to generate `step`'s file into `output`.
    func runnerArguments(for step: Step, target: String, generator: String, output: String) -> [String] {
        ["--target", target, "--proto", step.file.name, "--generator", generator, "--output", output]
    }

    /// What protoc is called with to generate `step`'s file into `folder`.
    func protocArguments(for step: Step, generator: String, folder: String) -> [String] {
        tree.folders.map { "-I\($0)" }
            + ["--plugin=protoc-gen-skein=\(generator)", "--skein_out=\(folder)", "--skein_opt=paths=flat"]
            + configuration.options.map { "--skein_opt=\($0)" } + [step.file.name]
    }

    /// Of `include` and `protos`. A build is planned once and then run often: it has to be planned anew when this has
    /// changed.
    var fingerprint: String {
        ProtoPlan.fingerprint(configuration.include + ["protos"] + (configuration.protos ?? ["*"]))
    }

    /// Of a list of strings; the same in every process.
    static func fingerprint(_ strings: [String]) -> String {
        let hash = strings.joined(separator: "\n").utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
            (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }
        return String(hash, radix: 16)
    }

    /// `orders/orders.proto` becomes `orders_orders.skein.swift`: no two files of a module may have one name.
    private static func outputName(_ name: String) -> String {
        name.dropLast(".proto".count).replacingOccurrences(of: "/", with: "_") + ".skein.swift"
    }

    private func refuseSameOutputs(_ configuration: String) throws {
        var names: [String: String] = [:]
        for step in steps {
            if let other = names.updateValue(step.file.name, forKey: step.output) {
                throw ProtoError(
                    "protos: \(other) and \(step.file.name) would both become \(step.output)", in: configuration)
            }
        }
    }
}
