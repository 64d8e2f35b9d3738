// SPDX-License-Identifier: Apache-2.0

/// Several registries as one, for moving from one to another without a moment in which servers are missing.
///
///     var catalog = RegistryCatalog.builtIn
///     catalog.register(.union(of: "consul://10.0.0.1", "etcd://10.0.0.2"), as: "both")
///     let channel = try Channel("both:///greeter", options: .discovery(catalog))
///
/// Servers register in several at once by several registrations: `.hook(one).hook(other)`.
public struct RegistryCombination: Sendable, Hashable {
    enum Mode: Sendable, Hashable { case first, union }

    let mode: Mode
    let locations: [String]

    /// The instances of the first registry that has any, in the order given: the next ones stand in for it.
    public static func first(of locations: String...) -> RegistryCombination {
        RegistryCombination(mode: .first, locations: locations)
    }

    /// The instances of all. Those at the same address are one, with what was said of it last.
    public static func union(of locations: String...) -> RegistryCombination {
        RegistryCombination(mode: .union, locations: locations)
    }

    /// The targets of `service` in its registries.
    func targets(of service: String) -> [String] {
        locations.map { location in
            let place = location.prefix { $0 != "?" }
            let query = location[place.endIndex...]
            return "\(place)\(place.hasSuffix("/") ? "" : "/")\(service)\(query)"
        }
    }
}
