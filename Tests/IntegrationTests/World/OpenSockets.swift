// SPDX-License-Identifier: Apache-2.0
#if os(Linux)
    import Foundation

    /// The TCP sockets that this process holds and that have `port` at one of their ends: tests that run beside this one
    /// have others. In no order, by the number that Linux gives a socket.
    func openSockets(port: Int) -> Set<String> {
        let files = FileManager.default
        let ours = Set(
            ((try? files.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).compactMap {
                try? files.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
            })
        let end = ":" + String(format: "%04X", port)
        var found: Set<String> = []
        for line in ((try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count > 9, fields[1].hasSuffix(end) || fields[2].hasSuffix(end) else { continue }
            if ours.contains("socket:[\(fields[9])]") { found.insert(String(fields[9])) }
        }
        return found
    }
#else
    func openSockets(port: Int) -> Set<String> { [] }
#endif
