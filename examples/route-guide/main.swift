// SPDX-License-Identifier: Apache-2.0
import ExampleProtos
import Foundation
import Skein

do {
    if CommandLine.arguments.contains("serve") {
        let server = Server(.tcp("127.0.0.1", port: 50052), security: .plaintext, services: [RouteGuideService()])
        async let running: Void = server.run(handlingSignals: true)
        print("serving on \(try await server.addresses()[0])")
        try await running
    } else {
        let channel = try Channel("ipv4:127.0.0.1:50052", security: .plaintext)
        try await Traveller(guide: .init(channel)).travel()
        await channel.shutDown()
    }
} catch {
    print("route-guide: \(error)")
    exit(1)
}
