// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text, and where.
package struct JSONFault: Error, Hashable, CustomStringConvertible {
    package let position: JSONValue.Position
    package let problem: String

    package init(_ problem: String, at position: JSONValue.Position) {
        self.problem = problem
        self.position = position
    }

    package var description: String { "\(position): \(problem)" }
}
