// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Two connections joined in memory on one event loop: what one writes, the other receives in the loop's next turn.
package enum MemoryPipe {
    /// Joins `a` and `b`, which are told that they are connected. On the loop.
    package static func join(_ a: any ByteInput, _ b: any ByteInput, on eventLoop: any EventLoop) {
        let ends = (End(a, on: eventLoop), End(b, on: eventLoop))
        ends.0.peer = ends.1
        ends.1.peer = ends.0
        a.connected(to: ends.0)
        b.connected(to: ends.1)
    }

    private final class End: ByteOutput, @unchecked Sendable {  // owned by `eventLoop`
        private let eventLoop: any EventLoop
        private let input: any ByteInput
        var peer: End?
        private var arriving: [ByteBuffer] = []
        private var isClosed = false

        init(_ input: any ByteInput, on eventLoop: any EventLoop) {
            self.input = input
            self.eventLoop = eventLoop
        }

        var isWritable: Bool { (peer?.arriving.count ?? 0) < 8 }

        func write(_ bytes: ByteBuffer) {
            guard !isClosed, let peer else { return }
            peer.arriving.append(bytes)
            if peer.arriving.count == 1 { eventLoop.execute { peer.deliver() } }
        }

        private func deliver() {
            let bytes = arriving
            arriving = []
            guard !isClosed, !bytes.isEmpty else { return }
            for buffer in bytes { input.received(buffer) }
            input.receivedBurst()
            peer?.roomAgain()
        }

        private func roomAgain() {
            if !isClosed { input.becameWritable() }
        }

        func close() {
            guard !isClosed else { return }
            let peer = peer
            eventLoop.execute {
                peer?.deliver()
                self.end()
                peer?.end()
            }
        }

        private func end() {
            guard !isClosed else { return }
            isClosed = true
            input.disconnected(nil)
            peer = nil
        }
    }
}
