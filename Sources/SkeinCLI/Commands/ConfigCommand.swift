// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// `skein config …`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Works with service configs.", subcommands: [ValidateConfigCommand.self])
}
