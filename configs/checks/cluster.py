#!/usr/bin/env python3
"""Looks whether two relays that share a database tell the same: cluster.py ADMIN ADMIN EVENTS"""

import json
import sys
import time
import urllib.request

first, second, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])


def get(admin, path):
    with urllib.request.urlopen(f"http://{admin}/api/v1/{path}", timeout=10) as answer:
        return json.load(answer)


def events(admin):
    return {event["id"]: event for event in get(admin, "events?limit=1000")["events"]}


def settled(event):
    return event["deliveries"] and all(one["state"] == "delivered" for one in event["deliveries"])


deadline = time.monotonic() + 60
while True:
    here, there = events(first), events(second)
    if len(here) == expected and here == there and all(map(settled, here.values())):
        break
    if time.monotonic() > deadline:
        sys.exit(
            f"{len(here)} and {len(there)} events (expected: {expected}), the same: {here == there},"
            f" delivered: {sum(map(bool, map(settled, here.values())))}"
        )
    time.sleep(0.2)
