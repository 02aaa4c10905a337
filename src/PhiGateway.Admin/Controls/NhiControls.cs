using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Organizations;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Findings;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>The OWASP Non-Human Identities Top 10 of 2025, by its exact titles, held against what is registered and what was seen.</summary>
internal static class NhiControls
{
    private const string Clients = "/admin/v1/clients?status=active";
    private const string AlertQuery = "/admin/v1/alerts?state.ne=closed&kind=";

    /// <summary>All ten.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var all = facts.Clients;
        var vendors = facts
            .Set.All<Organization>(RegistryKind.Organization)
            .Where(static one => one.Kind != OrganizationKind.Internal)
            .ToList();
        yield return Of(
            NhiRisk.ImproperOffboarding,
            Fact($"{all.Count} clients can call.", Clients),
            Offboarded(facts),
            None(
                all.Count(static one => string.IsNullOrWhiteSpace(one.Client.Owner) || one.Client.OwnerConfirmed is null),
                "active client has no owner who confirmed it",
                "active clients have no owner who confirmed them",
                Clients
            ),
            None(
                facts.Open(AlertKinds.OwnerLeft),
                "client of an owner who left is open",
                "clients of owners who left are open",
                AlertQuery + AlertKinds.OwnerLeft
            ),
            None(
                facts.Open(AlertKinds.Dormant),
                "dormant client waits for somebody",
                "dormant clients wait for somebody",
                AlertQuery + AlertKinds.Dormant
            ),
            Refused(facts, "revoked, suspended or ended clients", "revoked", "client-not-active", "client-expired")
        );
        yield return Of(
            NhiRisk.SecretLeakage,
            facts,
            Fact("The registry keeps no secret: of admin keys and API keys only hashes.", "/admin/v1/credentials"),
            None(
                all.Count(static one => one.Client.Networks.Count == 0),
                "active client may call from any network",
                "active clients may call from any network",
                Clients
            ),
            Refused(facts, "calls from networks that are not registered", "wrong-network")
        );
        yield return Of(
            NhiRisk.VulnerableThirdParty,
            facts,
            Fact($"{vendors.Count} organizations outside the hospital are registered.", "/admin/v1/organizations"),
            None(
                facts.Closed("agreement"),
                "active client has no agreement in force",
                "active clients have no agreement in force",
                Clients
            ),
            None(
                vendors.Count(one => one.LastReview is null || one.LastReview.NextDue < today),
                "organization has no review that counts",
                "organizations have no review that counts",
                "/admin/v1/organizations"
            ),
            Is(facts.IsWatched, "Each client is watched against its own past.", "This node does not watch the trail.", null)
        );
        yield return Of(
            NhiRisk.InsecureAuthentication,
            Fact("Tokens of unknown issuers, without audience or signature, are refused; so are shared subjects.", null),
            None(facts.Unproven, "active client needs a bearer token only", "active clients need a bearer token only", Clients),
            None(
                all.Sum(one => SharedSecret.Of(one.Credentials, facts.At).Count),
                "credential in force is an API key or a shared secret",
                "credentials in force are API keys or shared secrets",
                "/admin/v1/credentials?kind=api-key"
            ),
            Refused(facts, "bindings that were not proven", "binding-required")
        );
        var unused =
            facts.Refusals is null || all.Any(static one => one.Unused is null) ? (int?)null : all.Sum(static one => one.Unused ?? 0);
        yield return Of(
            NhiRisk.Overprivileged,
            facts,
            unused is { } left
                ? new ControlEvidence(
                    $"{left} of {all.Sum(static one => one.Granted)} things that active clients may were not used within {facts.Days} days.",
                    left == 0,
                    "/admin/v1/use-cases/{id}/right-size"
                )
                : Fact("What is granted and unused is shown to auditors, where it can be counted.", null),
            None(facts.Closed("review"), "active client's review is overdue", "active clients' reviews are overdue", "/admin/v1/reviews"),
            Is(
                facts.Campaigns.Any(one => one.State == CampaignState.Done && one.EndedAt >= facts.At.AddDays(-366)),
                "An access review of many clients ended within a year.",
                "No access review of many clients ended within a year.",
                "/admin/v1/campaigns"
            )
        );
        yield return Outside(
            NhiRisk.CloudConfiguration.Id,
            NhiRisk.CloudConfiguration.Title,
            null,
            "How pipelines and clouds get their tokens is their configuration; here exact issuer, audience and client id are required."
        );
        yield return Of(
            NhiRisk.LongLivedSecrets,
            facts,
            None(
                all.Sum(one => one.CountLate(today)),
                "credential should have been rotated",
                "credentials should have been rotated",
                "/admin/v1/credentials?rotateBy.lt=" + today.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)
            ),
            None(
                all.Count(static one => one.HasLongTokens),
                "active client has no limit of an hour on its tokens",
                "active clients have no limit of an hour on their tokens",
                Clients
            ),
            Refused(
                facts,
                "tokens that live too long, and credentials past their rotation",
                "token-lifetime-too-long",
                "client-token-lifetime",
                "credential-rotation-overdue"
            )
        );
        yield return Of(
            NhiRisk.EnvironmentIsolation,
            facts,
            Is(true, "Each client has one environment, and a token of another is refused.", string.Empty, Clients),
            Refused(facts, "calls across environments or tenants", "wrong-environment", "wrong-tenant")
        );
        yield return Of(
            NhiRisk.Reuse,
            facts,
            Is(true, "A credential belongs to one client: a shared one closes every path it is on.", string.Empty, "/admin/v1/credentials"),
            None(
                facts.Closed("credential", "credential-registration"),
                "active client's credential is shared or ended",
                "active clients' credentials are shared or ended",
                Clients
            )
        );
        yield return Of(
            NhiRisk.HumanUse,
            facts,
            Is(facts.IsWatched, "Human use of a service's identity is watched for.", "This node does not watch the trail.", null)
        );
    }

    // As evidence: what took longer than an hour is a figure of a proposed rule, and no finding by itself.
    private static ControlEvidence Offboarded(ControlFacts facts)
    {
        if (facts.Offboardings is not { } all)
        {
            return Fact("Offboardings and their clocks are shown to auditors.", null);
        }

        var kept = all.Count(one => OffboardingFigures.IsWithinAnHour(one, facts.At) == true);
        var words = $"{all.Count} offboardings within {facts.Days} days; {kept} were in force everywhere within an hour of the event.";
        return Fact(words, "/admin/v1/offboardings");
    }

    private static ControlLine Of(NhiRisk risk, params ControlEvidence[] evidence) => Line(risk.Id, risk.Title, null, evidence);

    // With what the watch has found of it: each alert names its risk, so that no rule is forgotten here.
    private static ControlLine Of(NhiRisk risk, ControlFacts facts, params ControlEvidence[] evidence) =>
        Of(risk, [.. evidence, .. Signs(facts, alert => alert.Risk == risk.ToString())]);
}
