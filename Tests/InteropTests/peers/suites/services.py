# SPDX-License-Identifier: Apache-2.0
"""The services that servers have for tools: health and reflection, as grpcio's own clients see them."""

import asyncio

import grpc
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import proto_reflection_descriptor_database, reflection_pb2, reflection_pb2_grpc

from checks import check, expect, failure

Status = health_pb2.HealthCheckResponse
SERVICE = "skein.testing.Echo"


def request(name):
    return health_pb2.HealthCheckRequest(service=name)


@check("a server and its services serve, and an unknown one is not found")
async def health(echo):
    stub = health_pb2_grpc.HealthStub(echo.channel)
    for name in ("", SERVICE):
        expect((await stub.Check(request(name))).status, Status.SERVING, f"status of {name!r}")
    error = await failure(stub.Check(request("no.Such")))
    expect(error.code(), grpc.StatusCode.NOT_FOUND, "status of an unknown service")


@check("a watch is answered at once, for an unknown service too")
async def watch(echo):
    stub = health_pb2_grpc.HealthStub(echo.channel)
    for name, status in ((SERVICE, Status.SERVING), ("no.Such", Status.SERVICE_UNKNOWN)):
        call = stub.Watch(request(name))
        expect((await call.read()).status, status, f"first status of {name!r}")
        call.cancel()


@check("reflection gives what is needed to call without generated code")
async def reflection(echo):
    def describe():
        # This client is not asynchronous, so it gets a thread and a channel of its own.
        with grpc.insecure_channel(f"127.0.0.1:{echo.port}") as channel:
            database = proto_reflection_descriptor_database.ProtoReflectionDescriptorDatabase(channel)
            pool = descriptor_pool.DescriptorPool(database)
            return database.get_services(), pool.FindServiceByName(SERVICE)

    services, service = await asyncio.to_thread(describe)
    expect(set(services) >= {SERVICE, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}, True,
           f"services are among {services}")
    expect([method.name for method in service.methods], ["Get", "Expand", "Collect", "Update"], "methods")
    method = service.methods_by_name["Get"]
    classes = [message_factory.GetMessageClass(each) for each in (method.input_type, method.output_type)]
    call = echo.channel.unary_unary(
        f"/{SERVICE}/Get", request_serializer=classes[0].SerializeToString, response_deserializer=classes[1].FromString)
    expect((await call(classes[0](text="found"))).text, "found", "reply")


@check("a question without an answer gets an error inside the response")
async def unknown(echo):
    questions = [
        {"file_by_filename": "no/such.proto"}, {"file_containing_symbol": "no.Such"},
        {"all_extension_numbers_of_type": "no.Such"},
    ]
    requests = [reflection_pb2.ServerReflectionRequest(**question) for question in questions]
    stub = reflection_pb2_grpc.ServerReflectionStub(echo.channel)
    answers = [answer async for answer in stub.ServerReflectionInfo(iter(requests))]
    codes = [answer.error_response.error_code for answer in answers]
    expect(codes, [grpc.StatusCode.NOT_FOUND.value[0]] * len(questions), "codes")
    expect([answer.original_request for answer in answers], requests, "requests")
