# SPDX-License-Identifier: Apache-2.0
"""grpc.testing.TestService for grpcio, from the project's own .proto files each time a peer starts.

There are no generated modules: theirs would be named after the package, grpc.testing, which is grpcio's own. And here
a received message tells whether it came compressed, which grpcio keeps to itself: with `OPTIONS` it hands messages
over as they came, and a gzip header is no beginning of any of these messages.
"""

import gzip
import io
import sys
import tempfile
from contextlib import redirect_stderr
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parents[3] / "protos"
SOURCES = ["grpc/testing/test.proto", "xds/service/orca/v3/orca.proto"]
REPORTS = "xds.service.orca.v3.OpenRcaService"
# Channels and servers leave it to their users to decompress.
OPTIONS = [("grpc.per_message_decompression", 0)]
GZIP_MAGIC = b"\x1f\x8b"


def _load() -> descriptor_pool.DescriptorPool:
    with tempfile.NamedTemporaryFile(prefix="skein-interop-") as file, redirect_stderr(io.StringIO()) as output:
        # The second folder has google/protobuf.
        folders = [f"-I{PROTOS}", f"-I{Path(protoc.__file__).parent / '_proto'}"]
        code = protoc.main(["protoc", *folders, "--include_imports", f"--descriptor_set_out={file.name}", *SOURCES])
        if code != 0:
            sys.exit(f"{PROTOS}: {SOURCES}: protoc ended with code {code} {output.getvalue()}")
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    return pool


_pool = _load()


def message(name: str, package: str = "grpc.testing") -> type:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"{package}.{name}"))


BoolValue, EchoStatus, Empty, Payload = (message(name) for name in ("BoolValue", "EchoStatus", "Empty", "Payload"))
SimpleRequest, SimpleResponse = message("SimpleRequest"), message("SimpleResponse")
InputRequest, InputResponse = message("StreamingInputCallRequest"), message("StreamingInputCallResponse")
OutputRequest, OutputResponse = message("StreamingOutputCallRequest"), message("StreamingOutputCallResponse")
ResponseParameters, TestOrcaReport = message("ResponseParameters"), message("TestOrcaReport")
LoadReport = message("OrcaLoadReport", "xds.data.orca.v3")
LoadReportRequest = message("OrcaLoadReportRequest", "xds.service.orca.v3")
# The trailer that carries a LoadReport.
LOAD_TRAILER = "endpoint-load-metrics-bin"


class Received(NamedTuple):
    """A message as it came."""

    message: Any
    compressed: bool


def _reader(descriptor):
    kind = message_factory.GetMessageClass(descriptor)

    def read(data: bytes) -> Received:
        compressed = data.startswith(GZIP_MAGIC)
        return Received(kind.FromString(gzip.decompress(data) if compressed else data), compressed)

    return read


def _shape(method) -> str:
    return "_".join("stream" if streams else "unary" for streams in (method.client_streaming, method.server_streaming))


def _serialise(message) -> bytes:
    return message.SerializeToString()


class Stub:
    """The methods of a service on a channel, by name. What they answer is `Received`."""

    def __init__(self, channel: grpc.aio.Channel, service: str = "grpc.testing.TestService"):
        descriptor = _pool.FindServiceByName(service)
        for method in descriptor.methods:
            make = getattr(channel, _shape(method))
            setattr(self, method.name, make(
                f"/{descriptor.full_name}/{method.name}", request_serializer=_serialise,
                response_deserializer=_reader(method.output_type)))


def handlers(servicer: Any, service: str = "grpc.testing.TestService") -> grpc.GenericRpcHandler:
    """The methods of the service that `servicer` has. What they are asked is `Received`."""
    descriptor = _pool.FindServiceByName(service)
    methods = {
        method.name: getattr(grpc, f"{_shape(method)}_rpc_method_handler")(
            getattr(servicer, method.name), request_deserializer=_reader(method.input_type),
            response_serializer=_serialise)
        for method in descriptor.methods if hasattr(servicer, method.name)
    }
    return grpc.method_handlers_generic_handler(descriptor.full_name, methods)
