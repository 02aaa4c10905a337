using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>The technical safeguards of the HIPAA Security Rule, and what stands beside them, held against live evidence.</summary>
internal static class HipaaControls
{
    private static readonly TimeSpan ReviewTime = TimeSpan.FromDays(3);

    /// <summary>All of them, in the rule's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var emergencies = facts.Alerts.Where(static one => one.Kind == AlertKinds.Emergency).ToList();
        yield return Line(
            "164.308(a)(1)(ii)(D)",
            "Information system activity review",
            null,
            Is(
                facts.Campaigns.Any(one => one.EndedAt >= facts.At.AddDays(-366) && one.State == CampaignState.Done),
                "An access review ended within a year, with its evidence.",
                "No access review ended within a year.",
                "/admin/v1/campaigns"
            ),
            None(
                facts.Alerts.Count(one => one.State == AlertState.Open && one.At < facts.At.AddDays(-30)),
                "alert has been open for more than 30 days",
                "alerts have been open for more than 30 days",
                "/admin/v1/alerts?state=open"
            )
        );
        yield return Line(
            "164.312(a)(1)",
            "Access control",
            null,
            Is(
                true,
                "Nothing is permitted but what an approved use case grants, by purpose, tenant and patient.",
                string.Empty,
                "/admin/v1/use-cases"
            ),
            Fact(
                facts.Permitted is { } permitted
                    ? $"{permitted} calls were permitted within {facts.Days} days."
                    : "Counts of the trail are shown to auditors.",
                "/admin/v1/audit/counts"
            )
        );
        yield return Line(
            "164.312(a)(2)(i)",
            "Unique user identification",
            null,
            None(
                facts.Closed("credential", "credential-registration"),
                "client's credential is shared or ended",
                "clients' credentials are shared or ended",
                "/admin/v1/credentials"
            ),
            Fact($"{facts.AdminKeys} admin keys, each of one person.", "/admin/v1/admin-keys")
        );
        yield return Line(
            "164.312(a)(2)(ii)",
            "Emergency access procedure",
            null,
            Fact(
                $"{emergencies.Count(one => one.At >= facts.At.AddDays(-facts.Days))} emergency uses within {facts.Days} days.",
                "/admin/v1/alerts?kind=break-glass&" + Within(facts)
            ),
            None(
                emergencies.Count(one => one.State != AlertState.Closed && one.At < facts.At - ReviewTime),
                "emergency use waits for its decision for more than three days",
                "emergency uses wait for their decision for more than three days",
                "/admin/v1/alerts?kind=break-glass&state.ne=closed&at.lt=" + Moment(facts.At - ReviewTime)
            )
        );
        yield return Line(
            "164.312(a)(2)(iii)",
            "Automatic logoff",
            null,
            Is(true, "No token is taken past its end, and a session of the console ends when nobody uses it.", string.Empty, null),
            None(
                facts.Clients.Count(static one => one.Client.MaxTokenLifetimeSeconds is null),
                "active client has no limit on its tokens' lives but its issuer's",
                "active clients have no limit on their tokens' lives but their issuers'",
                "/admin/v1/clients?status=active"
            )
        );
        yield return Line(
            "164.312(a)(2)(iv)",
            "Encryption and decryption",
            null,
            Is(false, string.Empty, "Journal and stores are not encrypted by the gateway: disks and databases must be.", null)
        );
        yield return Line(
            "164.312(b)",
            "Audit controls",
            null,
            Is(
                facts.IsJournalOpen,
                "A record is durable before a byte of PHI leaves.",
                "The audit journal is not open.",
                "/admin/v1/config/status"
            ),
            Is(
                facts.HasCheckpoint,
                "The records stand under a signed checkpoint.",
                "There is no checkpoint of this node yet.",
                "/admin/v1/audit/log"
            )
        );
        yield return Line(
            "164.312(c)(1), (2)",
            "Integrity",
            null,
            Is(
                facts.HasCheckpoint,
                "Nothing can be changed or taken out without its showing.",
                "There is no checkpoint of this node yet.",
                "/admin/v1/audit/log"
            ),
            None(
                facts.Open(AlertKinds.AuditFinding),
                "finding of the verifier is open",
                "findings of the verifier are open",
                "/admin/v1/alerts?state.ne=closed&kind=" + AlertKinds.AuditFinding
            ),
            Is(
                facts.IsRegistrySealed,
                "Registry documents are sealed by the control plane.",
                "Registry documents are not sealed: whoever may write the registry's database opens a door by a row.",
                "/admin/v1/config/status"
            )
        );
        yield return Line(
            "164.312(d)",
            "Person or entity authentication",
            null,
            Is(true, "Each call is authenticated by an issuer's token, and held against one registered client.", string.Empty, null),
            SignInOf(facts),
            None(
                facts.Unproven,
                "active client proves no possession of a key",
                "active clients prove no possession of a key",
                "/admin/v1/clients?status=active"
            )
        );
        yield return Line(
            "164.312(e)(1)",
            "Transmission security",
            null,
            Fact("Whether listeners and upstreams speak TLS stands in the node's configuration; plain ones must be named there.", null)
        );
        yield return Line(
            "164.312(e)(2)(i)",
            "Integrity controls in transmission",
            null,
            Is(true, "What leaves is what was judged: an answer that cannot be read whole is refused or cut.", string.Empty, null)
        );
        yield return Line(
            "164.312(e)(2)(ii)",
            "Encryption in transmission",
            null,
            Fact("Whether listeners and upstreams speak TLS stands in the node's configuration; plain ones must be named there.", null)
        );
        yield return Line(
            "164.316(b)(2)(i)",
            "Retention for six years",
            null,
            Is(
                true,
                $"Nothing goes by itself. A month may be deleted by a privacy officer after {facts.Keeping.Of(null)} years, no sooner than any "
                    + "tenant in it asks for, and while no hold keeps it.",
                string.Empty,
                "/admin/v1/audit/keeping"
            ),
            Fact(YearsOf(facts.Keeping), "/admin/v1/audit/keeping"),
            Fact(
                facts.StandingHolds is { } holds ? $"{holds} holds stand." : "Holds are shown to auditors.",
                "/admin/v1/audit/keeping/holds"
            ),
            Fact("How long the operator's backups keep what they hold is not known here.", null)
        );
        yield return Line(
            "164.528",
            "Accounting of disclosures",
            null,
            Is(
                true,
                "Each disclosure has its class when it happens; a report accounts for six years.",
                string.Empty,
                "/admin/v1/accounting/requests"
            )
        );
    }

    private static ControlEvidence SignInOf(ControlFacts facts)
    {
        const string Asked =
            "Opening a patient, taking records away, approving, stopping and lifting, applying or cancelling a review, and taking the registry "
            + "back take a fresh sign-in at the console.";
        const string ButForSome =
            " An identity provider that does not say when somebody signed in is not asked: set Admin:Console:StepUp to ask each.";
        if (facts.AsksFreshSignIn is not { } isAsked)
        {
            return Fact("This node has no console.", null);
        }

        return Is(
            isAsked,
            facts.FreshSignInHangsOnProvider ? Asked + ButForSome : Asked,
            "A console that was left open can open patients, take records away, approve, stop and lift, apply or cancel a review, and take the "
                + "registry back: no fresh sign-in is asked for.",
            "/admin/v1/config/status"
        );
    }

    private static string YearsOf(KeepingRules rules) =>
        rules.YearsOf.Count == 0
            ? "No tenant has years of its own."
            : $"{rules.YearsOf.Count} tenants have years of their own, {rules.YearsOf.Keys.Select(rules.Of).Min()} to {rules.YearsOf.Keys.Select(rules.Of).Max()}.";
}
