using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Fhir.Requests;

/// <summary>
/// Every chain of the grammar: it goes upstream only for one who sees whatever it could walk over; for everybody else it is looked up first,
/// or refused.
/// </summary>
public sealed class WalkTests
{
    private static readonly string[] EverySensitivity =
    [
        "_ActInformationSensitivityPolicy",
        "_EntitySensitivityPolicyType",
        "_RoleInformationSensitivityPolicy",
    ];

    private static Grant All =>
        TestRegistry.Grant() with
        {
            Types = [.. ResourceType.All.Select(static type => type.Name)],
            Interactions = ["read", "search"],
            Patients = new PatientScope { Any = true },
            Confidentiality = "V",
            Labels = EverySensitivity,
        };

    public static TheoryData<string, Grant, string, bool> Readers =>
        new()
        {
            { "everything", All, "system/*.rs", false },
            { "a roster", All with { Patients = new PatientScope { Roster = "orders" } }, "system/*.rs", true },
            { "a context", All with { Patients = new PatientScope { Context = true } }, "system/*.rs", true },
            { "nobody's", All with { Patients = new PatientScope { None = true } }, "system/*.rs", true },
            { "not the most confidential", All with { Confidentiality = "R" }, "system/*.rs", true },
            { "the usual only", All with { Confidentiality = "N" }, "system/*.rs", true },
            { "no labels", All with { Labels = [] }, "system/*.rs", true },
            { "some labels", All with { Labels = ["HIV", "SPI"] }, "system/*.rs", true },
            { "one patient's scope", All, "patient/*.rs", true },
        };

    [Theory]
    [MemberData(nameof(Readers))]
    public void Decide_EveryChainOfTheGrammar_GoesUpstreamOnlyForWhoSeesAllItWalksOver(
        string reader,
        Grant grant,
        string scopes,
        bool isLookedUp
    )
    {
        ArgumentNullException.ThrowIfNull(reader);
        var snapshot = Build(OrganizationKind.Internal, grant);
        var caller = Asked.Caller(scopes: scopes) with { PatientContext = PatientId.Parse("17") };
        var chains = 0;
        foreach (var type in ResourceType.All)
        {
            foreach (var parameter in SearchGrammar.Of(type).Values.Where(static one => one.Kind == SearchParameterKind.Reference))
            {
                foreach (var target in parameter.Targets.Members().Take(2))
                {
                    foreach (var end in new[] { "_id=a", "_security=R", "_lastUpdated=2020" }.Concat(Ends(target)))
                    {
                        Check($"{type.Name}?{parameter.Name}:{target.Name}.{end}", snapshot, caller, isLookedUp, ref chains);
                    }

                    Check($"{target.Name}?_has:{type.Name}:{parameter.Name}:_id=a", snapshot, caller, isLookedUp, ref chains);
                }
            }
        }

        Assert.True(chains > 2000, $"{chains}");
    }

    [Fact]
    public void Decide_AConditionOnWhatTheGrantShows_IsLookedUpUnlessTheChainMeetsIt()
    {
        var snapshot = TestRegistry.Build(
            TestRegistry.Open(
                TestRegistry.UseCase(
                    grants:
                    [
                        All with
                        {
                            Types = ["Patient"],
                        },
                        All with
                        {
                            Types = ["Observation"],
                            Where = new Dictionary<string, string> { ["category"] = "laboratory" },
                        },
                    ]
                )
            )
        );

        Assert.True(LooksUp("Patient?_has:Observation:patient:code=x", snapshot));
        Assert.False(LooksUp("Patient?_has:Observation:patient:category=laboratory", snapshot));
    }

    // What speaks of a record that stays, stays: a chain would answer over it. For partners what nobody can attribute stays.
    [Theory]
    [InlineData("Practitioner?_has:Provenance:agent:recorded=2026", "N", OrganizationKind.Internal, true)]
    [InlineData("Patient?_has:AuditEvent:patient:date=2026", "N", OrganizationKind.Internal, true)]
    [InlineData("Practitioner?_has:Provenance:agent:recorded=2026", "V", OrganizationKind.Internal, false)]
    [InlineData("Patient?_has:AuditEvent:patient:date=2026", "V", OrganizationKind.Internal, false)]
    [InlineData("Practitioner?_has:Provenance:agent:recorded=2026", "V", OrganizationKind.Vendor, true)]
    [InlineData("Patient?_has:AuditEvent:patient:date=2026", "V", OrganizationKind.Vendor, true)]
    public void Decide_AChainOverWhatSpeaksOfOthers_IsLookedUpUnlessAllOfThemAreShown(
        string target,
        string ceiling,
        OrganizationKind kind,
        bool isLookedUp
    )
    {
        var shown = All with { Types = [.. All.Types.Except(["Condition"])] };
        var conditions = All with { Types = ["Condition"], Confidentiality = ceiling };

        Assert.Equal(isLookedUp, LooksUp(target, Build(kind, shown, conditions)));
    }

