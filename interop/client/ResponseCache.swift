// SPDX-License-Identifier: Apache-2.0
import Skein
import Synchronization

/// A private cache: answers a request that it has seen the answer to, for as long as the server allows with
/// `cache-control: max-age=SECONDS` (RFC 9111).
final class ResponseCache: ClientInterceptor {
    private struct Key: Hashable {
        let method: MethodDescriptor
        let request: Buffer
    }

    private struct Entry {
        let response: ClientResponse
        let expiry: ContinuousClock.Instant
    }

    private final class Lookup: Sendable {
        let key = Mutex<Key?>(nil)
        let found = Mutex<ClientResponse?>(nil)
    }

    private let entries = Mutex<[Key: Entry]>([:])

    func intercept(_ request: ClientRequest, next: ClientNext) async throws -> ClientResponse {
        guard request.method.kind == .unary else { return try await next(request) }
        let lookup = Lookup()
        var intercepted = request
        let method = request.method
        // The request is seen on its way out: what is known already is held back there.
        intercepted.onRequestMessage { [self] message throws(RPCError) in
            let key = Key(method: method, request: message)
            lookup.key.withLock { $0 = key }
            guard let response = response(to: key) else { return }
            lookup.found.withLock { $0 = response }
            throw RPCError(.cancelled, "the cache answers")
        }
        do {
            let response = try await next(intercepted)
            if let key = lookup.key.withLock({ $0 }) { keep(response, for: key) }
            return response
        } catch {
            guard let response = lookup.found.withLock({ $0 }) else { throw error }
            return response
        }
    }

    private func response(to key: Key) -> ClientResponse? {
        entries.withLock { entries in
            guard let entry = entries[key], entry.expiry > .now else { return nil }
            return entry.response
        }
    }

    private func keep(_ response: ClientResponse, for key: Key) {
        guard let seconds = ResponseCache.maxAge(response.metadata.values("cache-control")), seconds > 0,
            let message = response.message
        else { return }
        let copy = ClientResponse(
            message: message, metadata: response.metadata, trailingMetadata: response.trailingMetadata)
        entries.withLock { $0[key] = Entry(response: copy, expiry: .now + .seconds(seconds)) }
    }

    private static func maxAge(_ values: [String]) -> Int? {
        let directives = values.flatMap { $0.split(separator: ",") }.map { $0.filter { $0 != " " }.lowercased() }
        guard !directives.contains("no-store"), !directives.contains("no-cache") else { return nil }
        return directives.lazy.compactMap { $0.hasPrefix("max-age=") ? Int($0.dropFirst(8)) : nil }.first
    }
}
