// SPDX-License-Identifier: Apache-2.0
internal import SkeinCore

/// The service config in a name's TXT record (gRFC A2): a list of choices, the first of which that fits is taken.
struct ConfigRecord: Sendable {
    /// What choices are told apart by.
    struct Client: Sendable {
        var hostName: String
        /// From 0 to 99: a choice for N per cent of the clients is for those below N. It stays the same for a channel.
        var percentile: Int
    }

    static let label = "_grpc_config"
    private static let attribute = "grpc_config="
    private static let language = "swift"

    /// The config that is meant for `client` in the texts of a name; `nil` when none is. Anything wrong in any of the
    /// choices makes all of them worthless.
    static func config(in texts: [[UInt8]], for client: Client) throws(ConfigurationError) -> ServiceConfig? {
        let lists = texts.filter { $0.starts(with: attribute.utf8) }
        guard let list = lists.first else { return nil }
        guard lists.count == 1 else { throw ConfigurationError("expected one text that starts with \(attribute)") }
        guard let text = String(validating: list.dropFirst(attribute.utf8.count), as: UTF8.self) else {
            throw ConfigurationError("expected UTF-8")
        }
        let value = try JSONValue(parsing: text)
        guard case .array(let choices) = value.content else {
            throw value.error("the choices are \(value.summary): expected an array")
        }
        var chosen: ServiceConfig?
        for (index, choice) in choices.enumerated() {
            let (config, isMeant) = try read(choice, "[\(index)]", client)
            if isMeant, chosen == nil { chosen = config }
        }
        return chosen
    }

    private static func read(
        _ choice: JSONValue, _ path: String, _ client: Client
    ) throws(ConfigurationError) -> (ServiceConfig, isMeant: Bool) {
        var fields = try ConfigFields(choice, path: path)
        let languages = try fields.strings("clientLanguage")
        let hostNames = try fields.strings("clientHostname")
        let percentage = try fields.int("percentage", default: 100, in: 0...100)
        guard let value = fields.value("serviceConfig") else {
            throw fields.problem("serviceConfig is missing: expected an object")
        }
        try fields.rejectUnread()
        let isMeant =
            (languages.isEmpty || languages.contains { $0.lowercased() == language })
            && (hostNames.isEmpty || hostNames.contains(client.hostName)) && client.percentile < percentage
        return (try ServiceConfig(value), isMeant)
    }
}

/// Looks service configs up.
struct ConfigLookup: Sendable {
    let client: DNSClient
    let fits: ConfigRecord.Client

    /// The config of the complete name `host`; `nil` when there is none for this client. A failure is one that a
    /// channel should know: it keeps its last config, and takes no other for it.
    nonisolated(nonsending) func config(
        of host: String
    ) async throws -> Result<ServiceConfig, ConfigurationError>? {
        guard !HostLookup.isLocal(host), let name = DNSName(labels: [Array(ConfigRecord.label.utf8)]),
            let parent = DNSName(host), let full = name + parent
        else { return nil }
        let answer: DNSAnswer
        do {
            answer = try await client.ask(DNSQuestion(name: full, type: .txt), try await client.configuration())
        } catch {
            try Task.checkCancellation()
            return .failure(ConfigurationError("read the service config of \(host): \(error)"))
        }
        guard case .found(let found) = answer else { return nil }
        let texts = found.values.compactMap { if case .text(let text) = $0 { text } else { nil } }
        do throws(ConfigurationError) {
            return try ConfigRecord.config(in: texts, for: fits).map { .success($0) }
        } catch {
            return .failure(ConfigurationError("read the TXT record of \(full): \(error.message)"))
        }
    }
}
