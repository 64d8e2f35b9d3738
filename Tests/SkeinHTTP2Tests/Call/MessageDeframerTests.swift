// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinHTTP2
import Testing

@Suite(.timeLimit(.minutes(2))) struct MessageDeframerTests {
    @Test("messages come out whole at every split in two")
    func everySplit() throws {
        let messages = [Array("first".utf8), [], Array("third one".utf8), [0]]
        let bytes = messages.flatMap { wire(framed($0)) }
        for split in 0...bytes.count {
            var deframer = MessageDeframer()
            deframer.append(Array(bytes[..<split]))
            var read = try deframer.readAll()
            deframer.append(Array(bytes[split...]))
            read += try deframer.readAll()
            #expect(read == messages, "split at \(split)")
            #expect(!deframer.hasPartialMessage && deframer.unconsumedBytes == 0)
        }
    }

    @Test("messages come out whole however they are split and whenever they are read", arguments: 1...40)
    func randomSplits(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let sent = (0..<Int.random(in: 1...600, using: &random)).map { index in
            [UInt8](
                repeating: UInt8(index & 255),
                count: Int.random(in: 0...1 << Int.random(in: 0...12, using: &random), using: &random))
        }
        var rest = sent.flatMap { wire(framed($0)) }[...]
        var deframer = MessageDeframer()
        var read: [[UInt8]] = []
        var credit = 0
        let total = rest.count
        while !rest.isEmpty {
            let length = min(
                rest.count, Int.random(in: 1...1 << Int.random(in: 0...14, using: &random), using: &random))
            deframer.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                guard let message = try deframer.next() else { break }
                read.append(Array(message.bytes))
            }
            credit += deframer.takeCredit(readerWaits: Bool.random(using: &random))
            #expect(credit <= total - rest.count)
        }
        read += try deframer.readAll()
        let isSame = read == sent
        #expect(isSame)
        #expect(credit + deframer.takeCredit(readerWaits: false) == total)
    }

    @Test("a message over the limit fails as soon as its prefix is there, after those before it, and drops the rest")
    func tooLarge() throws {
        var deframer = MessageDeframer(limit: 10)
        deframer.append(wire(framed("good")) + [0, 0, 0, 0, 11])
        #expect(try deframer.next().map { Array($0.bytes) } == Array("good".utf8))
        let error = #expect(throws: RPCError.self) { try deframer.next() }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.message.contains("11 bytes exceeds the limit of 10") == true)
        deframer.append([UInt8](repeating: 0, count: 1_000))
        #expect(throws: RPCError.self) { try deframer.next() }
        #expect(deframer.unconsumedBytes == 0 && !deframer.hasPartialMessage)
        #expect(deframer.takeCredit(readerWaits: false) == 9 + 5 + 1_000)
    }

    @Test(
        "a wrong flag is an internal error",
        arguments: [([1, 0, 0, 0, 0], false), ([2, 0, 0, 0, 0], true)] as [([UInt8], Bool)])
    func flags(_ bytes: [UInt8], _ acceptsCompressed: Bool) {
        var deframer = MessageDeframer()
        deframer.acceptsCompressed = acceptsCompressed
        deframer.append(bytes)
        let error = #expect(throws: RPCError.self) { try deframer.next() }
        #expect(error?.code == .internal)
    }

    @Test("a compressed message is marked when an encoding was announced")
    func compressed() throws {
        var deframer = MessageDeframer()
        deframer.acceptsCompressed = true
        deframer.append([1, 0, 0, 0, 1, 9])
        let message = try deframer.next()
        #expect(message?.compressed == true && message?.wireLength == 6)
    }

    @Test("a partial message counts, and its window returns only while a reader waits")
    func partial() throws {
        var deframer = MessageDeframer()
        deframer.append([0, 0, 0, 0, 8, 1, 2, 3])
        #expect(try deframer.next() == nil)
        #expect(deframer.partialBytes == 8 && deframer.hasPartialMessage)
        #expect(deframer.takeCredit(readerWaits: false) == 0)
        #expect(deframer.takeCredit(readerWaits: true) == 8)
        deframer.append([4, 5, 6, 7, 8])
        #expect(deframer.takeCredit(readerWaits: true) == 0)
        #expect(try deframer.next()?.wireLength == 13)
        #expect(deframer.takeCredit(readerWaits: false) == 5)
    }

    @Test("dropping what nobody reads gives all of its window back")
    func discard() {
        var deframer = MessageDeframer()
        deframer.append(wire(framed("unread")) + [0, 0])
        deframer.discard()
        deframer.append([0, 0, 0])
        #expect(deframer.takeCredit(readerWaits: false) == 16)
        #expect(throws: RPCError.self) { try deframer.next() }
    }

    @Test("a great many tiny messages keep their order with a reader that lags")
    func tiny() throws {
        var deframer = MessageDeframer()
        var sent = 0
        var read = 0
        var random = SplitMix64(seed: 3)
        while read < 20_000 {
            if sent < 20_000 {
                let burst = (0..<100).flatMap { wire(framed([UInt8((sent + $0) & 255)])) }
                sent += 100
                deframer.append(burst)
            }
            for _ in 0..<Int.random(in: 60...150, using: &random) {
                guard let message = try deframer.next() else { break }
                #expect(Array(message.bytes) == [UInt8(read & 255)])
                read += 1
            }
        }
        #expect(try deframer.next() == nil && deframer.unconsumedBytes == 0)
    }
}
