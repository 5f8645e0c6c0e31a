# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection promises outside its Python sources: metadata, action group, documentation, roles, playbooks, files, pins."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
MODULES = ROOT / "plugins" / "modules"
ROLES = ROOT / "roles"
PLAYBOOKS = ROOT / "playbooks"
REQUIREMENTS = ROOT / "tests" / "requirements"

MAX_PLAYBOOK = 30

PLUGIN_FOLDERS = {"action", "doc_fragments", "filter", "inventory", "lookup", "module_utils", "modules", "plugin_utils", "test"}
"""The folders that Ansible knows below plugins/, as far as we use them."""

CACHES = {"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", ".import_linter_cache"}

MADE = CACHES | {".build", ".git", ".ansible", "output"}
"""Folders that are made, never kept. ansible-test writes tests/output."""

UNWANTED_SUFFIXES = {".orig", ".rej", ".swp", ".bak", ".log", ".retry", ".zip", ".tar", ".whl"}


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def files() -> Iterator[Path]:
    """Every kept file of the tree."""
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in MADE or path.name.endswith(".egg-info") or path.is_symlink():
                continue
            if path.is_dir():
                folders.append(path)
            elif path.suffix != ".pyc":
                yield path


def constants(path: Path) -> dict[str, Any]:
    """The constants at the top level of a Python file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def module_files() -> list[Path]:
    return sorted(path for path in MODULES.glob("*.py") if path.name != "__init__.py")


def role_folders() -> list[Path]:
    return sorted(path for path in ROLES.iterdir() if path.is_dir()) if ROLES.is_dir() else []


def playbooks() -> list[Path]:
    return sorted(PLAYBOOKS.glob("*.yml"))


def fragments_of(documentation: dict[str, Any]) -> list[str]:
    named = documentation.get("extends_documentation_fragment", [])
    return [named] if isinstance(named, str) else list(named)


def documented_attributes(documentation: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a module, those of our own documentation fragments included."""
    found: dict[str, Any] = {}
    for name in fragments_of(documentation):
        if name.startswith("cutover.eks."):
            found |= attributes_of_fragment(*name.removeprefix("cutover.eks.").split("."))
    return found | documentation.get("attributes", {})


