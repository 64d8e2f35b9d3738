// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A service that a server offers. Generated `Service` protocols refine it and implement both requirements.
public protocol RPCService: Sendable {
    /// The service's name and methods.
    var descriptor: ServiceDescriptor { get }

    /// Adds the handler of every method to `router`. Called once, when the server is made.
    func register(with router: inout ServiceRouter)
}
