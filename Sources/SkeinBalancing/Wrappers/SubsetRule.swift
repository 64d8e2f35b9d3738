// SPDX-License-Identifier: Apache-2.0

/// How a policy chooses the part of the endpoints that it uses.
package protocol SubsetRule {
    /// Whether a member that fails loses its place.
    var replacesFailing: Bool { get }
    /// This client's number among all that use the same endpoints, from 0.
    var clientOrdinal: Int? { get }
    /// How many clients there are; `nil`: as many as the resolver says, if it does.
    var clientCount: Int? { get }

    /// How many of so many endpoints are used; `nil`: all.
    /// - Parameter clients: that share them, if their number is known.
    func size(of endpoints: Int, clients: Int?) -> Int?
}
