// SPDX-License-Identifier: Apache-2.0
import SkeinCore

@testable import SkeinBalancing

/// Sends calls to the first endpoint, wants reports, and asks all endpoints for their load with every call.
struct AskingPolicy: EndpointPolicy {
    static let name = "asking"

    init(_ configuration: NoConfiguration, seed: UInt64) {}

    func makePicker(over ready: [ReadyEndpoint]) -> AskingPicker { AskingPicker(ready: ready) }
}

struct AskingPicker: Picker {
    let ready: [ReadyEndpoint]

    var wantsReports: Bool { true }

    func pick(_ call: borrowing PickContext) -> PickResult {
        var result = PickResult.subchannel(ready[0].id)
        for endpoint in ready { result.remarks.wishes.probes.append(endpoint.id) }
        return result
    }
}
