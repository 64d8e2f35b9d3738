// SPDX-License-Identifier: Apache-2.0
public import SkeinCore

extension LoadBalancing {
    /// One connection, to the first address that answers (gRFC A62); `shuffled`: in an order drawn anew for every
    /// channel and answer, so that clients spread.
    public static func pickFirst(shuffled: Bool) -> LoadBalancing {
        .policy(PickFirst.self, PickFirst.Configuration(shuffleAddressList: shuffled))
    }

    /// One connection, to the first address that answers, in the resolver's order (gRFC A62).
    public static var pickFirst: LoadBalancing { .pickFirst(shuffled: false) }

    /// A connection to every endpoint, calls to each in turn.
    public static var roundRobin: LoadBalancing { .policy(RoundRobin.self) }

    /// A policy by its type; the channel's options must register it, unless it is built in.
    public static func policy<P: LoadBalancingPolicy>(
        _ type: P.Type, _ configuration: P.Configuration = .init()
    ) -> LoadBalancing {
        LoadBalancing(policy: P.name, configuration: configuration)
    }

    /// A policy by its type; the channel's options must register it, unless it is built in.
    public static func policy<P: EndpointPolicy>(
        _ type: P.Type, _ configuration: P.Configuration = .init()
    ) -> LoadBalancing {
        LoadBalancing(policy: P.name, configuration: configuration)
    }
}
