// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

/// A service that a server offers. Generated `Service` protocols refine it and implement both requirements.
public protocol RPCService: Sendable {
    /// The service's name and methods.
    var descriptor: ServiceDescriptor { get }

    /// All that it serves, if that is more than one service. Default: `descriptor` alone.
    var descriptors: [ServiceDescriptor] { get }

    /// Adds the handler of every method to `router`. Called once, when the server starts.
    func register(with router: inout ServiceRouter)
}

extension RPCService {
    public var descriptors: [ServiceDescriptor] { [descriptor] }
}
