// SPDX-License-Identifier: Apache-2.0
import Logging

/// Keeps what is logged: one line for each message, with its metadata.
struct LogRecorder: Sendable {
    private let recorder = Recorder<String>()

    var lines: [String] { recorder.all }

    var logger: Logger {
        var logger = Logger(label: "test", factory: { _ in Handler(recorder: recorder) })
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let recorder: Recorder<String>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(recorder: Recorder<String>) { self.recorder = recorder }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            recorder.record("\(event.level): \(event.message) \(event.metadata ?? [:])")
        }
    }
}
