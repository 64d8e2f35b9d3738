#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second client of Eureka: registers itself, tells what it sees of an application, and leaves when it is terminated.

    eureka_peer.py SERVER OWN_APPLICATION OTHER_APPLICATION
"""

import asyncio
import os
import signal
import sys
import threading
import time

import py_eureka_client.eureka_client as eureka

server, own, other = sys.argv[1:]
client = eureka.EurekaClient(
    eureka_server=server,
    app_name=own,
    instance_id="python-1",
    instance_host="10.8.0.1",
    instance_ip="10.8.0.1",
    instance_port=8080,
    renewal_interval_in_secs=1,
    duration_in_secs=6,
    metadata={"zone": "z9", "version": "3"},
)


def watch():
    before = None
    while True:
        try:
            application = client.applications.get_application(other)
            seen = sorted(f"{i.instanceId}@{i.ipAddr}:{i.port.port}" for i in application.up_instances)
            if seen != before:
                print("seen", *seen, flush=True)
            before = seen
        except Exception as error:  # pylint: disable=broad-except
            print("error", type(error).__name__, error, flush=True)
        time.sleep(0.2)


async def main():
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await client.start()
    print("registered", flush=True)
    threading.Thread(target=watch, daemon=True).start()
    await ended.wait()
    await client.stop()
    print("left", flush=True)
    # Its threads do not end by themselves.
    os._exit(0)


asyncio.run(main())
