// SPDX-License-Identifier: Apache-2.0

/// A picker that mostly comes to a subchannel: such an answer fits a register.
///
/// Conforming types are not generic: behind `any DirectPicker` a generic one would not be specialised.
package protocol DirectPicker: Picker {
    /// Where the attempt goes; `.none`: ask `pick`, which says why it goes nowhere.
    func destination(_ call: borrowing PickContext, _ remarks: inout PickRemarks) -> SubchannelID
}

extension DirectPicker {
    package func pick(_ call: borrowing PickContext) -> PickResult {
        var remarks = PickRemarks()
        let id = destination(call, &remarks)
        return id == .none ? .queue : .subchannel(id, remarks)
    }
}
