// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import Testing

@testable import SkeinDiscovery

@Suite("which services a container has")
struct ContainerServicesTests {
    typealias Port = ContainerInspection.Port
    typealias Binding = ContainerInspection.Binding

    /// A container `web` of the image `team/greeter` whose ports 80 and 443 are published when they are named.
    private func container(
        _ environment: [String] = [], _ labels: [String: String] = [:],
        ports: [String: [Binding]] = ["80/tcp": [Binding(host: "0.0.0.0", port: 8080)]], mode: String = "bridge"
    ) -> ContainerInspection {
        var container = ContainerInspection(id: "0123456789abcdef", name: "web")
        (container.image, container.environment, container.labels) = ("team/greeter:1.2", environment, labels)
        (container.networkMode, container.address) = (mode, "172.17.0.2")
        for (text, bindings) in ports {
            let parts = text.split(separator: "/")
            let port = Port(number: Int(parts[0]) ?? 0, transport: String(parts[1]))
            container.exposed.insert(port)
            if mode != "host" { container.ports[port] = bindings }
        }
        return container
    }

    private let two: [String: [Binding]] = [
        "443/tcp": [Binding(host: "0.0.0.0", port: 8443)], "80/tcp": [Binding(host: "0.0.0.0", port: 8080)],
    ]

    private func services(
        _ container: ContainerInspection, owner: ContainerInspection? = nil,
        _ change: (inout RegistratorOptions) -> Void = { _ in }
    ) -> [ContainerService] {
        var options = RegistratorOptions(hostName: "box")
        change(&options)
        return ContainerServices(container, owner: owner, options).services
    }

    /// `id name host:port`, as registered by a machine that is reached at 10.0.0.7.
    private func lines(_ services: [ContainerService]) -> [String] {
        services.map {
            let instance = $0.placed(at: "10.0.0.7")
            return "\(instance.id) \(instance.service) \(instance.address)"
        }
    }

    @Test("without any settings it is the image's name, the port's place, and an id of machine, container and port")
    func usual() {
        #expect(lines(services(container())) == ["box:web:80 greeter 10.0.0.7:8080"])
    }

    @Test(
        "the name of an image is its last part without tag and digest",
        arguments: [
            ("redis", "redis"), ("redis:7", "redis"), ("a.b:5000/team/greeter:1.2", "greeter"),
            ("team/greeter@sha256:12ab", "greeter"), ("a.b:5000/x", "x"),
        ])
    func images(image: String, name: String) {
        var container = container()
        container.image = image
        #expect(services(container).map(\.instance.service) == [name])
    }

