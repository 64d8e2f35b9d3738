// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import Testing

@testable internal import SkeinResolution

@Suite("Targets", .timeLimit(.minutes(2)))
struct TargetTests {
    @Test(
        "a target is taken apart as gRPC names things",
        arguments: [
            ("dns:///greeter:50051", "dns", "", "greeter:50051"), ("dns:greeter:50051", "dns", "", "greeter:50051"),
            ("greeter:50051", "dns", "", "greeter:50051"), ("greeter", "dns", "", "greeter"),
            ("localhost:50051", "dns", "", "localhost:50051"), ("greeter.internal", "dns", "", "greeter.internal"),
            ("DNS:///greeter", "dns", "", "greeter"), ("dns://8.8.8.8/greeter", "dns", "8.8.8.8", "greeter"),
            ("10.0.0.7:443", "dns", "", "10.0.0.7:443"), ("[::1]:443", "dns", "", "[::1]:443"),
            ("::1", "dns", "", "::1"), ("ipv4:1.2.3.4:1,1.2.3.5:2", "ipv4", "", "1.2.3.4:1,1.2.3.5:2"),
            ("ipv6:[::1]:1,[::2]:2", "ipv6", "", "[::1]:1,[::2]:2"), ("unix:app.sock", "unix", "", "app.sock"),
            ("unix:///run/app.sock", "unix", "", "run/app.sock"), ("unix-abstract:a", "unix-abstract", "", "a"),
            ("static:///orders", "static", "", "orders"), ("file:///etc/x.json", "file", "", "etc/x.json"),
            ("inventory:///orders", "inventory", "", "orders"), ("my+x-1.0://a/b", "my+x-1.0", "a", "b"),
            ("unix:a%20b%3F", "unix", "", "a b?"), ("file:%C3%A9", "file", "", "é"),
        ])
    func parts(text: String, scheme: String, authority: String, path: String) throws {
        let target = try Target(text)
        #expect(target.scheme == scheme)
        #expect(target.authority == authority)
        #expect(target.path == path)
        #expect(target.query.isEmpty)
        #expect(target.description == text)
    }

    @Test(
        "the absolute path keeps its slash", arguments: [("unix:///a/b", "/a/b"), ("unix:/a", "/a"), ("unix:a", "a")])
    func absolutePath(text: String, path: String) throws {
        #expect(try Target(text).absolutePath == path)
    }

    @Test(
        "parameters follow a question mark",
        arguments: [
            ("dns:///a?refresh=off", ["refresh": "off"]), ("a:1?refresh=30s&x=", ["refresh": "30s", "x": ""]),
            ("file:a?b", ["b": ""]), ("dns:///a?", [:]), ("dns:///a?k=a%26b=c", ["k": "a&b=c"]),
        ])
    func query(text: String, query: [String: String]) throws {
        #expect(try Target(text).query == query)
    }

    @Test(
        "a malformed target is refused at the place",
        arguments: [
            ("", "character 1: expected a target"), ("gree ter", "character 5: expected no spaces"),
            ("dns:///a\n", "character 9: expected no spaces"), ("dns:///a%2", "character 9: expected two hex digits"),
            ("dns:///%zz", "character 8: expected two hex digits"),
            ("dns:///%ff", "character 7: expected percent escapes"),
            ("dns:///a#b", "character 9: expected no fragment"), ("dns:///a?=1", "character 10: expected a parameter"),
            ("dns:///a?x=1&x=2", "character 14: expected each parameter once"),
            ("dnss:greeter", "(did you mean \"dns\"?)"), ("unx:/run/app.sock", "(did you mean \"unix\"?)"),
        ])
    func malformed(text: String, part: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try Target(text) }
        #expect(error.message.contains(part))
        #expect(error.message.hasPrefix("read target "))
    }

    @Test(
        "the authority of calls is the path, percent-encoded",
        arguments: [
            ("dns:///greeter:50051", "greeter:50051"), ("greeter", "greeter"), ("dns:///[::1]:443", "[::1]:443"),
            ("ipv4:1.2.3.4:1,1.2.3.5:2", "1.2.3.4:1,1.2.3.5:2"), ("x:///a/b%20c", "a%2Fb%20c"),
            ("x:///%C3%A9%0A", "%C3%A9%0A"),
        ])
    func serviceAuthority(text: String, authority: String) throws {
        #expect(try Target(text).serviceAuthority == authority)
    }

    @Test("an unknown parameter is named with the valid ones and the nearest")
    func unknownParameter() throws {
        let target = try Target("dns:///a?refesh=off")
        let message = """
            read target "dns:///a?refesh=off": parameter "refesh" is unknown (did you mean "refresh"?); \
            dns: takes only refresh
            """
        #expect(throws: ConfigurationError(message)) { try target.allowQuery(["refresh"]) }
        #expect(throws: ConfigurationError.self) { try target.allowQuery([]) }
        try target.allowQuery(["refesh"])
    }

    @Test("random texts never trap", arguments: 0..<20 as Range<UInt64>)
    func hostile(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("dns:/?#%&=a1[].,é \u{0}@")
        var refused = 0
        for _ in 0..<200 {
            let length = Int.random(in: 0...20, using: &random)
            let text = String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &random)] })
            do throws(ConfigurationError) {
                let target = try ResolverRegistry.builtIn.target(text)
                _ = try ResolverRegistry.builtIn.make(target, ResolverContext())
            } catch {
                refused += 1
                #expect(error.message.hasPrefix("read target "), "\(error)")
            }
        }
        #expect(refused > 0)
    }
}
