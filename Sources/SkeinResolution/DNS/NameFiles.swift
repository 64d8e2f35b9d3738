// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The files that say how this machine finds names. They are read for each lookup: they change when a machine moves to
/// another network.
package struct NameFiles: Sendable {
    var hosts: String
    var resolvConf: String
    var nsswitch: String
    /// Of the name servers, which the file cannot say.
    var port: Int

    package init(
        hosts: String = "/etc/hosts", resolvConf: String = "/etc/resolv.conf", nsswitch: String = "/etc/nsswitch.conf",
        port: Int = 53
    ) {
        self.hosts = hosts
        self.resolvConf = resolvConf
        self.nsswitch = nsswitch
        self.port = port
    }

    private static let maxBytes = 4 << 20

    /// What the files say.
    struct Content: Sendable {
        var hosts: HostsFile
        var configuration: DNSConfiguration
        var order: NameServiceOrder
        var hostName: String
    }

    /// Blocks.
    func read() -> Content {
        let hostName = MachineName.current ?? ""
        return Content(
            hosts: HostsFile(NameFiles.text(hosts)),
            configuration: DNSConfiguration(ResolvConf(NameFiles.text(resolvConf), hostName: hostName), port: port),
            order: NameServiceOrder(NameFiles.text(nsswitch)), hostName: hostName)
    }

    /// A file that is not there, or cannot be read, says nothing.
    private static func text(_ path: String) -> String {
        String(decoding: (try? FileSignature.read(path, limit: maxBytes)) ?? [], as: UTF8.self)
    }
}
