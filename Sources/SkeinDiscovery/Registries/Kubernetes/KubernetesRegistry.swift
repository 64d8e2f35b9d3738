// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinResolution
internal import Synchronization

/// The services of a Kubernetes cluster, by their EndpointSlices: `kubernetes:///service.namespace:port`. Who serves is
/// what the cluster finds by itself, so nothing can be registered.
struct KubernetesRegistry: ServiceRegistry {
    static let schemes = ["kubernetes"]
    static let defaultPort = 443
    static let namesServers = false

    let traits: RegistryTraits
    private let api: KubernetesAPI
    private let context: RegistryContext
    /// What was listed last, so that a watch starts from it.
    private let listed = ListedSlices()

    private final class ListedSlices: Sendable {
        let slices = Mutex<[String: KubernetesSlices]>([:])
    }

    static func locate(_ target: RegistryTarget) throws -> (location: RegistryTarget, service: String) {
        do throws(KubernetesService.Problem) {
            return (target, try KubernetesService(authority: target.authority, path: target.path).description)
        } catch {
            throw target.error(error.expected)
        }
    }

    init(_ location: RegistryTarget, _ context: RegistryContext) throws {
        try self.init(location, context, .process)
    }

    init(
        _ location: RegistryTarget, _ context: RegistryContext, _ surroundings: KubernetesAccess.Surroundings
    ) throws {
        try location.allowQuery(KubernetesAccess.parameters)
        var traits = RegistryTraits()
        traits.readOnlyReason =
            "the cluster registers pods by itself; give the service a selector and the pod a readiness probe"
        self.traits = traits
        self.context = context
        api = KubernetesAPI(location, surroundings)
    }

    func close() async { await api.close() }

    func list(_ service: String) async throws -> Listing {
        let name = try named(service)
        let slices = try await api.list(name, within: traits.timeout)
        listed.slices.withLock { $0[service] = slices }
        return Listing(slices.instances(of: name, as: service), revision: Revision(slices.version))
    }

    func watch(_ service: String, after revision: Revision, _ feed: ChangeFeed) async throws {
        let name = try named(service)
        let known = listed.slices.withLock { $0.removeValue(forKey: service) }
        guard var slices = known, slices.version == revision.text else { return }
        var random = SplitMix64(seed: context.seed)
        let elapsed = context.clock.elapsed
        while true {
            let start = elapsed()
            let limit = Duration.seconds(Int.random(in: 240...360, using: &random))
            do {
                try await api.watch(name, after: slices.version, limit: limit) { events in
                    var isChanged = false
                    for event in events where try slices.take(event) == .changed { isChanged = true }
                    guard isChanged else { return }
                    feed(.listed(Listing(slices.instances(of: name, as: service), revision: Revision(slices.version))))
                }
            } catch let error as RPCError where error.code == .outOfRange {
                // What lies between is not known any more.
                return
            }
            // The end of an answer is normal, but not at once.
            if elapsed() - start < .seconds(1) { try await context.clock.sleep(for: .seconds(1)) }
        }
    }

    private func named(_ service: String) throws -> KubernetesService {
        do throws(KubernetesService.Problem) {
            return try KubernetesService(service)
        } catch {
            throw ConfigurationError("read service \(JSONValue.quoted(service)): expected \(error.expected)")
        }
    }

    // MARK: Registering

    func register(_ instance: ServiceInstance, ttl: Duration) async throws -> LeaseID { throw isReadOnly(instance) }

    func renew(_ lease: LeaseID, of instance: ServiceInstance, ttl: Duration) async throws -> Renewal {
        throw isReadOnly(instance)
    }

    func deregister(_ lease: LeaseID, of instance: ServiceInstance) async throws { throw isReadOnly(instance) }

    private func isReadOnly(_ instance: ServiceInstance) -> RPCError {
        RPCError(
            .unimplemented,
            "register \(instance.service) at \(instance.address) in kubernetes: \(traits.readOnlyReason ?? "")")
    }
}
