# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people read names only what there is: targets, files, modules, roles, variables, options, IAM actions."""

from __future__ import annotations

import ast
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "docsite" / "rst"
ADRS = ROOT / "docs" / "adr"
ANSWERS = {"json": json.loads, "yaml": yaml.safe_load}
"""The languages of examples that are parsed here."""

CONTROLS = {"adopt", "force_unlock", "poll_interval", "wait_timeout", "lock"}
"""Options of `plugins/doc_fragments/common.py` that examples use."""

NOT_ROLE_VARIABLES = {"eks_clusters"}
"""A variable of the playbooks."""


def guides() -> list[Path]:
    return sorted(GUIDES.glob("*.rst"))


def documents() -> list[Path]:
    """Everything written for people."""
    return [*sorted(ROOT.glob("*.md")), *guides(), *sorted(ADRS.glob("*.md")), *sorted(ROOT.glob("roles/*/README.md"))]


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[str(path.relative_to(ROOT)) for path in paths])


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def blocks(path: Path) -> Iterator[tuple[str, str]]:
    """Language and text of every example: fences in Markdown, directives in reStructuredText."""
    text = text_of(path)
    if path.suffix == ".md":
        yield from re.findall(r"^```(\w+)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for found in re.finditer(r"^( *)\.\. code-block:: (\w+)\n\n((?:\1 {3}.*\n|\n)+)", text, re.MULTILINE):
        yield found[2], textwrap.dedent(found[3])


def examples(path: Path) -> list[tuple[str, Any]]:
    return [(language, ANSWERS[language](text)) for language, text in blocks(path) if language in ANSWERS]


def documentation(module: str) -> dict[str, Any]:
    tree = ast.parse(text_of(ROOT / "plugins" / "modules" / f"{module}.py"))
    values = (node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION")
    return dict(yaml.safe_load(ast.literal_eval(next(values))))


def iam_actions(module: str) -> set[str]:
    """The actions that a module's notes name."""
    return {action for note in documentation(module).get("notes", []) for action in re.findall(r"C\(([a-z0-9]+:\w+)\)", note)}


def iam_actions_of_all_modules() -> set[str]:
    """The actions that the documentation fragment names, which all modules include that change something."""
    text = text_of(ROOT / "plugins" / "doc_fragments" / "common.py").partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
    return {action for note in yaml.safe_load(text)["notes"] for action in re.findall(r"C\(([a-z0-9]+:\w+)\)", note)}


def role_variables() -> set[str]:
    specs = [yaml.safe_load(text_of(path)) for path in ROOT.glob("roles/*/meta/argument_specs.yml")]
    tasks = [task for path in ROOT.glob("roles/*/tasks/main.yml") for task in yaml.safe_load(text_of(path))]
    registered = {task["register"] for task in tasks if "register" in task}
    return registered | {name for spec in specs for name in spec["argument_specs"]["main"]["options"]}


def content() -> set[str]:
    """The names of everything that is called by its full name."""
    folders = ("plugins/modules/*.py", "plugins/test/*.py", "playbooks/*.yml", "roles/*")
    return {path.stem for pattern in folders for path in ROOT.glob(pattern)} | {"all"}


def mappings(value: object) -> Iterator[dict[str, Any]]:
    """Every mapping inside an example."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from mappings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from mappings(inner)


@each(documents())
def test_every_make_target_that_is_named_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*)(?=[ a-z-]*:(?!=))", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^\s*\$ |^)make ([a-z][a-z-]+)", text_of(path), re.MULTILINE))
    assert named <= targets


@each(documents())
def test_every_full_name_exists(path: Path) -> None:
    named = set(re.findall(r"(?<!ansible_collections\.)(?<![\w/])cutover\.eks\.([a-z_]+)", text_of(path)))
    assert named <= content()


@each([path for path in documents() if path.suffix == ".md"])
def test_every_link_leads_to_a_file(path: Path) -> None:
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text_of(path)) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


@each(documents())
def test_every_path_that_is_named_exists(path: Path) -> None:
    """In backticks, from the root of the repository or from the document's own folder."""
    named = re.findall(r"`((?:plugins|roles|playbooks|docs|tests|meta|scripts|changelogs)/[\w./-]*)`", text_of(path))
    assert [name for name in named if not (ROOT / name).exists() and not (path.parent / name).exists()] == []


@each(documents())
def test_every_variable_of_a_role_is_declared(path: Path) -> None:
    named = set(re.findall(r"\beks_[a-z]+_[a-z_]+|\beks_clusters\b", text_of(path)))
    playbook_roles = {role.name for role in (ROOT / "roles").iterdir()}
    assert named - playbook_roles - NOT_ROLE_VARIABLES <= role_variables()


@each(documents())
def test_every_example_parses(path: Path) -> None:
    for language, example in examples(path):
        assert example, f"an empty example in {language}"


@each([path for path in documents() if "adr" not in path.parts])
def test_every_task_in_an_example_uses_options_that_there_are(path: Path) -> None:
    for _language, example in examples(path):
        for task in mappings(example):
            for name, options in task.items():
                module = re.fullmatch(r"cutover\.eks\.(\w+)", str(name))
                if module:
                    known = documentation(module[1])["options"]
                    assert set(options) <= set(known) | CONTROLS
                    for part, given in options.items():
                        assert not isinstance(given, dict) or set(given) <= set(known[part].get("suboptions", given))


def test_the_readme_fits_on_some_pages_and_shows_a_cluster_in_ten_lines() -> None:
    readme = ROOT / "README.md"
    cluster = next(text for language, text in blocks(readme) if language == "yaml")
    assert len(text_of(readme).splitlines()) <= 200
    assert len(cluster.splitlines()) <= 10
    required = yaml.safe_load(text_of(ROOT / "roles/eks_stack/meta/argument_specs.yml"))["argument_specs"]["main"]["options"]
    assert {name for name, spec in required.items() if spec.get("required")} <= set(yaml.safe_load(cluster))


def test_the_readme_names_every_module_role_and_playbook() -> None:
    readme = text_of(ROOT / "README.md")
    assert [name for name in sorted(content() - {"__init__"}) if f"cutover.eks.{name}" not in readme] == []


def test_least_privilege_names_the_actions_that_the_modules_name() -> None:
    lists: dict[str, list[str]] = {}
    for language, example in examples(GUIDES / "least_privilege.rst"):
        lists |= example if language == "yaml" else {}
    modules = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")} - {"__init__", "stack"}
    assert modules <= set(lists)
    assert {module: set(lists[module]) for module in modules} == {module: iam_actions(module) for module in modules}
    assert set(lists["common"]) == iam_actions_of_all_modules()
    assert set(lists["delete_orphans"]) == iam_actions("stack")


def test_the_guide_to_the_variables_tells_every_one_with_its_default() -> None:
    guide = GUIDES / "variables.rst"
    options = yaml.safe_load(text_of(ROOT / "roles/eks_stack/meta/argument_specs.yml"))["argument_specs"]["main"]["options"]
    told = dict(re.findall(r"^   \* - ``(eks_stack_\w+)``\n     - (.*)$", text_of(guide), re.MULTILINE))
    (long,) = (example for language, example in examples(guide) if language == "yaml")
    assert {name for name, default in told.items() if default == "required"} == {name for name in options if options[name].get("required")}
    defaults = {name: json.loads(default.strip("`")) for name, default in told.items() if default not in ("required", "below")}
    assert defaults | long == {name: option["default"] for name, option in options.items() if "default" in option}


def test_every_code_of_a_refusal_that_a_guide_names_exists() -> None:
    named = set(re.findall(r"``([a-z]+(?:_[a-z]+)+)``", text_of(GUIDES / "life_of_a_cluster.rst").partition("When it is refused")[2]))
    sources = "".join(text_of(path) for path in (ROOT / "plugins" / "module_utils").rglob("*.py"))
    assert {code for code in named if f'"{code}"' not in sources} == {"needs_allow_irreversible", "needs_allow_replace"}
    assert 'f"needs_{option}"' in sources


def test_every_guide_is_listed_and_labelled() -> None:
    sections = yaml.safe_load(text_of(ROOT / "docs" / "docsite" / "extra-docs.yml"))["sections"]
    assert sorted(name for section in sections for name in section["toctree"]) == [path.stem for path in guides()]
    for path in guides():
        assert f".. _ansible_collections.cutover.eks.docsite.{path.stem}:" in text_of(path)


def test_decisions_are_numbered_without_gaps_and_follow_the_template() -> None:
    paths = sorted(ADRS.glob("*.md"))
    assert [path.name[:4] for path in paths] == [f"{number:04}" for number in range(len(paths))]
    for path in paths[1:]:
        text = text_of(path)
        assert f"# {path.name[:4]}. " in text
        assert re.search(r"^Status: (proposed|accepted|superseded by \d{4})$", text, re.MULTILINE)
        assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_every_fault_and_command_in_the_guide_to_the_simulator_exists() -> None:
    guide, sources = text_of(GUIDES / "simulator.rst"), ROOT / "tests" / "simulator" / "src" / "simulator"
    commands = set(re.findall(r'^    "(\w+)": ', text_of(sources / "ctl.py"), re.MULTILINE))
    kinds = set(re.findall(r'^    "(\w+)": Kind\(', text_of(sources / "faults.py"), re.MULTILINE))
    assert set(re.findall(r"simulator\.ctl (\w+)", guide)) <= commands
    assert {json.loads(order)["kind"] for order in re.findall(r"ctl fault '(.*)'", guide)} <= kinds
    assert {"reset_after", "kill", "not_yet_visible", "stale"} <= kinds
