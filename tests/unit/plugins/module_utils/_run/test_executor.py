# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How plans are carried out: order, references, failures, waits."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from ansible_collections.cutover.eks.plugins.module_utils._model.duration import Usual
from ansible_collections.cutover.eks.plugins.module_utils._model.reference import Ref
from ansible_collections.cutover.eks.plugins.module_utils._plan.plan import Kind, Plan, Step, Wait
from ansible_collections.cutover.eks.plugins.module_utils._run.executor import Executor
from ansible_collections.cutover.eks.plugins.module_utils._run.gateway import Fault
from ansible_collections.cutover.eks.plugins.module_utils._run.outcome import Outcome
from ansible_collections.cutover.eks.tests.unit.plugins.module_utils._run.fakes import FakeClock, FakeGateway, FakeProgress, Scripted, error

VPC = Step(key="vpc", service="ec2", operation="CreateVpc", request={"CidrBlock": "10.0.0.0/16"}, kind=Kind.CREATE)
SUBNET = Step(key="subnet/a", service="ec2", operation="CreateSubnet", request={"VpcId": Ref("vpc", "Vpc.VpcId")}, kind=Kind.CREATE)
VPC_ANSWER = {"Vpc": {"VpcId": "vpc-1"}}
CLUSTER_WAIT = Wait(
    service="eks",
    operation="DescribeCluster",
    request={"name": Ref("cluster", "cluster.name")},
    status="cluster.status",
    success=frozenset({"ACTIVE"}),
    failure=frozenset({"FAILED"}),
    issues="cluster.health.issues",
    usual=Usual(600),
)
CLUSTER = Step(key="cluster", service="eks", operation="CreateCluster", kind=Kind.CREATE, token="clientRequestToken", wait=CLUSTER_WAIT)
NODES = Step(key="nodegroup/a", service="eks", operation="CreateNodegroup", kind=Kind.CREATE, after=frozenset({"cluster"}))
CREATED = {"cluster": {"name": "blue"}}


def cluster(status: str, *issues: dict[str, object]) -> Scripted:
    return {"cluster": {"name": "blue", "status": status, "health": {"issues": list(issues)}}}


class Run:
    """An executor with its fakes."""

    def __init__(self, *, wait: bool = True, timeout: float = 3600, **script: list[Scripted]) -> None:
        self.clock = FakeClock()
        self.gateway = FakeGateway(self.clock, script)
        self.progress = FakeProgress()
        self.executor = Executor(
            gateway=self.gateway,
            clock=self.clock,
            progress=self.progress,
            nonce="n",
            poll_interval=None,
            deadline=self.clock.now + timeout,
            wait=wait,
        )

    def of(self, *steps: Step) -> Outcome:
        return self.executor.run(Plan.merged(Plan(steps=steps)))


def test_a_reference_is_resolved_from_the_answer_of_the_step_before() -> None:
    run = Run(CreateVpc=[VPC_ANSWER])
    outcome = run.of(SUBNET, VPC)
    assert run.gateway.calls == [("CreateVpc", {"CidrBlock": "10.0.0.0/16"}), ("CreateSubnet", {"VpcId": "vpc-1"})]
    assert outcome.statuses == {"vpc": "done", "subnet/a": "done"}
    assert outcome.changed


def test_an_answer_without_the_value_that_is_needed_fails_the_step_that_needs_it() -> None:
    outcome = Run(CreateVpc=[{}]).of(VPC, SUBNET)
    assert outcome.statuses == {"vpc": "done", "subnet/a": "failed"}
    assert outcome.failures[0].message == "subnet/a: the answer of vpc holds no Vpc.VpcId"


def test_a_step_begins_when_what_it_depends_on_has_been_awaited() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[cluster("CREATING"), cluster("ACTIVE")])
    assert run.of(NODES, CLUSTER).statuses == {"cluster": "done", "nodegroup/a": "done"}
    assert run.gateway.operations() == ["CreateCluster", "DescribeCluster", "DescribeCluster", "CreateNodegroup"]
    assert run.progress.told == [("cluster", "CREATING"), ("cluster", "ACTIVE")]


