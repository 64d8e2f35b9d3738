// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestSupport

/// Curator, as somebody else who uses the same ensemble: a small Java program over Debian's jars.
struct CuratorPeer {
    private static let source = """
        import java.util.*;
        import org.apache.curator.framework.*;
        import org.apache.curator.retry.RetryOneTime;
        import org.apache.curator.x.discovery.*;

        class CuratorPeer {
            public static void main(String[] a) throws Exception {
                CuratorFramework client =
                    CuratorFrameworkFactory.newClient(a[1], 10000, 10000, new RetryOneTime(200));
                client.start();
                ServiceDiscovery<Map> discovery =
                    ServiceDiscoveryBuilder.builder(Map.class).client(client).basePath(a[2]).build();
                discovery.start();
                if (a[0].equals("list")) {
                    for (ServiceInstance<Map> found : discovery.queryForInstances(a[3])) {
                        Map payload = found.getPayload() == null ? Map.of() : new TreeMap(found.getPayload());
                        System.out.println("found " + found.getId() + " " + found.getAddress() + " "
                            + found.getPort() + " " + found.isEnabled() + " " + payload);
                    }
                    System.exit(0);
                }
                Map<String, String> payload = new HashMap<>(Map.of("team", "orders"));
                discovery.registerService(ServiceInstance.<Map>builder().name(a[3]).id("j1").address("10.0.0.8")
                    .port(8080).payload(payload).uriSpec(new UriSpec("{scheme}://{address}:{port}")).build());
                discovery.registerService(
                    ServiceInstance.<Map>builder().name(a[3]).id("j2").address("10.0.0.9").port(8081).build());
                System.out.println("registered");
                Thread.sleep(600000);
            }
        }
        """

    private static let jars = [
        "curator-x-discovery", "curator-framework", "curator-client", "zookeeper", "zookeeper-jute", "guava",
        "jackson-core", "jackson-databind", "jackson-annotations", "slf4j-api", "slf4j-nop",
    ].map { "/usr/share/java/\($0).jar" }

    let process: ChildProcess

    /// `command`: `list` or `register`.
    init(_ command: String, _ server: LocalServer, base: String, service: String) throws {
        for jar in CuratorPeer.jars where !FileManager.default.fileExists(atPath: jar) {
            throw LocalServer.Missing(program: jar, package: "libcurator-discovery-java")
        }
        let java = try LocalServer.path("java", package: "default-jdk-headless")
        let file = "\(server.directory)/CuratorPeer.java"
        try CuratorPeer.source.write(toFile: file, atomically: true, encoding: .utf8)
        let classpath = CuratorPeer.jars.joined(separator: ":")
        process = try ChildProcess(
            java, ["-Xmx128m", "-cp", classpath, file, command, server.address, base, service])
    }
}
