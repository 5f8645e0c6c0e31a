# Copyright (c) cutover.eks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosted zones, public and private."""

from __future__ import annotations

from typing import Any

import pytest
from route53_world import Dns, record

REGION = "eu-central-1"


def vpc(dns: Dns, account: str = "") -> dict[str, str]:
    """Make a VPC."""
    made = dns.client.elsewhere(account=account)("ec2.CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return {"VPCRegion": REGION, "VPCId": str(made)}


def in_account(dns: Dns, account: str) -> Dns:
    """Give the same world as another account sees it."""
    other = Dns.__new__(Dns)
    other.client, other.zone = dns.client.elsewhere(account=account), dns.zone
    return other


def test_a_zone_begins_with_its_name_servers_and_soa(dns: Dns) -> None:
    servers = dns("GetHostedZone", Id=dns.zone)["DelegationSet"]["NameServers"]
    assert [server.rpartition("awsdns-")[2].partition(".")[2] for server in servers] == ["com", "net", "org", "co.uk"]
    assert dns("ListResourceRecordSets", HostedZoneId=dns.zone)["ResourceRecordSets"] == [
        record("example.com.", "NS", *(f"{server}." for server in servers), ttl=172800),
        record("example.com.", "SOA", f"{servers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400", ttl=900),
    ]


def test_two_zones_may_have_one_name_but_not_one_name_server(dns: Dns) -> None:
    servers = [set(dns("GetHostedZone", Id=each)["DelegationSet"]["NameServers"]) for each in (dns.zone, dns.made())]
    assert not servers[0] & servers[1]


def test_a_caller_reference_makes_one_zone_for_ever(dns: Dns) -> None:
    made = dns.made("example.org", CallerReference="once")
    refused = dns.refused("CreateHostedZone", Name="example.net", CallerReference="once")
    assert (refused.code, refused.status) == ("HostedZoneAlreadyExists", 409)
    dns("DeleteHostedZone", Id=made)
    assert dns.refused("CreateHostedZone", Name="example.org", CallerReference="once").code == "HostedZoneAlreadyExists"


@pytest.mark.parametrize("name", ["com", "a..com", "a b.com", ""])
def test_what_cannot_be_a_zones_name_is_refused(dns: Dns, name: str) -> None:
    assert dns.refused("CreateHostedZone", Name=name, CallerReference="x").code == "InvalidDomainName"


def test_a_zone_with_records_is_not_deleted(dns: Dns) -> None:
    dns.change(("CREATE", record()))
    refused = dns.refused("DeleteHostedZone", Id=dns.zone)
    assert (refused.code, refused.status) == ("HostedZoneNotEmpty", 400)
    assert refused.message == "The specified hosted zone contains non-required resource record sets and so cannot be deleted."
    dns.change(("DELETE", record()))
    dns("DeleteHostedZone", Id=dns.zone)
    assert dns.refused("GetHostedZone", Id=dns.zone).message == f"No hosted zone found with ID: {dns.zone}"


def test_zones_are_listed_in_pages(dns: Dns) -> None:
    made = sorted([dns.zone, *(dns.made(f"n{at}.example.org") for at in range(4))])
    assert dns("GetHostedZoneCount") == {"HostedZoneCount": 5}
    found, marker = list[str](), {}
    while True:
        page = dns("ListHostedZones", MaxItems="2", **marker)
        found += [zone["Id"].rpartition("/")[2] for zone in page["HostedZones"]]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["NextMarker"]}
    assert found == made


def test_zones_are_listed_by_name(dns: Dns) -> None:
    for name in ("b.example.com", "example.net", "a.example.com"):
        dns.made(name)
    page = dns("ListHostedZonesByName", DNSName="example.com", MaxItems="3")
    assert [zone["Name"] for zone in page["HostedZones"]] == ["example.com.", "a.example.com.", "b.example.com."]
    assert (page["NextDNSName"], page["DNSName"], page["IsTruncated"]) == ("example.net.", "example.com", True)
    rest = dns("ListHostedZonesByName", DNSName=page["NextDNSName"], HostedZoneId=page["NextHostedZoneId"])
    assert [zone["Name"] for zone in rest["HostedZones"]] == ["example.net."]
    assert dns.refused("ListHostedZonesByName", HostedZoneId=dns.zone).code == "InvalidInput"


