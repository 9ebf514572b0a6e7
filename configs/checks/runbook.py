"""Whether alerts and runbook match: runbook.py ALERTS OPERATIONS."""

import re
import sys

alerts_file, operations_file = sys.argv[1:]
with open(alerts_file, encoding="utf-8") as file:
    rules = re.split(r"^ *- alert: ", file.read(), flags=re.M)[1:]
with open(operations_file, encoding="utf-8") as file:
    headings = re.findall(r"^#+ (\w+)$", file.read(), flags=re.M)

problems = []
names = []
for rule in rules:
    name = rule.split("\n", 1)[0].strip()
    names.append(name)
    if headings.count(name) != 1:
        problems.append(f"{name}: {headings.count(name)} sections of that name in the runbook")
    url = f"runbook_url: relay/OPERATIONS.md#{name.lower()}\n"
    for part in (url, "severity: ", "summary: ", "description: "):
        if part not in rule + "\n":
            problems.append(f"{name}: lacks {part.strip()}")
    if re.search(r"\b(location|webhook_?id|event_?id)\b", rule.split("annotations:")[0]):
        problems.append(f"{name}: locations and ids are no labels")
for heading in headings:
    # Sections of alerts have one word with capitals inside.
    if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", heading) and heading not in names:
        problems.append(f"{heading}: a section, but no alert of that name")
if not names:
    problems.append("no alerts found")
print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
sys.exit(1 if problems else 0)
