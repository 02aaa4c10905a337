using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Decide;

/// <summary>Whether everybody in an answer is covered still costs a decision for each patient and kind of entry, not for each entry.</summary>
public sealed class CoverageTests : IDisposable
{
    private const int Patients = 200;
    private readonly StageWorld _world = new(null, null, Granted);

    private static Grant Granted => StageWorld.Grant("read", "search", "create", "update") with { Types = ["Observation", "Condition"] };

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task HasLost_HundredsOfEntries_CostsAsMuchAsOneOfEachKind()
    {
        var few = await AskAsync(Entries(1), Build());
        var many = await AskAsync(Entries(300), Build());

        Assert.False(many.HasLost);
        Assert.Equal(few.Decisions, many.Decisions);
        Assert.InRange(many.Decisions, Patients, 4 * Patients);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(Patients - 1)]
    public async Task HasLost_OneOfThemIsCoveredNoMore_IsSeen(int lost)
    {
        var (hasLost, _) = await AskAsync(Entries(3), Build(except: lost));

        Assert.True(hasLost);
    }

    // Who was not covered before either (what is nobody's, what another entry brought) was let out for another reason.
    [Fact]
    public async Task HasLost_SomebodyWhoWasNotCoveredBefore_IsNoMatter()
    {
        var (hasLost, _) = await AskAsync(Entries(3), Build(except: 5), before: Build(except: 5));

        Assert.False(hasLost);
    }

    [Fact]
    public async Task HasLost_ClientThatHasGone_IsNotAskedFurther()
    {
        using var exchange = await OpenAsync(Entries(1));
        var coverage = Of(exchange, Build(), Build());
        using var gone = new CancellationTokenSource();
        await gone.CancelAsync();

        Assert.Throws<OperationCanceledException>(() => coverage.HasLost(Judged(), gone.Token));
        Assert.Equal(0, coverage.Decisions);
    }

    private async Task<(bool HasLost, int Decisions)> AskAsync(
        IEnumerable<string> entries,
        RegistrySnapshot current,
        RegistrySnapshot? before = null
    )
    {
        using var exchange = await OpenAsync(entries);
        var coverage = Of(exchange, before ?? Build(), current);
        var hasLost = coverage.HasLost(Judged(), CancellationToken.None);
        return (hasLost, coverage.Decisions);
    }

    private Coverage Of(GatewayExchange exchange, RegistrySnapshot before, RegistrySnapshot current)
    {
        var coverage = new Coverage(before, _world.Clock.GetUtcNow(), current, _world.Clock.GetUtcNow());
        foreach (var entry in exchange.Entries)
        {
            coverage.Add(entry);
        }

        return coverage;
    }

    private async Task<GatewayExchange> OpenAsync(IEnumerable<string> entries)
    {
        var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}"""
        );
        var decided = await _world.WalkAsync(exchange, "Decide");
        Assert.True(decided.Continues, decided.Detail);
        return exchange;
    }

    // Reads of two types by different ids, and new records.
    private static IEnumerable<string> Entries(int each) =>
        Enumerable
            .Range(0, each)
            .SelectMany(static i =>
                (string[])
                    [
                        $$"""{"request":{"method":"GET","url":"Observation/{{i}}"} }""",
                        $$"""{"request":{"method":"GET","url":"Condition/{{i}}"} }""",
                        $$"""{"request":{"method":"POST","url":"Observation"},"resource":{{StageWorld.Observation($"n{i}")}} }""",
                    ]
            );

    private static Disclosure Judged()
    {
        var judged = new Disclosure();
        for (var i = 0; i < Patients; i++)
        {
            var facts = new ResourceFacts
            {
                Type = ResourceType.Parse("Observation"),
                Id = $"o{i}",
                Owner = OwnerState.Known,
            };
            facts.AddOwner(PatientId.Parse($"p{i}"));
            judged.Release(facts, default);
        }

        return judged;
    }

    private static RegistrySnapshot Build(int except = -1)
    {
        IEnumerable<RosterMemberChange> members = Enumerable
            .Range(0, Patients)
            .Where(i => i != except)
            .Select(static i => TestRegistry.Member($"p{i}"));
        return new RegistrySnapshotBuilder().Rebuild(
            TestRegistry.Changes(
                TestRegistry.Open(TestRegistry.UseCase(grants: Granted)).Select(static entity => TestRegistry.Item(entity)),
                1,
                members
            )
        );
    }
}
