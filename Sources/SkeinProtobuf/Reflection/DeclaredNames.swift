// SPDX-License-Identifier: Apache-2.0

/// What a serialised `google.protobuf.FileDescriptorProto` declares, by full names without a leading dot.
package struct DeclaredNames: Sendable {
    package struct Extension: Sendable, Hashable {
        /// The extended message type.
        package let type: String
        package let number: Int32

        package init(type: String, number: Int32) {
            self.type = type
            self.number = number
        }
    }

    /// The file's path.
    package private(set) var path = ""
    /// The paths of the files it imports.
    package private(set) var imports: [String] = []
    /// Services and methods; messages, their fields and oneofs; enums and their values, which stand beside their enum;
    /// extensions.
    package private(set) var symbols: [String] = []
    package private(set) var messages: [String] = []
    package private(set) var extensions: [Extension] = []

    package init(descriptor: [UInt8]) throws(ProtobufFault) {
        let elements = try DeclaredNames.elements(of: descriptor)
        path = DeclaredNames.text(1, elements)
        let scope = DeclaredNames.text(2, elements)
        for element in elements {
            switch element.number {
            case 3: imports.append(String(decoding: element.bytes, as: UTF8.self))
            case 4: try addMessage(element, scope)
            case 5: try addEnum(element, scope)
            case 6: try addService(element, scope)
            case 7: try addExtension(element, scope)
            default: break
            }
        }
    }

    private mutating func addMessage(_ message: Element, _ scope: String) throws(ProtobufFault) {
        let elements = try DeclaredNames.elements(of: message.bytes)
        let name = add(elements, scope)
        messages.append(name)
        for element in elements {
            switch element.number {
            case 2, 8: try addLeaf(element, name)
            case 3: try addMessage(element, name)
            case 4: try addEnum(element, name)
            case 6: try addExtension(element, name)
            default: break
            }
        }
    }

    private mutating func addEnum(_ declaration: Element, _ scope: String) throws(ProtobufFault) {
        let elements = try DeclaredNames.elements(of: declaration.bytes)
        add(elements, scope)
        for element in elements where element.number == 2 { try addLeaf(element, scope) }
    }

    private mutating func addService(_ service: Element, _ scope: String) throws(ProtobufFault) {
        let elements = try DeclaredNames.elements(of: service.bytes)
        let name = add(elements, scope)
        for element in elements where element.number == 2 { try addLeaf(element, name) }
    }

    private mutating func addExtension(_ field: Element, _ scope: String) throws(ProtobufFault) {
        let elements = try DeclaredNames.elements(of: field.bytes)
        add(elements, scope)
        let type = DeclaredNames.text(2, elements)
        let number = elements.last { $0.number == 3 }?.value ?? 0
        extensions.append(
            Extension(
                type: String(type.hasPrefix(".") ? type.dropFirst() : type[...]),
                number: Int32(truncatingIfNeeded: number)))
    }

    private mutating func addLeaf(_ leaf: Element, _ scope: String) throws(ProtobufFault) {
        add(try DeclaredNames.elements(of: leaf.bytes), scope)
    }

    /// Adds a declaration, whose name is always field 1. Its full name.
    @discardableResult
    private mutating func add(_ elements: [Element], _ scope: String) -> String {
        let name = DeclaredNames.text(1, elements)
        symbols.append(scope.isEmpty ? name : "\(scope).\(name)")
        return symbols[symbols.count - 1]
    }

    // MARK: the encoded message

    private struct Element {
        let number: UInt32
        var bytes: [UInt8] = []
        var value: UInt64 = 0
    }

    private static func elements(of message: [UInt8]) throws(ProtobufFault) -> [Element] {
        let result = message.withUnsafeBytes { bytes -> Result<[Element], ProtobufFault> in
            do throws(ProtobufFault) { return .success(try elements(of: bytes)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    private static func elements(of bytes: UnsafeRawBufferPointer) throws(ProtobufFault) -> [Element] {
        var cursor = WireCursor(bytes)
        var elements: [Element] = []
        while !cursor.isAtEnd {
            let tag = try cursor.tag()
            switch tag.type {
            case .lengthDelimited:
                elements.append(Element(number: tag.number, bytes: Array(try cursor.lengthDelimited())))
            case .varint: elements.append(Element(number: tag.number, value: try cursor.varint()))
            default: try cursor.skip(tag, depth: 100)
            }
        }
        return elements
    }

    private static func text(_ number: UInt32, _ elements: [Element]) -> String {
        elements.last { $0.number == number }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }
}
