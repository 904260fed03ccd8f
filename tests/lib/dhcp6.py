# SPDX-License-Identifier: LGPL-2.1-or-later
"""tests/lib/dhcp6.py DEVICE NAME - ask for an IPv6 address by DHCP, as RFC 8415 says; run inside a guest's namespace.

busybox of Debian has no client for DHCPv6, and one is short: SOLICIT, ADVERTISE, REQUEST, REPLY. Prints
"ip=ADDRESS dns=ADDRESS duid=HEX"; ends with 1 when no server answers.
"""
import os
import select
import socket
import struct
import sys
import time

SOLICIT, ADVERTISE, REQUEST, REPLY = 1, 2, 3, 7
CLIENT_ID, SERVER_ID, IA_NA, IA_ADDR, ORO, ELAPSED, DNS, FQDN = 1, 2, 3, 5, 6, 8, 23, 39
SERVERS = "ff02::1:2"  # all relay agents and servers of the link
SECONDS = 20


def option(code, data):
    return struct.pack("!HH", code, len(data)) + data


def options(data):
    found = {}
    while len(data) >= 4:
        code, size = struct.unpack("!HH", data[:4])
        found.setdefault(code, data[4:4 + size])
        data = data[4 + size:]
    return found


def exchange(link, kind, more, wanted):
    """Send until an answer of the wanted kind comes; its options. The link-local address may be tentative yet."""
    txid = os.urandom(3)
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            link.sendto(bytes([kind]) + txid + more, (SERVERS, 547, 0, index))
            answer = link.recv(4096)
        except OSError:
            select.select([], [], [], 0.1)
            continue
        if answer[0] == wanted and answer[1:4] == txid:
            return options(answer[4:])
    sys.exit("no answer of a DHCPv6 server")


device, name = sys.argv[1:3]
index = socket.if_nametoindex(device)
mac = bytes.fromhex(open(f"/sys/class/net/{device}/address").read().strip().replace(":", ""))
duid = b"\x00\x03\x00\x01" + mac  # based on the link-layer address
common = (option(CLIENT_ID, duid) + option(ELAPSED, b"\0\0") + option(ORO, struct.pack("!H", DNS))
          + option(FQDN, b"\0" + bytes([len(name)]) + name.encode()))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as link:
    link.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
    link.bind(("::", 546))
    link.settimeout(1)
    offer = exchange(link, SOLICIT, common + option(IA_NA, mac[2:] + bytes(8)), ADVERTISE)
    if IA_ADDR not in options(offer.get(IA_NA, bytes(12))[12:]):
        sys.exit("the server has no address for us")
    lease = exchange(link, REQUEST, common + option(SERVER_ID, offer[SERVER_ID]) + option(IA_NA, offer[IA_NA]), REPLY)
address = options(lease[IA_NA][12:])[IA_ADDR][:16]
show = lambda data: socket.inet_ntop(socket.AF_INET6, data)
print(f"ip={show(address)} dns={show(lease[DNS][:16]) if DNS in lease else ''} duid={duid.hex(':')}")
