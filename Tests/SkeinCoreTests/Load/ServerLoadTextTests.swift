// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SkeinCore

@Suite("a server's load as text")
struct ServerLoadTextTests {
    private func text(_ load: ServerLoad) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ServerLoadText.maxBytes) { buffer in
            guard let start = buffer.baseAddress else { return "" }
            let count = ServerLoadText.write(load, to: start)
            return String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    private func read(_ text: String) -> ServerLoad? { Array(text.utf8).withUnsafeBytes { ServerLoadText.read($0) } }

    @Test("it is written in nanoseconds and read back")
    func roundTrip() {
        let load = ServerLoad(
            inFlight: 7, latency: 0.00521, serviceTime: 0.0018, parallelism: 4, incarnation: 0x9f3a_04c1)
        let text = text(load)
        #expect(
            text.hasPrefix("i=7,l=5210000,s=1799999,k=4,n=9f3a04c1") || text == "i=7,l=5210000,s=1800000,k=4,n=9f3a04c1"
        )
        let back = read(text)
        #expect(back?.inFlight == 7)
        #expect(back?.parallelism == 4)
        #expect(back?.incarnation == 0x9f3a_04c1)
        #expect(abs((back?.latency ?? 0) - 0.00521) < 1e-8)
        #expect(abs((back?.serviceTime ?? 0) - 0.0018) < 1e-8)
    }

    @Test(
        "extreme values fit and come back in range", arguments: [Float.infinity, .nan, -1, 0, .greatestFiniteMagnitude])
    func extremes(seconds: Float) {
        let load = ServerLoad(
            inFlight: .max, latency: seconds, serviceTime: seconds, parallelism: .max, incarnation: .max)
        let text = text(load)
        #expect(text.utf8.count <= ServerLoadText.maxBytes)
        let back = read(text)
        #expect(back?.inFlight == .max)
        #expect(back?.parallelism == .max)
        #expect(back?.incarnation == .max)
        #expect((0...86_401).contains(back?.latency ?? -1))
    }

    @Test("any order, and keys of later versions, are fine")
    func tolerance() {
        #expect(read("n=a,k=2,s=3,l=4,i=1")?.incarnation == 10)
        #expect(read("i=1,l=4,s=3,k=2,n=a,z=later")?.inFlight == 1)
    }

    @Test(
        "anything else is nothing",
        arguments: [
            "", ",", "=", "i", "i=1", "i=1,l=4,s=3,k=2", "i=1,l=4,s=3,k=0,n=a", "i=1,i=1,l=4,s=3,k=2,n=a",
            "i=1,l=4,s=3,k=2,n=a,", "i=-1,l=4,s=3,k=2,n=a", "i=1,l=4.5,s=3,k=2,n=a", "i=1,l=,s=3,k=2,n=a",
            "i=1,l=4,s=3,k=2,n=A", "i=1,l=4,s=3,k=2,n=x", "i=4294967296,l=4,s=3,k=2,n=a", "i=1 ,l=4,s=3,k=2,n=a",
            "i=1,l=99999999999999999,s=3,k=2,n=a", "i=1,l=4,s=3,k=2,n=11111111111111111", "i:1,l=4,s=3,k=2,n=a",
            "i=1,l=4,s=3,k=2,n=a," + String(repeating: "z=1,", count: 60) + "z=1",
        ])
    func garbage(text: String) {
        #expect(read(text) == nil)
    }

    @Test("random bytes never trap")
    func randomBytes() {
        var random = SplitMix64(seed: 5)
        for _ in 0..<20_000 {
            var bytes = Array("i=1,l=4,s=3,k=2,n=a".utf8)
            for _ in 0..<Int(random.next() % 4) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            _ = bytes.withUnsafeBytes { ServerLoadText.read($0) }
        }
    }
}
