// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// Chooses where one attempt of a call goes. Immutable but for atomics, used by many threads at once.
public protocol Picker: Sendable {
    /// Called for every attempt, on the caller's thread: it must not block, and should not allocate.
    func pick(_ call: borrowing PickContext) -> PickResult

    /// The endpoints that `pick` would have in view for this call, for people; of many the first thousand. Changes
    /// nothing. Default: none.
    func candidates(_ call: borrowing PickContext) -> [PickCandidate]

    /// Whether calls ask their server how loaded it is; read once, when the picker is published. Default: `false`.
    var wantsReports: Bool { get }
}

extension Picker {
    public var wantsReports: Bool { false }
    public func candidates(_ call: borrowing PickContext) -> [PickCandidate] { [] }
}

/// Where an attempt goes, or why it does not go.
public struct PickResult: Sendable {
    package enum Kind: UInt8, Sendable {
        case subchannel
        case queue
        case fail
        case drop
    }

    package let kind: Kind
    /// The subchannel, when it goes to one.
    package let id: SubchannelID
    /// Why it fails or is dropped. The only reference in here: whoever picks has to let go of it.
    private let reason: RPCError?
    package var remarks = PickRemarks()

    private init(_ kind: Kind, _ id: SubchannelID = .none, reason: RPCError? = nil) {
        self.kind = kind
        self.id = id
        self.reason = reason
    }

    package var error: RPCError { reason ?? RPCError(.unavailable, "no endpoint can be picked") }

    /// Goes to a subchannel. `note` comes back to the policy with the attempt's outcome.
    public static func subchannel(_ id: SubchannelID, note: UInt32 = 0) -> PickResult {
        var result = PickResult(.subchannel, id)
        result.remarks.note = note
        return result
    }

    package static func subchannel(_ id: SubchannelID, _ remarks: PickRemarks) -> PickResult {
        var result = PickResult(.subchannel, id)
        result.remarks = remarks
        return result
    }

    /// Waits for the next picker.
    public static var queue: PickResult { PickResult(.queue) }

    /// The same, and connects `id` if it is idle: for policies that connect to an endpoint when a call needs it.
    package func connecting(_ id: SubchannelID) -> PickResult {
        var result = self
        result.remarks.wishes.wanted = id
        return result
    }

    /// Fails the call, unless it waits for ready.
    public static func fail(_ error: RPCError) -> PickResult { PickResult(.fail, reason: error) }

    /// Fails the call even if it waits for ready, and without a retry.
    public static func drop(_ error: RPCError) -> PickResult { PickResult(.drop, reason: error) }
}

/// Lets every call wait: before the first answer, while connecting, while idle.
package struct QueueingPicker: Picker {
    package init() {}
    package func pick(_ call: borrowing PickContext) -> PickResult { .queue }
}

/// Fails every call with one error.
package struct FailingPicker: Picker {
    private let error: RPCError

    package init(_ error: RPCError) { self.error = error }
    package func pick(_ call: borrowing PickContext) -> PickResult { .fail(error) }
}
