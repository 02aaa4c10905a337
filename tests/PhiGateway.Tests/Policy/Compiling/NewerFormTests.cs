using System.Text.Json.Nodes;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>
/// Rows of a newer version, as a node meets them during a rolling upgrade: closed where they may restrict, and nowhere else.
/// </summary>
public sealed class NewerFormTests
{
    // Every kind that stands on a client's path.
    public static TheoryData<RegistryKind> OnThePath =>
        [
            RegistryKind.Organization,
            RegistryKind.Agreement,
            RegistryKind.UseCase,
            RegistryKind.Client,
            RegistryKind.Credential,
            RegistryKind.Roster,
            RegistryKind.Approval,
        ];

    [Theory]
    [MemberData(nameof(OnThePath))]
    public void Apply_UnknownMember_ClosesTheClientWithItsOwnReasonAndNobodyElse(RegistryKind kind)
    {
        var (builder, items) = Open();
        var snapshot = builder.Apply(TestRegistry.Changes([Changed(items, kind, static json => json["holdUntil"] = "2026-01-01")], 2));
        Assert.Equal(DenyReason.RegistryNotUnderstood, Refusal(snapshot, "connector"));
        Assert.Null(Refusal(snapshot, "bystander"));
        var problem = Assert.Single(snapshot.Problems, static problem => problem.IsNotUnderstood);
        Assert.Contains("/holdUntil", problem.Message, StringComparison.Ordinal);
        Assert.Equal(
            Refusal(
                new RegistrySnapshotBuilder().Rebuild(
                    TestRegistry.Changes(With(items, kind, static json => json["holdUntil"] = "2026-01-01"))
                ),
                "connector"
            ),
            DenyReason.RegistryNotUnderstood
        );

        // Written anew as this version knows it: open again.
        var repaired = builder.Apply(TestRegistry.Changes([Changed(items, kind, static _ => { }, 3)], 3));
        Assert.Null(Refusal(repaired, "connector"));
        Assert.Empty(repaired.Problems);
    }

    [Theory]
    [MemberData(nameof(OnThePath))]
    public void Apply_Note_IsPassedOver(RegistryKind kind)
    {
        var (builder, items) = Open();
        var snapshot = builder.Apply(
            TestRegistry.Changes(
                [Changed(items, kind, static json => json["_colour"] = new JsonObject { ["_shade"] = "blue", ["deep"] = true })],
                2
            )
        );
        Assert.Null(Refusal(snapshot, "connector"));
        Assert.Empty(snapshot.Problems);
    }

    [Theory]
    [InlineData(RegistryKind.UseCase, "risk", "extreme")]
    [InlineData(RegistryKind.UseCase, "status", "half-approved")]
    [InlineData(RegistryKind.Client, "status", "on-probation")]
    [InlineData(RegistryKind.Organization, "kind", "alliance")]
    [InlineData(RegistryKind.Credential, "kind", "passkey")]
    public void Apply_UnknownWord_ClosesTheClient(RegistryKind kind, string member, string word)
    {
        var (builder, items) = Open();
        var snapshot = builder.Apply(TestRegistry.Changes([Changed(items, kind, json => json[member] = word)], 2));
        Assert.Equal(DenyReason.RegistryNotUnderstood, Refusal(snapshot, "connector"));
        Assert.Null(Refusal(snapshot, "bystander"));
        Assert.DoesNotContain(snapshot.Problems, problem => problem.Message.Contains(word, StringComparison.Ordinal));
    }

    [Fact]
    public void Apply_UnknownMemberInAGrant_ClosesTheClient_NoteThereDoesNot()
    {
        var (builder, items) = Open();
        var snapshot = builder.Apply(
            TestRegistry.Changes([Changed(items, RegistryKind.UseCase, static json => json["grants"]![0]!["onlyWithConsent"] = true)], 2)
        );
        Assert.Equal(DenyReason.RegistryNotUnderstood, Refusal(snapshot, "connector"));
        Assert.Contains(
            snapshot.Problems,
            static problem => problem.Message.Contains("/grants/0/onlyWithConsent", StringComparison.Ordinal)
        );
        snapshot = builder.Apply(
            TestRegistry.Changes([Changed(items, RegistryKind.UseCase, static json => json["grants"]![0]!["_why"] = "x", 3)], 3)
        );
        Assert.Null(Refusal(snapshot, "connector"));
    }