def test_a_token_is_made_of_the_runs_nonce_and_the_steps_key() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[cluster("ACTIVE")])
    run.of(CLUSTER)
    assert run.gateway.sent("CreateCluster") == [{"clientRequestToken": hashlib.sha256(b"ncluster").hexdigest()}]


def test_polls_are_at_least_15_percent_of_18_seconds_apart_for_what_takes_ten_minutes() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[cluster("CREATING")] * 5 + [cluster("ACTIVE")])
    run.of(CLUSTER)
    assert len(run.clock.slept) == 5
    assert all(15.3 <= seconds <= 18 for seconds in run.clock.slept)


def test_a_good_state_that_may_not_last_is_watched_for_as_long_as_the_wait_says() -> None:
    watch = Wait(**_as_wait("DescribeLogGroups", "'watched'", {"watched"}), least_seconds=60)
    run = Run(DeleteLogGroup=[{}], DescribeLogGroups=[{}])
    began = run.clock.now
    assert run.of(Step(key="logs", service="logs", operation="DeleteLogGroup", kind=Kind.DELETE, wait=watch)).statuses == {"logs": "done"}
    assert 60 <= run.clock.now - began < 65


def test_a_failed_state_ends_the_wait_at_once_with_what_the_service_says() -> None:
    issue = {"code": "Ec2SubnetNotFound", "message": "gone", "resourceIds": ["subnet-1"]}
    run = Run(CreateCluster=[CREATED], DescribeCluster=[cluster("CREATING"), cluster("FAILED", issue)])
    outcome = run.of(CLUSTER, NODES)
    assert outcome.statuses == {"cluster": "failed", "nodegroup/a": "not_started"}
    assert outcome.failures[0].message == "cluster is FAILED: Ec2SubnetNotFound: gone (subnet-1)"
    assert outcome.changed


def test_after_a_failure_nothing_new_begins_and_what_runs_is_awaited() -> None:
    bad = Step(key="bad", service="ec2", operation="Bad", kind=Kind.CREATE)
    run = Run(Bad=[error(Fault.REFUSED, "Nope")], CreateCluster=[CREATED], DescribeCluster=[cluster("CREATING"), cluster("ACTIVE")])
    assert run.of(bad, CLUSTER, NODES).statuses == {"bad": "failed", "cluster": "done", "nodegroup/a": "not_started"}


def test_the_deadline_ends_a_wait_and_says_how_to_go_on() -> None:
    outcome = Run(timeout=60, CreateCluster=[CREATED], DescribeCluster=[cluster("CREATING")]).of(CLUSTER)
    assert outcome.failures[0].code == "TimedOut"
    assert outcome.failures[0].message == "cluster is still CREATING"
    assert "run the same task again" in outcome.failures[0].do


def test_nothing_begins_after_the_deadline() -> None:
    run = Run(timeout=0)
    outcome = run.of(VPC)
    assert outcome.statuses == {"vpc": "not_started"}
    assert outcome.failures[0].code == "TimedOut"
    assert not run.gateway.calls


def test_work_found_under_way_is_awaited_and_no_change() -> None:
    waiting = Step(key="nat", service="ec2", kind=Kind.WAIT, wait=Wait(**_as_wait("DescribeNat", "s", {"up"})))
    outcome = Run(DescribeNat=[{"s": "down"}, {"s": "up"}]).of(waiting)
    assert outcome.statuses == {"nat": "waited"}
    assert not outcome.changed


def test_without_wait_what_needs_no_wait_is_sent_and_the_rest_not_started() -> None:
    run = Run(wait=False, CreateCluster=[CREATED], CreateVpc=[VPC_ANSWER])
    assert run.of(CLUSTER, NODES, VPC, SUBNET).statuses == {
        "cluster": "done",
        "nodegroup/a": "not_started",
        "vpc": "done",
        "subnet/a": "done",
    }
    assert "DescribeCluster" not in run.gateway.operations()


