// SPDX-License-Identifier: Apache-2.0

/// What a picker wants done beside the call, whatever the pick came to. Every pick hands it on: it is plain bytes.
package struct PickWishes: Sendable {
    private var connected = SubchannelID.none
    /// Endpoints to ask for their load.
    package var probes = ProbeList()

    package init() {}

    /// A subchannel to connect if it is idle.
    package var wanted: SubchannelID? {
        get { connected == .none ? nil : connected }
        set { connected = newValue ?? .none }
    }
}
