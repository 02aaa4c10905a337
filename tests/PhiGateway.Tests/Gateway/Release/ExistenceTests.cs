using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>No answer tells that there is a record of which nothing may be shown: it is the answer to a record that is not there.</summary>
public sealed class ExistenceTests : IDisposable
{
    private readonly StageWorld _world = new(
        null,
        null,
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Encounter", "Patient"],
            Interactions = ["read", "search", "history"],
            Operations = ["$everything"],
        }
    );

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("/fhir/Observation/1/_history")]
    [InlineData("/fhir/Observation/1/_history?_count=5")]
    [InlineData("/fhir/Observation/1/_history?_since=2026-01-01")]
    public async Task Run_HistoryOfAForeignRecord_IsThatOfAMissingOne(string target)
    {
        var upstream = target["/fhir".Length..];
        var asked = upstream.Replace("_count=5", "_count=50", StringComparison.Ordinal);
        var missing = await AskAsync(target);
        _world.Upstream.Answers($"GET {asked}", History(StageWorld.Observation(patient: "18")));
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));

        var foreign = await AskAsync(target);

        Assert.Equal(DenyReason.NotFoundOrWithheld, missing.Refusal);
        Assert.Equal(missing, foreign);
    }

    [Fact]
    public async Task Run_HistoryOfAForeignRecordThatIsNoMore_IsThatOfAMissingOne()
    {
        _world.Upstream.Answers("GET /Observation/1/_history", History(StageWorld.Observation(patient: "18")));
        _world.Upstream.Answers("GET /Observation/1/_history?_count=50", History(StageWorld.Observation(patient: "18")));
        _world.Upstream.Answers("GET /Observation/1", "{}", 410);

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Observation/1/_history")).Refusal);
    }

    [Fact]
    public async Task Run_HistoryOfNothingAtAServerThatSaysSoByAnEmptyBundle_IsThatOfAMissingOne()
    {
        _world.Upstream.Answers("GET /Observation/1/_history", """{"resourceType":"Bundle","type":"history"}""");

        Assert.Equal(DenyReason.NotFoundOrWithheld, (await AskAsync("/fhir/Observation/1/_history")).Refusal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_HistoryOfTheClientsRecord_IsShownWithVersionsOrWithout(bool changed)
    {
        _world.Upstream.Answers(
            "GET /Observation/1/_history?_since=2026-01-01",
            changed ? History(StageWorld.Observation()) : """{"resourceType":"Bundle","type":"history"}"""
        );
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());

        var shown = await AskAsync("/fhir/Observation/1/_history?_since=2026-01-01");

        Assert.Null(shown.Refusal);
        Assert.Equal(changed, shown.Body.Contains("Patient/17", StringComparison.Ordinal));
    }

    // Of a group the members are exported that are covered; one without any is as one that is not there.
    [Theory]
    [InlineData(null, "not-found-or-withheld")]
    [InlineData("18", "not-found-or-withheld")]
    [InlineData("17", null)]
    [InlineData("18,17", null)]
    [InlineData("", null)]
    public async Task Run_ExportOfAGroupOfForeignPatients_IsThatOfAMissingOne(string? members, string? refusal)
    {
        using var world = new StageWorld(
            null,
            null,
            TestRegistry.Grant() with
            {
                Types = ["Observation", "Group"],
                Interactions = ["read", "search", "export"],
            }
        );
        if (members is not null)
        {
            var entities = members
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(static id => $$$"""{"entity":{"reference":"Patient/{{{id}}}"}}""");
            world.Upstream.Answers(
                "GET /Group/g1",
                $$"""{"resourceType":"Group","id":"g1","type":"person","actual":true,"member":[{{string.Join(',', entities)}}]}"""
            );
        }

        using var exchange = world.Open("GET", "/fhir/Group/g1/$export?_type=Observation", null, ("Prefer", "respond-async"));

        Assert.Equal(refusal, (await world.WalkAsync(exchange, "Settle")).Refusal?.Code);
    }

    [Theory]
    [InlineData("/fhir/Encounter/e1/$everything")]
    [InlineData("/fhir/Encounter/e1/$everything?_type=Observation")]
    public async Task Run_EverythingFromAForeignRecord_IsThatFromAMissingOne(string target)
    {
        var missing = await AskAsync(target);
        _world.Upstream.Answers("GET /Encounter/e1", Encounter("18"));
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(200, """{"resourceType":"Bundle","type":"searchset"}""", KnownMediaTypes.FhirJson);

        var foreign = await AskAsync(target);

        Assert.Equal(DenyReason.NotFoundOrWithheld, missing.Refusal);
        Assert.Equal(missing, foreign);
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("$everything", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_EverythingFromTheClientsRecord_IsShown()
    {
        _world.Upstream.Answers("GET /Encounter/e1", Encounter("17"));
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(200, SearchSet(Encounter("17"), StageWorld.Observation(patient: "18")), KnownMediaTypes.FhirJson);

        var shown = await AskAsync("/fhir/Encounter/e1/$everything");

        Assert.Null(shown.Refusal);
        Assert.Contains("Encounter/e1", shown.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("Patient/18", shown.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OperationFromWhatIsNobodys_IsServed()
    {
        const string Target = "/Measure/m1/$evaluate-measure?periodStart=2020-01-01&periodEnd=2020-12-31&subject=Patient/17";
        using var world = new StageWorld(null, null, StageWorld.Whole("$evaluate-measure"));
        world.Upstream.Answers("GET /Measure/m1", """{"resourceType":"Measure","id":"m1","status":"active"}""");
        world.Upstream.Answers(
            $"GET {Target}",
            """
            {"resourceType":"MeasureReport","id":"r1","status":"complete","type":"individual","measure":"Measure/m1",
            "subject":{"reference":"Patient/17"},"period":{"start":"2020-01-01"}}
            """
        );

        using var exchange = world.Open("GET", "/fhir" + Target);
        var result = await world.WalkAsync(exchange, "Release");

        Assert.True(result.Refusal is null, $"{result.Refusal} {string.Join(' ', world.Upstream.Lines)}");
    }

    [Fact]
    public async Task Run_EverythingOfAPatientOfWhichAllIsWithheld_IsThatOfAMissingOne()
    {
        var missing = await AskAsync("/fhir/Patient/17/$everything");
        _world.Upstream.Otherwise = static () =>
            RecordingUpstream.Reply(200, SearchSet(StageWorld.Observation(patient: "18")), KnownMediaTypes.FhirJson);

        Assert.Equal(missing.Refusal, (await AskAsync("/fhir/Patient/17/$everything")).Refusal);
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }

    private static string Encounter(string patient) =>
        $$"""
            {"resourceType":"Encounter","id":"e1","status":"finished","class":{"code":"AMB"},
            "subject":{"reference":"Patient/{{patient}}"} }
            """;

    private static string SearchSet(params string[] resources) => Bundle("searchset", resources);

    private static string History(params string[] versions) => Bundle("history", versions);

    private static string Bundle(string type, string[] resources) =>
        $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{string.Join(',', resources.Select(Entry))}}]}""";

    private static string Entry(string resource) => $$"""{"resource":{{resource}}}""";
}
