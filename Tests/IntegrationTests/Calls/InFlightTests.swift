// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinTransport
import Testing

@testable import SkeinBalancing
@testable import SkeinClient

@Suite("attempts in flight", .serialized, .timeLimit(.minutes(5)))
struct InFlightTests {
    enum Ending: CaseIterable {
        case cancel, deadline, connectionLoss, retry
    }

    private func script(_ ending: Ending) -> RawServer.Script {
        switch ending {
        case .cancel, .deadline: .init(greeting: Frames.settings, requests: .max, ending: .open)
        case .connectionLoss: .init(greeting: Frames.settings, ending: .reset)
        case .retry: .init(greeting: Frames.settings) { $0 == 1 ? Frames.reset($0, code: 7) : Frames.reply($0) }
        }
    }

    /// How the call ended, and after how many attempts.
    private func end(of call: Task<Response<Buffer>, any Error>) async throws -> (code: StatusCode, attempts: Int) {
        do {
            return (.ok, try await call.value.attempts.count)
        } catch let error as RPCError {
            return (error.code, error.attempts.count)
        }
    }

    @Test("none is left when its call has ended, however it ends", arguments: Ending.allCases)
    func noneLeft(ending: Ending) async throws {
        let script = script(ending)
        let server = try await RawServer { _ in script }
        let channel = try Channel(
            "ipv4:127.0.0.1:\(server.port)", security: .plaintext, options: .loadBalancing(.roundRobin))
        channel.connect()
        await eventually { channel.state.isReady }
        let slots = channel.core.cell.slots
        let id = SubchannelID(slot: 0, generation: 1)
        let limit = Duration.milliseconds(ending == .deadline ? 300 : 30_000)
        let call = Task { try await EchoClient(channel).unary.response(Buffer("x"), .deadline(limit)) }
        if ending == .cancel {
            await eventually { slots.inFlight(id) == 1 }
            call.cancel()
        }
        let (code, attempts) = try await end(of: call)
        let expected: StatusCode =
            switch ending {
            case .cancel: .cancelled
            case .deadline: .deadlineExceeded
            case .connectionLoss: .unavailable
            case .retry: .ok
            }
        #expect(code == expected)
        #expect(attempts == (ending == .retry ? 2 : 1))
        #expect(slots.started(id) == UInt64(attempts))
        #expect(slots.inFlight(id) == 0)
        await channel.shutDown(grace: .zero)
        await server.close()
    }
}
