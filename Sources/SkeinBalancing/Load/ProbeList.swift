// SPDX-License-Identifier: Apache-2.0

/// Up to three endpoints that a pick wants asked for their load, beside the call and without delaying it.
package struct ProbeList: Sendable {
    private static let none = SubchannelID(slot: 0, generation: 0)

    private var ids = (none, none, none)

    package init() {}

    package var isEmpty: Bool { ids.0 == ProbeList.none }

    /// A fourth is left out.
    package mutating func append(_ id: SubchannelID) {
        if ids.0 == ProbeList.none {
            ids.0 = id
        } else if ids.1 == ProbeList.none {
            ids.1 = id
        } else if ids.2 == ProbeList.none {
            ids.2 = id
        }
    }
}

extension ProbeList: Sequence {
    package func makeIterator() -> some IteratorProtocol<SubchannelID> {
        [ids.0, ids.1, ids.2].lazy.filter { $0 != ProbeList.none }.makeIterator()
    }
}
