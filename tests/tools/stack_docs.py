# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the options of module `stack` from those of the single modules, whose option dictionaries it takes.

`python tests/tools/stack_docs.py` rewrites the block in `plugins/modules/stack.py`; a unit test compares.
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path
from typing import Any

import yaml

MODULES = Path(__file__).resolve().parents[2] / "plugins" / "modules"
PARTS = {
    "network": (
        "The network, as M(cutover.eks.network) takes it. When omitted, subnets are named where they are needed.",
        {"name", "cluster", "state"},
    ),
    "iam_roles": (
        "IAM roles, as M(cutover.eks.iam_roles) takes them. When omitted, role ARNs are named where they are needed.",
        {"cluster", "state"},
    ),
    "cluster": ("The control plane, as M(cutover.eks.cluster) takes it. When omitted, it is only referred to.", {"name", "state"}),
    "nodegroups": ("Managed node groups, as M(cutover.eks.nodegroups) takes them. When omitted, none is touched.", {"cluster", "state"}),
    "addons": ("Add-ons, as M(cutover.eks.addons) takes them. When omitted, none is touched.", {"cluster", "state"}),
}
"""What the part is, and which of the module's options the stack gives itself."""
WIDTH = 100
"""Where lines are broken. PyYAML breaks at the next space after it, hence the margin below the limit of 140."""
BEGIN, END = "  # The parts are written by tests/tools/stack_docs.py from the single modules.\n", "  # End of the parts.\n"


def documentation(module: str) -> dict[str, Any]:
    """Read a module's DOCUMENTATION."""
    for node in ast.parse((MODULES / f"{module}.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            found: dict[str, Any] = yaml.safe_load(ast.literal_eval(node.value))
            return found
    raise AssertionError(f"{module} has no DOCUMENTATION")


def parts() -> dict[str, Any]:
    """Give the options of the stack that are the single modules'."""
    return {name: _part(name, description, given) for name, (description, given) in PARTS.items()}


def _part(name: str, description: str, given: set[str]) -> dict[str, Any]:
    options = {option: _below(spec, name) for option, spec in documentation(name)["options"].items() if option not in given}
    return {"description": [description], "type": "dict", "suboptions": options}


def _below(spec: Any, part: str) -> Any:
    """Let references to options name them where they stand in the stack."""
    if isinstance(spec, str):
        return re.sub(r"\bO\((?!\w+#|[\w.]+:)([a-z_.\[\]]+)", lambda found: f"O({_place(found.group(1), part)}", spec)
    if isinstance(spec, list):
        return [_below(item, part) for item in spec]
    if isinstance(spec, dict):
        return {key: value if key in {"default", "choices", "required"} else _below(value, part) for key, value in spec.items()}
    return spec


def _place(option: str, part: str) -> str:
    given, shared = PARTS[part][1], {"allow_irreversible", "allow_replace", "wait", "wait_timeout"}
    first = re.split(r"[.\[]", option, maxsplit=1)[0]
    if first in shared or first == "state":
        return option
    return "name" if first in given else f"{part}.{option}"


def block() -> str:
    """Give the block as it stands in the file."""
    text = yaml.dump(parts(), sort_keys=False, width=WIDTH, allow_unicode=True, default_flow_style=False)
    return BEGIN + textwrap.indent(text, "  ") + END


def written(source: str) -> str:
    """Give the module's source with the block renewed."""
    before, _begin, rest = source.partition(BEGIN)
    _old, _end, after = rest.partition(END)
    return before + block() + after


if __name__ == "__main__":
    path = MODULES / "stack.py"
    path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
