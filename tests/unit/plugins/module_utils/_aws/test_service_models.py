# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service models are read plainly, and are what botocore's own reader gives."""

from __future__ import annotations

import gzip
from pathlib import Path

import boto3
import botocore.session
import pytest

from ansible_collections.cutover.eks.plugins.module_utils._aws.service_models import PlainModels, new_session


@pytest.mark.parametrize("service", ["ec2", "eks", "iam", "logs", "ssm", "sts"])
def test_a_model_is_the_same_and_in_the_same_order(service: str) -> None:
    theirs = botocore.session.get_session().get_service_data(service)
    core = botocore.session.get_session()
    new_session(core, region_name="eu-central-1")
    ours = core.get_service_data(service)
    assert ours == theirs
    assert list(ours["operations"]) == list(theirs["operations"])


def test_the_same_services_are_known() -> None:
    assert new_session().get_available_services() == boto3.session.Session().get_available_services()


def test_packed_and_unpacked_models_are_found(tmp_path: Path) -> None:
    (tmp_path / "plain.json").write_text('{"a": 1}', encoding="utf-8")
    (tmp_path / "packed.json.gz").write_bytes(gzip.compress('{"a": "é"}'.encode()))
    found = {name: PlainModels().load_file(str(tmp_path / name)) for name in ("plain", "packed", "neither")}
    assert found == {"plain": {"a": 1}, "packed": {"a": "é"}, "neither": None}
    assert [name for name in found if PlainModels().exists(str(tmp_path / name))] == ["plain", "packed"]


def test_models_are_looked_for_where_the_profile_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text(f"[profile own]\nregion = eu-west-1\ndata_path = {tmp_path}\n", encoding="utf-8")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    session = new_session(profile_name="own")
    assert session.region_name == "eu-west-1"
    (tmp_path / "own-service" / "2026-01-01").mkdir(parents=True)
    (tmp_path / "own-service" / "2026-01-01" / "service-2.json").write_text("{}", encoding="utf-8")
    assert "own-service" in session.get_available_services()


def test_clients_are_made_from_such_models() -> None:
    client = new_session(region_name="eu-central-1").client("sts", aws_access_key_id="a", aws_secret_access_key="b")
    expected = boto3.client("sts", region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    assert client.meta.endpoint_url == expected.meta.endpoint_url
    assert client.meta.method_to_api_mapping == expected.meta.method_to_api_mapping
