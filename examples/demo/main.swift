// SPDX-License-Identifier: Apache-2.0
import Foundation

let isServer = CommandLine.arguments.dropFirst().first == "serve"
let signals = isServer ? [] : CleanUp.onSignals()
do {
    if isServer {
        try await ServerProgram(CommandLine.arguments).run()
    } else {
        let isGood = try await Demo().run()
        CleanUp.run()
        exit(isGood ? 0 : 1)
    }
} catch {
    CleanUp.run()
    Screen.write("demo: \(error)\n")
    exit(1)
}
