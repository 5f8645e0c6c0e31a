#!/usr/bin/python
# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Module `weighted_records`: documentation, options, and nothing else."""

from __future__ import annotations

DOCUMENTATION = r"""
module: weighted_records
short_description: Compare and swap the weighted Route 53 records of a name
version_added: 1.0.0
description:
  - Makes the weighted records of one name what is declared, for all of its types (A, AAAA, HTTPS) in one batch, all or nothing.
  - The batch deletes every record set of the groups as it was read and creates it as it is wanted. Route 53 refuses the whole batch when
    somebody has changed one of them meanwhile, so nobody's change is ever overwritten. What an UPSERT would drop (health checks, and
    members that this module does not know) stays as it is.
  - Turns a simple record into weighted ones and back in one batch, so the name answers all the time.
  - What is not declared is neither compared nor touched; a member of a group that is not declared is refused, because its share depends
    on the others' weights.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cutover.eks.common
  - cutover.eks.attributes
author:
  - cutover.eks contributors (@cutover-eks)
options:
  name:
    description: The host name whose records are weighted. A wildcard such as V(*.example.com) is a name like another.
    type: str
    required: true
  zone:
    description: Name of the hosted zone. Give this or O(zone_id).
    type: str
  zone_id:
    description: Id of the hosted zone. It wins over O(zone), O(private) and O(vpc_id).
    type: str
  private:
    description: Whether the zone is a private one. When omitted, both kinds fit, and two zones of the same name are refused.
    type: bool
  vpc_id:
    description: Id of a VPC that uses the private zone. When omitted, two private zones of the same name are refused.
    type: str
  state:
    description:
      - V(present) keeps the records as a weighted group.
      - V(simple) keeps the one declared record as a simple one; the others of the group are named in O(remove).
    type: str
    choices: [present, simple]
    default: present
  types:
    description:
      - The types of the name. They move together, so a type that the name has and that is missing here is refused.
      - When omitted, the types that the name has, and those of O(records[].values).
    type: list
    elements: str
    choices: [A, AAAA, CNAME, HTTPS, SVCB]
  ttl:
    description:
      - Seconds that resolvers may keep the values, the same in a whole group. Aliases have none of their own.
      - When omitted, that of the records that are there. Needed with the first values of a group.
    type: int
  records:
    description: The records of the group, each for all types.
    type: list
    elements: dict
    required: true
    suboptions:
      set_identifier:
        description: Name of the record in the group.
        type: str
        required: true
      weight:
        description:
          - The record's part of all weights, 0 to 255. Needed with O(state=present), ignored with O(state=simple).
          - Weights of 0 in all records are refused, because Route 53 then answers with each of them equally often.
        type: int
      alias:
        description:
          - What answers in the record's place. When omitted, and no O(records[].values) either, a record keeps what it answers, and one
            new record takes over what the simple record of the name answers.
        type: dict
        suboptions:
          dns_name:
            description: DNS name of a load balancer, or of another record of the zone.
            type: str
            required: true
          hosted_zone_id:
            description: Id of the zone of O(records[].alias.dns_name), a load balancer's is told beside its name.
            type: str
            required: true
          evaluate_target_health:
            description: Whether the record counts as unhealthy when its target is.
            type: bool
            required: true
      values:
        description:
          - The value by type, such as V(192.0.2.1) for C(A) and V(2001:db8::1) for C(AAAA). It wins over O(records[].alias) for its type.
          - When omitted, see O(records[].alias).
        type: dict
      health_check_id:
        description: Id of the record's health check, an empty one takes it away. When omitted, it is left alone.
        type: str
  remove:
    description: Set identifiers of records that are to go. When omitted, none goes.
    type: list
    elements: str
  expected:
    description:
      - The weights by set identifier that the decision was made on, in every type of the name. Other weights are refused as drift.
      - It counts only where something is to be changed, so a task that is repeated finds its own work and is content.
      - An empty one stands for no weighted records. When omitted, the weights that are read are as good as any others.
    type: dict
  adopt:
    description: Whether a name may be changed that external-dns says is its own. It will undo the change unless it is stopped.
    type: bool
    default: false
  status:
    description: Accepted and ignored, so that a result can be given back as options.
    type: dict
notes:
  - O(lock) and O(force_unlock) have no effect here. The batch is its own lock, one that also holds against people and tools that take no
    lock, and it needs no access to SSM. Of two runs at the same time one is refused by Route 53 with C(InvalidChangeBatch).
  - To approve a change by what is there now, values and TTLs included, give O(expected_plan_digest); the batch repeats all of it.
  - The one thing that the batch cannot see is a record that somebody adds to the group between reading and writing; the next run refuses
    it as C(foreign_record).
  - Where the answer to the batch is lost, the records are read again to see whether it was applied, and the same batch is sent again only
    if not. The id of its change is lost with the answer, so two minutes are waited instead of C(INSYNC).
  - A run that finds nothing to do does not wait for a change that another one has made a moment ago.
  - Records of external-dns are recognised by TXT records at the name and at the name with the type before it, as in C(a-app.example.com);
    a prefix or suffix of your own is not known here.
  - TXT, MX and other types of the name are not touched. Latency, geolocation, failover and multivalue records are refused.
  - >-
    IAM actions: C(route53:ListHostedZonesByName) with O(zone), C(route53:GetHostedZone) with O(zone_id) or O(vpc_id),
    C(route53:ListResourceRecordSets), C(route53:ListResourceRecordSetProtections), C(route53:ChangeResourceRecordSets),
    C(route53:GetChange).
seealso:
  - module: amazon.aws.route53
"""

