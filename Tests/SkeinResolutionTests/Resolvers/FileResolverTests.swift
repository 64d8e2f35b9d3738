// SPDX-License-Identifier: Apache-2.0
internal import Logging
internal import SkeinCore
internal import SkeinTesting
internal import TestSupport
internal import Testing

@testable internal import SkeinResolution

@Suite("file: targets", .timeLimit(.minutes(1)))
struct FileResolverTests {
    private let folder = TemporaryFolder()
    private let bench = Bench()

    private func make(logger: Logger? = nil) throws -> FileResolver {
        let target = try Target("file://\(folder.path)/a")
        return try FileResolver(target, bench.context { if let logger { $0.logger = logger } })
    }

    /// What `count` looks at the file found, nothing left out: the number of endpoints or `broken`.
    private func look(_ resolver: FileResolver, _ watch: inout FileWatch, _ count: Int) -> [String] {
        (0..<count).map { _ in
            let step = resolver.poll(watch)
            watch = step.watch
            switch step.result {
            case nil: return "same"
            case .success(let endpoints): return "\(endpoints.count)"
            case .failure: return "broken"
            }
        }
    }

    @Test("a change in place, by renaming, and a removal are seen once they rest")
    func changes() throws {
        var watch = FileWatch()
        let resolver = try make()
        folder.write("10.0.0.1:443\n", to: "a")
        #expect(look(resolver, &watch, 3) == ["1", "same", "same"])
        folder.write("10.0.0.1:443\n10.0.0.2:443\n", to: "a")
        #expect(look(resolver, &watch, 3) == ["same", "2", "same"])
        folder.write("10.0.0.1:443\n10.0.0.3:443\n", to: "b")
        folder.rename("b", to: "a")
        #expect(look(resolver, &watch, 3) == ["same", "2", "same"])
        folder.remove("a")
        #expect(look(resolver, &watch, 3) == ["same", "broken", "same"])
        folder.write("10.0.0.9:443\n", to: "a")
        #expect(look(resolver, &watch, 3) == ["same", "1", "same"])
    }

    @Test("an error names the file, the place and the reason")
    func errors() throws {
        func message() throws -> String {
            let step = try make().poll(FileWatch())
            let error = try #require(throws: ConfigurationError.self) { try step.result?.get() }
            return error.message
        }
        #expect(try message() == "read \(folder.path)/a: no such file or directory")
        folder.write("10.0.0.1:443\n10.0.0.2:x\n", to: "a")
        #expect(try message().hasPrefix("read \(folder.path)/a: line 2, column 1: address is \"10.0.0.2:x\""))
        let directory = try FileResolver(Target("file://\(folder.path)"), bench.context()).poll(FileWatch())
        #expect(directory.result == .failure(ConfigurationError("read \(folder.path): expected a regular file")))
    }

    @Test("a broken file keeps the last list and is logged once per change; a broken first one is a failure")
    func running() async throws {
        let log = LogRecorder()
        let resolver = try make(logger: log.logger)
        try await bench.run(resolver) {
            #expect(await bench.result(1).hasPrefix("UNAVAILABLE: read "))
            folder.write("10.0.0.1:443\n", to: "a")
            await passLooks(2)
            #expect(await bench.result(2) == "10.0.0.1:443")
            folder.write("10.0.0.1:4", to: "b")
            folder.write("{", to: "a")
            await passLooks(4)
            folder.rename("b", to: "a")
            await passLooks(2)
            #expect(await bench.result(3) == "10.0.0.1:4")
        }
        #expect(bench.results.count == 3)
        #expect(log.lines.count == 2)
        #expect(log.lines[0].hasPrefix("warning: find no endpoints for file://"))
        #expect(log.lines[1].hasPrefix("warning: keep the last endpoints of file://"))
        #expect(log.lines[1].contains("line 1, column 2: expected a member name"))
    }

    private func passLooks(_ count: Int) async {
        for _ in 0..<count {
            await bench.clock.somebodySleeps()
            bench.clock.advance(by: FileResolver.pollInterval)
        }
        await bench.clock.somebodySleeps()
    }

    @Test("a wrong target is refused", arguments: ["file:", "file:///", "file:///a/", "file://host/a", "file:a?b=1"])
    func wrong(text: String) throws {
        #expect(throws: ConfigurationError.self) { try FileResolver(Target(text), bench.context()) }
    }
}
