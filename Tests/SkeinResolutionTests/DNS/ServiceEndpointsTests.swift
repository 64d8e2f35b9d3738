// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("SRV records as endpoints (RFC 2782)", .timeLimit(.minutes(2)))
struct ServiceEndpointsTests {
    struct Story: Sendable, CustomTestStringConvertible {
        var name: String
        /// Priority, weight and addresses.
        var servers: [(UInt16, UInt16, String)]
        /// Addresses, weight, priority.
        var endpoints: [String]
        var testDescription: String { name }
    }

    @Test(
        "priorities, weights and addresses",
        arguments: [
            Story(
                name: "by priority", servers: [(10, 5, "10.0.0.2"), (0, 60, "10.0.0.1")],
                endpoints: ["10.0.0.1:50051 60 0", "10.0.0.2:50051 5 10"]),
            Story(
                name: "all of weight 0 are alike",
                servers: [(0, 0, "10.0.0.1"), (0, 0, "10.0.0.2"), (1, 7, "10.0.0.3")],
                endpoints: ["10.0.0.1:50051 1 0", "10.0.0.2:50051 1 0", "10.0.0.3:50051 7 1"]),
            Story(
                name: "weight 0 among others is hardly anything", servers: [(0, 0, "10.0.0.1"), (0, 1, "10.0.0.2")],
                endpoints: ["10.0.0.1:50051 1 0", "10.0.0.2:50051 100 0"]),
            Story(
                name: "priorities that do not fit go by rank",
                servers: [(65535, 1, "10.0.0.3"), (300, 1, "10.0.0.2"), (20, 1, "10.0.0.1")],
                endpoints: ["10.0.0.1:50051 1 0", "10.0.0.2:50051 1 1", "10.0.0.3:50051 1 2"]),
            Story(
                name: "both families are one server", servers: [(0, 3, "::1 10.0.0.1")],
                endpoints: ["10.0.0.1:50051,[::1]:50051 3 0"]),
            Story(
                name: "more of a family are several, which share the weight",
                servers: [(0, 10, "10.0.0.1 10.0.0.2"), (0, 10, "10.0.0.3")],
                endpoints: ["10.0.0.1:50051 500 0", "10.0.0.2:50051 500 0", "10.0.0.3:50051 1000 0"]),
            Story(name: "no address, no endpoint", servers: [(0, 1, "")], endpoints: []),
            Story(
                name: "the heaviest", servers: [(0, 65535, "10.0.0.1"), (0, 0, "10.0.0.2")],
                endpoints: ["10.0.0.1:50051 6553500 0", "10.0.0.2:50051 1 0"]),
        ])
    func stories(story: Story) {
        let servers = story.servers.enumerated().map { index, server in
            ServiceEndpoints.Server(
                service: DNSRecord.Service(
                    priority: server.0, weight: server.1, port: 50051, target: DNSName("s\(index)")!),
                numbers: server.2.split(separator: " ").compactMap { IPNumber($0) })
        }
        let endpoints = ServiceEndpoints.make(servers).map { "\($0.identity) \($0.weight) \($0.priority)" }
        #expect(endpoints == story.endpoints)
    }
}