def test_a_comment_is_replaced_and_taken_away(dns: Dns) -> None:
    assert dns("UpdateHostedZoneComment", Id=dns.zone, Comment="production")["HostedZone"]["Config"]["Comment"] == "production"
    assert "Comment" not in dns("UpdateHostedZoneComment", Id=dns.zone)["HostedZone"]["Config"]
    assert dns.refused("UpdateHostedZoneComment", Id=dns.zone, Comment="x" * 257).code == "InvalidInput"


def test_accelerated_recovery_takes_its_time(dns: Dns) -> None:
    def status() -> Any:
        return dns("GetHostedZone", Id=dns.zone)["HostedZone"].get("Features", {}).get("AcceleratedRecoveryStatus")

    assert status() is None
    dns("UpdateHostedZoneFeatures", HostedZoneId=dns.zone, EnableAcceleratedRecovery=True)
    assert status() == "ENABLING"
    assert dns.refused("UpdateHostedZoneFeatures", HostedZoneId=dns.zone, EnableAcceleratedRecovery=False).code == "PriorRequestNotComplete"
    dns.client.world.clock.advance(60)
    assert status() == "ENABLED"


def test_no_zone_is_signed(dns: Dns) -> None:
    assert dns("GetDNSSEC", HostedZoneId=dns.zone) == {"Status": {"ServeSignature": "NOT_SIGNING"}, "KeySigningKeys": []}
    assert dns.refused("GetDNSSEC", HostedZoneId=dns.made(VPC=vpc(dns))).code == "InvalidArgument"


def test_a_private_zone_has_vpcs_instead_of_name_servers(dns: Dns) -> None:
    first, second = vpc(dns), vpc(dns)
    private = dns.made("internal", VPC=first)
    dns("AssociateVPCWithHostedZone", HostedZoneId=private, VPC=second)
    found = dns("GetHostedZone", Id=private)
    assert (found["HostedZone"]["Config"]["PrivateZone"], found["VPCs"], "DelegationSet" in found) == (True, [first, second], False)
    assert [zone["Name"] for zone in dns("ListHostedZones", HostedZoneType="PrivateHostedZone")["HostedZones"]] == ["internal."]
    summary = {"HostedZoneId": private, "Name": "internal.", "Owner": {"OwningAccount": dns.client.account}}
    assert dns("ListHostedZonesByVPC", VPCId=second["VPCId"], VPCRegion=REGION)["HostedZoneSummaries"] == [summary]


def test_the_last_vpc_stays(dns: Dns) -> None:
    first, second = vpc(dns), vpc(dns)
    private = dns.made(VPC=first)
    assert dns.refused("DisassociateVPCFromHostedZone", HostedZoneId=private, VPC=second).code == "VPCAssociationNotFound"
    assert dns.refused("DisassociateVPCFromHostedZone", HostedZoneId=private, VPC=first).code == "LastVPCAssociation"
    dns("AssociateVPCWithHostedZone", HostedZoneId=private, VPC=second)
    dns("DisassociateVPCFromHostedZone", HostedZoneId=private, VPC=first)
    assert dns("GetHostedZone", Id=private)["VPCs"] == [second]


def test_a_vpc_sees_one_private_zone_of_a_name(dns: Dns) -> None:
    first = vpc(dns)
    private = dns.made(VPC=first)
    refused = dns.refused("CreateHostedZone", Name="example.com", CallerReference="x", VPC=first)
    assert refused.code == "ConflictingDomainExists"
    assert refused.message == (
        f"The VPC {first['VPCId']} in region {REGION} has already been associated with the hosted zone {private} with the same domain name."
    )
    assert dns("GetHostedZoneCount") == {"HostedZoneCount": 2}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"HostedZoneConfig": {"PrivateZone": True}}, "InvalidInput"),
        ({"VPC": {"VPCRegion": REGION, "VPCId": "vpc-0123456789abcdef0"}}, "InvalidVPCId"),
        ({"VPC": {"VPCId": "vpc-0123456789abcdef0"}}, "InvalidVPCId"),
        ({"DelegationSetId": "N1"}, "NotImplementedBySimulator"),
    ],
)
def test_a_zone_that_cannot_be_is_refused(dns: Dns, given: dict[str, Any], code: str) -> None:
    assert dns.refused("CreateHostedZone", Name="example.org", CallerReference="x", **given).code == code


