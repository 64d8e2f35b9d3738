// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Which child of each policy that has several an endpoint belongs to, from the outermost policy on (gRFC A56).
///
///     endpoint[ChildPath.self] = ["primary", "zone-a"]
///
/// Without a path, `weighted_target` goes by the endpoint's zone, `priority` by its priority.
public enum ChildPath: EndpointAttribute {
    public static var defaultValue: [String] { [] }
}

extension Endpoint {
    /// The first name of its path, and the endpoint as that child sees it.
    var steppedDown: (name: String, endpoint: Endpoint)? {
        guard let first = self[ChildPath.self].first else { return nil }
        var below = self
        below[ChildPath.self].removeFirst()
        return (first, below)
    }
}
