// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The way from a message to the value at hand, for errors: `items[2].prices["EUR"]`.
struct JSONPath: CustomStringConvertible {
    enum Step {
        case field(String)
        case index(Int)
        case key(String)
    }

    private var steps: [Step] = []

    mutating func push(_ step: Step) { steps.append(step) }
    mutating func pop() { steps.removeLast() }

    /// Changes the last step to the next element of the list.
    mutating func advance(to index: Int) { steps[steps.count - 1] = .index(index) }

    var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .field(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += "[\(index)]"
            case .key(let key): text += "[\(JSONValue.quoted(key.count <= 60 ? key : "\(key.prefix(57))..."))]"
            }
        }
        return text
    }

    /// The path and a colon before `problem`; `problem` alone for the message itself.
    func prefixing(_ problem: String) -> String { steps.isEmpty ? problem : "\(description): \(problem)" }
}
