// SPDX-License-Identifier: Apache-2.0

/// Header fields as they came from the wire, packed into one array: for each, the lengths of name and value
/// (32 bits each, native order), the name, the value.
package struct HeaderBlock: Sendable {
    private var bytes: [UInt8] = []
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }

    package mutating func append(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        let length = 8 + name.count + value.count
        if bytes.isEmpty { bytes.reserveCapacity(max(128, length)) }
        bytes.append(addingCapacity: length) { (span: inout OutputSpan<UInt8>) in
            span.withUnsafeMutableBufferPointer { target, initialized in
                let target = UnsafeMutableRawBufferPointer(target)
                target.storeBytes(of: UInt32(name.count), as: UInt32.self)
                target.storeBytes(of: UInt32(value.count), toByteOffset: 4, as: UInt32.self)
                UnsafeMutableRawBufferPointer(rebasing: target[8...]).copyMemory(from: name)
                UnsafeMutableRawBufferPointer(rebasing: target[(8 + name.count)...]).copyMemory(from: value)
                initialized = length
            }
        }
        count += 1
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
