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

    /// A connection to every endpoint, calls to any.
    public static var random: LoadBalancing { .policy(Random.self) }

    /// A connection to every endpoint, calls to any, as often as its weight says.
    public static var weightedRandom: LoadBalancing { .policy(WeightedRandom.self) }

    /// A connection to every endpoint, calls to each in turn, as often as its weight says (gRFC A58).
    public static var weightedRoundRobin: LoadBalancing { .policy(WeightedRoundRobin.self) }

    /// Of `choices` endpoints drawn at random, 2 or more, the one with the fewest calls of this channel in flight; more
    /// than 10 count as 10 (gRFC A48).
    public static func leastRequest(choices: Int = 2) -> LoadBalancing {
        LoadBalancing(policy: LeastRequest.name, fields: ["choiceCount": .integer(choices)])
    }

    /// The endpoint with the fewest calls of this channel in flight: for a proxy, through which most calls go.
    public static var leastConnections: LoadBalancing { .policy(LeastConnections.self) }

    /// Where a call will probably end first, by what servers report of their load and what this channel measures; a call
    /// with a hash key where its key belongs.
    public static var auto: LoadBalancing { .policy(Auto.self) }

    /// The same where so many clients share the endpoints: of more than 50, each uses at least 20, and so many that an
    /// endpoint has about 20 clients. One that fails for 10 seconds is replaced by another. Calls with a hash key go
    /// where it belongs among those that this client uses.
    ///
    /// - Parameter client: this client's number, from 0: every endpoint then has as many clients as the others. Without
    ///   it endpoints are drawn at random.
    public static func auto(client: Int? = nil, of clients: Int) -> LoadBalancing {
        LoadBalancing(
            policy: Auto.name,
            fields: ["clientOrdinal": client.map(JSONValue.Content.integer), "clientCount": .integer(clients)])
    }

    /// Of two endpoints drawn at random the one where a call will probably end sooner, by the latency that this channel
    /// measured and its calls in flight there.
    public static var peakEWMA: LoadBalancing { .policy(PeakEWMA.self) }

    /// Of a few servers that reported their load lately the one with the lowest latency among those that do not have
    /// more calls in flight than most. Servers report when they have `LoadReporting`; while none does, `peakEWMA`.
    public static var prequal: LoadBalancing { .policy(Prequal.self) }

    /// Of a few servers that reported their load lately the one where a call will end first, by the time that calls take
    /// there and the calls in flight. Servers report when they have `LoadReporting`; while none does, `peakEWMA`.
    public static var expectedDelay: LoadBalancing { .policy(ExpectedDelay.self) }

    /// Calls with the same key to the same endpoint, on a ring (gRFC A42, A76).
    ///
    /// - Parameters:
    ///   - header: the metadata whose values are the key; otherwise the call's hash key, and without one chance.
    ///   - loadFactor: an endpoint takes at most so many times its fair share of the calls in flight, 1 to 100; what is
    ///     more goes to the next. `nil`: any number.
    public static func ringHash(header: String? = nil, loadFactor: Double? = nil) -> LoadBalancing {
        hashing(RingHash.name, loadFactor, header: header)
    }

    /// Calls with the same key to the same endpoint, by a table: more even than a ring, but more keys move when an
    /// endpoint comes or goes. The parameters are those of `ringHash`.
    public static func maglev(header: String? = nil, loadFactor: Double? = nil) -> LoadBalancing {
        hashing(Maglev.name, loadFactor, header: header)
    }

    /// Calls with the same key to the same of up to 64 endpoints, with exact shares. The parameters are those of
    /// `ringHash`.
    public static func rendezvous(header: String? = nil, loadFactor: Double? = nil) -> LoadBalancing {
        hashing(Rendezvous.name, loadFactor, header: header)
    }

    /// Calls from the same source to the same endpoint. The parameters are those of `ringHash`.
    public static func sourceHash(header: String? = nil, loadFactor: Double? = nil) -> LoadBalancing {
        hashing(SourceHash.name, loadFactor, header: header, as: "header")
    }

    private static func hashing(
        _ policy: String, _ loadFactor: Double?, header: String?, as field: String = "requestHashHeader"
    ) -> LoadBalancing {
        LoadBalancing(
            policy: policy,
            fields: [
                field: header.map(JSONValue.Content.string),
                "boundedLoadFactor": loadFactor.map(JSONValue.Content.double),
            ])
    }

    /// Keeps endpoints whose calls fail, unlike those of the others, from `child` for a while: as soon as two or three
    /// have failed in a row, and, looked at every `interval`, those that succeed far less often than the others or fail
    /// in more than 85 % of at least 50 calls (gRFC A50, with its defaults).
    public static func outlierDetection(
        over child: LoadBalancing, interval: Duration = .seconds(10)
    ) -> LoadBalancing {
        LoadBalancing(
            policy: OutlierDetectionConfiguration.name,
            fields: [
                "interval": .duration(interval), "successRateEjection": .members([:]),
                "failurePercentageEjection": .members([:]), "ejectFailing": .bool(true),
                "childPolicy": .list([.policy(child)]),
            ])
    }

    /// A part of the endpoints, for many clients of many servers: `child` chooses among these, and must not choose by
    /// key. One that fails for 10 seconds is replaced by another.
    ///
    /// - Parameters:
    ///   - size: how many. `nil`: all of up to 50; of more at least 20, and so many that each has about 20 clients.
    ///   - client: this client's number, from 0: every endpoint then has as many clients as the others. Without it
    ///     they are drawn at random (gRFC A68).
    ///   - clients: how many clients there are.
    public static func subsetting(
        over child: LoadBalancing, size: Int? = nil, client: Int? = nil, of clients: Int? = nil
    ) -> LoadBalancing {
        LoadBalancing(
            policy: SubsettingConfiguration.name,
            fields: [
                "subsetSize": size.map(JSONValue.Content.integer),
                "clientOrdinal": client.map(JSONValue.Content.integer),
                "clientCount": clients.map(JSONValue.Content.integer), "childPolicy": .list([.policy(child)]),
            ])
    }

    /// An endpoint that has just become ready gets its share of the calls little by little, from a tenth at first to all
    /// of it after `window`: of those that `child` sends there, the others go where it chooses next.
    public static func slowStart(
        over child: LoadBalancing = .weightedRoundRobin, window: Duration = .seconds(30)
    ) -> LoadBalancing {
        LoadBalancing(
            policy: SlowStart.name, fields: ["window": .duration(window), "childPolicy": .list([.policy(child)])])
    }

    /// Calls stay in the client's zone as far as the servers there are enough, each zone with a `child` of its own.
    public static func locality(zone: String, over child: LoadBalancing = .roundRobin) -> LoadBalancing {
        LoadBalancing(
            policy: LocalityConfiguration.name,
            fields: ["zone": .string(zone), "childPolicy": .list([.policy(child)])])
    }

    /// Calls go to parts of the endpoints as their weights say, each with a policy of its own (gRFC A28); of two with
    /// the same name the first counts:
    ///
    ///     .weightedTarget(WeightedShare("stable", weight: 95, over: .auto), WeightedShare("canary", weight: 5))
    ///
    /// Without any, the parts are the zones of the endpoints, which weigh what is ready there.
    public static func weightedTarget(_ targets: WeightedShare...) -> LoadBalancing {
        let members = targets.map { share in
            let target: [String: JSONValue.Content?] = [
                "weight": .integer(share.weight), "childPolicy": .list([.policy(share.policy)]),
            ]
            return (share.name, JSONValue(.members(target)))
        }
        return LoadBalancing(
            policy: WeightedTargetConfiguration.name,
            fields: ["targets": .object(Dictionary(members, uniquingKeysWith: { first, _ in first }))])
    }

    /// Calls go to each zone as far as endpoints are ready there, each zone with a `child` of its own.
    public static func weightedTarget(over child: LoadBalancing) -> LoadBalancing {
        LoadBalancing(
            policy: WeightedTargetConfiguration.name, fields: ["childPolicy": .list([.policy(child)])])
    }

    /// Calls go to the endpoints of the highest priority that are ready, each priority with a `child` of its own; to the
    /// next when these fail, or do not connect within `failoverTime` (gRFC A56).
    public static func priority(
        over child: LoadBalancing = .roundRobin, failoverTime: Duration = .seconds(10)
    ) -> LoadBalancing {
        LoadBalancing(
            policy: EndpointPriorityConfiguration.name,
            fields: ["failoverTime": .duration(failoverTime), "childPolicy": .list([.policy(child)])])
    }

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
