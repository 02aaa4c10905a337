using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>A tag beside the tenant: nothing without it is let out or in, whatever else is granted.</summary>
public sealed class TenantTagTests
{
    private static readonly TokenValue East = new("urn:tenants", "east");

    /// <summary>Tags of a record as system|code, and whether it is the tenant's.</summary>
    public static TheoryData<string[], bool> Tags =>
        new()
        {
            { ["urn:tenants|east"], true },
            { ["urn:tenants|east", "urn:tenants|east"], true },
            { ["urn:other|west", "urn:tenants|east"], true },
            { [], false },
            { ["urn:tenants|west"], false },
            { ["urn:tenants|east", "urn:tenants|west"], false },
            { ["urn:tenants|west", "urn:tenants|east"], false },
            { ["urn:tenants|EAST"], false },
            { ["urn:other|east"], false },
            { ["|east"], false },
            { ["urn:tenants|"], false },
            { ["urn:tenants|east", "urn:tenants|"], false },
        };

    [Theory]
    [MemberData(nameof(Tags))]
    public void Judge_ByTheTag_ReleasesTheTenantsOwnOnly(string[] tags, bool isOwn)
    {
        var permit = Assert.IsType<Permit>(Decide(East, Asked.Search("Observation")));

        Assert.Equal(isOwn ? WithholdReason.None : WithholdReason.OutsideTenant, permit.Release.Judge(Tagged(tags)).Reason);
        Assert.Equal(["_tag"], permit.Release.ParametersNeeded(ResourceType.Parse("Observation")));
        Assert.Equal(East, Assert.Single(permit.Obligations.OfType<ConfineToTenant>()).Tag);
    }

    [Fact]
    public void Decide_WithoutATag_NeitherAsksNorJudgesByOne()
    {
        var permit = Assert.IsType<Permit>(Decide(null, Asked.Search("Observation")));

        Assert.Equal(WithholdReason.None, permit.Release.Judge(Tagged()).Reason);
        Assert.Empty(permit.Release.ParametersNeeded(ResourceType.Parse("Observation")));
        Assert.Empty(permit.Obligations.OfType<ConfineToTenant>());
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Decide_Create_MustCarryTheTag(string[] tags, bool isOwn)
    {
        var part = new AccessPart
        {
            Interaction = Interaction.Create,
            Type = ResourceType.Parse("Observation"),
            Body = Tagged(tags),
        };

        Assert.Equal(isOwn ? null : DenyReason.ConditionNotMet, (Decide(East, part) as Deny)?.Reason);
        Assert.IsType<Permit>(Decide(null, part));
    }

    [Theory]
    [MemberData(nameof(Tags))]
    public void Decide_Update_IsOverTheTenantsOwnOnly(string[] tags, bool isOwn)
    {
        var part = Write(Interaction.Update) with { Body = Tagged("urn:tenants|east"), Stored = Tagged(tags) };

        Assert.Equal(isOwn ? null : DenyReason.PatientNotFound, (Decide(East, part) as Deny)?.Reason);
        Assert.Equal(
            DenyReason.ConditionNotMet,
            Assert.IsType<Deny>(Decide(East, part with { Body = Tagged(), Stored = Tagged("urn:tenants|east") })).Reason
        );
    }

    [Fact]
    public void Decide_PatchNearTheTags_IsRefusedAlsoForOneWhoMayRelabel()
    {
        var part = Write(Interaction.Patch) with { Stored = Tagged("urn:tenants|east"), Relabels = true };

        Assert.Equal(DenyReason.RelabelNotPermitted, Assert.IsType<Deny>(Decide(East, part)).Reason);
        Assert.IsType<Permit>(Decide(null, part));
        Assert.IsType<Permit>(Decide(East, part with { Relabels = false }));
    }

    [Fact]
    public void Decide_ChangeOfWhatNobodyLookedAt_IsRefusedAlsoForOneWhoMayDoAnything()
    {
        var part = Write(Interaction.Delete) with { StoredState = StoredState.Unknown };

        Assert.Equal(DenyReason.PatientUndetermined, Assert.IsType<Deny>(Decide(East, part)).Reason);
        Assert.IsType<Permit>(Decide(null, part));
    }

    [Theory]
    [InlineData(PartRole.Chain, true, true, null)]
    [InlineData(PartRole.Chain, false, true, null)]
    [InlineData(PartRole.Chain, false, false, "crosses-tenants")]
    [InlineData(PartRole.ReverseChain, false, true, "include-not-permitted")]
    [InlineData(PartRole.ReverseChain, false, false, "crosses-tenants")]
    public void Decide_AWalk_MustBeOneThatCanBeConfined(PartRole role, bool isSeparable, bool isResolvable, string? code)
    {
        AccessPart[] parts =
        [
            Asked.Search("Observation"),
            Asked.Search("Observation") with
            {
                Role = role,
                IsSeparable = isSeparable,
                IsResolvable = isResolvable,
            },
        ];

        var decision = Decide(East, parts);
        Assert.Equal(code, (decision as Deny)?.Reason.Code);
        Assert.True(isSeparable || decision is not Permit permit || permit.Obligations.OfType<ResolveWalks>().Any());
        Assert.NotEqual("crosses-tenants", (Decide(null, parts) as Deny)?.Reason.Code);
    }

    private static AccessPart Write(Interaction interaction) =>
        new()
        {
            Interaction = interaction,
            Type = ResourceType.Parse("Observation"),
            Id = "1",
            StoredState = StoredState.Present,
        };

    private static PhiGateway.Policy.Decisions.Decision Decide(TokenValue? tag, params AccessPart[] parts)
    {
        var grant = new Grant
        {
            Types = ["Observation"],
            Interactions = ["read", "search", "create", "update", "patch", "delete"],
            Patients = new PatientScope { Any = true },
            MayRelabel = true,
        };
        var snapshot = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant)));
        return PolicyDecisionPoint.Decide(Asked.For("connector", parts) with { TenantTag = tag }, snapshot);
    }

    private static ResourceFacts Tagged(params string[] tags)
    {
        var facts = Asked.Facts("Observation", "17");
        foreach (var tag in tags)
        {
            var bar = tag.IndexOf('|', StringComparison.Ordinal);
            facts.AddToken(new TokenFact("_tag", bar == 0 ? null : tag[..bar], bar == tag.Length - 1 ? null : tag[(bar + 1)..]));
        }

        return facts;
    }
}
