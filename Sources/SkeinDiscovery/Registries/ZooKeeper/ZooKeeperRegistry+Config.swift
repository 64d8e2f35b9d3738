// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution

extension ZooKeeperRegistry: ServiceConfigStore {
    /// The data of the node at `key`, an absolute path.
    func text(at key: String) async throws -> StoredText { try await text(at: key, watch: false) }

    func watchText(at key: String, after revision: Revision) async throws {
        let path = ZooKeeperRegistry.path(key)
        let changes = ChangedKeys(clock: context.clock)
        try await session.watching(path, changes) {
            guard try await text(at: key, watch: true).revision == revision else { return }
            try await changes.signal.wait()
            _ = try changes.next()
        }
    }

    private nonisolated(nonsending) func text(at key: String, watch: Bool) async throws -> StoredText {
        let path = ZooKeeperRegistry.path(key)
        // First whether it is there: that can be watched either way.
        let exists = ZooKeeperRequest.exists(path, watch: watch)
        let data = ZooKeeperRequest.data(path, watch: false)
        let answers = try await session.answers(to: [exists, data])
        for (request, answer) in zip([exists, data], answers) {
            try answer.check(request, except: ZooKeeperAnswer.noNode)
        }
        guard answers.allSatisfy({ $0.error == 0 }) else { return StoredText(nil, revision: Revision("none")) }
        let text = String(decoding: try answers[1].data, as: UTF8.self)
        return StoredText(text, revision: Revision(String(try answers[0].stat.mzxid)))
    }

    private static func path(_ key: String) -> String { key.hasPrefix("/") ? key : "/\(key)" }
}
