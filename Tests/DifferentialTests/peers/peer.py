# SPDX-License-Identifier: Apache-2.0
"""Python's protobuf as a judge: peer.py PROTOS FILE… -- MESSAGE… compiles the files in the folder PROTOS and answers
questions about the messages on standard input, until it ends.

A question is a list of items, all of one kind; numbers are little-endian. It begins with the kind (one byte) and the
number of items (4 bytes); each item is a message's place among the arguments (1 byte) and two blobs (4 bytes of length,
0xffffffff for none). The answer to an item is a verdict (1 byte) and a blob."""

import os
import struct
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory, text_format

REFUSED, SAME, DIFFERENT = 0, 1, 2
NONE = 0xFFFFFFFF


class Judge:
    def __init__(self, folder, files, names):
        self.pool = descriptor_pool.DescriptorPool()
        for file in compiled(folder, files).file:
            self.pool.Add(file)
        self.classes = [message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name)) for name in names]

    def binary(self, message, given, rewritten):
        """What `given` is, and whether `rewritten` is the same."""
        first = self.classes[message]()
        try:
            first.ParseFromString(given)
        except Exception as error:
            return REFUSED, str(error)
        if not first.IsInitialized():
            return REFUSED, "a required field is not set"
        if rewritten is None:
            return SAME, ""
        second = self.classes[message]()
        try:
            second.ParseFromString(rewritten)
        except Exception as error:
            return DIFFERENT, f"{rewritten.hex()}: {error}"
        return self.compare(first, second)

    def to_json(self, message, given, _):
        """The JSON that Python writes for `given`."""
        try:
            value = self.classes[message].FromString(given)
            return SAME, json_format.MessageToJson(value, indent=None, descriptor_pool=self.pool)
        except Exception as error:
            return REFUSED, str(error)

    def from_json(self, message, given, text):
        """Whether the JSON `text` says the same as Python's own for the encoded `given`."""
        try:
            return self.compare(self.through_json(message, given), self.parsed(message, text.decode()))
        except Exception as error:
            return REFUSED, str(error)

    def was_json(self, message, given, rewritten):
        """Whether the encoded `rewritten` says the same as Python's own JSON for the encoded `given`."""
        return self.compare(self.through_json(message, given), self.classes[message].FromString(rewritten))

    def through_json(self, message, given):
        """A Value without a kind, for one, becomes null in JSON."""
        return self.parsed(message, self.to_json(message, given, None)[1])

    def parsed(self, message, text):
        return json_format.Parse(text, self.classes[message](), descriptor_pool=self.pool)

    def compare(self, first, second):
        """Not only by ==: NaN is not equal to itself, and an Any holds bytes, whose order may differ."""
        if encoded(first) == encoded(second) or first == second or self.shown(first) == self.shown(second):
            return SAME, ""
        return DIFFERENT, f"{self.shown(first)}\n--- rewritten:\n{self.shown(second)}"

    def shown(self, message):
        try:
            return text_format.MessageToString(message, print_unknown_fields=True, descriptor_pool=self.pool)
        except Exception:  # an Any whose bytes are no message
            return text_format.MessageToString(message, print_unknown_fields=True)


def encoded(message):
    return message.SerializePartialToString(deterministic=True)


def compiled(folder, files):
    with tempfile.TemporaryDirectory() as temporary:
        output = os.path.join(temporary, "descriptors")
        command = ["protoc", f"-I{folder}", "--include_imports", f"--descriptor_set_out={output}", *files]
        subprocess.run(command, check=True)
        with open(output, "rb") as file:
            return descriptor_pb2.FileDescriptorSet.FromString(file.read())


class Pipe:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def number(self, code):
        return struct.unpack(code, self.reader.read(struct.calcsize(code)))[0]

    def blob(self):
        count = self.number("<I")
        return None if count == NONE else self.reader.read(count)

    def answer(self, verdict, text):
        data = text.encode(errors="replace")
        self.writer.write(struct.pack("<BI", verdict, len(data)) + data)


def main():
    split = sys.argv.index("--")
    judge = Judge(sys.argv[1], sys.argv[2:split], sys.argv[split + 1 :])
    kinds = {b"B": judge.binary, b"J": judge.to_json, b"P": judge.from_json, b"W": judge.was_json}
    pipe = Pipe(sys.stdin.buffer, sys.stdout.buffer)
    while kind := pipe.reader.read(1):
        items = [(pipe.number("<B"), pipe.blob(), pipe.blob()) for _ in range(pipe.number("<I"))]
        for item in items:
            pipe.answer(*kinds[kind](*item))
        pipe.writer.flush()


main()
