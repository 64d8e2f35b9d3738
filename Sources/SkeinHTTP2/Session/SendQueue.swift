// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// Framed messages on their way out, read as one run of bytes.
struct SendQueue {
    private var buffers = ShortQueue<Buffer>()
    private var offset = 0
    /// How many bytes wait.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func append(_ message: Buffer) {
        let length = message.storage.count
        guard length > 0 else { return }
        count += length
        buffers.append(message)
    }

    /// Moves as many bytes as fit to `target`.
    mutating func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        while written < target.count, let front = buffers.first {
            let length = min(front.storage.count - offset, target.count - written)
            front.storage.withUnsafeBytes { bytes in
                let source = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
                UnsafeMutableRawBufferPointer(rebasing: target[written...]).copyMemory(from: source)
            }
            written += length
            offset += length
            if offset == front.storage.count {
                _ = buffers.popFirst()
                offset = 0
            }
        }
        count -= written
        return written
    }

    mutating func removeAll() {
        buffers.removeAll()
        offset = 0
        count = 0
    }
}
