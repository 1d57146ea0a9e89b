"""parliament as a filter: JSON list of {document, trust} in, the issues of each out.

Run by the interpreter of the checkers' own environment; see rehearsal/audit/checkers.py.
"""

import json
import sys
from pathlib import Path

import parliament
import yaml

# Data of what AWS's actions, resources and conditions are comes with the package: nothing is fetched.
_FOLDER = Path(parliament.__file__).parent


# Longer lists (every action of a service) say no more than their beginning.
_SHOWN = 200


def rules():
    """Title by name of all rules, those of the auditors that the community has added among them."""
    files = (_FOLDER / "config.yaml", _FOLDER / "community_auditors" / "config_override.yaml")
    described = {}
    for file in files:
        described.update(yaml.safe_load(file.read_text(encoding="utf-8")))
    return {name: rule.get("title", name) for name, rule in described.items()}


def issues(document, trust, titles):
    """What is wrong with one document.

    The community's auditors ask what a principal may do; a trust policy says who may become one.
    """
    policy = parliament.analyze_policy_string(json.dumps(document), include_community_auditors=not trust)
    return [{"rule": each.issue, "text": _text(each, titles)} for each in policy.findings]


def _text(finding, titles):
    detail = finding.detail if isinstance(finding.detail, str) else json.dumps(finding.detail or "")
    title = titles.get(finding.issue, "").strip()
    return f"{title}: {detail.strip(chr(34))}"[:_SHOWN].removesuffix(": ")


if __name__ == "__main__":
    known = rules()
    given = json.load(sys.stdin)
    found = [issues(each["document"], each["trust"], known) for each in given]
    json.dump({"rules": sorted(known), "issues": found}, sys.stdout)
