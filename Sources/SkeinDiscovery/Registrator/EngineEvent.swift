// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// An event of a container, as the Docker Engine tells of it in a line of JSON.
struct EngineEvent: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// It began, went on, is well again, has another name …
        case changed
        /// It ended, with an exit code if that is known.
        case died(exitCode: Int?)
    }

    /// What the engine is asked to tell of. Programs that are executed in containers, as health checks are, have events,
    /// too: many, and of no interest.
    static let actions = ["start", "die", "destroy", "pause", "unpause", "health_status", "rename", "update"]

    var container: String
    var kind: Kind
    /// In nanoseconds since 1970, by the engine's clock.
    var time: Int

    init(container: String, _ kind: Kind, time: Int) {
        self.container = container
        self.kind = kind
        self.time = time
    }

    /// `nil` for an event that says nothing of what is registered.
    init?(_ value: JSONValue) {
        guard (value["Type"]?.text ?? "container") == "container",
            let container = value["Actor"]?["ID"]?.text ?? value["id"]?.text, (1...128).contains(container.utf8.count),
            let action = value["Action"]?.text ?? value["status"]?.text
        else { return nil }
        // `health_status: healthy`
        switch action.prefix(while: { $0 != ":" }) {
        case "die", "destroy":
            kind = .died(exitCode: value["Actor"]?["Attributes"]?["exitCode"]?.number)
        case let name where EngineEvent.actions.contains(String(name)): kind = .changed
        default: return nil
        }
        self.container = container
        time = value["timeNano"]?.number ?? 0
    }

    /// What `since` of a later request has to be, so that it begins with what came after `time`, which is positive.
    static func since(_ time: Int) -> String {
        let next = time == .max ? time : time + 1
        let nanoseconds = String(next % 1_000_000_000)
        return "\(next / 1_000_000_000)." + String(repeating: "0", count: 9 - nanoseconds.count) + nanoseconds
    }
}
