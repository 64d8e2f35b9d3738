// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinProtobuf

/// The files behind a server's services, by what is asked for.
struct ReflectionIndex: Sendable {
    struct File: Sendable {
        let descriptor: [UInt8]
        let names: DeclaredNames
    }

    /// Sorted.
    let services: [String]
    private(set) var files: [String: File] = [:]
    private var fileOfSymbol: [String: String] = [:]
    private var fileOfExtension: [DeclaredNames.Extension: String] = [:]
    private var messages: Set<String> = []
    private var extensions: [String: Set<Int32>] = [:]

    /// A descriptor that cannot be read is left out, as is a second file of the same path.
    init(_ services: [ServiceDescriptor], _ others: [ProtobufFile]) {
        self.services = Set(services.map(\.name)).sorted()
        let others = others.flatMap(\.withImports).map(\.serialized)
        for descriptor in services.flatMap(\.fileDescriptors) + others { add(descriptor) }
    }

    private mutating func add(_ descriptor: [UInt8]) {
        guard let names = try? DeclaredNames(descriptor: descriptor), files[names.path] == nil else { return }
        files[names.path] = File(descriptor: descriptor, names: names)
        messages.formUnion(names.messages)
        for symbol in names.symbols where fileOfSymbol[symbol] == nil { fileOfSymbol[symbol] = names.path }
        for item in names.extensions {
            extensions[item.type, default: []].insert(item.number)
            if fileOfExtension[item] == nil { fileOfExtension[item] = names.path }
        }
    }

    func file(ofSymbol symbol: String) -> String? { fileOfSymbol[symbol] }

    func file(ofExtension number: Int32, of type: String) -> String? {
        fileOfExtension[.init(type: type, number: number)]
    }

    /// Sorted; `nil` when there is no such message type.
    func extensionNumbers(of type: String) -> [Int32]? {
        if let numbers = extensions[type] { return numbers.sorted() }
        return messages.contains(type) ? [] : nil
    }

    /// The file, first, and those it imports, directly or not, but for those in `sent`. All are in `sent` afterwards.
    /// Clients take the first for the answer, so it is given even if it was sent before.
    func descriptors(from path: String, sent: inout Set<String>) -> [[UInt8]] {
        guard let first = files[path] else { return [] }
        sent.insert(path)
        var found = [first]
        var seen: Set = [path]
        var result = [first.descriptor]
        var next = 0
        while next < found.count {
            for path in found[next].names.imports where seen.insert(path).inserted {
                guard let file = files[path] else { continue }
                found.append(file)
                if sent.insert(path).inserted { result.append(file.descriptor) }
            }
            next += 1
        }
        return result
    }
}
