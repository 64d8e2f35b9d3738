// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// What must not outlive the demo: its server processes and its temporary directory.
enum CleanUp {
    private struct State {
        var pids: Set<Int32> = []
        var folder: URL?
    }

    private static let state = Mutex(State())

    static func remember(_ pid: Int32) { state.withLock { _ = $0.pids.insert(pid) } }
    static func forget(_ pid: Int32) { state.withLock { _ = $0.pids.remove(pid) } }

    /// A directory that goes with the demo.
    static func temporaryDirectory() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(path: "skein-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        state.withLock { $0.folder = folder }
        return folder
    }

    /// Kills what still runs and deletes what was written.
    static func run() {
        state.withLock { state in
            for pid in state.pids { kill(pid, SIGKILL) }
            if let folder = state.folder { try? FileManager.default.removeItem(at: folder) }
            state.folder = nil
        }
    }

    /// Cleans up when the demo is interrupted, too, as long as the caller keeps what is returned.
    static func onSignals() -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)  // the source takes its place
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                run()
                Screen.write("\ninterrupted\n")
                exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
