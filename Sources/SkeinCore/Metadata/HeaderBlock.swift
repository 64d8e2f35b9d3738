// SPDX-License-Identifier: Apache-2.0

/// Header fields as they came from the wire, packed into one array: for each, the lengths of name and value
/// (32 bits each, native order), the name, the value.
package struct HeaderBlock: Sendable {
    private var bytes: [UInt8] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        if bytes.isEmpty { bytes.reserveCapacity(128) }
        append(length: name.count)
        append(length: value.count)
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
        count += 1
    }

    private mutating func append(length: Int) {
        withUnsafeBytes(of: UInt32(length)) { bytes.append(contentsOf: $0) }
    }

    /// Calls `body` with each name and value, in order.
    package func forEach(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { all in
            var offset = 0
            for _ in 0..<count {
                let nameLength = Int(all.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
                let valueLength = Int(all.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
                let start = offset + 8
                offset = start + nameLength + valueLength
                body(
                    UnsafeRawBufferPointer(rebasing: all[start..<start + nameLength]),
                    UnsafeRawBufferPointer(rebasing: all[start + nameLength..<offset]))
            }
        }
    }
}
