// SPDX-License-Identifier: Apache-2.0

/// The fields of one JSON object in a config, read by name and type.
///
/// A field that is missing or `null` reads as its default. A field of the wrong type or out of range throws an error
/// that names its place, its path, its value and what was expected. Fields that nobody reads are ignored, as gRPC
/// demands of configs. Numbers may be written as strings, as protobuf's JSON allows.
public struct ConfigFields: Sendable {
    private let object: JSONValue
    /// Where the object stands in its config, e.g. `methodConfig[0]`; empty at the top.
    private let path: String
    private let reading: ConfigReading
    /// The policies that `policy` may choose from; `nil`: any.
    package var knownPolicies: [String]?

    /// Throws unless `value` is an object.
    /// - Parameter reading: is told of every field that is asked for, also in nested objects.
    package init(
        _ value: JSONValue, path: String = "", knownPolicies: [String]? = nil, reading: ConfigReading = .init()
    ) throws(ConfigurationError) {
        guard value.members != nil else {
            let subject = path.isEmpty ? "the config" : path
            throw value.error("\(subject) is \(value.summary): expected an object")
        }
        object = value
        self.path = path
        self.reading = reading
        reading.open(path)
        self.knownPolicies = knownPolicies
    }

    /// Whether the field is there and not `null`.
    public mutating func contains(_ name: String) -> Bool { value(name) != nil }

    /// A whole number.
    public mutating func int(
        _ name: String, default fallback: Int, in range: ClosedRange<Int> = .min ... .max
    ) throws(ConfigurationError) -> Int {
        guard let value = value(name) else { return fallback }
        let kind = ConfigFields.describe("a whole number", range, isOpen: range == .min ... .max)
        let number: Int?
        switch value.content {
        case .integer(let integer): number = integer
        case .string(let text): number = Int(text)
        default: number = nil
        }
        guard let number, range.contains(number) else { throw problem(name, value, kind) }
        return number
    }

    /// A whole number that must be there.
    package mutating func int(
        _ name: String, required range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard contains(name) else {
            throw problem(
                "\(name) is missing: expected \(ConfigFields.describe("a whole number", range, isOpen: false))")
        }
        return try int(name, default: range.lowerBound, in: range)
    }

    /// A number; infinite ones and NaN are refused.
    public mutating func double(
        _ name: String, default fallback: Double,
        in range: ClosedRange<Double> = -.greatestFiniteMagnitude ... .greatestFiniteMagnitude
    ) throws(ConfigurationError) -> Double {
        guard let value = value(name) else { return fallback }
        let isOpen = range.upperBound == .greatestFiniteMagnitude && range.lowerBound == -.greatestFiniteMagnitude
        let number: Double?
        switch value.content {
        case .integer(let integer): number = Double(integer)
        case .double(let double): number = double
        case .string(let text): number = Double(text)
        default: number = nil
        }
        guard let number, range.contains(number) else {
            throw problem(name, value, ConfigFields.describe("a number", range, isOpen: isOpen))
        }
        return number
    }

    /// `true` or `false`.
    public mutating func bool(_ name: String, default fallback: Bool) throws(ConfigurationError) -> Bool {
        guard let value = value(name) else { return fallback }
        guard case .bool(let bool) = value.content else { throw problem(name, value, "true or false") }
        return bool
    }

    /// A string.
    public mutating func string(_ name: String, default fallback: String) throws(ConfigurationError) -> String {
        guard let value = value(name) else { return fallback }
        guard case .string(let text) = value.content else { throw problem(name, value, "a string") }
        return text
    }

    /// A list of strings; empty when missing.
    public mutating func strings(_ name: String) throws(ConfigurationError) -> [String] {
        var texts: [String] = []
        for (index, value) in try array(name).enumerated() {
            guard case .string(let text) = value.content else { throw problem("\(name)[\(index)]", value, "a string") }
            texts.append(text)
        }
        return texts
    }

    /// A duration in protobuf's form: seconds with an `s`, e.g. `"1.5s"`.
    public mutating func duration(
        _ name: String, default fallback: Duration, in range: ClosedRange<Duration>? = nil
    ) throws(ConfigurationError) -> Duration {
        guard let value = value(name) else { return fallback }
        guard case .string(let text) = value.content, let duration = DurationText.parse(text),
            range?.contains(duration) ?? true
        else {
            let bounds = range.map { [$0.lowerBound, $0.upperBound].map(DurationText.write) } ?? []
            let suffix = bounds.isEmpty ? "" : " from \(bounds[0]) to \(bounds[1])"
            throw problem(name, value, "a duration such as \"1.5s\"\(suffix)")
        }
        return duration
    }

