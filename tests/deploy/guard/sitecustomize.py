"""Loaded by every Python program of the rehearsal: nothing but this machine may be reached.

What is tried all the same is refused, and appended to the file that REHEARSAL_CONNECTIONS names: a program could swallow the refusal.
"""

import ipaddress
import json
import os
import sys

ASKED = {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}


def is_this_machine(host):
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_others(event, arguments):
    if event not in ASKED:
        return
    address = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
    # Names of local sockets are texts or bytes; hosts come with a port.
    if event in ("socket.connect", "socket.sendto"):
        if not isinstance(address, tuple):
            return
        address = address[0]
    if not is_this_machine(address):
        with open(os.environ["REHEARSAL_CONNECTIONS"], "a") as file:
            file.write(json.dumps({"host": str(address), "program": sys.argv[0]}) + "\n")
        raise PermissionError(f"the rehearsal reaches this machine only, and not {address}")


if "REHEARSAL_CONNECTIONS" in os.environ:
    sys.addaudithook(refuse_others)
