// SPDX-License-Identifier: Apache-2.0

extension Google_Rpc_BadRequest {
    /// What is wrong with which field, by path: `Google_Rpc_BadRequest(["orders[2].price": "is negative"])`.
    public init(_ violations: KeyValuePairs<String, String>) {
        self.init(fieldViolations: violations.map { FieldViolation(field: $0.key, description_p: $0.value) })
    }
}
