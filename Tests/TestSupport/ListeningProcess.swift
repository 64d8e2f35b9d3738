// SPDX-License-Identifier: Apache-2.0

/// A server in a process of its own, which has said where it listens.
package struct ListeningProcess: Sendable {
    package struct NotListening: Error, CustomStringConvertible {
        let lines: [String]
        package var description: String { "the process did not print \"listening PORT\" but: \(lines)" }
    }

    package let process: ChildProcess
    package let port: Int

    package init(_ process: ChildProcess) async throws {
        self.process = process
        var lines: [String] = []
        for await line in process.lines {
            if line.hasPrefix("listening "), let port = Int(line.dropFirst(10)) {
                self.port = port
                return
            }
            lines.append(line)
        }
        throw NotListening(lines: lines)
    }
}
