using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>The outcomes of the NIST Cybersecurity Framework 2.0 that a gateway has evidence for, with their ids of 1.1 where they had others.</summary>
internal static class CsfControls
{
    private const string Clients = "/admin/v1/clients?status=active";

    /// <summary>All of them, in the framework's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts) =>
        CsfInventory.Of(facts).Concat(Protect(facts)).Concat(CsfWatching.Of(facts));

    private static IEnumerable<ControlLine> Protect(ControlFacts facts)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var all = facts.Clients;
        yield return Line(
            "PR.AA-01",
            "Identities and credentials of users, services and hardware are managed",
            "PR.AC-1",
            Fact($"{all.Count} clients can call, with {all.Sum(static one => one.Credentials.Count)} credentials.", Clients),
            None(
                all.Count(static one => one.Client.OwnerConfirmed is null),
                "active client has no confirmed owner",
                "active clients have no confirmed owner",
                Clients + "&ownerConfirmed="
            ),
            None(
                all.Sum(one => one.CountLate(today)),
                "credential is past its rotation",
                "credentials are past their rotation",
                "/admin/v1/credentials?rotateBy.lt=" + today.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
            )
        );
        yield return Line(
            "PR.AA-02",
            "Identities are proofed and bound to credentials",
            "PR.AC-6",
            None(facts.Unproven, "active client proves no possession", "active clients prove no possession", Clients)
        );
        yield return Line(
            "PR.AA-03",
            "Users, services and hardware are authenticated",
            "PR.AC-7",
            Is(true, "No call reaches the FHIR server without a token that was validated.", string.Empty, null),
            Refused(facts, "tokens that did not hold", "invalid-token", "expired-token")
        );
        yield return Line(
            "PR.AA-04",
            "Assertions of identity are protected, conveyed and verified",
            null,
            Is(true, "Issuer, audience, signature, lifetime and binding of each token are verified on each call.", string.Empty, null),
            Refused(facts, "proofs and bindings that did not hold", "binding-failed", "dpop-proof-invalid", "dpop-proof-replayed")
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
            "PR.DS-01",
            "Data at rest are protected",
            "PR.DS-1",
            [
                .. AtRest(facts),
                Is(
                    facts.IsRegistrySealed,
                    "A registry document that was written past the control plane is refused.",
                    "Registry documents are not sealed: whoever may write the database opens a door by a row.",
                    "/admin/v1/config/status"
                ),
                Is(
                    facts.HasCheckpoint,
                    "A record that was changed or taken out is named.",
                    "There is no checkpoint of this node yet.",
                    "/admin/v1/audit/log"
                ),
            ]
        );
        yield return Line(
            "PR.DS-02",
            "Data in transit is protected",
            "PR.DS-2",
            Fact("Callers without TLS are refused unless the listener is this machine's own; see the listeners' configuration.", null)
        );
        yield return Line(
            "PR.DS-10",
            "Data in use are protected",
            "PR.DS-5",
            Is(true, "What an answer may hold in memory is bounded, and given back when it has left.", string.Empty, null),
            Is(false, string.Empty, "What is in the node's memory is not protected from whoever controls the machine.", null)
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
    }
}