    /// The fields of a nested object; `nil` when missing.
    public mutating func object(_ name: String) throws(ConfigurationError) -> ConfigFields? {
        guard let value = value(name) else { return nil }
        return try fields(of: value, name)
    }

    /// The fields of each object in a list; empty when missing.
    public mutating func objects(_ name: String) throws(ConfigurationError) -> [ConfigFields] {
        var all: [ConfigFields] = []
        for (index, value) in try array(name).enumerated() { all.append(try fields(of: value, "\(name)[\(index)]")) }
        return all
    }

    /// The members of an object whose values are objects, in the order written; empty when missing.
    public mutating func map(_ name: String) throws(ConfigurationError) -> [(key: String, fields: ConfigFields)] {
        guard let value = value(name) else { return [] }
        guard let members = value.members else { throw problem(name, value, "an object") }
        var all: [(key: String, fields: ConfigFields)] = []
        for (key, value) in members { all.append((key, try fields(of: value, "\(name).\(key)"))) }
        return all
    }

    /// The policy that a `loadBalancingConfig` list chooses: its first known entry. `nil` when missing.
    public mutating func policy(_ name: String) throws(ConfigurationError) -> LoadBalancing? {
        guard let value = value(name) else { return nil }
        let choices = try policies(name)
        guard let knownPolicies else {
            guard let first = choices.first else { throw problem(name, value, "at least one policy") }
            return first
        }
        if let index = choices.firstIndex(where: { knownPolicies.contains($0.policy) }) {
            for unknown in choices[..<index] { reading.skip(unknown, known: knownPolicies) }
            return choices[index]
        }
        let names = choices.map { "\"\($0.policy)\"\(Spelling.hint(for: $0.policy, in: knownPolicies))" }
        let found = names.isEmpty ? "is empty" : "names \(names.joined(separator: ", "))"
        throw value.error("\(full(name)) \(found): expected one of \(knownPolicies.sorted().joined(separator: ", "))")
    }

    /// A `loadBalancingConfig` list: objects with one member each, the policy's name and its config.
    package mutating func policies(_ name: String) throws(ConfigurationError) -> [LoadBalancing] {
        var choices: [LoadBalancing] = []
        for (index, value) in try array(name).enumerated() {
            if case .policy(let choice) = value.content {
                choices.append(LoadBalancing(choice, path: full("\(name)[\(index)].\(choice.policy)")))
                continue
            }
            guard let members = value.members, members.count == 1, let entry = members.first else {
                throw problem("\(name)[\(index)]", value, "an object with one member, the policy's name")
            }
            let path = "\(name)[\(index)].\(entry.name)"
            guard entry.value.members != nil else { throw problem(path, entry.value, "an object") }
            choices.append(LoadBalancing(policy: entry.name, json: entry.value, path: full(path)))
        }
        return choices
    }
}

// MARK: for our own readers

extension ConfigFields {
    /// The field's value; `nil` when missing or `null`.
    package mutating func value(_ name: String) -> JSONValue? {
        reading.note(name, at: path)
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    package mutating func array(_ name: String) throws(ConfigurationError) -> [JSONValue] {
        guard let value = value(name) else { return [] }
        guard case .array(let values) = value.content else { throw problem(name, value, "an array") }
        return values
    }

    private func fields(of value: JSONValue, _ name: String) throws(ConfigurationError) -> ConfigFields {
        try ConfigFields(value, path: full(name), knownPolicies: knownPolicies, reading: reading)
    }

    /// Throws for the first field that nobody has read: for formats of ours, where a misspelt name is an error.
    package func rejectUnread() throws(ConfigurationError) {
        let known = reading.names(at: path)
        for (name, value) in object.members ?? [] where !known.contains(name) {
            let hint = Spelling.hint(for: name, in: known)
            throw value.error("\(full(name)) is unknown\(hint): expected one of \(known.joined(separator: ", "))")
        }
    }

    /// An error about a field: where it stands, what it is, what was expected.
    package func problem(_ name: String, _ value: JSONValue, _ expected: String) -> ConfigurationError {
        value.error("\(full(name)) is \(value.summary): expected \(expected)")
    }

    /// An error about the object as a whole.
    package func problem(_ message: String) -> ConfigurationError {
        object.error(path.isEmpty ? message : "\(path): \(message)")
    }

    private func full(_ name: String) -> String { ConfigFields.join(path, name) }

    static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func describe<Bound>(_ kind: String, _ range: ClosedRange<Bound>, isOpen: Bool) -> String {
        isOpen ? kind : "\(kind) from \(range.lowerBound) to \(range.upperBound)"
    }
}
