// SPDX-License-Identifier: Apache-2.0

/// The live counters of a picker's endpoints, by number: read during picks without a reference count.
struct LoadTable: @unchecked Sendable {  // `loads` keep alive what `slots` point to; what changes there is atomic
    private let loads: [EndpointLoad]
    private let slots: [UnsafeMutablePointer<EndpointSlot>]

    init(_ ready: [ReadyEndpoint]) {
        loads = ready.map(\.load)
        slots = loads.map(\.slot)
    }

    /// Attempts in flight on the endpoint.
    func inFlight(_ number: Int) -> Int { slots[number].pointee.inFlight }
}
