// SPDX-License-Identifier: Apache-2.0
internal import SkeinClient
internal import SkeinCore

extension EtcdRegistry: ServiceConfigStore {
    public nonisolated(nonsending) func text(at key: String) async throws -> StoredText {
        let reply = try await client.unary(
            Etcdserverpb_KV.Methods.range, Etcdserverpb_RangeRequest(key: Array(key.utf8)))
        return StoredText(
            reply.kvs.first.map { String(decoding: $0.value, as: UTF8.self) },
            revision: Revision("\(reply.header?.revision ?? 0)"))
    }

    public nonisolated(nonsending) func watchText(at key: String, after revision: Revision) async throws {
        guard let start = Int64(revision.text) else { return }
        try await client.watch(Array(key.utf8), end: [], after: start) { _ in false }
    }
}
