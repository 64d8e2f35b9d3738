// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// Fails every call, those that wait for ready too.
struct DroppingPicker: Picker {
    private let error: RPCError

    init(_ error: RPCError) { self.error = error }
    func pick(_ call: borrowing PickContext) -> PickResult { .drop(error) }
}
