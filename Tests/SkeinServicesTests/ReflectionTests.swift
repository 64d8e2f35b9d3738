// SPDX-License-Identifier: Apache-2.0
import Goldens
import SkeinCore
import SkeinProtobuf
import Testing

@testable import SkeinServices

@Suite("reflection", .timeLimit(.minutes(1)))
struct ReflectionTests {
    typealias Question = ReflectionConversation.Request.OneOf_MessageRequest

    /// Of a server with one generated service, one written by hand, and files that neither needs.
    private static let index = ReflectionIndex(
        [
            Golden_Services_Everything.descriptor,
            ServiceDescriptor("by.Hand", methods: [MethodDescriptor("by.Hand", "Call", .unary)]),
        ],
        [.imports_imports_proto, .nested_nested_proto, .proto2_proto2_proto, .oneofs_oneofs_proto, .enums_enums_proto])

    private func ask(
        _ question: Question?, in conversation: inout ReflectionConversation
    ) -> ReflectionConversation.Response {
        conversation.answer(.init(host: "the host", messageRequest: question))
    }

    /// The paths of the files that answer `question` in a conversation of its own; `nil` when there is no such answer.
    private func paths(_ question: Question) throws -> [String]? {
        var conversation = ReflectionConversation(ReflectionTests.index)
        return try paths(ask(question, in: &conversation))
    }

    private func paths(_ response: ReflectionConversation.Response) throws -> [String]? {
        guard case .fileDescriptorResponse(let files)? = response.messageResponse else { return nil }
        return try files.fileDescriptorProto.map { try DeclaredNames(descriptor: $0).path }
    }

    @Test("the services are listed in order, those without a descriptor too")
    func list() {
        var conversation = ReflectionConversation(ReflectionTests.index)
        let response = ask(.listServices("*"), in: &conversation)
        let names = ["by.Hand", "golden.services.Everything"]
        #expect(response.messageResponse == .listServicesResponse(.init(service: names.map { .init(name: $0) })))
        #expect(response.validHost == "the host")
        #expect(response.originalRequest?.messageRequest == .listServices("*"))
    }

    @Test(
        "each kind of symbol leads to its file",
        arguments: [
            ("golden.services.Everything", "services/services.proto"),
            ("golden.services.Everything.Get", "services/services.proto"),
            ("golden.proto2.Optionals", "proto2/proto2.proto"),
            ("golden.proto2.Optionals.a_double", "proto2/proto2.proto"),
            ("golden.proto2.Optionals.choice", "proto2/proto2.proto"),
            ("golden.proto2.text_extension", "proto2/proto2.proto"),
            ("golden.proto2.Extender.nested_extension", "proto2/proto2.proto"),
            ("golden.imports.Order.FeesEntry", "imports/imports.proto"),
            ("golden.shared.Money", "imports/shared.proto"),
        ])
    func symbols(symbol: String, path: String) throws {
        #expect(try paths(.fileContainingSymbol(symbol))?.first == path)
    }

    @Test("nested types, enums and their values, which stand beside their enum, are found")
    func nested() throws {
        for file in [ProtobufFile.nested_nested_proto, .enums_enums_proto] {
            let names = try DeclaredNames(descriptor: file.serialized)
            #expect(names.symbols.count > 5)
            #expect(Set(names.symbols).count == names.symbols.count)
            for symbol in names.symbols { #expect(try paths(.fileContainingSymbol(symbol))?.first == file.path) }
        }
    }

    @Test("a file comes first, then all that it needs, each once")
    func dependencies() throws {
        let expected = ["imports/imports.proto", "imports/exported.proto", "imports/shared.proto"]
        #expect(try paths(.fileByFilename("imports/imports.proto")) == expected)
        #expect(try paths(.fileByFilename("imports/shared.proto")) == ["imports/shared.proto"])
    }

    @Test("what was sent on a stream is not sent again, but for the answer itself")
    func once() throws {
        var conversation = ReflectionConversation(ReflectionTests.index)
        let shared = Question.fileByFilename("imports/shared.proto")
        let all = Question.fileContainingSymbol("golden.imports.Order")
        #expect(try paths(ask(shared, in: &conversation)) == ["imports/shared.proto"])
        #expect(
            try paths(ask(all, in: &conversation)) == ["imports/imports.proto", "imports/exported.proto"])
        #expect(try paths(ask(all, in: &conversation)) == ["imports/imports.proto"])
        #expect(try paths(ask(shared, in: &conversation)) == ["imports/shared.proto"])
    }

