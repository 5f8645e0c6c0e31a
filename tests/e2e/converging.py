# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of `stack` inside the test process: the real planner, executor, boto3 and HTTP, without the start of Ansible."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config

from ansible_collections.cutover.eks.plugins.module_utils._ansible.arguments import Controls
from ansible_collections.cutover.eks.plugins.module_utils._ansible.convergence import CHECK, REAL, Convergence, Mode, converged
from ansible_collections.cutover.eks.plugins.module_utils._ansible.stack import NOUN
from ansible_collections.cutover.eks.plugins.module_utils._aws.session import Connection, Session
from ansible_collections.cutover.eks.plugins.module_utils._run.clock import SystemClock
from simulator.harness import ACCOUNT, REGION, SECRET

STACK: dict[str, Any] = {
    "name": "blue",
    "network": {
        "vpc": {"cidr": "10.0.0.0/16", "dns_support": True, "dns_hostnames": True},
        "zones": ["3"],
        "subnets": {"private": {}, "public": {"map_public_ip": True}},
        "nat": "zonal",
        "security_groups": [
            {"name": "extra", "ingress": [{"protocol": "tcp", "from_port": 443, "cidr": "10.0.0.0/8"}], "purge_rules": True}
        ],
        "tags": {"team": "platform"},
    },
    "iam_roles": {"roles": [{"purpose": "cluster"}, {"purpose": "node"}, {"purpose": "vpc-cni"}, {"purpose": "aws-ebs-csi-driver"}]},
    "cluster": {
        "version": "1.35",
        "resources_vpc_config": {
            "endpoint_private_access": True,
            "endpoint_public_access": True,
            "public_access_cidrs": ["203.0.113.0/24"],
        },
        "access_config": {"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": True},
        "bootstrap_self_managed_addons": False,
        "logging": ["api", "audit", "authenticator"],
        "log_retention_days": 90,
        "upgrade_policy": {"support_type": "STANDARD"},
        "deletion_protection": True,
        "tags": {"team": "platform"},
    },
    "nodegroups": {
        "nodegroups": [
            {
                "name": name,
                "instance_types": ["m7i.large"],
                "scaling": {"min_size": 1, "max_size": 4},
                "labels": {"tier": name},
                "taints": [{"key": "dedicated", "value": name, "effect": "NO_SCHEDULE"}],
                "update_config": {"max_unavailable_percentage": 33},
                "disk": {"size_gib": 50, "type": "gp3", "encrypted": True},
                "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1},
            }
            for name in ("general", "spot")
        ]
    },
    "addons": {
        "addons": [
            {"name": "vpc-cni", "pod_identity_associations": [{"service_account": "aws-node", "role_arn": "vpc-cni"}]},
            {"name": "kube-proxy"},
            {"name": "eks-pod-identity-agent"},
            {"name": "coredns", "version": "v1.14.2-eksbuild.2", "configuration_values": {"replicaCount": 3}},
            {
                "name": "aws-ebs-csi-driver",
                "pod_identity_associations": [{"service_account": "ebs-csi-controller-sa", "role_arn": "aws-ebs-csi-driver"}],
            },
        ]
    },
}
"""A stack that declares every kind of thing; two node groups, so that a set has a first and a last member."""


def connection(endpoint: str) -> Connection:
    """Connect to a simulator as the modules do."""
    return Connection(
        session=boto3.session.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key=SECRET, region_name=REGION),
        region=REGION,
        endpoint=endpoint,
        verify=True,
        config=Config(user_agent_extra="cutover.eks/test", max_pool_connections=16, connect_timeout=5, read_timeout=10),
    )


def run(endpoint: str, options: Mapping[str, Any] | None = None, *, mode: Mode = REAL, **controls: Any) -> dict[str, Any]:
    """Converge a stack, the whole one where none is given, and give the module's result."""
    return run_as(Session(connection(endpoint)), STACK if options is None else options, mode=mode, **controls)


def run_as(account: Session, options: Mapping[str, Any], *, mode: Mode = REAL, **controls: Any) -> dict[str, Any]:
    """Converge a stack through a gateway that the test has."""
    convergence = Convergence(
        noun=NOUN,
        account=account,
        controls=Controls(**{"poll_interval": 0.05, "wait_timeout": 120, **controls}),
        clock=SystemClock(),
        say=lambda _line: None,
        run_id=secrets.token_hex(8),
    )
    return converged(convergence, mode, options)


def plan(endpoint: str, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Plan a stack, as check mode does."""
    return run(endpoint, options, mode=CHECK)
