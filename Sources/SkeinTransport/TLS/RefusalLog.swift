// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import Synchronization

/// Logs connections that a listener refused, so that nobody can fill the log by connecting: after ten lines in ten
/// seconds the rest are counted.
final class RefusalLog: Sendable {
    private struct Window {
        var start = ContinuousClock.now
        var lines = 0
        var dropped = 0
    }

    private static let length = Duration.seconds(10)
    private static let limit = 10

    private let logger: Logger?
    private let window = Mutex(Window())

    init(_ logger: Logger?) { self.logger = logger }

    func report(_ text: String, _ peer: Peer) {
        guard let logger else { return }
        let dropped = window.withLock { window -> Int? in
            let now = ContinuousClock.now
            var dropped = 0
            if now - window.start >= RefusalLog.length {
                dropped = window.dropped
                window = Window(start: now)
            }
            guard window.lines < RefusalLog.limit else {
                window.dropped += 1
                return nil
            }
            window.lines += 1
            return dropped
        }
        guard let dropped else { return }
        let more = dropped > 0 ? " (and \(dropped) more refused before)" : ""
        logger.notice("\(text)\(more)", metadata: ["client": "\(peer)"])
    }
}
