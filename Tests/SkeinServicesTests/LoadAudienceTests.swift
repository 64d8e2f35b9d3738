// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinProtobuf
import Testing

@testable import SkeinServices

@Suite("who is told the load")
struct LoadAudienceTests {
    @Test(
        "this machine, private networks and the link are",
        arguments: [
            "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.7.7", "169.254.1.1", "::1",
            "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "febf::1", "::ffff:10.0.0.1", "::FFFF:127.0.0.1",
        ])
    func local(host: String) {
        #expect(LoadAudience.local.includes(peer(host)))
    }

    @Test(
        "others are not, unless everyone is, or their certificate was verified",
        arguments: [
            "8.8.8.8", "172.15.0.1", "172.32.0.1", "192.169.0.1", "11.0.0.1", "2001:db8::1", "fec0::1", "::2",
            "::ffff:8.8.8.8", "fbff::1", "::", "ff02::1", "10.0.0", "10.0.0.300",
        ])
    func foreign(host: String) {
        #expect(!LoadAudience.local.includes(peer(host)))
        #expect(LoadAudience.everyone.includes(peer(host)))
        let anonymous = Peer.TLSSession(version: "TLSv1.3", certificate: nil)
        #expect(!LoadAudience.local.includes(Peer(address: peer(host).address, tls: anonymous)))
        let verified = Peer.TLSSession(
            version: "TLSv1.3",
            certificate: .init(chain: [[1]], commonName: "c", dnsNames: [], ipAddresses: [], uris: []))
        #expect(LoadAudience.local.includes(Peer(address: peer(host).address, tls: verified)))
    }

    @Test("sockets of this machine are")
    func unixSockets() {
        #expect(LoadAudience.local.includes(Peer(address: .unix(path: "/run/x"))))
    }

    private func peer(_ host: String) -> Peer {
        Peer(address: host.contains(":") ? .ipv6(host, port: 1) : .ipv4(host, port: 1))
    }

    @Test("the bytes of a report are those of the message")
    func sameBytes() throws {
        var report = LoadReport(applicationUtilization: 0.5, cpuUtilization: 0.25, named: ["a": 1, "b": -2])
        report.memoryUtilization = 0.75
        report.requestsPerSecond = 1234.5
        report.errorsPerSecond = 0.125
        report.utilization = ["disk": 0.9]
        report.requestCost = ["rows": 7]
        let message = Xds_Data_Orca_V3_OrcaLoadReport(report)
        #expect(LoadReportCodec.decode(try message.serialized()) == report)
        let back = try Xds_Data_Orca_V3_OrcaLoadReport(serialized: LoadReportCodec.encode(report))
        #expect(back == message)
    }
}
