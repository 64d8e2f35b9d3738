// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Skein

/// Which server to test, and how to reach it.
struct ConnectionOptions: ParsableArguments, Sendable {
    @Option(help: "The server: a name or an IP address.")
    var host = "127.0.0.1"

    @Option(help: "The server's port.")
    var port: Int?

    @Option(help: "A target in place of host and port, such as ipv4:127.0.0.1:50051,127.0.0.1:50052.")
    var target: String?

    @Flag(help: "Call over TLS.")
    var tls = false

    @Option(help: ArgumentHelp("The roots to trust, in place of the system's.", valueName: "PEM file"))
    var ca: String?

    @Option(help: "The name that the server goes by, in TLS and in the authority of calls.")
    var serverHostOverride: String?

    @Option(help: "The service config, in place of any that the resolver brings.")
    var serviceConfigJSON: String?

    func validate() throws {
        if port == nil, target == nil { throw ValidationError("--port or --target is missing") }
    }

    /// What the channel is made for.
    var address: String {
        if let target { return target }
        let host = host.contains(":") ? "[\(host)]" : host
        return "dns:///\(host):\(port ?? 0)"
    }

    private var security: TransportSecurity {
        guard tls else { return .plaintext }
        var configuration = TLSConfiguration()
        if let ca { configuration.trustRoots = .file(ca) }
        configuration.serverName = serverHostOverride
        return .tls(configuration)
    }

    func makeChannel(
        _ options: ChannelOptions = .init(), _ interceptors: [any ClientInterceptor] = []
    ) throws -> Channel {
        var options = options
        options.authority = serverHostOverride
        options.interceptors = interceptors
        if let serviceConfigJSON { options.serviceConfig = try ServiceConfig(json: serviceConfigJSON) }
        return try Channel(address, security: security, options: options)
    }

    /// Calls `body` with a channel of its own.
    func withChannel<Value>(
        _ options: ChannelOptions = .init(), _ interceptors: [any ClientInterceptor] = [],
        _ body: (Channel) async throws -> Value
    ) async throws -> Value {
        let channel = try makeChannel(options, interceptors)
        let result: Result<Value, any Error>
        do { result = .success(try await body(channel)) } catch { result = .failure(error) }
        await channel.shutDown(grace: .zero)
        return try result.get()
    }
}
