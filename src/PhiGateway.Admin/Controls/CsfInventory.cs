using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using static PhiGateway.Admin.Controls.ControlCatalogue;

namespace PhiGateway.Admin.Controls;

/// <summary>What of the NIST Cybersecurity Framework 2.0 is about suppliers and inventories, for <see cref="CsfControls"/>.</summary>
internal static class CsfInventory
{
    private const string Clients = "/admin/v1/clients?status=active";
    private const string Organizations = "/admin/v1/organizations";

    /// <summary>GV.SC and ID.AM, in the framework's order.</summary>
    public static IEnumerable<ControlLine> Of(ControlFacts facts)
    {
        var today = DateOnly.FromDateTime(facts.At.UtcDateTime);
        var outside = facts
            .Set.All<Organization>(RegistryKind.Organization)
            .Where(static one => one.Kind != OrganizationKind.Internal)
            .ToList();
        var agreements = facts.Set.All<Agreement>(RegistryKind.Agreement).Count(one => one.Expires > today && !one.Terminated);
        yield return Line(
            "GV.SC-04",
            "Suppliers are known and prioritized by criticality",
            "ID.SC-2",
            Fact($"{outside.Count} organizations outside the hospital are registered, each with its clients.", Organizations),
            Is(true, "Whose client it is, is known of each that can call.", string.Empty, Clients),
            Is(false, string.Empty, "How critical a supplier is, is not kept here.", null)
        );
        yield return Line(
            "GV.SC-05",
            "Requirements are part of contracts",
            "ID.SC-3",
            Is(true, "A client of an organization outside calls under an agreement in force only.", string.Empty, "/admin/v1/agreements"),
            Fact("What the contract itself asks for is the hospital's.", null)
        );
        yield return Line(
            "GV.SC-06",
            "Due diligence comes before the relationship",
            null,
            None(
                outside.Count(static one => one.LastReview is null),
                "organization outside was never reviewed",
                "organizations outside were never reviewed",
                Organizations
            )
        );
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
        yield return Outside(
            "GV.SC-08",
            "Suppliers are part of planning, response and recovery",
            "ID.SC-5",
            "Contacts of organizations are registered; the plan is the hospital's."
        );
        yield return Outside(
            "GV.SC-09",
            "Supply chain practices are part of risk management over the life cycle",
            null,
            "Not the gateway's: its own packages are listed in docs/dependencies.md."
        );
        yield return Line(
            "GV.SC-10",
            "Plans include what comes after the end of a relationship",
            null,
            Is(
                true,
                "An organization's clients are closed in one act, and past the agreement's end by themselves.",
                string.Empty,
                Organizations
            ),
            Refused(facts, "calls after the end of an agreement", "agreement-not-in-force")
        );
        yield return Outside("ID.AM-01", "Hardware is inventoried", "ID.AM-1", "Not the gateway's.");
        yield return Line(
            "ID.AM-02",
            "Software, services and systems are inventoried",
            "ID.AM-2",
            Is(true, "Each client that can call is registered, with its owner.", string.Empty, Clients),
            Fact("Callers that are not registered are listed with what they tried.", "/admin/v1/callers/unknown")
        );
        yield return Line(
            "ID.AM-03",
            "Authorized network communication and data flows are known",
            "ID.AM-3",
            Is(true, "Nothing flows but what a use case grants.", string.Empty, "/admin/v1/use-cases"),
            Refused(facts, "callers that are not registered", "unknown-client")
        );
        yield return Line(
            "ID.AM-04",
            "Services of suppliers are inventoried",
            "ID.AM-4",
            Fact(
                $"{facts.Clients.Count(static one => one.Organization is { Kind: not OrganizationKind.Internal })} clients of others can call.",
                Clients
            ),
            Is(true, "A service that is not registered is refused.", string.Empty, Clients)
        );
        yield return Line(
            "ID.AM-05",
            "Assets are prioritized by classification and impact",
            "ID.AM-5",
            Is(true, "Each use case has a tier of risk, by which it is reviewed.", string.Empty, "/admin/v1/use-cases")
        );
        yield return Line(
            "ID.AM-07",
            "Data are inventoried",
            null,
            Is(
                false,
                string.Empty,
                "Which data there are is the FHIR server's; here stands which were asked for, granted and released.",
                null
            )
        );
        yield return Line(
            "ID.AM-08",
            "Systems, services and data are managed over their life cycles",
            "PR.DS-3, PR.IP-2",
            None(
                facts.Open(AlertKinds.Dormant),
                "client that nobody uses waits for somebody",
                "clients that nobody uses wait for somebody",
                "/admin/v1/alerts?state.ne=closed&kind=" + AlertKinds.Dormant
            ),
            None(
                facts.Open(AlertKinds.OwnerLeft),
                "client whose owner left waits for somebody",
                "clients whose owners left wait for somebody",
                "/admin/v1/alerts?state.ne=closed&kind=" + AlertKinds.OwnerLeft
            )
        );
    }
}
