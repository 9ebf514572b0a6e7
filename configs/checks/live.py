"""Asks a Prometheus that scrapes a live relay for everything on the dashboard and in the alerts.

Each expression of the dashboard must give a value. An alert should give none, since all is well:
then each of its series must be there, labels included. Metrics that texts name must exist."""

import argparse
import json
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# All that is waited for, together.
DEADLINE = time.monotonic() + 70
SUBSTITUTES = {
    "$__rate_interval": "30s",
    "$__range": "5m",
    "$job": "ghl-relay",
    "$instance": ".*",
    "$target": ".*",
}
# A series as an expression names it: with or without labels.
SERIES = re.compile(r"\b(?:(?:relay|jvm|process|system)_\w+(?:\{[^}]*\})?|up\{[^}]*\})")

parser = argparse.ArgumentParser()
parser.add_argument("--prometheus", required=True)
parser.add_argument("--relay", required=True)
parser.add_argument("--token-file", required=True)
parser.add_argument("--scrape", required=True)
parser.add_argument("--dashboard", required=True)
parser.add_argument("--texts", nargs="*", default=[])
options = parser.parse_args()


def ask(path, **parameters):
    """Data of an answer of Prometheus; raises ValueError with its words."""
    url = f"{options.prometheus}{path}?{urllib.parse.urlencode(parameters)}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]
    except urllib.error.HTTPError as e:
        raise ValueError(json.load(e).get("error", str(e))) from e


def values(expression):
    """Values that an expression has now, those that are no number left out."""
    result = ask("/api/v1/query", query=expression)["result"]
    return [one for one in result if one["value"][1] != "NaN"]


def substituted(text):
    for name, value in SUBSTITUTES.items():
        text = text.replace(name, value)
    if "$" in text:
        raise ValueError("a variable that is not known here")
    return text


def read(file):
    with open(file, encoding="utf-8") as content:
        return content.read()


def scrape():
    token = read(options.token_file).strip()
    request = urllib.request.Request(
        options.relay + "/metrics", headers={"Authorization": "Bearer " + token}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def wait_for_prometheus():
    while True:
        try:
            if values('up{job="ghl-relay"} == 1'):
                return
        except (ValueError, OSError):
            pass
        if time.monotonic() > DEADLINE:
            print("Prometheus does not get the relay's metrics.", file=sys.stderr)
            sys.exit(2)
        time.sleep(0.5)


def without_value(expressions):
    """Those that give nothing, asked again and again until all do or the time is up."""
    left = dict(expressions)
    while left:
        for name, expression in list(left.items()):
            if values(expression):
                del left[name]
        if time.monotonic() > DEADLINE:
            break
        if left:
            time.sleep(1)
    return left


wait_for_prometheus()
problems = []

dashboard = json.loads(read(options.dashboard))
panels = {}
shown = ""
for panel in dashboard["panels"]:
    for target in panel.get("targets", []):
        name = f"panel {panel['title']}, query {target['refId']}"
        shown += target["expr"]
        try:
            panels[name] = substituted(target["expr"])
            values(panels[name])
        except ValueError as e:
            problems.append(f"{name}: {e}: {target['expr']}")
            panels.pop(name, None)
for name, expression in without_value(panels).items():
    problems.append(f"{name}: gives no value: {expression}")

for variable in dashboard["templating"]["list"]:
    if variable["type"] != "query":
        continue
    match = re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"])
    metric, label = substituted(match[1]), match[2]
    if not ask(f"/api/v1/label/{label}/values", **{"match[]": metric}):
        problems.append(f"variable {variable['name']}: nothing to choose from")

alerts = [rule for group in ask("/api/v1/rules")["groups"] for rule in group["rules"]]
for rule in alerts:
    shown += rule["query"]
    if rule.get("lastError"):
        problems.append(f"alert {rule['name']}: {rule['lastError']}")
    if values(rule["query"]):
        continue
    series = SERIES.findall(rule["query"])
    if not series:
        problems.append(f"alert {rule['name']}: names no series: {rule['query']}")
    for one in series:
        if not values(f"count({one})"):
            problems.append(f"alert {rule['name']}: there is no {one}")

text = scrape()
with open(options.scrape, "w", encoding="utf-8") as file:
    file.write(text)
names = {re.match(r"[a-z_0-9]+", line)[0] for line in text.splitlines() if line[:1] != "#"}
families = {line.split()[2] for line in text.splitlines() if line.startswith("# HELP")}
for file in options.texts:
    for name in set(re.findall(r"\brelay_[a-z_]+", read(file))) - names - families - {"relay_session"}:
        problems.append(f"{file}: there is no metric {name}")
for family in sorted(families):
    if family.startswith("relay_") and not family.endswith("_max") and family not in shown:
        problems.append(f"{family}: neither on the dashboard nor in an alert")

if problems:
    print("\n".join(problems), file=sys.stderr)
    sys.exit(1)
print(f"      {len(panels)} queries of the dashboard have values, {len(alerts)} alerts their series")