def test_a_public_zone_takes_no_vpc(dns: Dns) -> None:
    assert dns.refused("AssociateVPCWithHostedZone", HostedZoneId=dns.zone, VPC=vpc(dns)).code == "PublicZoneVPCAssociation"


def test_a_vpc_of_another_account_needs_an_authorization(dns: Dns) -> None:
    private, stranger = dns.made(VPC=vpc(dns)), in_account(dns, "999999999999")
    theirs = vpc(dns, "999999999999")
    refused = stranger.refused("AssociateVPCWithHostedZone", HostedZoneId=private, VPC=theirs)
    assert (refused.code, refused.status) == ("NotAuthorizedException", 401)
    dns("CreateVPCAssociationAuthorization", HostedZoneId=private, VPC=theirs)
    assert dns("ListVPCAssociationAuthorizations", HostedZoneId=private)["VPCs"] == [theirs]
    stranger("AssociateVPCWithHostedZone", HostedZoneId=private, VPC=theirs)
    dns("DeleteVPCAssociationAuthorization", HostedZoneId=private, VPC=theirs)
    assert theirs in dns("GetHostedZone", Id=private)["VPCs"]
    again = dns.refused("DeleteVPCAssociationAuthorization", HostedZoneId=private, VPC=theirs)
    assert again.code == "VPCAssociationAuthorizationNotFound"


def test_a_zone_of_another_account_is_not_readable(dns: Dns) -> None:
    stranger = in_account(dns, "999999999999")
    assert (stranger.refused("GetHostedZone", Id=dns.zone).code, stranger("ListHostedZones")["HostedZones"]) == ("AccessDenied", [])


def test_a_change_that_is_not_there_is_refused(dns: Dns) -> None:
    refused = dns.refused("GetChange", Id="C0")
    assert (refused.code, refused.status) == ("NoSuchChange", 404)


def test_tags_are_added_edited_and_removed(dns: Dns) -> None:
    def change(**more: Any) -> None:
        dns("ChangeTagsForResource", ResourceType="hostedzone", ResourceId=dns.zone, **more)

    change(AddTags=[{"Key": "team", "Value": "platform"}, {"Key": "stage", "Value": "test"}])
    change(AddTags=[{"Key": "team", "Value": "network"}], RemoveTagKeys=["stage", "never"])
    tags = {"ResourceType": "hostedzone", "ResourceId": dns.zone, "Tags": [{"Key": "team", "Value": "network"}]}
    assert dns("ListTagsForResource", ResourceType="hostedzone", ResourceId=dns.zone) == {"ResourceTagSet": tags}
    assert dns("ListTagsForResources", ResourceType="hostedzone", ResourceIds=[dns.zone]) == {"ResourceTagSets": [tags]}


@pytest.mark.parametrize("tags", [{f"n{at}": "x" for at in range(11)}, {"": "x"}, {"aws:x": "x"}, {"x" * 129: "x"}])
def test_tags_that_cannot_be_are_refused(dns: Dns, tags: dict[str, str]) -> None:
    added = [{"Key": key, "Value": value} for key, value in tags.items()]
    assert dns.refused("ChangeTagsForResource", ResourceType="hostedzone", ResourceId=dns.zone, AddTags=added).code == "InvalidInput"


def test_a_resource_has_ten_tags_at_most(dns: Dns) -> None:
    for at in range(2):
        added = [{"Key": f"n{at}-{each}", "Value": "x"} for each in range(5)]
        dns("ChangeTagsForResource", ResourceType="hostedzone", ResourceId=dns.zone, AddTags=added)
    more = [{"Key": "more", "Value": "x"}]
    assert dns.refused("ChangeTagsForResource", ResourceType="hostedzone", ResourceId=dns.zone, AddTags=more).code == "InvalidInput"
