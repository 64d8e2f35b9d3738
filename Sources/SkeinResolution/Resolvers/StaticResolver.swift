// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// `static:///name`: the `EndpointList` registered under that name.
package struct StaticResolver: Resolver {
    package static let schemes = ["static"]

    private let target: Target
    private let list: EndpointList

    package init(_ target: Target, _ context: ResolverContext) throws {
        try target.allowNoAuthority()
        try target.allowQuery([])
        guard let list = context.lists[target.path] else {
            let names = context.lists.keys.sorted()
            let known = names.isEmpty ? "none is" : "registered: \(names.joined(separator: ", "))"
            let hint = Spelling.hint(for: target.path, in: names)
            throw target.error(expected: "the name of a registered endpoint list\(hint), \(known)")
        }
        self.target = target
        self.list = list
    }

    package nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
        let id = list.watch { updates.requestRefresh() }
        defer { list.unwatch(id) }
        while true {
            updates.publish(Resolution(list.endpoints, note: "\(target)"))
            try await updates.waitForRefresh()
        }
    }
}
