using PhiGateway.Audit.Records;
using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Trail;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>By what each patient of an answer was covered is what let his records out, and no other grant that would have covered him.</summary>
public sealed class PatientCoverageTests
{
    private static readonly Grant Laboratory = TestRegistry.Grant() with
    {
        Where = new Dictionary<string, string> { ["category"] = "laboratory" },
    };

    [Fact]
    public void CoverageOf_SeveralPatientsByOneRoster_IsSaidOnce()
    {
        var answer = Released(Policy([TestRegistry.Grant()], Member("17"), Member("18")), ["17"], ["18"], ["17"]);

        Assert.Equal(["17", "18"], answer.Patients.Select(static patient => patient.Value));
        Assert.Equal(["roster/orders"], AuditText.CoverageOf(answer.Coverage));
    }

    [Fact]
    public void CoverageOf_PatientsByDifferentMemberships_IsSaidOfEachInTheirOrder()
    {
        var until = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var answer = Released(Policy([TestRegistry.Grant()], Member("17"), Member("18", until)), ["18"], ["17"], ["18"]);

        Assert.Equal(["18", "17"], answer.Patients.Select(static patient => patient.Value));
        Assert.Equal(["roster/orders@../2026-06-01T00:00:00Z", "roster/orders"], AuditText.CoverageOf(answer.Coverage));
    }

    [Fact]
    public void CoverageOf_TwoGrantsOfWhichOneLetsOut_NamesThatOne()
    {
        var any = TestRegistry.Grant() with { Patients = new PatientScope { Any = true } };
        var policy = Policy([Laboratory, any], Member("17"));

        // The roster covers the patient as well, and its grant is for laboratory results alone.
        Assert.Equal(["any"], AuditText.CoverageOf(Released(policy, ["17"]).Coverage));
    }

    [Fact]
    public void CoverageOf_TwoGrantsThatLetOutTheSame_NamesBoth()
    {
        var any = TestRegistry.Grant() with { Patients = new PatientScope { Any = true } };
        var policy = Policy([TestRegistry.Grant(), any], Member("17"));

        Assert.Equal(["roster/orders+any"], AuditText.CoverageOf(Released(policy, ["17"], ["17"]).Coverage));
        Assert.Equal(["any"], AuditText.CoverageOf(Released(policy, ["99"]).Coverage));
    }

    [Fact]
    public void CoverageOf_PartsThatAreMerged_KeepsWhatEachSaid()
    {
        var whole = new Disclosure();
        whole.Merge(Released(Policy([TestRegistry.Grant()], Member("17")), ["17"]));
        whole.Merge(Released(Policy([TestRegistry.Grant() with { Patients = new PatientScope { Any = true } }]), ["17"], ["20"]));

        Assert.Equal(["roster/orders+any", "any"], AuditText.CoverageOf(whole.Coverage));
        whole.Reset();
        Assert.Empty(AuditText.CoverageOf(whole.Coverage));
    }

    [Fact]
    public void CoverageOf_APolicyThatIsNotTheRegistrys_SaysThatNobodySaid()
    {
        var answer = new Disclosure();
        answer.Release(Asked.Facts("Observation", "17"), ReleaseVerdict.Released(ElementSet.All, "test/1"));

        Assert.Equal([PatientCoverage.Unsaid], AuditText.CoverageOf(answer.Coverage));
    }

    [Theory]
    [InlineData(null, "any", "any")]
    [InlineData("any", null, "any")]
    [InlineData("task/a-1+any", "task/a", "task/a-1+any+task/a")]
    [InlineData("task/a+any", "context+any+task/a", "task/a+any+context")]
    public void Join_WhatEitherSays_NamesEachOnce(string? words, string? more, string joined) =>
        Assert.Equal(joined, PatientCoverage.Join(words, more));

    [Theory]
    [InlineData("roster/ward-3@2026-01-01T00:00:00Z/..+task/intake-of-p-1", "roster/ward-3 task")]
    [InlineData("any", "any")]
    [InlineData("unsaid+context", "unsaid context")]
    [InlineData("p-1", "other")]
    public void KindsOf_WhatARecordSays_TellsNeitherTasksNorDays(string said, string kinds) =>
        Assert.Equal(kinds.Split(' '), CoverageWords.KindsOf([said, said]));

    private static RosterMemberChange Member(string patient, DateTimeOffset? until = null) => TestRegistry.Member(patient, until: until);

    private static ReleasePolicy Policy(Grant[] grants, params RosterMemberChange[] members)
    {
        var snapshot = new RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(
                TestRegistry.Open(TestRegistry.UseCase(grants: grants)).Select(static entity => TestRegistry.Item(entity)),
                1,
                members
            )
        );
        return Assert.IsType<Permit>(PolicyDecisionPoint.Decide(Asked.For("connector", Asked.Search("Observation")), snapshot)).Release;
    }

    // One Observation for each list of owners.
    private static Disclosure Released(ReleasePolicy policy, params string[][] records)
    {
        var answer = new Disclosure();
        foreach (var owners in records)
        {
            var facts = Asked.Facts("Observation", owners);
            var verdict = policy.Judge(facts);
            Assert.Equal(WithholdReason.None, verdict.Reason);
            answer.Release(facts, verdict);
        }

        return answer;
    }
}
