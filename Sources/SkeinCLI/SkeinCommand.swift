// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The `skein` command. A new command is a file under Commands and a line here.
@main
struct SkeinCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "skein",
        abstract: "Works with gRPC services in Swift.",
        subcommands: [
            ConfigCommand.self,
            GenerateCommand.self,
            LabCommand.self,
            RegistratorCommand.self,
            RegistryCommand.self,
            ResolveCommand.self,
            VersionCommand.self,
        ])
}
