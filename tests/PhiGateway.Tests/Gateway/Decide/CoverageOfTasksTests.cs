using PhiGateway.Fhir.Answers;
using PhiGateway.Gateway.Decide;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Decide;

/// <summary>
/// For a client with tasks, whether everybody in an answer is covered still costs as many decisions as there are patients and tasks, and each
/// of them looks at the tasks of its patient alone; whose task has ended is seen.
/// </summary>
public sealed class CoverageOfTasksTests : IDisposable
{
    private static readonly Grant ByTask = StageWorld.Grant("read", "search") with { Patients = new PatientScope { Task = true } };

    private readonly StageWorld _world = new(null, null, ByTask);

    public void Dispose() => _world.Dispose();

    /// <summary>What the tasks are for.</summary>
    public static TheoryData<string> Sorts => ["patients", "records", "both", "one record of all"];

    [Theory]
    [MemberData(nameof(Sorts))]
    public async Task HasLost_TwiceTheEntriesPatientsAndTasks_CostsAtMostTwoAndAHalfTimesAsMuch(string sort)
    {
        var one = await CostAsync(sort, 60);
        var two = await CostAsync(sort, 120);

        Assert.InRange(two, one, (int)(2.5 * one));
    }

    [Theory]
    [MemberData(nameof(Sorts))]
    public void TaskTable_OfOnePatientOrRecord_IsAsLongAsThereAreTasksForIt(string sort)
    {
        var tasks = Build(Tasks(sort, 200)).FindClient("idp", "connector")!.TaskTable;

        Assert.Equal(sort == "both" ? 2 : 1, tasks.Of(PatientId.Parse("p7")).Length);
        Assert.InRange(tasks.Of(ResourceType.Parse("Observation"), "o7").Length, 0, 1);
        Assert.True(tasks.TryFind("t7", out var task));
        Assert.Equal("p7", task.Patient.Value);
        Assert.False(tasks.TryFind("t200000", out _));
        Assert.True(tasks.Of(PatientId.Parse("nobody")).IsEmpty);
    }

    [Theory]
    [InlineData("patients", 3, true)]
    [InlineData("records", 3, true)]
    [InlineData("one record of all", 3, true)]
    [InlineData("both", 3, true)]
    [InlineData("patients", -1, false)]
    [InlineData("records", -1, false)]
    public async Task HasLost_OneTaskHasEnded_IsSeenWhereNothingElseCovers(string sort, int ended, bool isLost)
    {
        var tasks = Tasks(sort, 10);
        using var exchange = await OpenAsync(sort, 10, Build(tasks));
        var coverage = Of(exchange, Build(tasks), Build([.. tasks.Where(task => task.Id != $"t{ended}")]));

        Assert.Equal(isLost, coverage.HasLost(Judged(10), CancellationToken.None));
    }

    // A task for all of the patient has ended, one for the only record that was asked for has not.
    [Theory]
    [InlineData("o3", false)]
    [InlineData("o4", true)]
    public async Task HasLost_RecordThatItsOwnTaskStillCovers_IsNotLost(string asked, bool isLost)
    {
        var (whole, single) = (Task("t", "p3", null), Task("s", "p3", "Observation/o3"));
        using var exchange = await OpenAsync([Read(asked)], Build([whole, single]));
        var judged = new Disclosure();
        judged.Release(Facts(3), default);

        Assert.Equal(isLost, Of(exchange, Build([whole, single]), Build([single])).HasLost(judged, CancellationToken.None));
    }

    private async Task<int> CostAsync(string sort, int count)
    {
        var tasks = Tasks(sort, count);
        using var exchange = await OpenAsync(sort, count, Build(tasks));
        var coverage = Of(exchange, Build(tasks), Build(tasks));
        Assert.False(coverage.HasLost(Judged(count), CancellationToken.None));
        return coverage.Decisions;
    }

    private static TaskGrant[] Tasks(string sort, int count) =>
        [
            .. Enumerable
                .Range(0, count)
                .SelectMany(i =>
                    sort switch
                    {
                        "patients" => [Task($"t{i}", $"p{i}", null)],
                        "records" => [Task($"t{i}", $"p{i}", $"Observation/o{i}")],
                        "one record of all" => [Task($"t{i}", $"p{i}", i == 7 ? "Observation/o7" : "Observation/shared")],
                        _ => (TaskGrant[])[Task($"t{i}", $"p{i}", null), Task($"s{i}", $"p{i}", $"Observation/o{i}")],
                    }
                ),
        ];

    private static TaskGrant Task(string id, string patient, string? resource) =>
        new()
        {
            Id = id,
            Client = "connector",
            Patient = patient,
            Resource = resource,
            Workflow = "w",
            Expires = TestRegistry.Now.AddHours(1),
        };

    private Task<GatewayExchange> OpenAsync(string sort, int count, RegistrySnapshot snapshot) =>
        OpenAsync(Enumerable.Range(0, count).Select(i => Read(sort == "one record of all" && i != 7 ? "shared" : $"o{i}")), snapshot);

    private async Task<GatewayExchange> OpenAsync(IEnumerable<string> entries, RegistrySnapshot snapshot)
    {
        _world.Publish(snapshot);
        var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}"""
        );
        var decided = await _world.WalkAsync(exchange, "Decide");
        Assert.True(decided.Continues, decided.Detail);
        return exchange;
    }

    private static string Read(string id) => $$"""{"request":{"method":"GET","url":"Observation/{{id}}"} }""";

    private Coverage Of(GatewayExchange exchange, RegistrySnapshot before, RegistrySnapshot current)
    {
        var coverage = new Coverage(before, _world.Clock.GetUtcNow(), current, _world.Clock.GetUtcNow());
        foreach (var entry in exchange.Entries)
        {
            coverage.Add(entry);
        }

        return coverage;
    }

    private static Disclosure Judged(int count)
    {
        var judged = new Disclosure();
        for (var i = 0; i < count; i++)
        {
            judged.Release(Facts(i), default);
        }

        return judged;
    }

    private static ResourceFacts Facts(int number)
    {
        var facts = new ResourceFacts
        {
            Type = ResourceType.Parse("Observation"),
            Id = $"o{number}",
            Owner = OwnerState.Known,
        };
        facts.AddOwner(PatientId.Parse($"p{number}"));
        return facts;
    }

    private static RegistrySnapshot Build(IEnumerable<TaskGrant> tasks) =>
        TestRegistry.Build([.. TestRegistry.Open(TestRegistry.UseCase(grants: ByTask)), .. tasks]);
}