@pytest.mark.parametrize("absence", [error(Fault.NOT_FOUND, "ResourceNotFoundException"), {"s": None}])
def test_absence_is_the_success_of_a_deletion(absence: Scripted) -> None:
    gone = Step(key="x", service="eks", operation="Del", kind=Kind.DELETE, wait=Wait(**_as_wait("Desc", "s", set()), gone=True))
    run = Run(Desc=[{"s": "DELETING"}, absence])
    assert run.of(gone).statuses == {"x": "done"}
    assert run.progress.told[-1] == ("x", "gone")


def test_what_nobody_can_be_asked_about_has_ended_after_its_time() -> None:
    spread = Wait(**_as_wait("GetChange", "s", {"INSYNC"}), gone=True, gone_seconds=120)
    run = Run(GetChange=[error(Fault.NOT_FOUND, "NoSuchChange")])
    began = run.clock.now
    assert run.of(Step(key="x", service="route53", operation="Change", kind=Kind.UPDATE, wait=spread)).statuses == {"x": "done"}
    assert 120 <= run.clock.now - began < 125
    assert set(run.progress.told) == {("x", "of unknown state")}


def test_what_can_be_asked_about_ends_when_it_says_so() -> None:
    spread = Wait(**_as_wait("GetChange", "s", {"INSYNC"}), gone=True, gone_seconds=120)
    run = Run(GetChange=[{"s": "PENDING"}, {"s": "INSYNC"}])
    began = run.clock.now
    assert run.of(Step(key="x", service="route53", operation="Change", kind=Kind.UPDATE, wait=spread)).statuses == {"x": "done"}
    assert run.clock.now - began < 5


def test_a_conflict_says_that_somebody_may_have_changed_what_is_there() -> None:
    step = Step(key="x", service="route53", operation="Change", kind=Kind.UPDATE, conflicts=frozenset({"InvalidChangeBatch"}))
    outcome = Run(Change=[error(Fault.REFUSED, "InvalidChangeBatch")]).of(step)
    assert not outcome.changed
    assert "somebody has changed what is there" in outcome.failures[0].do


def test_what_was_created_and_is_not_visible_yet_is_awaited() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[error(Fault.NOT_FOUND, "ResourceNotFoundException"), cluster("ACTIVE")])
    assert run.of(CLUSTER).statuses == {"cluster": "done"}


def test_a_thing_that_vanishes_while_it_is_awaited_is_a_failure() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[error(Fault.NOT_FOUND, "ResourceNotFoundException")])
    assert run.of(CLUSTER).failures[0].message == "cluster is not there any more"


def test_a_poll_without_an_answer_is_repeated() -> None:
    run = Run(CreateCluster=[CREATED], DescribeCluster=[error(Fault.AMBIGUOUS, "500"), error(Fault.THROTTLED, "429"), cluster("ACTIVE")])
    assert run.of(CLUSTER).statuses == {"cluster": "done"}


@pytest.mark.parametrize(("age", "status"), [(3600, "failed"), (0, "done")])
def test_an_update_older_than_the_run_is_no_success(age: float, status: str) -> None:
    step = Step(key="cluster/logging", service="eks", operation="Update", kind=Kind.UPDATE, token="clientRequestToken")
    run = Run()
    created = datetime.fromtimestamp(run.clock.now - age, tz=UTC)
    run.gateway.script["Update"] = [{"update": {"id": "u", "createdAt": created}}]
    assert run.of(step).statuses == {"cluster/logging": status}


def test_independent_waits_overlap() -> None:
    steps = [Step(key=f"w/{n}", service="ec2", kind=Kind.WAIT, wait=Wait(**_as_wait("D", "s", {"up"}))) for n in range(20)]
    run = Run()
    started = run.clock.now
    run.gateway.script["D"] = [lambda _: {"s": "up" if run.clock.now > started + 100 else "down"}]
    assert set(run.of(*steps).statuses.values()) == {"waited"}
    assert run.clock.now < started + 105


def _as_wait(operation: str, status: str, success: set[str]) -> dict[str, object]:
    return {"service": "ec2", "operation": operation, "request": {}, "status": status, "success": frozenset(success)}
