// SPDX-License-Identifier: Apache-2.0
internal import SkeinResolution

/// Under which keys a service's instances are.
///
/// `prefix:service` is a sorted set of ids, each with the time until which it is known at least; `prefix:service:id` is
/// a string, the instance as JSON, which expires with its lease. The prefix is the target's path, `skein` when there is
/// none. In prefix, service and id everything but letters, digits, `-_.~/@` and, in ids, colons is percent-encoded, so
/// that no two of them share a key.
struct RedisLayout: Sendable, Hashable {
    private static let kept = "/@"
    private let prefix: String

    init(path: String) { prefix = EscapedText.escaped(path.isEmpty ? "skein" : path, keeping: RedisLayout.kept) }

    /// The set of ids; also the channel on which changed ids are published.
    func index(_ service: String) -> String {
        "\(prefix):\(EscapedText.escaped(service, keeping: RedisLayout.kept))"
    }

    /// What the keys of all the service's instances start with, and no others.
    func start(_ service: String) -> String { index(service) + ":" }

    func key(_ service: String, _ id: String) -> String {
        start(service) + EscapedText.escaped(id, keeping: RedisLayout.kept + ":")
    }

    /// The instances that `host:port` texts in a plain list name.
    static func instances(of service: String, in list: [RedisValue]) -> (instances: [ServiceInstance], odd: [String]) {
        var (instances, odd): ([ServiceInstance], [String]) = ([], [])
        for entry in list {
            let text = entry.string ?? ""
            if let place = try? HostPort(text, defaultPort: 0), place.port > 0 {
                instances.append(ServiceInstance(service: service, host: place.host, port: place.port))
            } else {
                odd.append(text)
            }
        }
        return (instances, odd)
    }
}
