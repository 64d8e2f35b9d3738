// SPDX-License-Identifier: Apache-2.0

/// Refers weakly to what must be gone.
final class Weak: Sendable {
    private struct Box: Sendable {
        weak let object: (any AnyObject & Sendable)?
        let name: String
    }

    private let boxes = Recorder<Box>()

    func watch(_ object: any AnyObject & Sendable, _ name: String) {
        boxes.record(Box(object: object, name: name))
    }

    var count: Int { boxes.count }
    var alive: [String] { boxes.all.compactMap { $0.object == nil ? nil : $0.name } }
}
