// SPDX-License-Identifier: Apache-2.0

/// The key-value pairs that travel with a call: headers one way, headers and trailers the other.
///
/// Names are lower case (`append` lowers them); a name that ends in `-bin` carries bytes, any other text. Entries keep
/// their order; a name may occur more than once. Metadata that came from the wire stays bytes until it is looked at.
public struct Metadata: Sendable {
    /// Text, or bytes for a name that ends in `-bin`.
    public enum Value: Sendable, Hashable {
        case text(String)
        case binary([UInt8])
    }

    public struct Element: Sendable, Hashable {
        public var name: String
        public var value: Value

        public init(name: String, value: Value) {
            self.name = name
            self.value = value
        }
    }

    private enum Storage {
        /// Most metadata: nothing to copy.
        case empty
        case entries([Element])
        case block(HeaderBlock)
    }

    private var storage: Storage

    public init() { storage = .empty }

    package init(_ block: HeaderBlock) { storage = block.isEmpty ? .empty : .block(block) }

    /// The entries, decoded if need be.
    private var entries: [Element] {
        switch storage {
        case .empty: []
        case .entries(let entries): entries
        case .block(let block): MetadataEncoding.decode(block)
        }
    }

    public var isEmpty: Bool {
        switch storage {
        case .empty: true
        case .entries(let entries): entries.isEmpty
        case .block(let block): block.isEmpty
        }
    }

    public var count: Int { entries.count }

    /// Adds an entry after all others.
    public mutating func append(_ name: String, _ value: Value) {
        var entries = entries
        entries.append(Element(name: name.lowercased(), value: value))
        storage = .entries(entries)
    }

    public mutating func append(contentsOf other: Metadata) {
        if other.isEmpty { return }
        storage = isEmpty ? other.storage : .entries(entries + other.entries)
    }

    /// The first text value of `name`. Setting replaces all values; `nil` removes them.
    public subscript(name: String) -> String? {
        get { values(name).first }
        set { replace(name, newValue.map { .text($0) }) }
    }

    /// The first binary value of `name`, which ends in `-bin`. Setting replaces all values; `nil` removes them.
    public subscript(binary name: String) -> [UInt8]? {
        get { binaryValues(name).first }
        set { replace(name, newValue.map { .binary($0) }) }
    }

    /// All text values of `name`, in order.
    public func values(_ name: String) -> [String] {
        let name = name.lowercased()
        return entries.compactMap { if $0.name == name, case .text(let text) = $0.value { text } else { nil } }
    }

    /// XXH64 of all text values of `name`, which is lower case, joined by commas; `nil` when there is none.
    package func hash(of name: String) -> UInt64? {
        let entries = entries
        var size = 0
        var last: String?
        for entry in entries where entry.name == name {
            guard case .text(let text) = entry.value else { continue }
            size += text.utf8.count + 1
            last = text
        }
        guard let last, size > last.utf8.count + 1 else { return last.map { XXHash64.hash($0) } }
        return withUnsafeTemporaryAllocation(byteCount: size, alignment: 1) { buffer in
            var offset = 0
            for entry in entries where entry.name == name {
                guard case .text(let text) = entry.value else { continue }
                for byte in text.utf8 {
                    buffer[offset] = byte
                    offset += 1
                }
                buffer[offset] = UInt8(ascii: ",")
                offset += 1
            }
            return XXHash64.hash(UnsafeRawBufferPointer(rebasing: buffer[..<(size - 1)]))
        }
    }

    /// All binary values of `name`, in order.
    public func binaryValues(_ name: String) -> [[UInt8]] {
        let name = name.lowercased()
        return entries.compactMap { if $0.name == name, case .binary(let bytes) = $0.value { bytes } else { nil } }
    }

    /// Removes all values of `name`; whether there were any.
    @discardableResult
    public mutating func remove(_ name: String) -> Bool {
        let before = entries
        let name = name.lowercased()
        let after = before.filter { $0.name != name }
        storage = .entries(after)
        return after.count < before.count
    }

    private mutating func replace(_ name: String, _ value: Value?) {
        remove(name)
        if let value { append(name, value) }
    }
}

extension Metadata: Sequence {
    public func makeIterator() -> IndexingIterator<[Element]> { entries.makeIterator() }
}

extension Metadata: Hashable {
    public static func == (a: Metadata, b: Metadata) -> Bool { a.entries == b.entries }
    public func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

extension Metadata: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, Value)...) {
        storage =
            elements.isEmpty ? .empty : .entries(elements.map { Element(name: $0.lowercased(), value: $1) })
    }
}

extension Metadata: CustomStringConvertible {
    public var description: String { "[\(map { "\($0.name): \($0.value)" }.joined(separator: ", "))]" }
}

extension Metadata.Value: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, CustomStringConvertible {
    public init(stringLiteral value: String) { self = .text(value) }

    public var description: String {
        switch self {
        case .text(let text): text
        case .binary(let bytes): "\(bytes.count) bytes"
        }
    }
}