def attributes_of_fragment(name: str, part: str = "documentation") -> dict[str, Any]:
    tree = ast.parse((ROOT / "plugins" / "doc_fragments" / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == [part.upper()]:
            return dict(yaml.safe_load(ast.literal_eval(node.value)).get("attributes", {}))
    raise AssertionError(f"fragment {name} has no {part.upper()}")


# ---- metadata


def test_galaxy_metadata_is_what_the_checklists_ask_for() -> None:
    galaxy = load(ROOT / "galaxy.yml")
    assert (galaxy["namespace"], galaxy["name"], galaxy["license"]) == ("cutover", "eks", ["GPL-3.0-or-later"])
    assert int(galaxy["version"].split(".")[0]) >= 1
    assert {"cloud", "infrastructure"} & set(galaxy["tags"])
    assert galaxy["dependencies"] == {"amazon.aws": ">=10.1.0,<13.0.0"}


def test_the_changelog_knows_the_version() -> None:
    assert load(ROOT / "galaxy.yml")["version"] in load(ROOT / "changelogs" / "changelog.yaml")["releases"]


def test_the_supported_versions_are_the_same_everywhere() -> None:
    assert load(ROOT / "meta" / "runtime.yml")["requires_ansible"] == ">=2.18.0"
    assert load(ROOT / "tests" / "config.yml")["modules"]["python_requires"] == ">=3.11"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "ansible-core 2.18" in readme
    assert "Python 3.11" in readme


def test_every_module_is_in_the_action_group_and_nothing_else_is() -> None:
    group = load(ROOT / "meta" / "runtime.yml")["action_groups"]["all"]
    metadata = [entry["metadata"] for entry in group if isinstance(entry, dict)]
    assert metadata == [{"extend_group": ["amazon.aws.aws"]}]
    if module_files():
        assert sorted(entry for entry in group if isinstance(entry, str)) == [path.stem for path in module_files()]


# ---- modules


@pytest.mark.parametrize("path", module_files(), ids=lambda path: path.stem)
def test_a_module_documents_itself_and_what_it_keeps(path: Path) -> None:
    texts = constants(path)
    assert {"DOCUMENTATION", "EXAMPLES", "RETURN"} <= texts.keys()
    attributes = documented_attributes(yaml.safe_load(texts["DOCUMENTATION"]))
    assert {"check_mode", "diff_mode", "idempotent", "action_group"} <= attributes.keys()
    assert attributes["check_mode"]["support"] == "full"


@pytest.mark.parametrize("path", module_files(), ids=lambda path: path.stem)
def test_the_examples_use_full_names_of_this_collection(path: Path) -> None:
    tasks = yaml.safe_load(constants(path)["EXAMPLES"])
    assert any(f"cutover.eks.{path.stem}" in task for task in tasks)


# ---- roles and playbooks


def option_defaults(spec: dict[str, Any]) -> dict[str, Any]:
    return {name: option["default"] for name, option in spec["options"].items() if "default" in option}


@pytest.mark.parametrize("role", role_folders(), ids=lambda path: path.name)
def test_role_defaults_equal_the_argument_specs(role: Path) -> None:
    spec = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]
    defaults_file = role / "defaults" / "main.yml"
    defaults = (load(defaults_file) or {}) if defaults_file.is_file() else {}
    assert defaults == option_defaults(spec)


@pytest.mark.parametrize("role", role_folders(), ids=lambda path: path.name)
def test_a_role_has_its_files_and_its_variables_the_prefix(role: Path) -> None:
    assert role.name.startswith("eks_")
    assert (role / "README.md").is_file()
    assert (role / "tasks" / "main.yml").is_file()
    options = load(role / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
    assert [name for name in options if not name.startswith("eks_")] == []


@pytest.mark.parametrize("path", playbooks(), ids=lambda path: path.stem)
def test_a_playbook_is_a_short_list_of_roles(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_PLAYBOOK
    plays = load(path)
    assert plays
    for play in plays:
        assert play.keys().isdisjoint({"tasks", "pre_tasks", "post_tasks", "handlers"})
        roles = [role if isinstance(role, str) else role["role"] for role in play["roles"]]
        assert roles
        assert all(role.startswith("cutover.eks.") for role in roles)


def test_roles_and_playbooks_do_not_hide_from_check_mode_or_failures() -> None:
    forbidden = re.compile(r"ansible_" + r"check_mode|ignore_" + r"errors")
    paths = [path for folder in (ROLES, PLAYBOOKS) for path in folder.rglob("*.yml")]
    assert paths
    assert [str(path) for path in paths if forbidden.search(path.read_text(encoding="utf-8"))] == []


# ---- files


def test_sanity_ignores_nothing() -> None:
    assert list((ROOT / "tests" / "sanity").glob("ignore*")) == []


def test_plugins_lie_in_folders_that_ansible_knows() -> None:
    found = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()} - MADE
    assert found
    assert found <= PLUGIN_FOLDERS


def test_the_tree_has_no_unwanted_files() -> None:
    kept = list(files())
    assert ROOT / "galaxy.yml" in kept
    assert [str(path) for path in kept if path.suffix in UNWANTED_SUFFIXES or path.stat().st_size > 1_000_000] == []
    assert [str(path) for path in kept if path.suffix == ".yaml" and path.parent.name != "changelogs"] == []


def test_no_text_postpones_work_or_names_a_machine() -> None:
    forbidden = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|/(?:work|root)/(?:main|shared|\.)")
    texts = [path for path in files() if path.suffix in {".py", ".yml", ".md", ".rst", ".toml", ".txt", ".sh", ".cfg"}]
    assert texts
    assert [str(path.relative_to(ROOT)) for path in texts if forbidden.search(path.read_text(encoding="utf-8"))] == []


# ---- pins


def pins(path: Path) -> dict[str, str]:
    lines = [line.split("#")[0].split(";")[0].strip() for line in path.read_text(encoding="utf-8").splitlines()]
    assert all("==" in line for line in lines if line), f"{path.name} has a requirement without an exact version"
    return {name.lower(): version for name, version in (line.split("==") for line in lines if line)}


def test_every_environment_is_pinned_and_agrees_on_the_sdk() -> None:
    environments = {path.stem: pins(path) for path in REQUIREMENTS.glob("*.txt")}
    assert environments.keys() == {"main", "constraints", "floor", "floor-collections", "importer", "awscli"}
    assert environments["main"]["botocore"] == environments["floor"]["botocore"]
    assert environments["main"]["boto3"] == environments["floor"]["boto3"]
    simulator = (ROOT / "tests" / "simulator" / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"botocore=={environments["main"]["botocore"]}"' in simulator
