// SPDX-License-Identifier: Apache-2.0

/// Applies field masks to encoded messages: what decoding merges need not be merged here.
struct FieldMaskMerge {
    let replacing: Google_Protobuf_FieldMask.Replacement

    /// The encoding of `target` with what `tree` names taken from `source`.
    func merge(_ target: [UInt8], _ source: [UInt8], _ tree: FieldMaskTree) throws(ProtobufFault) -> [UInt8] {
        var taken: [UInt8] = []
        var inner: [UInt32: [UInt8]] = [:]
        try FieldMaskMerge.walk(source) { (wire) throws(ProtobufFault) in
            guard let branch = tree.branch(of: wire) else { return }
            if branch.isWhole {
                taken += wire.encoded
            } else {
                inner[wire.tag.number, default: []] += try wire.content()
            }
        }
        var output: [UInt8] = []
        try FieldMaskMerge.walk(target) { (wire) throws(ProtobufFault) in
            let branch = tree.branch(of: wire)
            if let branch, !branch.isWhole, let theirs = inner.removeValue(forKey: wire.tag.number) {
                // In its place: what comes last decides a oneof.
                output.append(try merge(Array(wire.content()), theirs, branch.inside), under: wire.tag)
            } else if branch.map(keeps) ?? true {
                output += wire.encoded
            }
        }
        for (number, theirs) in inner.sorted(by: { $0.key < $1.key }) {
            guard let branch = tree.branches[number] else { continue }
            let tag = WireTag(number: number, type: .lengthDelimited)
            output.append(try merge([], theirs, branch.inside), under: tag)
        }
        return output + taken
    }

    /// Whether what is there stays, for what is taken to join it.
    private func keeps(_ branch: FieldMaskTree.Branch) -> Bool {
        if !branch.isWhole { return true }
        if branch.field.isRepeated { return !replacing.contains(.repeated) }
        return branch.field.kind == .message && !replacing.contains(.messages)
    }

    /// The encoding of the message with only what `tree` names.
    static func trim(_ message: [UInt8], _ tree: FieldMaskTree) throws(ProtobufFault) -> [UInt8] {
        var output: [UInt8] = []
        try walk(message) { (wire) throws(ProtobufFault) in
            guard let branch = tree.branch(of: wire) else { return }
            if branch.isWhole {
                output += wire.encoded
            } else {
                output.append(try trim(Array(wire.content()), branch.inside), under: wire.tag)
            }
        }
        return output
    }

    /// One field as it is encoded.
    fileprivate struct Field {
        let tag: WireTag
        /// With its tag.
        let encoded: UnsafeRawBufferPointer
        let value: UnsafeRawBufferPointer

        /// The bytes of a message.
        func content() throws(ProtobufFault) -> UnsafeRawBufferPointer {
            var wire = WireCursor(value)
            return try wire.lengthDelimited()
        }
    }

    private static func walk(
        _ message: [UInt8], _ visit: (Field) throws(ProtobufFault) -> Void
    ) throws(ProtobufFault) {
        try message.withUnsafeBytes { bytes in
            Result { () throws(ProtobufFault) in
                var wire = WireCursor(bytes)
                while !wire.isAtEnd {
                    let start = wire.offset
                    let tag = try wire.tag()
                    let valueStart = wire.offset
                    try wire.skip(tag, depth: ProtobufReader.depthLimit)
                    try visit(
                        Field(tag: tag, encoded: wire.bytes(from: start), value: wire.bytes(from: valueStart)))
                }
            }
        }.get()
    }
}

extension FieldMaskTree.Branch {
    fileprivate var isWhole: Bool { inside.branches.isEmpty }
}

extension FieldMaskTree {
    fileprivate func branch(of wire: FieldMaskMerge.Field) -> Branch? {
        branches[wire.tag.number].flatMap { $0.field.accepts(wire.tag.type) ? $0 : nil }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ message: [UInt8], under tag: WireTag) {
        appendVarint(tag.encoded)
        appendVarint(UInt64(message.count))
        self += message
    }
}
