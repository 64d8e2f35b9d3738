// SPDX-License-Identifier: Apache-2.0
internal import SkeinBalancing
internal import SkeinCore

/// A call on its way.
struct SimulatedCall {
    enum Place {
        case toServer
        case inServer(ProcessorSharing.Job)
        case toClient
        /// Given up by the client.
        case abandoned
    }

    let client: Int
    let kind: Int
    let attempt: Attempt
    let demand: Double
    let start: Double
    /// Tells it from others that have its number later; 0 when it is over.
    var serial: UInt32
    let step: Int
    let isCounted: Bool
    var place = Place.toServer
    var arrival = 0.0
    /// Calls that it found at its server.
    var found = 0
    var verdict = AttemptOutcome.Verdict.success
    var load: ServerLoad?
}
