// SPDX-License-Identifier: Apache-2.0
public import SkeinClient
internal import SkeinResolution

extension ChannelOptions {
    /// Targets may name service registries: `etcd://127.0.0.1:2379/greeter`.
    public static var discovery: ChannelOptions { ChannelOptions().discovery }

    /// Targets may name service registries: `etcd://127.0.0.1:2379/greeter`.
    public var discovery: ChannelOptions { discovery(.builtIn) }

    /// Targets may name the service registries of `catalog`.
    public func discovery(_ catalog: RegistryCatalog) -> ChannelOptions {
        var options = self
        options.resolvers.register(catalog)
        return options
    }
}
