using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>The outcomes of the NIST Cybersecurity Framework 2.0 that a gateway has evidence for, with their ids of 1.1 where they had others.</summary>
internal static class CsfControls
{
    private const string Clients = "/admin/v1/clients?status=active";

    /// <summary>All of them, in the framework's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var all = facts.Clients;
        var reading = facts.Raised("record-scraping", "enumeration", "slow-drip", "slow-ramp", "volume-spike");
        var agreements = facts.Set.All<Agreement>(RegistryKind.Agreement).Count(one => one.Expires > today && !one.Terminated);
        yield return Line(
            "GV.SC-07",
            "Suppliers' risks are understood, recorded, assessed and monitored over the relationship",
            "ID.SC-2, ID.SC-4",
            Fact($"{agreements} agreements are in force.", "/admin/v1/agreements"),
            None(
                facts.Closed("agreement"),
                "active client has no agreement in force",
                "active clients have no agreement in force",
                Clients
            ),
            None(
                facts.Closed("vendor-review"),
                "active client's vendor review is overdue",
                "active clients' vendor reviews are overdue",
                "/admin/v1/organizations"
            )
        );
        yield return Line(
            "ID.AM-03",
            "Authorized network communication and data flows are known",
            "ID.AM-3",
            Is(true, "Nothing flows but what a use case grants.", string.Empty, "/admin/v1/use-cases"),
            Refused(facts, "callers that are not registered", "unknown-client")
        );
        yield return Line(
            "PR.AA-01",
            "Identities and credentials of users, services and hardware are managed",
            "PR.AC-1",
            Fact($"{all.Count} clients can call, with {all.Sum(static one => one.Credentials.Count)} credentials.", Clients),
            None(
                all.Count(static one => one.Client.OwnerConfirmed is null),
                "active client has no confirmed owner",
                "active clients have no confirmed owner",
                Clients
            ),
            None(
                all.Sum(one => one.Credentials.Count(credential => credential.RotateBy < today)),
                "credential is past its rotation",
                "credentials are past their rotation",
                "/admin/v1/credentials"
            )
        );
        yield return Line(
            "PR.AA-02",
            "Identities are proofed and bound to credentials",
            "PR.AC-6",
            None(
                all.Count(static one => one.Client.Requires.Count == 0),
                "active client proves no possession",
                "active clients prove no possession",
                Clients
            )
        );
        yield return Line(
            "PR.AA-03",
            "Users, services and hardware are authenticated",
            "PR.AC-7",
            Is(true, "No call reaches the FHIR server without a token that was validated.", string.Empty, null),
            Refused(facts, "tokens that did not hold", "invalid-token", "expired-token")
        );
        yield return Line(
            "PR.AA-05",
            "Permissions are defined in a policy, managed, enforced and reviewed: least privilege, separation of duties",
            "PR.AC-4",
            None(
                all.Count(static one => one.Approval is null),
                "active client was never approved",
                "active clients were never approved",
                "/admin/v1/approvals/queue"
            ),
            None(
                all.Count(static one =>
                    one.Approval is { } approval && PhiGateway.Admin.Calls.PersonName.AreSame(approval.RequestedBy, approval.ApprovedBy)
                ),
                "approval was given by who asked",
                "approvals were given by who asked",
                "/admin/v1/approvals"
            ),
            None(facts.Closed("review"), "review is overdue", "reviews are overdue", "/admin/v1/reviews"),
            None(
                facts.Campaigns.Count(one => one.State == CampaignState.Open && one.Due <= today),
                "access review is past its day",
                "access reviews are past their day",
                "/admin/v1/campaigns"
            )
        );
        yield return Outside("PR.AA-06", "Physical access is managed", "PR.AC-2", "Not the gateway's.");
        yield return Line(
            "PR.DS-02",
            "Data in transit is protected",
            "PR.DS-2",
            Fact("Callers without TLS are refused unless the listener is this machine's own; see the listeners' configuration.", null)
        );
        yield return Line(
            "PR.PS-04",
            "Log records are generated and made available for monitoring",
            "PR.PT-1",
            Is(
                facts.IsJournalOpen,
                "The audit journal is open: no answer leaves without its record.",
                "The audit journal is not open.",
                "/admin/v1/config/status"
            ),
            facts.Unshipped is { } left
                ? new ControlEvidence($"{left} records wait for the store.", left < 100_000, "/admin/v1/config/status")
                : Fact("How many records wait for the store is not known here.", null)
        );
        yield return Line(
            "DE.CM-01",
            "Networks and network services are monitored",
            "DE.CM-1",
            Is(facts.IsWatched, "The trail is watched, new networks among it.", "This node does not watch the trail.", null),
            Fact(
                $"{facts.Raised("new-network", "two-places")} alerts of new networks within {facts.Days} days.",
                "/admin/v1/alerts?kind=new-network"
            )
        );
        yield return Line(
            "DE.CM-06",
            "External service providers' activities are monitored",
            "DE.CM-6",
            Is(facts.IsWatched, "Each client is held against its own past.", "This node does not watch the trail.", null),
            Fact($"{reading} alerts of unusual reading within {facts.Days} days.", "/admin/v1/alerts")
        );
        yield return Line(
            "DE.AE-02",
            "Potentially adverse events are analyzed",
            "DE.AE-2",
            None(
                facts.Alerts.Count(static one => one is { State: AlertState.Open, Severity: AlertSeverity.Urgent, AssignedTo: null }),
                "urgent alert has nobody",
                "urgent alerts have nobody",
                "/admin/v1/alerts?state=open&severity=urgent"
            ),
            Fact($"{facts.Set.All<AlertCase>(RegistryKind.Case).Count()} cases were opened.", "/admin/v1/cases")
        );
        yield return Line(
            "RS.AN-06",
            "Actions during an investigation are recorded, and the records' integrity is preserved",
            "RS.AN-3",
            Is(
                facts.HasCheckpoint,
                "Records stand under a signed checkpoint.",
                "There is no checkpoint of this node yet.",
                "/admin/v1/audit/log"
            )
        );
        yield return Line(
            "RS.MI-01",
            "Incidents are contained",
            "RS.MI-1",
            Fact($"{facts.Revocations.Count(static row => !row.Lifted)} revocations are in force.", "/admin/v1/revocations"),
            Is(
                facts.IsInForce,
                "This node enforces the newest registry.",
                "This node does not enforce the newest registry.",
                "/admin/v1/config/status"
            ),
            None(facts.SilentNodes, "node is silent", "nodes are silent", "/admin/v1/config/nodes")
        );
    }
}