    @Test("extensions are found by type and number, and their numbers by type")
    func extensions() throws {
        let type = "golden.proto2.Optionals"
        for number in [Int32(100), 101, 102] {
            let question = Question.fileContainingExtension(.init(containingType: type, extensionNumber: number))
            #expect(try paths(question) == ["proto2/proto2.proto"])
        }
        var conversation = ReflectionConversation(ReflectionTests.index)
        let numbers = ask(.allExtensionNumbersOfType(type), in: &conversation).messageResponse
        #expect(
            numbers == .allExtensionNumbersResponse(.init(baseTypeName: type, extensionNumber: [100, 101, 102])))
        let none = ask(.allExtensionNumbersOfType("golden.imports.Order"), in: &conversation).messageResponse
        #expect(none == .allExtensionNumbersResponse(.init(baseTypeName: "golden.imports.Order")))
    }

    @Test("custom options, and the import that only they need, are not there")
    func options() throws {
        #expect(try paths(.fileContainingSymbol("golden.imports.label")) == nil)
        let names = try DeclaredNames(descriptor: ProtobufFile.imports_imports_proto.serialized)
        #expect(names.imports == ["imports/exported.proto"])
        #expect(names.extensions == [])
    }

    @Test(
        "a question without an answer gets an error inside the response, and the conversation goes on",
        arguments: [
            (.fileByFilename("no/such.proto"), .notFound), (.fileByFilename(""), .notFound),
            (.fileContainingSymbol("no.Such"), .notFound), (.fileContainingSymbol("by.Hand"), .notFound),
            (.fileContainingSymbol(".golden.services.Everything"), .notFound),
            (.fileContainingExtension(.init(containingType: "golden.proto2.Optionals", extensionNumber: 5)), .notFound),
            (.fileContainingExtension(.init()), .notFound), (.allExtensionNumbersOfType("no.Such"), .notFound),
            (.allExtensionNumbersOfType("golden.services.Everything"), .notFound), (nil, .invalidArgument),
        ] as [(Question?, StatusCode)])
    func errors(question: Question?, code: StatusCode) throws {
        var conversation = ReflectionConversation(ReflectionTests.index)
        let response = ask(question, in: &conversation)
        guard case .errorResponse(let error)? = response.messageResponse else {
            Issue.record("expected an error, got \(response)")
            return
        }
        #expect(error.errorCode == Int32(code.rawValue))
        #expect(error.errorMessage != "")
        #expect(try paths(ask(.fileByFilename("imports/shared.proto"), in: &conversation)) != nil)
    }

    @Test("an error does not repeat all of a long name")
    func longName() {
        let name = String(repeating: "e\u{301}", count: 1 << 16)
        var conversation = ReflectionConversation(ReflectionTests.index)
        guard case .errorResponse(let error)? = ask(.fileContainingSymbol(name), in: &conversation).messageResponse
        else {
            Issue.record("expected an error")
            return
        }
        #expect(error.errorMessage.utf8.count < 256)
    }

    @Test("descriptors that are cut off anywhere are left out, and harm nothing")
    func damaged() {
        let whole = ProtobufFile.services_services_proto.serialized
        for length in stride(from: 0, to: whole.count, by: 7) {
            let service = ServiceDescriptor("s.S", methods: [], fileDescriptors: [Array(whole.prefix(length))])
            let index = ReflectionIndex([service], [.imports_shared_proto])
            #expect(index.services == ["s.S"])
            #expect(index.file(ofSymbol: "golden.shared.Money") == "imports/shared.proto")
        }
    }
}
