// SPDX-License-Identifier: Apache-2.0

/// What keeps the plugins from generating: what is wrong, and in which file.
struct ProtoError: Error, CustomStringConvertible {
    let message: String
    let path: String?

    init(_ message: String, in path: String? = nil) {
        self.message = message
        self.path = path
    }

    var description: String { path.map { "\($0): \(message)" } ?? message }
}
