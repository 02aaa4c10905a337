using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

public sealed class RegistrySnapshotBuilderTests
{
    [Fact]
    public void Rebuild_SoundRegistry_OpensThePathWithoutProblems()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        Assert.Empty(snapshot.Problems);
        Assert.Equal((1, 1, 1L), (snapshot.ClientCount, snapshot.MemberCount, snapshot.Revision));
        Assert.All(
            Posture.Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now),
            static door => Assert.True(door.Open, door.Name)
        );
        Assert.Same(snapshot.FindClientById("connector"), snapshot.FindClient("idp", "connector"));
    }

    [Fact]
    public void FindClient_OtherIssuerOrCase_IsNobody()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        Assert.Null(snapshot.FindClient("other", "connector"));
        Assert.Null(snapshot.FindClient("idp", "Connector"));
    }

    [Fact]
    public void Empty_Snapshot_KnowsNobody()
    {
        Assert.Equal(0, RegistrySnapshot.Empty.ClientCount + RegistrySnapshot.Empty.MemberCount);
        Assert.Null(RegistrySnapshot.Empty.FindClient("idp", "connector"));
        Assert.Null(RegistrySnapshot.Empty.FindClientById("connector"));
    }

    [Fact]
    public void Apply_OlderRevision_ChangesNothing()
    {
        var builder = new RegistrySnapshotBuilder();
        var current = builder.Rebuild(TestRegistry.Changes(TestRegistry.Open().Select(static entity => TestRegistry.Item(entity)), 7));
        Assert.Same(current, builder.Apply(TestRegistry.Changes([TestRegistry.Item(TestRegistry.Client(), 6, deleted: true)], 6)));
        Assert.Same(current, builder.Apply(TestRegistry.Changes([], 7)));
        Assert.Same(current, builder.Rebuild(TestRegistry.Changes([], 6)));
    }

    [Fact]
    public void Apply_OlderVersionOfOneDocument_IsPassedOver()
    {
        var builder = new RegistrySnapshotBuilder();
        builder.Rebuild(TestRegistry.Changes([TestRegistry.Item(TestRegistry.Client() with { Status = ClientStatus.Suspended }, 5)], 5));
        var snapshot = builder.Apply(TestRegistry.Changes([TestRegistry.Item(TestRegistry.Client(), 4)], 6));
        Assert.Equal(ClientStatus.Suspended, snapshot.FindClientById("connector")!.Client.Status);
    }

    [Fact]
    public void Apply_OneOrganizationChanged_RecompilesItsClientsOnly()
    {
        var builder = new RegistrySnapshotBuilder();
        var before = builder.Rebuild(
            TestRegistry.Changes(
                TestRegistry
                    .Open()
                    .Concat([
                        TestRegistry.Organization("other"),
                        TestRegistry.Agreement("other", "other"),
                        TestRegistry.UseCase("other", "other", "other"),
                        TestRegistry.Client("bystander", "other"),
                    ])
                    .Select(static entity => TestRegistry.Item(entity))
            )
        );
        var after = builder.Apply(
            TestRegistry.Changes([TestRegistry.Item(TestRegistry.Organization() with { Modules = ["connector@5"] }, 2)], 2)
        );
        Assert.NotEqual(before.FindClientById("connector")!.Fingerprint, after.FindClientById("connector")!.Fingerprint);
        Assert.Same(before.FindClientById("bystander"), after.FindClientById("bystander"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("\"x\"")]
    [InlineData("""{"id":"connector"}""")]
    [InlineData("""{"id":"other","useCase":"lab","owner":"x","environment":"production"}""")]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","environment":"production","tenants":[null]}""")]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","environment":"production","status":99}""")]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","owner":"y","environment":"production"}""")]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","environment":"production","surprise":1}""")]
    [InlineData("""{"id":"connector","useCase":"lab","owner":"x","environment":"production","limits":null}""")]
    public void Rebuild_UnreadableClient_ClosesItAndSaysSo(string json)
    {
        var items = TestRegistry
            .Open()
            .Where(static entity => entity is not Client)
            .Select(static entity => TestRegistry.Item(entity))
            .Append(TestRegistry.Broken(RegistryKind.Client, "connector", json));
        var snapshot = new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items));
        Assert.StartsWith("clients/connector", Assert.Single(snapshot.Problems).Path, StringComparison.Ordinal);
        Assert.NotNull(snapshot.FindClient("idp", "connector")!.Contradiction);
    }

    [Theory]
    [InlineData(RegistryKind.Review, """{"id":"x","client":"connector","decision":"burn"}""")]
    [InlineData(RegistryKind.Credential, """{"id":"x","client":"connector","kind":"psychic"}""")]
    [InlineData(RegistryKind.TaskGrant, """{"id":"x","client":"connector"}""")]
    [InlineData(RegistryKind.Approval, """{"id":"x","client":"connector","fingerprint":12}""")]
    public void Rebuild_UnreadableDocumentOfAClient_ClosesThatClient(RegistryKind kind, string json)
    {
        var items = TestRegistry
            .Open()
            .Append(TestRegistry.Client("bystander"))
            .Select(static entity => TestRegistry.Item(entity))
            .Append(TestRegistry.Broken(kind, "x", json));
        var snapshot = new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items));
        Assert.NotNull(snapshot.FindClientById("connector")!.Contradiction);
        Assert.Null(snapshot.FindClientById("bystander")!.Contradiction);
        Assert.Single(snapshot.Problems);
    }

    [Fact]
    public void Apply_UnreadableDocumentRepaired_OpensAgain()
    {
        var builder = new RegistrySnapshotBuilder();
        builder.Rebuild(TestRegistry.Changes(TestRegistry.Open().Select(static entity => TestRegistry.Item(entity))));
        var broken = builder.Apply(
            TestRegistry.Changes(
                [TestRegistry.Broken(RegistryKind.Credential, "connector-oidc", """{"id":"connector-oidc","client":"connector",""", 2)],
                2
            )
        );
        Assert.NotNull(broken.FindClientById("connector")!.Contradiction);
        var repaired = builder.Apply(TestRegistry.Changes([TestRegistry.Item(TestRegistry.Credential(), 3)], 3));
        Assert.Null(repaired.FindClientById("connector")!.Contradiction);
        Assert.Empty(repaired.Problems);
    }

    public static TheoryData<string, IRegistryEntity> Contradictions =>
        new()
        {
            { "clients/connector/environment", TestRegistry.Client() with { Environment = "test" } },
            { "clients/connector/tenants/0", TestRegistry.Client() with { Tenants = ["west"] } },
            { "clients/connector/useCase", TestRegistry.Client() with { UseCase = "unknown" } },
            { "clients/connector/networks/0", TestRegistry.Client() with { Networks = ["203.0.113.7"] } },
            { "clients/connector/networks/0", TestRegistry.Client() with { Networks = ["203.0.113.7/24"] } },
            { "clients/connector/hours/0", TestRegistry.Client() with { Hours = ["6-18"] } },
            { "clients/connector/requires/0", TestRegistry.Client() with { Requires = ["magic"] } },
            { "clients/connector/delegationDepth", TestRegistry.Client() with { DelegationDepth = -1 } },
            { "clients/connector/actors/0", TestRegistry.Client() with { Actors = ["Ácme"] } },
            { "clients/connector/actors/0", TestRegistry.Client() with { Actors = ["connector"] } },
            { "clients/connector/actors/2", TestRegistry.Client() with { Actors = ["agent", "planner", "agent"] } },
            {
                "clients/connector/actors",
                TestRegistry.Client() with
                {
                    Actors = [.. Enumerable.Range(0, 17).Select(static n => $"agent-{n}")],
                }
            },
            { "clients/connector/limits/recordsPerDay", TestRegistry.Client() with { Limits = new ClientLimits { RecordsPerDay = 0 } } },
            { "useCases/lab/limits/concurrency", TestRegistry.UseCase() with { Limits = new ClientLimits { Concurrency = 0 } } },
            {
                "organizations/acme/limits/bytesPerDay",
                TestRegistry.Organization() with
                {
                    Limits = new ClientLimits { BytesPerDay = -1 },
                }
            },
            { "useCases/lab/purposes/0", TestRegistry.UseCase() with { Purposes = ["FUN"] } },
            { "useCases/lab/purposes/0", TestRegistry.UseCase() with { Purposes = ["BTG"] } },
            { "useCases/lab/purposes", TestRegistry.UseCase() with { Purposes = [] } },
            { "useCases/lab/agreement", TestRegistry.UseCase() with { Agreement = "unknown" } },
            { "useCases/lab/organization", TestRegistry.UseCase() with { Organization = "unknown" } },
            { "useCases/lab/reviewEveryDays", TestRegistry.UseCase() with { ReviewEveryDays = 0 } },
            { "useCases/lab/grants/0/types/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Types = ["observation"] }) },
            { "useCases/lab/grants/0/types/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Types = ["*"] }) },
            { "useCases/lab/grants/0/types", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Types = [] }) },
            { "useCases/lab/grants/0/interactions/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Interactions = ["Read"] }) },
            {
                "useCases/lab/grants/0/operations/0",
                TestRegistry.UseCase(grants: TestRegistry.Grant() with { Operations = ["$meta-delete"] })
            },
            { "useCases/lab/grants/0/includes/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Includes = ["*"] }) },
            { "useCases/lab/grants/0/confidentiality", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Confidentiality = "n" }) },
            { "useCases/lab/grants/0/labels/0", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Labels = ["|"] }) },
            {
                "useCases/lab/grants/0/where",
                TestRegistry.UseCase(
                    grants: TestRegistry.Grant() with
                    {
                        Where = new Dictionary<string, string> { ["category:not"] = "x" },
                    }
                )
            },
            { "useCases/lab/grants/0/patients", TestRegistry.UseCase(grants: TestRegistry.Grant() with { Patients = null }) },
            {
                "useCases/lab/grants/0/patients",
                TestRegistry.UseCase(
                    grants: TestRegistry.Grant() with
                    {
                        Patients = new PatientScope { Any = true, Roster = "orders" },
                    }
                )
            },
            { "useCases/lab/grants/0/patients/roster", TestRegistry.UseCase(grants: TestRegistry.Grant("unknown")) },
            { "agreements/baa/expires", TestRegistry.Agreement() with { Expires = new DateOnly(2026, 1, 1) } },
            { "useCases/lab/organization", TestRegistry.Agreement() with { Organization = "someone" } },
        };

    [Theory]
    [MemberData(nameof(Contradictions), DisableDiscoveryEnumeration = true)]
    public void Rebuild_Contradiction_IsAProblemAndClosesThePath(string path, IRegistryEntity spoiled)
    {
        var entities = TestRegistry.Open().Where(entity => entity.GetType() != spoiled.GetType()).Append(spoiled);
        var snapshot = TestRegistry.Build(entities);
        Assert.Contains(snapshot.Problems, problem => problem.Path == path);
        Assert.NotNull(snapshot.FindClientById("connector")!.Contradiction);
    }

    [Fact]
    public void Apply_OneClientAndOneMember_SharesTheRest()
    {
        var builder = new RegistrySnapshotBuilder();
        var load = LargeRegistry.Create(clients: 2_000, members: 20_000);
        var before = builder.Rebuild(load);
        var after = builder.Apply(
            TestRegistry.Changes(
                [TestRegistry.Item(LargeRegistry.Client(7) with { Status = ClientStatus.Suspended }, 2)],
                2,
                [TestRegistry.Member("p1", "roster-0", removed: true)]
            )
        );
        Assert.Equal(before.MemberCount - 1, after.MemberCount);
        Assert.NotSame(before.FindClientById("client-7"), after.FindClientById("client-7"));
        Assert.All(
            Enumerable.Range(0, 2_000).Where(static number => number != 7),
            number => Assert.Same(before.FindClientById($"client-{number}"), after.FindClientById($"client-{number}"))
        );
        Assert.True(before.FindRoster("roster-0").Covers(PatientId.Parse("p1"), TestRegistry.Now.UtcTicks));
        Assert.False(after.FindRoster("roster-0").Covers(PatientId.Parse("p1"), TestRegistry.Now.UtcTicks));
    }
}
