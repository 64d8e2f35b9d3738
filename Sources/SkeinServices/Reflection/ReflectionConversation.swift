// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore
internal import SkeinProtobuf

/// One stream of questions and answers. The messages of v1alpha are those of v1 but for the name of their package.
struct ReflectionConversation {
    typealias Request = Grpc_Reflection_V1_ServerReflectionRequest
    typealias Response = Grpc_Reflection_V1_ServerReflectionResponse
    typealias Answer = Response.OneOf_MessageResponse

    let index: ReflectionIndex
    private var sent: Set<String> = []

    init(_ index: ReflectionIndex) { self.index = index }

    mutating func answer(_ request: Request) -> Response {
        Response(
            validHost: request.host, originalRequest: request,
            messageResponse: request.messageRequest.map { answer($0) }
                ?? error(.invalidArgument, "answer a request that asks for nothing"))
    }

    private mutating func answer(_ question: Request.OneOf_MessageRequest) -> Answer {
        switch question {
        case .fileByFilename(let path):
            return files(index.files[path]?.names.path, "file", path)
        case .fileContainingSymbol(let symbol):
            return files(index.file(ofSymbol: symbol), "symbol", symbol)
        case .fileContainingExtension(let wanted):
            let path = index.file(ofExtension: wanted.extensionNumber, of: wanted.containingType)
            return files(path, "extension \(wanted.extensionNumber) of", wanted.containingType)
        case .allExtensionNumbersOfType(let type):
            guard let numbers = index.extensionNumbers(of: type) else { return notFound("message type", type) }
            return .allExtensionNumbersResponse(.init(baseTypeName: type, extensionNumber: numbers))
        case .listServices:
            return .listServicesResponse(.init(service: index.services.map { .init(name: $0) }))
        }
    }

    private mutating func files(_ path: String?, _ kind: String, _ wanted: String) -> Answer {
        guard let path else { return notFound(kind, wanted) }
        return .fileDescriptorResponse(.init(fileDescriptorProto: index.descriptors(from: path, sent: &sent)))
    }

    private func notFound(_ kind: String, _ wanted: String) -> Answer {
        error(.notFound, "find \(kind) \"\(wanted.excerpt)\": this server does not have it")
    }

    private func error(_ code: StatusCode, _ message: String) -> Answer {
        .errorResponse(.init(errorCode: Int32(code.rawValue), errorMessage: message))
    }
}
