// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Rewrites what protoc says into what compilers say, so that an IDE shows it at the line it speaks of:
/// `orders.proto:3:1: Expected ";".` becomes `/src/shop/orders.proto:3:1: error: Expected ";".`
struct ProtocMessages {
    /// The folders given by `-I`, in which protoc found the files that it names.
    private let folders: [String]
    /// What it is when protoc does not say: an error if it was unsuccessful.
    private let severity: String
    /// The configuration, which is where options come from.
    private let configuration: String?

    /// `arguments` are protoc's.
    init(arguments: [String], hasFailed: Bool, configuration: String?) {
        self.configuration = configuration
        severity = hasFailed ? "error" : "warning"
        folders = arguments.filter { $0.hasPrefix("-I") }.map { String($0.dropFirst(2)) }
    }

    func rewrite(_ line: String, isFile: (String) -> Bool = { FileManager.default.fileExists(atPath: $0) }) -> String {
        // Errors of the generator begin with the option that called it.
        let prefix = "--skein_out: "
        let isGenerator = line.hasPrefix(prefix)
        let line = isGenerator ? String(line.dropFirst(prefix.count)) : line
        if let place = place(in: line, isFile) { return place }
        // Without a place it is about an option.
        if isGenerator { return (configuration.map { "\($0):1:1: " } ?? "") + "\(severity): options: \(line)" }
        return "\(severity): protoc: \(line)"
    }

    private func place(in line: String, _ isFile: (String) -> Bool) -> String? {
        guard let end = line.range(of: ".proto:") else { return nil }
        let name = line[..<end.lowerBound] + ".proto"
        guard let path = folders.map({ $0 + "/" + name }).first(where: isFile) else { return nil }
        let (position, text) = ProtocMessages.position(in: line[end.upperBound...])
        return "\(path):\(position): " + (text.hasPrefix("warning: ") ? text : "\(severity): \(text)")
    }

    /// Splits `3:1: Expected` and `Expected`; what has no position is about the beginning.
    private static func position(in rest: Substring) -> (position: String, text: Substring) {
        let parts = rest.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        if parts.count == 3, let line = Int(parts[0]), let column = Int(parts[1]) {
            return ("\(line):\(column)", parts[2].drop { $0 == " " })
        }
        return ("1:1", rest.drop { $0 == " " })
    }
}
