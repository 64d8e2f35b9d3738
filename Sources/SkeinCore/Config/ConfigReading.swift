// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Which fields of a config were asked for: what nobody asked for has no effect.
package final class ConfigReading: Sendable {
    /// The names asked for, by the path of their object.
    private let names = Mutex<[String: Set<String>]>([:])

    private let skippedEntries = Mutex<[ConfigWarning]>([])

    package init() {}

    /// The object at `path` is read: what is in it is known, or has no effect.
    func open(_ path: String) { names.withLock { _ = $0[path, default: []] } }

    func note(_ name: String, at path: String) { names.withLock { _ = $0[path, default: []].insert(name) } }

    /// An entry of a list of policies is not registered, and a later one was chosen.
    package func skip(_ choice: LoadBalancing, known: [String]) {
        guard let json = choice.json else { return }
        let hint = Spelling.hint(for: choice.policy, in: known)
        let warning = ConfigWarning(json, "\(choice.path) is of a policy that is not registered\(hint): skipped")
        skippedEntries.withLock { if !$0.contains(warning) { $0.append(warning) } }
    }

    /// One warning for each of these.
    package var skipped: [ConfigWarning] { skippedEntries.withLock { $0 } }

    func names(at path: String) -> [String] { names.withLock { $0[path, default: []].sorted() } }

    /// The fields of `value`, which stands at `path`, that nobody has asked for, in the order written. What is inside of
    /// an object that nobody has looked into is not told one by one.
    package func unread(in value: JSONValue, at path: String = "") -> [ConfigWarning] {
        if case .array(let values) = value.content {
            return values.enumerated().flatMap { unread(in: $1, at: "\(path)[\($0)]") }
        }
        if case .policy(let choice) = value.content {
            return choice.json.map { unread(in: $0, at: ConfigFields.join(path, choice.policy)) } ?? []
        }
        let known = names.withLock { $0[path] }
        return (value.members ?? []).flatMap { name, value in
            let full = ConfigFields.join(path, name)
            guard let known, !known.contains(name) else { return unread(in: value, at: full) }
            return [ConfigWarning(value, "\(full) is unknown\(Spelling.hint(for: name, in: known.sorted())): ignored")]
        }
    }
}
