using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Validation;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>A charter that cannot be read in one way closes its agent, since it may be the restriction; a good one leaves it open.</summary>
public sealed class CharterChecksTests
{
    private static readonly AgentCharter Good = new()
    {
        Model = "reader-4.1",
        Vendor = "acme-ai",
        Instance = "ward-3",
        Accountable = "mary@hospital.example",
        AccountableUntil = new DateOnly(2026, 12, 31),
        Tools = ["fhir_read"],
        Types = ["Observation"],
        Hours = ["08:00-18:00"],
        TimeZone = "America/New_York",
        CallsPerDay = 100,
    };

    private static readonly Client Agent = TestRegistry.Client() with
    {
        Kind = ClientKind.AiAgent,
        Limits = new ClientLimits { DistinctPatientsPerDay = 50 },
        Charter = Good,
    };

    public static TheoryData<string, Client> Wrong =>
        new()
        {
            { "charter", Agent with { Kind = ClientKind.Service } },
            { "charter", Agent with { Limits = new ClientLimits() } },
            { "charter/model", Agent with { Charter = Good with { Model = "" } } },
            { "charter/model", Agent with { Charter = Good with { Model = "a/b" } } },
            { "charter/vendor", Agent with { Charter = Good with { Vendor = "*" } } },
            { "charter/instance", Agent with { Charter = Good with { Instance = "ward 3" } } },
            { "charter/tools/0", Agent with { Charter = Good with { Tools = ["fhir_write"] } } },
            { "charter/types/0", Agent with { Charter = Good with { Types = ["Thing"] } } },
            { "charter/hours/0", Agent with { Charter = Good with { Hours = ["8-18"] } } },
            { "charter/timeZone", Agent with { Charter = Good with { TimeZone = "Mars/Olympus" } } },
            { "charter/callsPerDay", Agent with { Charter = Good with { CallsPerDay = 0 } } },
        };

    [Fact]
    public void Check_Good_LeavesThePathOpen()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(client: Agent));

        Assert.Empty(snapshot.Problems);
        Assert.Null(snapshot.FindClientById(Agent.Id)!.Contradiction);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_Wrong_ClosesThePathAndSaysWhere(string member, Client client)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(client: client));

        var entry = snapshot.FindClientById(client.Id)!;
        Assert.Equal($"clients/{client.Id}/{member}", entry.Contradiction);
        Assert.Contains(snapshot.Problems, problem => problem.Path == $"clients/{client.Id}/{member}");
    }

    [Theory]
    [InlineData("", "2026-12-31", "charter/accountable")]
    [InlineData("mary@hospital.example", "2026-05-01", "charter/accountableUntil")]
    public void Validate_WhoAnswers_IsAPersonWithAnEndAhead(string person, string until, string member)
    {
        var day = DateOnly.ParseExact(until, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        var client = Agent with { Charter = Good with { Accountable = person, AccountableUntil = day } };
        var path = $"clients/{client.Id}/{member}";

        Assert.Contains(Validate(client), problem => problem.Path == path);
        Assert.DoesNotContain(Validate(Agent), problem => problem.Path == path);
    }

    [Fact]
    public void Compare_CharterTakenAway_WidensAndACharterGivenNarrows()
    {
        var without = Agent with { Charter = null };

        Assert.Equal(ChangeKind.Widening, AccessDiff.Classify(Input(Agent), Input(without)));
        Assert.Equal(ChangeKind.Narrowing, AccessDiff.Classify(Input(without), Input(Agent)));
        Assert.Equal(ChangeKind.Widening, Classify(Good with { Tools = ["fhir_read", "fhir_search"] }));
        Assert.Equal(ChangeKind.Widening, Classify(Good with { Types = [] }));
        Assert.Equal(ChangeKind.Widening, Classify(Good with { Model = "reader-5" }));
        Assert.Equal(ChangeKind.Widening, Classify(Good with { CallsPerDay = null }));
        Assert.Equal(ChangeKind.Narrowing, Classify(Good with { CallsPerDay = 10 }));
        Assert.Equal(ChangeKind.Neutral, Classify(Good with { Accountable = "li@hospital.example" }));
    }

    private static ChangeKind Classify(AgentCharter changed) => AccessDiff.Classify(Input(Agent), Input(Agent with { Charter = changed }));

    private static ApprovedInput Input(Client client) =>
        new(client, TestRegistry.UseCase(), TestRegistry.Agreement(), TestRegistry.Organization(), [TestRegistry.Credential()]);

    private static IReadOnlyList<RegistryProblem> Validate(Client client) =>
        RegistryValidator.Validate(
            [client],
            static (kind, id) => TestRegistry.Open().Find(entity => RegistryPaths.KindOf(entity) == kind && entity.Id == id),
            static (_, _) => true,
            new DateOnly(2026, 5, 1),
            static (_, _) => null
        );
}
