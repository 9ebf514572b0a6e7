#!/usr/bin/env python3
"""Reads results of `bench --json`, one a line, and prints them as a table with ratios; --line prints
one line for each, --svg FILE draws acknowledged events a second."""

import json
import statistics
import sys
from html import escape


def line(result):
    return "  %-34s %7d acknowledged/s %7d delivered/s  p99 %8.2f ms  %6.1f us CPU  %s" % (
        result["name"],
        result["acknowledgedPerSecond"],
        result["deliveredPerSecond"],
        result["acknowledgementMs"]["p99"],
        result["cpuMicrosPerEvent"],
        "" if result["acknowledged"] == result["sent"] else "NOT ALL ACKNOWLEDGED",
    )


def spread(values):
    return "%d [%d..%d]" % (statistics.median(values), min(values), max(values))


def ratio(of, to):
    """The median of the ratios of each round, and their spread."""
    ratios = [a / b for a, b in zip(of, to)]
    return "%.2f [%.2f..%.2f]" % (statistics.median(ratios), min(ratios), max(ratios))


def onward(results):
    """From acknowledgement to the sink; of what has no sink, nothing."""
    times = [r["deliveryMs"]["p99"] for r in results if r["delivered"]]
    return "%.1f" % statistics.median(times) if times else ""


def svg(groups, file):
    top = max(statistics.median(v) for v in groups.values())
    rows = []
    for i, (name, values) in enumerate(groups.items()):
        y = 30 + i * 34
        width = 420 * statistics.median(values) / top
        low, high = (420 * x / top for x in (min(values), max(values)))
        rows.append(
            f'<text x="250" y="{y + 14}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="260" y="{y}" width="{width:.0f}" height="20" fill="#2f6fb0"/>'
            f'<path d="M{260 + low:.0f} {y + 10}H{260 + high:.0f}" stroke="#c33" stroke-width="2"/>'
            f'<text x="{268 + high:.0f}" y="{y + 14}">{statistics.median(values):.0f}</text>'
        )
    height = 50 + 34 * len(groups)
    with open(file, "w", encoding="utf-8") as out:
        out.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" role="img" '
            'aria-label="Acknowledged events a second" font-family="sans-serif" font-size="13">'
            f'<rect width="760" height="{height}" fill="#fff"/>'
            '<text x="10" y="18">Acknowledged events a second: median, and spread of the rounds</text>'
            + "".join(rows)
            + "</svg>\n"
        )


def main():
    results = [json.loads(text) for text in sys.stdin if text.strip()]
    if "--line" in sys.argv:
        for result in results:
            print(line(result))
        return
    groups = {}
    for result in results:
        groups.setdefault(result["name"], []).append(result)
    rates = {n: [r["acknowledgedPerSecond"] for r in rs] for n, rs in groups.items()}
    print()
    print("| | acknowledged/s, median [spread] | p50 / p99 ms | p99 on to the sink, ms | CPU us/event | written bytes/event |")
    print("|---|---|---|---|---|---|")
    for name, rs in groups.items():
        print(
            "| %s | %s | %.1f / %.1f | %s | %.0f | %d |"
            % (
                name,
                spread(rates[name]),
                statistics.median(r["acknowledgementMs"]["p50"] for r in rs),
                statistics.median(r["acknowledgementMs"]["p99"] for r in rs),
                onward(rs),
                statistics.median(r["cpuMicrosPerEvent"] for r in rs),
                statistics.median(r["writtenBytesPerEvent"] for r in rs),
            )
        )
    print()
    pairs = [
        ("relay, durable, Ed25519", "relay, in memory, Ed25519"),
        ("relay, durable, RSA", "relay, in memory, RSA"),
        ("relay, durable, RSA", "guide's Express handler, RSA"),
        ("relay, durable, Ed25519", "guide's Express handler, RSA"),
        ("relay, durable, RSA, alone", "guide's Express handler, RSA, alone"),
        ("relay, durable, Ed25519, alone", "guide's Express handler, RSA, alone"),
        ("relay, durable, Ed25519", "nginx proxy_pass, no verification"),
    ]
    print("| ratio in one run | median [spread] |")
    print("|---|---|")
    for of, to in pairs:
        if of in rates and to in rates:
            print("| %s : %s | %s |" % (of, to, ratio(rates[of], rates[to])))
    if "--svg" in sys.argv:
        svg(rates, sys.argv[sys.argv.index("--svg") + 1])


if __name__ == "__main__":
    main()
