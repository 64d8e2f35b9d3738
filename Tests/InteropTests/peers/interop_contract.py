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
SOURCE = "grpc/testing/test.proto"
# Channels and servers leave it to their users to decompress.
OPTIONS = [("grpc.per_message_decompression", 0)]
GZIP_MAGIC = b"\x1f\x8b"


def _load() -> descriptor_pool.DescriptorPool:
    with tempfile.NamedTemporaryFile(prefix="skein-interop-") as file, redirect_stderr(io.StringIO()) as output:
        code = protoc.main(["protoc", f"-I{PROTOS}", "--include_imports", f"--descriptor_set_out={file.name}", SOURCE])
        if code != 0:
            sys.exit(f"{PROTOS / SOURCE}: protoc ended with code {code} {output.getvalue()}")
        files = descriptor_pb2.FileDescriptorSet.FromString(file.read())
    pool = descriptor_pool.DescriptorPool()
    for each in files.file:
        pool.Add(each)
    return pool


_pool = _load()


def message(name: str) -> type:
    return message_factory.GetMessageClass(_pool.FindMessageTypeByName(f"grpc.testing.{name}"))


BoolValue, EchoStatus, Empty, Payload = (message(name) for name in ("BoolValue", "EchoStatus", "Empty", "Payload"))
SimpleRequest, SimpleResponse = message("SimpleRequest"), message("SimpleResponse")
InputRequest, InputResponse = message("StreamingInputCallRequest"), message("StreamingInputCallResponse")
OutputRequest, OutputResponse = message("StreamingOutputCallRequest"), message("StreamingOutputCallResponse")
ResponseParameters = message("ResponseParameters")


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

    def __init__(self, channel: grpc.aio.Channel, service: str = "TestService"):
        descriptor = _pool.FindServiceByName(f"grpc.testing.{service}")
        for method in descriptor.methods:
            make = getattr(channel, _shape(method))
            setattr(self, method.name, make(
                f"/{descriptor.full_name}/{method.name}", request_serializer=_serialise,
                response_deserializer=_reader(method.output_type)))


def handlers(servicer: Any) -> grpc.GenericRpcHandler:
    """The methods of TestService that `servicer` has. What they are asked is `Received`."""
    descriptor = _pool.FindServiceByName("grpc.testing.TestService")
    methods = {
        method.name: getattr(grpc, f"{_shape(method)}_rpc_method_handler")(
            getattr(servicer, method.name), request_deserializer=_reader(method.input_type),
            response_serializer=_serialise)
        for method in descriptor.methods if hasattr(servicer, method.name)
    }
    return grpc.method_handlers_generic_handler(descriptor.full_name, methods)
