"""What Grafana would not complain about, but its users would: dashboard.py FILE."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    dashboard = json.load(file)
problems = []
ids = set()
taken = {}
for panel in dashboard["panels"]:
    title = panel.get("title") or f"panel {panel.get('id')}"
    if panel["id"] in ids:
        problems.append(f"{title}: its id is there twice")
    ids.add(panel["id"])
    at = panel["gridPos"]
    if at["x"] + at["w"] > 24:
        problems.append(f"{title}: wider than the screen")
    for x in range(at["x"], at["x"] + at["w"]):
        for y in range(at["y"], at["y"] + at["h"]):
            if taken.setdefault((x, y), title) != title:
                problems.append(f"{title}: lies upon {taken[x, y]}")
    if panel["type"] == "row":
        continue
    if len(panel.get("description", "")) < 20:
        problems.append(f"{title}: has no description")
    if panel["type"] in ("timeseries", "stat") and "unit" not in panel["fieldConfig"]["defaults"]:
        problems.append(f"{title}: has no unit")
    if not panel["targets"]:
        problems.append(f"{title}: asks for nothing")
    for source in [panel, *panel["targets"]]:
        if source["datasource"] != {"type": "prometheus", "uid": "${datasource}"}:
            problems.append(f"{title}: does not use the data source of the variable")
variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
for name in ("datasource", "job", "instance", "target"):
    if name not in variables:
        problems.append(f"there is no variable {name}")
if dashboard["uid"] != "ghl-relay":
    problems.append("the uid has changed, which breaks links to the dashboard")
print("\n".join(sorted(set(problems))), file=sys.stderr, end="\n" if problems else "")
sys.exit(1 if problems else 0)