    [Theory]
    [InlineData("$export?_type=Observation&_typeFilter=Observation%3Fpatient.family%3Dx")]
    [InlineData("?_type=Observation&patient.family=x")]
    [InlineData("Observation/$lastn?patient=17&subject:Patient.family=x")]
    public void Decide_AChainThatNoSearchOfItsOwnCanReplace_IsRefused(string target)
    {
        var confined = All with { Interactions = ["read", "search", "export"], Operations = ["$lastn"], Confidentiality = "N" };
        var request = RequestFixture.Understood(
            "GET",
            "/fhir/" + target,
            RequestFixture.Async with
            {
                Prefer = target.Contains("$export", StringComparison.Ordinal) ? "respond-async" : null,
            }
        );

        var refused = Decide(request, TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: confined))));
        var permitted = Decide(
            request,
            TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: confined with { Confidentiality = "V" })))
        );

        Assert.Equal(DenyReason.ConditionNotMet, Assert.IsType<Deny>(refused).Reason);
        Assert.IsType<Permit>(permitted);
    }

    // What nobody can attribute is not shown to partners: only over what always says whose it is may such a chain of theirs lead.
    [Theory]
    [InlineData("_type=Observation&has-member:Observation.code=x", OrganizationKind.Internal, true)]
    [InlineData("_type=Observation&has-member:Observation.code=x", OrganizationKind.Vendor, false)]
    [InlineData("_type=Observation&patient.family=x", OrganizationKind.Vendor, true)]
    [InlineData("_type=Observation&performer:Practitioner.family=x", OrganizationKind.Vendor, true)]
    public void Decide_AChainThatNoSearchOfItsOwnCanReplace_LeadsOverNothingThatStays(string query, OrganizationKind kind, bool isPermitted)
    {
        var request = RequestFixture.Understood("GET", "/fhir/?" + query);

        var decided = Decide(request, Build(kind, All));

        Assert.Equal(isPermitted ? null : DenyReason.ConditionNotMet, (decided as Deny)?.Reason);
    }

    private static RegistrySnapshot Build(OrganizationKind kind, params Grant[] grants) =>
        TestRegistry.Build(
            TestRegistry.Open(TestRegistry.UseCase(grants: grants), organization: TestRegistry.Organization() with { Kind = kind })
        );

    private static IEnumerable<string> Ends(ResourceType type) =>
        SearchGrammar
            .Of(type)
            .Values.Where(static one => one.Kind is SearchParameterKind.String or SearchParameterKind.Token && one.Name[0] != '_')
            .Take(2)
            .Select(static one => $"{one.Name}=x");

    private static bool LooksUp(string target, RegistrySnapshot snapshot) =>
        UpstreamCallFactory.ResolvesWalks(Assert.IsType<Permit>(Decide(RequestFixture.Understood("GET", "/fhir/" + target), snapshot)));

    private static Decision Decide(FhirRequest request, RegistrySnapshot snapshot) =>
        PolicyDecisionPoint.Decide(Asked.For(Asked.Caller(), [.. request.Parts]), snapshot);

    private static void Check(string target, RegistrySnapshot snapshot, Caller caller, bool isLookedUp, ref int chains)
    {
        if (!RequestFixture.Read("GET", "/fhir/" + target).TryGet(out var request, out _))
        {
            return;
        }

        chains++;
        if (PolicyDecisionPoint.Decide(Asked.For(caller, [.. request.Parts]), snapshot) is not Permit permit)
        {
            Assert.True(isLookedUp, target);
            return;
        }

        Assert.True(UpstreamCallFactory.ResolvesWalks(permit) == isLookedUp, target);
        if (isLookedUp)
        {
            Assert.Throws<ArgumentException>(() => UpstreamCallFactory.Create(request, permit));
        }
        else
        {
            Assert.Contains(
                target.Contains("_has", StringComparison.Ordinal) ? "_has:" : ".",
                UpstreamCallFactory.Create(request, permit).PathAndQuery
            );
        }
    }
}
