// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinServer

@Suite("the table of methods", .timeLimit(.minutes(1)))
struct MethodTableTests {
    private func table(_ paths: [(String, String)]) throws -> MethodTable {
        let methods = paths.map { MethodDescriptor($0.0, $0.1, .unary) }
        return try MethodTable(
            methods.enumerated().map { RegisteredMethod($0, $1, .unary { request, _ in request }) },
            services: Set(paths.map(\.0)).map { name in
                ServiceDescriptor(name, methods: methods.filter { $0.service == name })
            })
    }

    private func find(_ path: String, in table: MethodTable) -> String? {
        var path = path
        return path.withUTF8 { table.find(UnsafeRawBufferPointer($0)) }?.descriptor.path
    }

    @Test("every registered path is found, and only those", arguments: [1, 7, 8, 100, 1000])
    func all(count: Int) throws {
        let paths = (0..<count).map { ("pkg.Service\($0 % 7)", "Method\($0)") }
        let table = try table(paths)
        for (service, name) in paths { #expect(find("/\(service)/\(name)", in: table) == "/\(service)/\(name)") }
        for path in ["", "/", "//", "/pkg.Service0", "/pkg.Service0/", "/pkg.service0/Method0", "pkg.Service0/Method0"]
        {
            #expect(find(path, in: table) == nil)
        }
    }

    @Test("a method registered twice is an error that names it")
    func twice() {
        let error = #expect(throws: ConfigurationError.self) { try table([("a.B", "C"), ("a.B", "C")]) }
        #expect(error.map { "\($0)" }?.contains("/a.B/C") == true)
    }

    @Test(
        "what is missing is named",
        arguments: [
            ("/a.B/Other", "service a.B has no method \"Other\""), ("/x.Y/C", "this server has no service \"x.Y\""),
            ("nonsense", "the path \"nonsense\" is not /service/method"), ("", "the path \"\" is not /service/method"),
            ("/a/b/c", "the path \"/a/b/c\" is not /service/method"),
        ])
    func missing(path: String, message: String) throws {
        let error = try table([("a.B", "C")]).notFound(path)
        #expect(error.code == .unimplemented)
        #expect(error.message == message)
    }
}
