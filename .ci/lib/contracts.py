# SPDX-License-Identifier: Apache-2.0
"""Compares .proto files by what goes over the wire: packages, names, numbers, types, labels and services. Comments,
file names, the order of declarations and all options but `map_entry` are of no account."""

import pathlib
import subprocess
import tempfile

from google.protobuf import descriptor_pb2

FIELD = descriptor_pb2.FieldDescriptorProto


def compile_proto(path, *include):
    """The descriptor of one file."""
    with tempfile.TemporaryDirectory() as folder:
        output = pathlib.Path(folder, "set")
        subprocess.run(
            ["protoc", *(f"-I{name}" for name in include), f"--descriptor_set_out={output}", path],
            check=True, capture_output=True, text=True)
        return descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes()).file[0]


def contract(file):
    """Everything on the wire, as a dictionary from a full name to what it means."""
    facts = {"syntax": file.syntax or "proto2", "package": file.package}
    for message in file.message_type:
        facts |= message_facts(message, f"{file.package}.{message.name}")
    for enum in file.enum_type:
        facts |= enum_facts(enum, f"{file.package}.{enum.name}")
    for service in file.service:
        name = f"service {file.package}.{service.name}"
        facts[name] = "service"
        for method in service.method:
            facts[f"{name}.{method.name}"] = (
                f"{'stream ' * method.client_streaming}{method.input_type} -> "
                f"{'stream ' * method.server_streaming}{method.output_type}")
    return facts


def message_facts(message, name):
    facts = {name: "map entry" if message.options.map_entry else "message"}
    for field in message.field:
        words = [FIELD.Label.Name(field.label), field.type_name or FIELD.Type.Name(field.type), f"= {field.number}"]
        if field.proto3_optional:
            words.append("optional")
        elif field.HasField("oneof_index"):
            words.append(f"in oneof {message.oneof_decl[field.oneof_index].name}")
        facts[f"{name}.{field.name}"] = " ".join(words)
    for nested in message.nested_type:
        facts |= message_facts(nested, f"{name}.{nested.name}")
    for enum in message.enum_type:
        facts |= enum_facts(enum, f"{name}.{enum.name}")
    return facts


def enum_facts(enum, name):
    facts = {f"{name}.{value.name}": f"= {value.number}" for value in enum.value}
    return {name: "enum"} | facts


def differences(ours, theirs):
    """One line for each fact that the two files do not share."""
    ours, theirs = contract(ours), contract(theirs)
    return [
        f"{name}: ours {ours.get(name, 'absent')}, theirs {theirs.get(name, 'absent')}"
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]
