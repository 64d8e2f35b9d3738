// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The folders in which a target's `.proto` files and their imports lie.
struct ProtoTree {
    /// A `.proto` file: its name as imports name it, and its path.
    struct File: Hashable {
        let name: String
        let path: String
    }

    /// Absolute, in the order in which they are searched.
    let folders: [String]
    private let target: String

    /// Throws when one of the folders is missing.
    init(target: String, include: [String], configuration: String) throws {
        let target = ProtoTree.normalised(target)
        self.target = target
        folders = include.map { ProtoTree.normalised(ProtoTree.join(target, $0)) }
        for (folder, name) in zip(folders, include) where !ProtoTree.isFolder(folder) {
            throw ProtoError("include: no folder \"\(name)\" (looked at \(folder))", in: configuration)
        }
    }

    /// The file that `name` stands for in an import, or `nil` when none of the folders has it.
    func file(_ name: String) -> File? {
        folders.lazy.map { ProtoTree.join($0, name) }.first { FileManager.default.fileExists(atPath: $0) }.map {
            File(name: name, path: $0)
        }
    }

    /// All `.proto` files below those of the folders that lie inside of the target's, each once, sorted.
    func all() -> [File] {
        let own = folders.filter { $0 == target || $0.hasPrefix(target + "/") }
        let paths = Set(own.flatMap(ProtoTree.protos))
        return paths.sorted().compactMap { path in
            let folder = folders.first { path.hasPrefix($0 + "/") }
            return folder.map { File(name: String(path.dropFirst($0.count + 1)), path: path) }
        }
    }

    /// The paths of the files that `file` imports, directly or not, as far as the folders have them; sorted.
    func imports(of file: File) -> [String] {
        var found: Set<String> = []
        var open = [file.path]
        while let path = open.popLast() {
            // An unreadable file is protoc's to report.
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            for case let imported? in ProtoImports.names(in: text).map(self.file)
            where found.insert(imported.path).inserted {
                open.append(imported.path)
            }
        }
        return found.subtracting([file.path]).sorted()
    }

    private static func protos(below folder: String) -> [String] {
        let names = FileManager.default.enumerator(atPath: folder)
        var paths: [String] = []
        while let name = names?.nextObject() as? String {
            if name.split(separator: "/").last?.hasPrefix(".") == true { names?.skipDescendants() }
            if name.hasSuffix(".proto") { paths.append(join(folder, name)) }
        }
        return paths
    }

    private static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }

    static func join(_ folder: String, _ path: String) -> String {
        path.hasPrefix("/") ? path : folder + "/" + path
    }

    /// Without `.`, `..` and a slash at the end.
    private static func normalised(_ path: String) -> String {
        URL(fileURLWithPath: path).standardized.path
    }
}
