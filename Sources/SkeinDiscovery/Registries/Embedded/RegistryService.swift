// SPDX-License-Identifier: Apache-2.0
public import Logging
public import SkeinCore
public import SkeinServer

/// A service registry inside of a server of one's own: `skein://host:port` is where it is found.
///
/// For development and tests. It is one process, so its failure is everybody's, and it asks nobody who they are: where
/// that matters use etcd, Consul or ZooKeeper.
public final class RegistryService: RPCService, ServerHook {
    /// Where one is looked for when a target says no port.
    public static let defaultPort = 7777

    private let store: RegistryStore

    /// - Parameter file: where leases are kept, so that the registry can be started again without its servers noticing.
    ///   `nil`: nowhere; the servers register again.
    /// - Throws: when the file is there and cannot be read.
    public convenience init(
        file: String? = nil, logger: Logger = Logger(label: "skein.registry")
    ) throws(ConfigurationError) {
        self.init(try RegistryStore(file.map { RegistryFile($0, logger) }))
    }

    init(_ store: RegistryStore) { self.store = store }

    /// What a server of the registry needs: its clients ask often whether it is still there.
    public static var serverOptions: ServerOptions {
        var options = ServerOptions()
        options.minimumPingInterval = .seconds(5)
        return options
    }

    // MARK: a service

    public var descriptor: ServiceDescriptor { Skein_Registry_V1_Registry.descriptor }

    public func register(with router: inout ServiceRouter) { RegistryHandlers(store: store).register(with: &router) }

    // MARK: a hook

    /// Ends the watches.
    public func willGoAway() async { store.close() }
}
