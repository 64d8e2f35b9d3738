# SPDX-License-Identifier: Apache-2.0
"""Messages and stubs of skein.testing.Echo, generated from the project's own .proto each time a peer starts.

SKEIN_PROTOS names another folder of .proto files.
"""

import contextlib
import importlib
import io
import os
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(os.environ.get("SKEIN_PROTOS", Path(__file__).resolve().parents[3] / "protos"))


def _generate():
    # The generated modules are named after their folders: skein.testing.echo_pb2.
    with tempfile.TemporaryDirectory(prefix="skein-echo-") as folder:
        source = PROTOS / "skein/testing/echo.proto"
        output = io.StringIO()
        with contextlib.redirect_stderr(output):
            code = protoc.main(
                ["protoc", f"-I{PROTOS}", f"--python_out={folder}", f"--grpc_python_out={folder}", str(source)])
        if code != 0:
            sys.exit(f"{source}: protoc ended with code {code} {output.getvalue()}")
        sys.path.insert(0, folder)
        try:
            return (importlib.import_module("skein.testing.echo_pb2"),
                    importlib.import_module("skein.testing.echo_pb2_grpc"))
        finally:
            sys.path.remove(folder)


messages, stubs = _generate()
EchoRequest, EchoReply = messages.EchoRequest, messages.EchoReply
