// SPDX-License-Identifier: Apache-2.0

/// The parts of the demo, in order.
enum Phase: Int, CaseIterable, Sendable {
    case allServe, oneStopped, oneKilled, returning, allServeAgain

    var title: String {
        switch self {
        case .allServe: "all serve"
        case .oneStopped: "one stopped"
        case .oneKilled: "one stopped, one killed"
        case .returning: "both start again"
        case .allServeAgain: "all serve again"
        }
    }

    /// Whether every server must get its share.
    var isBalanced: Bool { self == .allServe || self == .allServeAgain }
}