    [Theory]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","environment":"production","surprise":1,"surprise":2}""")]
    [InlineData("""{"id":"connector","useCase":"lab"}""")]
    [InlineData("""{"id":"other","surprise":1}""")]
    public void Apply_BrokenRatherThanNewer_IsAContradiction(string json)
    {
        var (builder, _) = Open();
        var snapshot = builder.Apply(TestRegistry.Changes([TestRegistry.Broken(RegistryKind.Client, "connector", json, 2)], 2));
        Assert.Equal(DenyReason.RegistryContradiction, Refusal(snapshot, "connector"));
        Assert.DoesNotContain(snapshot.Problems, static problem => problem.IsNotUnderstood);
    }

    [Fact]
    public void Apply_RevocationOfAnUnknownSort_ServesNobodyUntilItIsLifted()
    {
        var (builder, _) = Open();
        var row = TestRegistry.Revocation((RevocationTarget)77, "vault-3");
        var snapshot = builder.Apply(TestRegistry.Changes([], 2, revocations: [row]));
        Assert.Equal(DenyReason.RegistryNotUnderstood, Refusal(snapshot, "connector"));
        Assert.Equal(DenyReason.RegistryNotUnderstood, Refusal(snapshot, "bystander"));
        Assert.Equal(
            DenyReason.RegistryNotUnderstood,
            PolicyDecisionPoint.FindRevocation(Asked.For("connector", Asked.Read("Observation")).Caller, "north", snapshot)
        );
        Assert.True(Assert.Single(snapshot.Problems).IsNotUnderstood);
        snapshot = builder.Apply(TestRegistry.Changes([], 3, revocations: [row, row with { Id = "r2", Lifted = true }]));
        Assert.Null(Refusal(snapshot, "connector"));
        Assert.Empty(snapshot.Problems);
    }

    [Theory]
    [InlineData(12, false)]
    [InlineData(127, false)]
    [InlineData(128, true)]
    [InlineData(132, true)]
    [InlineData(255, true)]
    public void Apply_DocumentOfAnUnknownKind_ServesNobodyUnlessItOnlyDescribes(byte kind, bool served)
    {
        var (builder, _) = Open();
        var snapshot = builder.Apply(TestRegistry.Changes([TestRegistry.Broken((RegistryKind)kind, "x", """{"id":"x"}""", 2)], 2));
        Assert.Equal(served ? null : DenyReason.RegistryNotUnderstood, Refusal(snapshot, "connector"));
        Assert.Equal(served ? 0 : 1, snapshot.Problems.Count);
        snapshot = builder.Apply(TestRegistry.Changes([TestRegistry.Broken((RegistryKind)kind, "x", "{}", 3) with { Deleted = true }], 3));
        Assert.Null(Refusal(snapshot, "connector"));
        Assert.Empty(snapshot.Problems);
    }

    [Fact]
    public void Kinds_ThatDescribe_AreThoseThatNoDecisionReads() =>
        Assert.Equal(
            [RegistryKind.Campaign, RegistryKind.CampaignItem, RegistryKind.Case, RegistryKind.SavedSearch],
            Enum.GetValues<RegistryKind>().Where(static kind => (int)kind >= RegistryKinds.FirstThatDescribes)
        );

    private static (RegistrySnapshotBuilder Builder, List<RegistryItem> Items) Open()
    {
        var organization = TestRegistry.Organization("other");
        var agreement = TestRegistry.Agreement("other", "other");
        var useCase = TestRegistry.UseCase("other", "other", "other", TestRegistry.Grant("others"));
        var bystander = TestRegistry.Client("bystander", "other");
        var credential = TestRegistry.Credential("bystander-oidc", "bystander", "bystander");
        var approval = TestRegistry.Approval(
            ApprovalFingerprint.Of(bystander, useCase, agreement, organization, [credential]),
            "other",
            "bystander"
        );
        List<RegistryItem> items =
        [
            .. TestRegistry
                .Open()
                .Concat([organization, agreement, useCase, bystander, approval, TestRegistry.Roster("others"), credential])
                .Select(static entity => TestRegistry.Item(entity)),
        ];
        var builder = new RegistrySnapshotBuilder();
        var snapshot = builder.Rebuild(TestRegistry.Changes(items, 1, [TestRegistry.Member("17"), TestRegistry.Member("17", "others")]));
        Assert.Null(Refusal(snapshot, "connector"));
        Assert.Null(Refusal(snapshot, "bystander"));
        return (builder, items);
    }

    private static IEnumerable<RegistryItem> With(List<RegistryItem> items, RegistryKind kind, Action<JsonObject> change)
    {
        var changed = Changed(items, kind, change);
        return items.Where(item => item.Kind != kind || item.Id != changed.Id).Append(changed);
    }

    // The first of its kind is the one on the connector's path.
    private static RegistryItem Changed(List<RegistryItem> items, RegistryKind kind, Action<JsonObject> change, long revision = 2)
    {
        var item = items.First(item => item.Kind == kind);
        var json = JsonNode.Parse(item.Json)!.AsObject();
        change(json);
        return item with { Json = json.ToJsonString(), Revision = revision, Version = revision };
    }

    private static DenyReason? Refusal(RegistrySnapshot snapshot, string client) =>
        (PolicyDecisionPoint.Decide(Asked.For(client, Asked.Read("Observation")), snapshot) as Deny)?.Reason;
}
