// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

extension Endpoint {
    /// The endpoint once for each of `connections`: to a policy they are different, so that calls are balanced over
    /// them.
    func copies(_ connections: Int) -> [Endpoint] {
        (0..<max(1, connections)).map { index in
            guard index > 0, let number = UInt8(exactly: index) else { return self }
            var copy = self
            copy.connection = number
            // Keys are spread over the connections, too.
            copy.hashKey = (hashKey ?? identity.addresses.first?.description).map { "\($0)#\(number)" }
            return copy
        }
    }
}
