// SPDX-License-Identifier: Apache-2.0
package import NIOSSL
package import SkeinCore

extension TLSConfiguration {
    /// The same for a client that speaks something else than HTTP/2. Reads the files, which blocks.
    package func clientSettings() throws(ConfigurationError) -> NIOSSL.TLSConfiguration {
        var settings = NIOSSL.TLSConfiguration.makeClientConfiguration()
        settings.minimumTLSVersion = minimumVersion.nio
        settings.certificateVerification =
            switch peerVerification.kind {
            case .automatic, .required: .fullVerification
            case .chainOnly: .noHostnameVerification
            case .none: .none
            }
        try TLSMaterial(reading: self).fill(&settings)
        return settings
    }
}

extension TLSConfiguration.Version {
    var nio: TLSVersion { number == .tls13 ? .tlsv13 : .tlsv12 }
}
