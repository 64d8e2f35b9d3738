// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

extension ConsulRegistry: ServiceConfigStore {
    /// A key of Consul's store, in the first datacenter of the target.
    func text(at key: String) async throws -> StoredText { try await text(at: key, after: nil) }

    func watchText(at key: String, after revision: Revision) async throws {
        guard let start = UInt64(revision.text), ConsulIndex(start).canWait else {
            // An index of 0 cannot be waited for.
            return try await context.clock.sleep(for: .seconds(5))
        }
        while true {
            let elapsed = context.clock.elapsed
            guard try await text(at: key, after: start).revision == revision else { return }
            try await rest(unlessLong: elapsed())
        }
    }

    private func text(at key: String, after index: UInt64?) async throws -> StoredText {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        var request = RegistryRequest("GET", "/v1/kv", parts)
        request.add("raw")
        query.place(&request, in: query.datacenters.first, after: index)
        let answer = try await agents.first { try await ask($0, request, within: index.map { _ in query.longest }) }
        if answer.status != 404 { _ = try answer.checked() }
        return StoredText(
            answer.status == 404 ? nil : answer.body, revision: Revision(answer.headers["x-consul-index"] ?? ""))
    }
}
