// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

extension ServiceConfig {
    /// What has no effect in it; its policies were made with `reading`.
    func warnings(_ reading: ConfigReading) -> [ConfigWarning] {
        unread.list
            + loadBalancing.flatMap { choice in choice.json.map { reading.unread(in: $0, at: choice.path) } ?? [] }
            + reading.skipped
    }
}
