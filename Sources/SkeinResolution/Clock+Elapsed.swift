// SPDX-License-Identifier: Apache-2.0

extension Clock where Duration == Swift.Duration {
    /// Tells the time that has passed since now.
    package var elapsed: @Sendable () -> Duration {
        let start = now
        return { start.duration(to: now) }
    }
}