EXAMPLES = r"""
- name: Make the simple record of a name one of two weighted ones, which gets all of the traffic
  cutover.eks.weighted_records:
    zone: example.com
    name: app.example.com
    records:
      - set_identifier: blue
        weight: 100
      - set_identifier: green
        weight: 0
        values:
          A: 198.51.100.20

- name: Give a tenth of it to green, if the weights are still those of the last step
  cutover.eks.weighted_records:
    zone: example.com
    name: app.example.com
    records:
      - set_identifier: blue
        weight: 90
      - set_identifier: green
        weight: 10
    expected:
      blue: 100
      green: 0

- name: Keep green alone, as a simple record
  cutover.eks.weighted_records:
    zone: example.com
    name: app.example.com
    state: simple
    records:
      - set_identifier: green
    remove:
      - blue
"""

RETURN = r"""
changed:
  description: Whether something was changed, or would be in check mode.
  returned: always
  type: bool
plan:
  description: The step with its exact batch, the field changes that made it necessary, and its status.
  returned: unless the options were refused
  type: list
  elements: dict
plan_text:
  description: The plan as a tree.
  returned: unless the options were refused
  type: str
plan_digest:
  description: What O(expected_plan_digest) takes.
  returned: unless the options were refused
  type: str
weighted_records:
  description: The options as declared, and C(status).
  returned: success
  type: dict
  contains:
    status:
      description:
        - Id of the zone, the weights as O(expected) takes them (of the first type of the name), and the record sets as Route 53 lists them.
      type: dict
      returned: always
      sample:
        zone_id: Z0123456789ABCDEFGHIJ
        weights: {blue: 90, green: 10}
        record_sets:
          - {Name: app.example.com., Type: A, SetIdentifier: blue, Weight: 90, TTL: 60, ResourceRecords: [{Value: 192.0.2.10}]}
"""

from ansible_collections.cutover.eks.plugins.module_utils._ansible.module import run
from ansible_collections.cutover.eks.plugins.module_utils._ansible.weighted_records import NOUN


def main() -> None:
    """Swap the records."""
    run(NOUN)


if __name__ == "__main__":
    main()
