// SPDX-License-Identifier: Apache-2.0
import SwiftProtobufPluginLibrary

/// Which messages contain each other, other than through arrays and dictionaries: Tarjan's strongly connected
/// components, found for what a message reaches when it is first asked about.
final class MessageCycles {
    private struct Visit {
        let order: Int
        /// Which cycle it is in, once that is known. A message on its own is one too.
        var cycle: Int?
    }

    private var visits: [ObjectIdentifier: Visit] = [:]
    private var path: [Descriptor] = []
    private var cycles = 0

    /// Whether a value of each can be inside of one of the other. A field's type and the message that has the field are
    /// in one cycle exactly if the type contains the message.
    func areInOne(_ a: Descriptor, _ b: Descriptor) -> Bool { cycle(of: a) == cycle(of: b) }

    private func cycle(of message: Descriptor) -> Int? {
        let id = ObjectIdentifier(message)
        if visits[id] == nil { _ = visit(message) }
        return visits[id]?.cycle
    }

    /// Returns the earliest visit that the message leads back to.
    private func visit(_ message: Descriptor) -> Int {
        let order = visits.count
        var low = order
        visits[ObjectIdentifier(message)] = Visit(order: order)
        path.append(message)
        for field in message.fields where !field.isRepeated {
            guard let type = field.messageType else { continue }
            if let seen = visits[ObjectIdentifier(type)] {
                if seen.cycle == nil { low = min(low, seen.order) }
            } else {
                low = min(low, visit(type))
            }
        }
        if low == order { close(message) }
        return low
    }

    /// Takes `message`, and what came after it, from the path: they are a cycle.
    private func close(_ message: Descriptor) {
        cycles += 1
        while let last = path.popLast() {
            visits[ObjectIdentifier(last)]?.cycle = cycles
            if last === message { return }
        }
    }
}
