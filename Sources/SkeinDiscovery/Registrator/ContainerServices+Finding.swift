// SPDX-License-Identifier: Apache-2.0

extension ContainerServices {
    /// What a look at a container comes to; `nil`: there is none such any more. The second part is for the log.
    static func finding(
        _ container: ContainerInspection?, owner: ContainerInspection?, _ options: RegistratorOptions
    ) -> (RegistratorMachine.Finding, notes: [String]) {
        guard let container else { return (.idle(.deregister), []) }
        guard container.isRunning else {
            return (.idle(options.withdrawal(exitCode: container.exitCode)), [])
        }
        if options.needsHealth, let health = container.health, health != .healthy {
            return (.serving([]), ["its health check says \(health)"])
        }
        let services = ContainerServices(container, owner: owner, options)
        return (.serving(services.services), services.notes)
    }
}
