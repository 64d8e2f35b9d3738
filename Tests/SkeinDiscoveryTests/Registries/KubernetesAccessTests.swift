// SPDX-License-Identifier: Apache-2.0
import SkeinCore
import SkeinResolution
import Testing

@testable import SkeinDiscovery

@Suite("access to a Kubernetes cluster")
struct KubernetesAccessTests {
    private static let config = """
        # As kubectl writes it.
        apiVersion: v1
        clusters:
        - cluster:
            certificate-authority-data: UEVN
            server: https://10.0.0.1:6443
            tls-server-name: "api.example"
          name: one
        - cluster:
            insecure-skip-tls-verify: true
            server: 'https://two.example/k8s/'
          name: two  # the other
        contexts:
        - context:
            cluster: one
            namespace: prod
            user: admin
          name: admin@one
        -   name: plain@two
            context: {"cluster": "two", "user": "file"}
        - context: {cluster: two}
          name: broken
        current-context: admin@one
        kind: Config
        preferences: {}
        users:
        - name: admin
          user:
            client-certificate: certs/admin.crt
            client-key-data: S0VZ
            token: null
        - name: file
          user:
            tokenFile: /run/token
        - name: cloud
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              args:
                - get-token
              command: aws
        """

    private func access(
        _ query: String = "", _ environment: [String: String] = [:], _ files: [String: String]
    ) throws -> KubernetesAccess {
        let surroundings = KubernetesAccess.Surroundings(environment: environment) { path in
            guard let text = files[path] else { throw ConfigurationError("open \(path): no such file") }
            return text
        }
        let target = try Target("kubernetes:///s\(query)", schemes: ["kubernetes"])
        return try .found(for: RegistryTarget(target, defaultPort: 1, namesServers: false), surroundings)
    }

    private var files: [String: String] {
        // What is written in flow style has to be JSON.
        let text = KubernetesAccessTests.config.replacing("{cluster: two}", with: "")
        return ["/u/.kube/config": text, "/etc/k.json": #"{"current-context":"a","contexts":[],"clusters":[]}"#]
    }

    @Test("a kubeconfig is read: clusters, users and contexts")
    func kubeconfig() throws {
        let one = try access("?kubeconfig=/u/.kube/config", [:], files)
        #expect(one.node == RegistryTarget.Node(host: "10.0.0.1", port: 6443))
        #expect(one.authority == .inline("PEM"))
        #expect(one.certificate == .file("/u/.kube/certs/admin.crt"))
        #expect(one.key == .inline("KEY"))
        #expect(one.namespace == "prod")
        #expect(one.serverName == "api.example")
        #expect(one.isVerified)
        #expect(one.token == nil)
        let two = try access("?kubeconfig=/u/.kube/config&context=plain@two", [:], files)
        #expect(two.node == RegistryTarget.Node(host: "two.example", port: 443))
        #expect(two.base == "/k8s")
        #expect(!two.isVerified)
        #expect(two.token == .file("/run/token"))
        #expect(two.namespace == "default")
    }

    @Test(
        "what is missing in a kubeconfig is named",
        arguments: [
            ("&context=nope", #""nope" in contexts"#), ("&context=broken", "cluster in context broken"),
        ])
    func wrongContexts(query: String, expected: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try access("?kubeconfig=/u/.kube/config\(query)", [:], files)
        }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test("the target comes first, then the pod's service account, KUBECONFIG, and the file in the home directory")
    func order() throws {
        var files = files
        let account = "/var/run/secrets/kubernetes.io/serviceaccount"
        files["\(account)/namespace"] = "here\n"
        files["\(account)/token"] = " t1 \n"
        let pod = ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "6443", "HOME": "/u"]
        let inCluster = try access("", pod, files)
        #expect(inCluster.node == RegistryTarget.Node(host: "10.96.0.1", port: 6443))
        #expect(inCluster.namespace == "here")
        #expect(inCluster.authority == .file("\(account)/ca.crt"))
        #expect(try inCluster.currentToken(.init(environment: [:]) { _ in " t1 \n" }) == "t1")
        #expect(try access("?server=http://h:1&token=x", pod, files).node.port == 1)
        #expect(try access("?kubeconfig=/u/.kube/config", pod, files).namespace == "prod")
        let sixth = try access("", ["KUBERNETES_SERVICE_HOST": "fd00::1"], files)
        #expect(sixth.node == RegistryTarget.Node(host: "fd00::1", port: 443))
        #expect(try access("", ["HOME": "/u"], files).namespace == "prod")
        #expect(try access("", ["KUBECONFIG": "/u/.kube/config:/other"], files).namespace == "prod")
        #expect(throws: ConfigurationError.self) { try access("", [:], files) }
        #expect(throws: ConfigurationError.self) { try access("?server=http://h&cert=/x", pod, files) }
        #expect(throws: ConfigurationError.self) { try access("?server=h:1", pod, files) }
    }

    @Test(
        "YAML as far as kubeconfig files use it",
        arguments: [
            ("a: 1", #"{"a":"1"}"#), ("a:\n  b: c d # e\n  f: 'g''h'", #"{"a":{"b":"c d","f":"g'h"}}"#),
            ("- a\n- b: c\n  d: e\n-\n  f: g", #"["a",{"b":"c","d":"e"},{"f":"g"}]"#),
            ("a:\n- b\n- c\nd: true", #"{"a":["b","c"],"d":true}"#),
            ("a: |\n  x\n   y\n\n  z\nb: null", #"{"a":"x\n y\n\nz\n","b":null}"#),
            ("a: >-\n  x\n  y", #"{"a":"x y"}"#), ("---\na: []\nb: {}\n", #"{"a":[],"b":{}}"#),
            ("\"a b\": \"c\\n\"", #"{"a b":"c\n"}"#), ("a: http://x:1/y#z", ##"{"a":"http://x:1/y#z"}"##), ("", "null"),
            ("# nothing\n", "null"), (#" {"a": [1]}"#, #"{"a":[1]}"#), ("a:\nb:", #"{"a":null,"b":null}"#),
            ("a:\r\n  b: c\r\n", #"{"a":{"b":"c"}}"#),
        ])
    func yaml(text: String, expected: String) throws {
        #expect(try PlainYAML.read(text).description == expected)
    }

    @Test(
        "what is no such YAML is an error with its line",
        arguments: [
            ("a: 1\n  b: 2", "line 2"), ("a\n", "line 1"), ("a: &x 1", "line 1"), ("a: *x", "line 1"),
            ("\ta: 1", "line 1"),
            ("a: 1\na: 2", "line 2"), ("a: \"x", "line 1"), ("a: 'x", "line 1"), ("a: [b, c]", "line 1"),
            ("a: 1\n---\nb: 2", "line 2"),
            ("a: !!str x", "line 1"), ("a:\n    b: 1\n  c: 2", "line 3"), ("a: |2\n  x", "line 1"),
            (String(repeating: "- ", count: 40) + "x", "levels"),
        ])
    func wrongYAML(text: String, expected: String) {
        let error = #expect(throws: ConfigurationError.self) { try PlainYAML.read(text) }
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
    }

    @Test("any bytes are YAML or an error, never a trap")
    func fuzz() {
        var random = SplitMix64(seed: 11)
        let pieces = ["a", ":", " ", "\n", "- ", "  ", "'", "\"", "{", "}", "[", "|", "#", "\t", "é", "---", "\\"]
        for _ in 0..<20_000 {
            let text = (0..<Int.random(in: 0..<24, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }
            _ = try? PlainYAML.read(text.joined())
        }
    }
}
