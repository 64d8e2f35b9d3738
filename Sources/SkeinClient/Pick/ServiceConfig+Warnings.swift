// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

extension ServiceConfig {
    /// What has no effect in its policies, which were made with `reading`: their text is kept with the config, that of
    /// the rest is not.
    func warnings(_ reading: ConfigReading) -> [ConfigWarning] {
        loadBalancing.flatMap { choice in choice.json.map { reading.unread(in: $0, at: choice.path) } ?? [] }
            + reading.skipped
    }
}
