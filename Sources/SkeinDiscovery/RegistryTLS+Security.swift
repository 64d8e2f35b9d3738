// SPDX-License-Identifier: Apache-2.0
internal import SkeinTransport

extension RegistryTLS {
    /// The same for a channel.
    var security: TransportSecurity {
        var configuration = SkeinTransport.TLSConfiguration()
        if let caFile { configuration.trustRoots = .file(caFile) }
        if let certificateFile, let keyFile {
            configuration.identity = .files(certificateChain: certificateFile, privateKey: keyFile)
        }
        configuration.serverName = serverName
        return .tls(configuration)
    }
}
