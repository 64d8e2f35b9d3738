// SPDX-License-Identifier: Apache-2.0
package import Logging
internal import Synchronization

/// Keeps what is logged: one line for each message, with its level and metadata.
package struct LogRecorder: Sendable {
    private final class Store: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let store = Store()

    package init() {}

    package var lines: [String] { store.lines.withLock { $0 } }

    package var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in Handler(store: store) })
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let store: Store
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(store: Store) { self.store = store }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            store.lines.withLock { $0.append("\(event.level): \(event.message) \(event.metadata ?? [:])") }
        }
    }
}
