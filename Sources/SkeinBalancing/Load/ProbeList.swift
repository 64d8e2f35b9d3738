// SPDX-License-Identifier: Apache-2.0

/// Up to three endpoints that a pick wants asked for their load, beside the call and without delaying it.
package struct ProbeList: Sendable {
    private var ids = (SubchannelID.none, SubchannelID.none, SubchannelID.none)

    package init() {}

    package var isEmpty: Bool { ids.0 == .none }

    /// A fourth is left out.
    package mutating func append(_ id: SubchannelID) {
        if ids.0 == .none {
            ids.0 = id
        } else if ids.1 == .none {
            ids.1 = id
        } else if ids.2 == .none {
            ids.2 = id
        }
    }
}

extension ProbeList: Sequence {
    package func makeIterator() -> some IteratorProtocol<SubchannelID> {
        [ids.0, ids.1, ids.2].lazy.filter { $0 != SubchannelID.none }.makeIterator()
    }
}