    @Test("of several ports each has its number behind the name, unless the port has a name of its own")
    func several() {
        #expect(
            lines(services(container(ports: two))) == [
                "box:web:80 greeter-80 10.0.0.7:8080", "box:web:443 greeter-443 10.0.0.7:8443",
            ])
        let named = container(["SERVICE_NAME=all", "SERVICE_443_NAME=https", "SERVICE_443_ID=https.1"], ports: two)
        #expect(lines(services(named)) == ["box:web:80 all-80 10.0.0.7:8080", "https.1 https 10.0.0.7:8443"])
    }

    @Test("a port that is not published is left out; one that is ignored still counts for the names")
    func unpublished() {
        var ports = two
        ports["443/tcp"] = []
        #expect(lines(services(container(ports: ports))) == ["box:web:80 greeter 10.0.0.7:8080"])
        let ignored = container(["SERVICE_443_IGNORE=true"], ports: two)
        #expect(lines(services(ignored)) == ["box:web:80 greeter-80 10.0.0.7:8080"])
    }

    @Test(
        "what leaves a container out",
        arguments: [
            (["SERVICE_IGNORE=1"], [:], 0), (["SERVICE_IGNORE="], [:], 1), ([], ["SERVICE_IGNORE": "yes"], 0),
            (["SERVICE_80_IGNORE=1"], [:], 0), (["SERVICE_81_IGNORE=1"], [:], 1),
        ] as [([String], [String: String], Int)])
    func ignored(environment: [String], labels: [String: String], count: Int) {
        #expect(services(container(environment, labels)).count == count)
    }

    @Test("of the environment and labels: a port's settings before all others, labels before the environment for these")
    func precedence() {
        let environment = ["SERVICE_NAME=env", "SERVICE_80_ZONE=env80", "SERVICE_REGION=a", "PATH=/bin", "SERVICE_X"]
        let labels = [
            "SERVICE_NAME": "label", "SERVICE_ZONE": "label", "SERVICE_80_ZONE": "label80", "service_name": "no",
        ]
        let settings = ContainerSettings(environment: environment, labels: labels, port: 80)
        #expect(settings.values == ["name": "label", "zone": "env80", "region": "a"])
        let other = ContainerSettings(environment: environment, labels: labels, port: 81)
        #expect(other.values == ["name": "label", "zone": "label", "region": "a"])
        #expect(settings.isOfPort("zone") && !other.isOfPort("zone"))
    }

    @Test(
        "tags are parted by commas, unless a backslash stands before one",
        arguments: [
            ("a,b", ["a", "b"]), ("", []), (",,a,", ["a"]), ("a\\,b,c", ["a,b", "c"]), ("/(;\\,:-_)/", ["/(;,:-_)/"]),
            ("\\", ["\\"]), ("a\\b", ["a\\b"]), (",\\,", [","]),
        ])
    func tags(text: String, tags: [String]) {
        #expect(ContainerSettings.list(text) == tags)
        #expect(services(container(["SERVICE_TAGS=\(text)"]))[0].instance.tags == tags)
    }

    @Test("the registrator's own tags come after the container's, and udp has a tag and an end of the id")
    func moreTags() {
        let udp = container(["SERVICE_TAGS=x"], ports: ["53/udp": [Binding(host: "", port: 53)]])
        let service = services(udp) { $0.tags = ["all"] }[0]
        #expect(service.instance.tags == ["x", "all", "udp"])
        #expect(service.instance.id == "box:web:53:udp")
    }

    @Test("what has a place in an instance goes there, all else is metadata")
    func attributes() {
        let instance = services(
            container([
                "SERVICE_WEIGHT=5", "SERVICE_PRIORITY=1", "SERVICE_ZONE=eu-1", "SERVICE_VERSION=1.2",
                "SERVICE_80_SNI=enabled", "SERVICE_REGION=us=2", "SERVICE_EMPTY=",
            ]))[0].instance
        #expect((instance.weight, instance.priority, instance.zone, instance.version) == (5, 1, "eu-1", "1.2"))
        #expect(instance.metadata == ["sni": "enabled", "region": "us=2", "empty": ""])
        let odd = services(container(["SERVICE_WEIGHT=0", "SERVICE_PRIORITY=-3"]))[0].instance
        #expect((odd.weight, odd.priority) == (1, 0))
        #expect(odd.metadata == ["weight": "0", "priority": "-3"])
    }

    @Test("a container in the machine's own network is reached at its exposed ports there")
    func hostNetwork() {
        let host = container(["SERVICE_50051_NAME=greeter"], ports: ["50051/tcp": []], mode: "host")
        #expect(lines(services(host)) == ["box:web:50051 greeter 10.0.0.7:50051"])
        #expect(lines(services(host) { $0.usesContainerAddresses = true }) == ["box:web:50051 greeter 10.0.0.7:50051"])
    }

    @Test("where a published port is reached")
    func bindings() {
        let cases: [([Binding], String?)] = [
            ([Binding(host: "127.0.0.1", port: 15051)], "127.0.0.1:15051"),
            ([Binding(host: "192.168.1.2", port: 1)], "192.168.1.2:1"),
            ([Binding(host: "::", port: 2), Binding(host: "0.0.0.0", port: 1)], "10.0.0.7:1"),
            ([Binding(host: "::", port: 2)], "10.0.0.7:2"), ([Binding(host: "fd00::1", port: 3)], "[fd00::1]:3"),
            ([], nil),
        ]
        for (bindings, address) in cases {
            let found = services(container(ports: ["80/tcp": bindings]))
            #expect(found.first?.placed(at: "10.0.0.7").address == address, "\(bindings)")
            // An address that the operator names is taken whatever the engine says.
            let forced = services(container(ports: ["80/tcp": bindings])) { $0.address = "192.0.2.1" }
            #expect(forced.first?.placed(at: "192.0.2.1").host == (bindings.isEmpty ? nil : "192.0.2.1"))
        }
    }

    @Test("at the containers' own addresses every exposed port counts, and one without an address has none")
    func ownAddresses() {
        var inner = container(ports: ["443/tcp": [], "80/tcp": [Binding(host: "0.0.0.0", port: 8080)]])
        let all = services(inner) { $0.usesContainerAddresses = true }
        #expect(
            lines(all) == ["box:web:80 greeter-80 172.17.0.2:80", "box:web:443 greeter-443 172.17.0.2:443"])
        inner.address = ""
        #expect(services(inner) { $0.usesContainerAddresses = true }.isEmpty)
    }

    @Test("a container in another's network is reached where that is")
    func sharedNetwork() {
        var guest = container(["SERVICE_NAME=side"], ports: ["80/tcp": []], mode: "container:abc")
        (guest.address, guest.ports) = ("", [:])
        #expect(lines(services(guest, owner: container())) == ["box:web:80 side 10.0.0.7:8080"])
        #expect(
            lines(services(guest, owner: container()) { $0.usesContainerAddresses = true }) == [
                "box:web:80 side 172.17.0.2:80"
            ])
        #expect(lines(services(guest, owner: container(mode: "host"))) == ["box:web:80 side 10.0.0.7:80"])
        #expect(services(guest).isEmpty)
    }

    @Test("a label may hold the address, with a mask behind it")
    func addressLabel() {
        let labels = ["net": "10.1.2.3/24"]
        #expect(
            lines(services(container([], labels)) { $0.addressLabel = "net" }) == ["box:web:80 greeter 10.1.2.3:8080"])
        #expect(
            lines(services(container([], labels)) { $0.addressLabel = "x" }) == ["box:web:80 greeter 10.0.0.7:8080"])
    }

    @Test("only containers with a name of their own, when that is asked for")
    func explicit() {
        #expect(services(container()) { $0.isExplicit = true }.isEmpty)
        #expect(services(container(["SERVICE_NAME="])) { $0.isExplicit = true }.isEmpty)
        #expect(services(container(["SERVICE_NAME=x"])) { $0.isExplicit = true }.count == 1)
        let one = services(container(["SERVICE_443_NAME=x"], ports: two)) { $0.isExplicit = true }
        #expect(one.map(\.instance.service) == ["x"])
    }

    @Test("an image without a name and a container without ports have no service")
    func nothing() {
        var nameless = container()
        nameless.image = ""
        #expect(services(nameless).isEmpty)
        #expect(services(container(ports: [:])).isEmpty)
    }

    // MARK: Checks

    private func check(_ environment: String...) -> HealthCheck? {
        services(container(environment))[0].placed(at: "10.0.0.7").healthCheck
    }

    @Test("checks become those that the registry makes itself, at the place where the service is reached")
    func checks() {
        let (ten, two): (Duration, Duration) = (.seconds(10), .seconds(2))
        #expect(check() == nil)
        #expect(
            check("SERVICE_CHECK_HTTP=/up", "SERVICE_CHECK_INTERVAL=15s", "SERVICE_CHECK_TIMEOUT=2s")
                == HealthCheck(.http(url: "http://10.0.0.7:8080/up"), interval: .seconds(15), timeout: two))
        #expect(
            check("SERVICE_80_CHECK_HTTPS=up")
                == HealthCheck(.http(url: "https://10.0.0.7:8080/up"), interval: ten, timeout: ten))
        #expect(
            check("SERVICE_CHECK_TCP=true") == HealthCheck(.tcp(address: "10.0.0.7:8080"), interval: ten, timeout: ten))
        #expect(
            check("SERVICE_CHECK_GRPC=true", "SERVICE_CHECK_GRPC_USE_TLS=true", "SERVICE_CHECK_INTERVAL=soon")
                == HealthCheck(.grpc(address: "10.0.0.7:8080", tls: true), interval: ten, timeout: ten))
        #expect(
            check("SERVICE_CHECK_SCRIPT=nc $SERVICE_IP $SERVICE_PORT | grep OK")
                == HealthCheck(
                    .script(arguments: ["/bin/sh", "-c", "nc 10.0.0.7 8080 | grep OK"]), interval: ten, timeout: ten))
        #expect(
            check("SERVICE_CHECK_CMD=/up.sh")
                == HealthCheck(
                    .script(arguments: ["check-cmd", "0123456789ab", "80", "/up.sh"]), interval: ten, timeout: ten))
    }

    @Test(
        "how a check stands at first, and how long it may be critical; what makes no sense is noted and left out",
        arguments: [
            (["INITIAL_STATUS=passing", "DEREGISTER_AFTER=90m"], .passing, .seconds(5400), []),
            (["INITIAL_STATUS=critical", "DEREGISTER_AFTER=1s"], .critical, .seconds(1), []),
            (["INITIAL_STATUS=", "DEREGISTER_AFTER="], nil, nil, []),
            (
                ["INITIAL_STATUS=up"], nil, nil,
                ["INITIAL_STATUS of port 80/tcp is up, not passing, warning or critical"]
            ),
            (["DEREGISTER_AFTER=soon"], nil, nil, ["DEREGISTER_AFTER of port 80/tcp is soon, not 1s or more"]),
            (["DEREGISTER_AFTER=500ms"], nil, nil, ["DEREGISTER_AFTER of port 80/tcp is 500ms, not 1s or more"]),
        ] as [([String], HealthCheck.Status?, Duration?, [String])])
    func standing(settings: [String], status: HealthCheck.Status?, time: Duration?, notes: [String]) throws {
        let environment = settings.map { "SERVICE_CHECK_\($0)" }
        let found = ContainerServices(
            container(["SERVICE_CHECK_TCP=true"] + environment), RegistratorOptions(hostName: "box"))
        let instance = try #require(found.services.first).placed(at: "10.0.0.7")
        #expect(instance.healthCheck?.initialStatus == status)
        #expect(instance.healthCheck?.deregisterAfter == time)
        #expect(instance.metadata == [:])
        #expect(found.notes == notes.map { "SERVICE_CHECK_\($0)" })
    }

    @Test("of these, too, a port's stands above those of all, and a label of all above the environment's")
    func standingOfPort() {
        let check = services(
            container(
                ["SERVICE_80_CHECK_INITIAL_STATUS=warning", "SERVICE_CHECK_DEREGISTER_AFTER=2m"],
                [
                    "SERVICE_CHECK_TCP": "true", "SERVICE_CHECK_INITIAL_STATUS": "passing",
                    "SERVICE_CHECK_DEREGISTER_AFTER": "3m", "SERVICE_81_CHECK_DEREGISTER_AFTER": "4m",
                ]))[0].placed(at: "10.0.0.7").healthCheck
        #expect(check?.initialStatus == .warning)
        #expect(check?.deregisterAfter == .seconds(180))
    }

    @Test("the settings of checks that are understood are no metadata, and a TTL is the lease's")
    func checkSettings() {
        let service = services(
            container(["SERVICE_CHECK_TTL=1m30s", "SERVICE_CHECK_INITIAL_STATUS=passing", "SERVICE_CHECK_TIMEOUT=1s"]))[
                0]
        #expect(service.ttl == .seconds(90))
        #expect(service.instance.metadata == [:])
        for text in ["0s", "10", "-1s", "x", "500ms"] {
            #expect(services(container(["SERVICE_CHECK_TTL=\(text)"]))[0].ttl == nil, "\(text)")
        }
    }

    @Test(
        "durations as Go writes them",
        arguments: [
            ("15s", 15.0), ("1m30s", 90), ("1.5h", 5400), ("500ms", 0.5), ("0s", 0), ("", nil), ("15", nil),
            ("s", nil), ("1x", nil), ("-1s", nil), ("1..5s", nil), ("9999999999h", nil), ("1e5s", nil), ("١s", nil),
        ] as [(String, Double?)])
    func durations(text: String, seconds: Double?) {
        #expect(GoDuration.parse(text) == seconds.map { Duration.seconds($0) })
    }

    // MARK: What is not running

    @Test("paused, restarting, ended and unhealthy containers are not registered")
    func findings() {
        let options = RegistratorOptions(hostName: "box")
        var failing = options
        failing.deregistersFailed = false
        func finding(_ options: RegistratorOptions, _ change: (inout ContainerInspection) -> Void)
            -> RegistratorMachine.Finding
        {
            var container = container()
            change(&container)
            return ContainerServices.finding(container, owner: nil, options).0
        }
        let all = services(container())
        #expect(finding(options) { _ in } == .serving(all))
        #expect(finding(options) { $0.health = .healthy } == .serving(all))
        #expect(finding(options) { $0.health = .starting } == .serving([]))
        #expect(finding(options) { $0.health = .unhealthy } == .serving([]))
        var ignoring = options
        ignoring.needsHealth = false
        #expect(finding(ignoring) { $0.health = .unhealthy } == .serving(all))
        #expect(finding(options) { ($0.isRunning, $0.exitCode) = (false, 1) } == .idle(.deregister))
        #expect(ContainerServices.finding(nil, owner: nil, failing).0 == .idle(.deregister))
        for (code, withdrawal) in [
            (0, RegistratorMachine.Withdrawal.deregister), (1, .expire), (127, .expire), (137, .deregister),
        ] {
            #expect(finding(failing) { ($0.isRunning, $0.exitCode) = (false, code) } == .idle(withdrawal), "\(code)")
        }
    }
}
