// SPDX-License-Identifier: Apache-2.0
import Foundation
import Skein
import Synchronization
import TestSupport
import Testing

@Suite("the service config that a resolver brings", .timeLimit(.minutes(5)))
struct ServiceConfigTests {
    /// Publishes what a test gives it, by the target's path.
    private struct ScriptedResolver: Resolver {
        static let schemes = ["scripted"]
        static let scripts = Mutex<[String: AsyncStream<Resolution>]>([:])
        let script: AsyncStream<Resolution>

        init(_ target: Target, _ context: ResolverContext) throws {
            script = try #require(ScriptedResolver.scripts.withLock { $0[target.path] })
        }

        nonisolated(nonsending) func run(_ updates: ResolutionUpdates) async throws {
            for await resolution in script { updates.publish(resolution) }
        }
    }

    private static let bad = [
        #"{"methodConfig": [{"timeout": 1}]}"#,
        #"{"loadBalancingConfig": [{"no_such": {}}], "methodConfig": [{"name": [{}], "timeout": "7s"}]}"#,
        #"{"loadBalancingConfig": [{"pick_first": {"shuffleAddressList": 1}}]}"#,
    ]

    @Test("one that is invalid in any part fails calls at first, and changes nothing later", arguments: bad)
    func invalid(bad: String) async throws {
        let service = EchoService(unary: { _, context in Buffer(context.deadline == nil ? "none" : "some") })
        let server = try await SocketServer(.tcp("127.0.0.1", port: 0), [service], .init())
        let (script, publish) = AsyncStream<Resolution>.makeStream()
        let name = UUID().uuidString
        ScriptedResolver.scripts.withLock { $0[name] = script }
        var options = ChannelOptions()
        options.resolvers.register(ScriptedResolver.self)
        let channel = try Channel("scripted:///\(name)", security: .plaintext, options: options)
        let echo = EchoClient(channel)
        func resolution(_ json: String, endpoints: Bool = true) -> Resolution {
            var resolution = Resolution(endpoints ? [Endpoint(server.address)] : [])
            do throws(ConfigurationError) {
                resolution.serviceConfig = .success(try ServiceConfig(json: json))
            } catch {
                resolution.serviceConfig = .failure(error)
            }
            return resolution
        }

        publish.yield(resolution(bad))
        let error = await rpcError { try await echo.unary(Buffer("")) }
        #expect(error?.code == .unavailable)
        #expect(error?.message.contains("use the service config of scripted:///\(name)") == true)
        publish.yield(resolution(#"{"methodConfig": [{"name": [{}], "timeout": "30s"}]}"#))
        _ = try await echo.unary(Buffer(""), .waitForReady)
        let first = try await echo.unary(Buffer(""))
        #expect(first.text == "some")

        publish.yield(resolution(bad, endpoints: false))
        await eventually { (try? await echo.unary(Buffer(""))) == nil }
        publish.yield(resolution(bad))
        let second = try await echo.unary(Buffer(""), .waitForReady)
        #expect(second.text == "some")
        await channel.shutDown(grace: .zero)
        server.shutDown()
        try await server.finished()
    }

    /// What is logged of these configs, one after the other, until `last` is.
    private func warnings(of configs: [String], until last: String) async throws -> [String] {
        let log = LogRecorder()
        let (script, publish) = AsyncStream<Resolution>.makeStream()
        let name = UUID().uuidString
        ScriptedResolver.scripts.withLock { $0[name] = script }
        var options = ChannelOptions().logger(log.logger)
        options.resolvers.register(ScriptedResolver.self)
        let channel = try Channel("scripted:///\(name)", security: .plaintext, options: options)
        channel.connect()
        for json in configs { publish.yield(Resolution([], serviceConfig: try ServiceConfig(json: json))) }
        await eventually { log.lines.contains { $0.contains(last) } }
        await channel.shutDown(grace: .zero)
        return log.lines.filter { $0.hasPrefix("warning: the service config of scripted:///\(name): line 1") }
    }

    @Test("what has no effect in its policies is logged once, and again when the config is another")
    func policyWarnings() async throws {
        let configs = ["choiceCont", "choiceCont", "choices"].map { field in
            #"{"loadBalancingConfig": [{"round_robbin": {}}, {"least_request": {"\#(field)": 3}}]}"#
        }
        let path = "loadBalancingConfig[1].least_request"
        let lines = try await warnings(of: configs, until: "\(path).choices is unknown")
        #expect(lines.count { $0.contains(#"\#(path).choiceCont is unknown (did you mean "choiceCount"?)"#) } == 1)
        #expect(lines.count { $0.contains(#"(did you mean "round_robin"?): skipped"#) } == 2)
    }

    @Test("what has no effect elsewhere in it is logged once, too, although it makes no other config")
    func warnings() async throws {
        let method = #"{"methodConfig": [{"timeOut": "1s"}]}"#
        let lines = try await warnings(
            of: ["{}", #"{"metodConfig": []}"#, #"{"metodConfig": []}"#, method],
            until: #"methodConfig[0].timeOut is unknown (did you mean "timeout"?): ignored"#)
        #expect(lines.count { $0.contains(#"metodConfig is unknown (did you mean "methodConfig"?): ignored"#) } == 1)
        #expect(lines.count == 2)
    }

    @Test("one that was made in code with a bad value is refused when the channel is opened")
    func madeInCode() {
        let policy = ChannelOptions.loadBalancing(.leastRequest(choices: 0))
        let method = ChannelOptions.serviceConfig(ServiceConfig(methods: [MethodConfig(.all, timeout: .seconds(-1))]))
        for (options, field) in [(policy, "least_request.choiceCount is 0"), (method, #"timeout is "-1s""#)] {
            let error = #expect(throws: ConfigurationError.self) {
                try Channel("ipv4:127.0.0.1:1", security: .plaintext, options: options)
            }
            #expect(error?.message.contains("\(field): expected") == true)
        }
    }
}
