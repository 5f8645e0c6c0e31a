# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the options mean that all modules share; their types and defaults are in `module_utils/_ansible/arguments.py`."""

from __future__ import annotations


class ModuleDocFragment:
    """Options beside amazon.aws's connection options: of the modules that change something, and (`info`) of those that read."""

    DOCUMENTATION = r"""
options:
  assume_role:
    description:
      - A role to act as. The credentials of the other connection options are used to assume it.
      - Its credentials are renewed while the module runs, so a run may take longer than the session lasts.
      - When omitted, the calls are made with the credentials of the other connection options.
    type: dict
    suboptions:
      arn:
        description: ARN of the role.
        type: str
        required: true
      external_id:
        description: The external id that the role's trust policy asks for. None is sent when omitted.
        type: str
      session_name:
        description: Name of the session in the account's trail. V(cutover.eks) when omitted.
        type: str
  allowed_account_ids:
    description:
      - The accounts in which this task may run. In any other account it is refused before anything is changed.
      - When omitted, the environment variable E(CUTOVER_EKS_ALLOWED_ACCOUNTS) is used (a list separated by commas); without it, every
        account is allowed.
    type: list
    elements: str
  allowed_regions:
    description: The regions in which this task may run. When omitted, every region is allowed.
    type: list
    elements: str
  expected_plan_digest:
    description:
      - RV(plan_digest) of the plan that was approved. A run whose own plan differs is refused, and shows its own plan.
      - A digest tells that the plans differ, and O(expected_plan) how. When both are omitted, the plan of the moment is carried out.
    type: str
  expected_plan:
    description:
      - RV(plan) of the run in check mode that was approved. A run whose own plan has other steps or other requests is refused, with every
        difference.
      - Account and region are not in it, but in O(expected_plan_digest); give both.
      - When omitted, a refusal because of O(expected_plan_digest) shows the plan of the moment alone.
    type: list
    elements: dict
  allow_replace:
    description:
      - Allows steps that replace a thing by a new one. Without it such a plan is shown and refused.
      - What takes more than a call (new nodes for old ones) is shown and refused with it too, and with what to do instead.
    type: bool
    default: false
  allow_irreversible:
    description:
      - Allows steps that cannot be undone (a Kubernetes version, encryption, the authentication mode). Without it such a plan is shown
        and refused.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until everything has reached its final state.
      - With V(false), everything is sent that needs no wait for something else; the remaining steps are returned with the status
        C(not_started), and the next run goes on.
    type: bool
    default: true
  wait_timeout:
    description:
      - Seconds for the whole task. What is under way then is left as it is, and the next run waits for it.
      - When omitted, three times the usual duration of the plan, and at least 600 seconds.
    type: int
  poll_interval:
    description: Seconds between two looks at something that is awaited. When omitted, 3 % of the usual duration, and 2 to 30 seconds.
    type: float
  lock:
    description:
      - How two runs on the same cluster exclude each other.
      - V(ssm) creates the parameter C(/cutover.eks/REGION/CLUSTER/lock) before the first change and deletes it after the last one. A run
        that finds it fails at once and names its owner. Plans that change nothing take no lock. A lock is taken over when it has expired,
        and when its owner was a process of the same machine that does not run any more.
      - V(none) is for teams without access to SSM; then nothing keeps two runs apart.
    type: str
    choices: [ssm, none]
    default: ssm
  force_unlock:
    description:
      - The run id of another run whose lock is taken over, as the failed run named it. Use it only when that run has certainly ended.
      - When omitted, the lock of a run that may still be working is respected.
    type: str
notes:
  - >-
    IAM actions of every module that changes something: C(sts:GetCallerIdentity), C(iam:ListAccountAliases) for the head of the plan
    (without it the alias is left out), and for the lock C(ssm:PutParameter), C(ssm:GetParameter), C(ssm:DeleteParameter).
    With O(assume_role), C(sts:AssumeRole) on that role.
"""

    INFO = r"""
options:
  assume_role:
    description:
      - A role to act as. The credentials of the other connection options are used to assume it.
      - When omitted, the calls are made with the credentials of the other connection options.
    type: dict
    suboptions:
      arn:
        description: ARN of the role.
        type: str
        required: true
      external_id:
        description: The external id that the role's trust policy asks for. None is sent when omitted.
        type: str
      session_name:
        description: Name of the session in the account's trail. V(cutover.eks) when omitted.
        type: str
  allowed_account_ids:
    description:
      - The accounts that this task may read. When omitted, the environment variable E(CUTOVER_EKS_ALLOWED_ACCOUNTS) is used (a list
        separated by commas); without it, every account is allowed.
    type: list
    elements: str
  allowed_regions:
    description: The regions that this task may read. When omitted, every region is allowed.
    type: list
    elements: str
notes:
  - "IAM actions of every module that reads: C(sts:GetCallerIdentity). With O(assume_role), C(sts:AssumeRole) on that role."
"""
