using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Cases;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

public sealed class NarrowSearchTests
{
    [Fact]
    public void Decide_SmallRoster_NamesItsPatients()
    {
        var narrow = Narrow(Asked.Caller(), Asked.Search("Observation"), TestRegistry.Grant());
        Assert.Equal(["17"], narrow!.Patients.Select(static patient => patient.Value));
        Assert.Empty(narrow.Added);
    }

    [Fact]
    public void Decide_PatientNamedAlready_AddsNone() =>
        Assert.Null(Narrow(Asked.Caller(), Asked.Search("Observation") with { Patients = [PatientId.Parse("17")] }, TestRegistry.Grant()));

    [Fact]
    public void Decide_LargeRoster_LeavesItToTheFilter()
    {
        var members = Enumerable.Range(1, PermitFactory.MostNamedPatients + 1).Select(static number => TestRegistry.Member($"p{number}"));
        var snapshot = new PhiGateway.Policy.Compiling.RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(TestRegistry.Open().Select(static entity => TestRegistry.Item(entity)), members: members)
        );
        var permit = Assert.IsType<Permit>(PolicyDecisionPoint.Decide(Asked.For("connector", Asked.Search("Observation")), snapshot));
        Assert.Empty(permit.Obligations.OfType<NarrowSearch>());
        Assert.Single(permit.Obligations.OfType<WithholdOutsideRoster>());
    }

    [Fact]
    public void Decide_PatientScopeOnly_NamesTheContext()
    {
        var any = TestRegistry.Grant() with { Patients = new PatientScope { Any = true } };
        var caller = Asked.Caller(scopes: "patient/Observation.rs") with { PatientContext = PatientId.Parse("99") };
        Assert.Equal(["99"], Narrow(caller, Asked.Search("Observation"), any)!.Patients.Select(static patient => patient.Value));
        var system = caller with { Scopes = Cases.CaseScopes.Read("patient/Observation.rs system/Observation.rs") };
        Assert.Equal(["99"], Narrow(system, Asked.Search("Observation"), any)!.Patients.Select(static patient => patient.Value));
        var user = caller with { Scopes = Cases.CaseScopes.Read("patient/Observation.rs user/Observation.rs"), Subject = "dr-li" };
        Assert.Null(Narrow(user, Asked.Search("Observation"), any));
    }

    [Fact]
    public void Decide_ConditionNotStated_AddsItEscaped()
    {
        var grant = TestRegistry.Grant() with { Where = new Dictionary<string, string> { ["category"] = "urn:a$b|laboratory,imaging" } };
        Assert.Equal(
            [KeyValuePair.Create("category", "urn:a\\$b|laboratory,imaging")],
            Narrow(Asked.Caller(), Asked.Search("Observation"), grant)!.Added
        );
    }

    [Fact]
    public void Decide_NarrowerConditionStated_AddsNothing()
    {
        var grant = TestRegistry.Grant() with { Where = new Dictionary<string, string> { ["category"] = "laboratory,imaging" } };
        var stated = Asked.Search("Observation") with
        {
            Patients = [PatientId.Parse("17")],
            Conditions = [Cases.CaseScopes.ReadConstraint("category=urn:x|imaging")],
        };
        Assert.Null(Narrow(Asked.Caller(), stated, grant));
        var wider = stated with { Conditions = [Cases.CaseScopes.ReadConstraint("category=imaging,vital-signs")] };
        Assert.Single(Narrow(Asked.Caller(), wider, grant)!.Added);
    }

    [Fact]
    public void Decide_TwoGrants_AddNoConditionOfOne() =>
        Assert.Null(
            Narrow(
                Asked.Caller(),
                Asked.Search("Observation") with
                {
                    Patients = [PatientId.Parse("17")],
                },
                TestRegistry.Grant(),
                TestRegistry.Grant() with
                {
                    Where = new Dictionary<string, string> { ["category"] = "x" },
                }
            )
        );

    [Fact]
    public void Decide_SeveralTargets_NarrowNone()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        var permit = Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(Asked.For("connector", Asked.Search("Observation"), Asked.Search("Observation")), snapshot)
        );
        Assert.Empty(permit.Obligations.OfType<NarrowSearch>());
    }

    private static NarrowSearch? Narrow(Caller caller, AccessPart part, params Grant[] grants)
    {
        var permit = Assert.IsType<Permit>(
            PolicyDecisionPoint.Decide(Asked.For(caller, part), TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grants))))
        );
        var narrow = permit.Obligations.OfType<NarrowSearch>().SingleOrDefault();
        Assert.True(narrow is null || ReferenceEquals(part, narrow.Part));
        return narrow;
    }
}
