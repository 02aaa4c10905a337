using PhiGateway.Fhir.Scopes;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>A scope may be filtered by a date: the search is narrowed by it, and every record is held against it.</summary>
public sealed class DateScopeTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, TestRegistry.Grant() with { Types = ["Observation", "Encounter"] });

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("ge2020-01-01", "2020-01-01", true)]
    [InlineData("ge2020-01-01", "2020-06-01T10:00:00+02:00", true)]
    [InlineData("ge2020-01-01", "2019-12-31T23:59:59Z", false)]
    [InlineData("ge2020-01-01", "2019-12-31", false)]
    [InlineData("gt2020-01-01", "2020-01-01", false)]
    [InlineData("gt2020-01-01", "2020", true)]
    [InlineData("lt2020-01-01", "2019", true)]
    [InlineData("le2020", "2020-12-31", true)]
    [InlineData("2020", "2020-05-05", true)]
    [InlineData("2020-05-05", "2020", false)]
    [InlineData("ne2020", "2020-05-05", false)]
    [InlineData("sa2020", "2020-12-31", false)]
    [InlineData("sa2020", "2021-01-01", true)]
    [InlineData("eb2020", "2019-12-31T23:59:59.999Z", true)]
    [InlineData("2018,2020", "2020-05-05", true)]
    [InlineData("ge2020-01-01", "yesterday", false)]
    [InlineData("ge2020-01-01", null, false)]
    public async Task Read_RecordOfADate_LeavesWhereItMeetsTheScope(string filter, string? date, bool leaves)
    {
        Ask("Observation", $"date={filter}");
        var observation = StageWorld.Observation();
        _world.Upstream.Answers(
            "GET /Observation/1",
            date is null
                ? observation
                : observation.Replace("\"status\"", $"\"effectiveDateTime\":\"{date}\",\"status\"", StringComparison.Ordinal)
        );

        Assert.Equal(leaves ? null : DenyReason.NotFoundOrWithheld, await RefusalAsync("/fhir/Observation/1"));
    }

    [Theory]
    [InlineData("ge2020", """{"start":"2019-01-01","end":"2020-01-02"}""", true)]
    [InlineData("ge2020", """{"start":"2019-01-01"}""", true)]
    [InlineData("ge2020", """{"start":"2018-01-01","end":"2019-01-02"}""", false)]
    [InlineData("sa2020", """{"start":"2021-01-01"}""", true)]
    [InlineData("2020", """{"start":"2020-01-01"}""", false)]
    public async Task Read_RecordOfAPeriod_LeavesWhereItMeetsTheScope(string filter, string period, bool leaves)
    {
        Ask("Encounter", $"date={filter}");
        _world.Upstream.Answers(
            "GET /Encounter/1",
            $$"""
            {"resourceType":"Encounter","id":"1","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/17"},"period":{{period}} }
            """
        );

        Assert.Equal(leaves ? null : DenyReason.NotFoundOrWithheld, await RefusalAsync("/fhir/Encounter/1"));
    }

    [Fact]
    public async Task Search_UnderADateFilter_IsNarrowedByIt()
    {
        Ask("Observation", "date=ge2020-01-01");
        using var exchange = _world.Open("GET", "/fhir/Observation?patient=17");

        await _world.WalkAsync(exchange, "Release");

        Assert.Equal(["GET /Observation?patient=17&date=ge2020-01-01"], _world.Upstream.Lines);
    }

    [Theory]
    [InlineData("date=yesterday")]
    [InlineData("date=ap2020")]
    [InlineData("_lastUpdated=gt2020")]
    [InlineData("date=ge2020-13-01")]
    public void Read_FilterThatCannotBeChecked_GrantsNothing(string filter)
    {
        var scopes = SmartScopeReader.Read($"system/Observation.rs?{filter}");

        Assert.Empty(scopes.Scopes);
    }

    private void Ask(string type, string filter) =>
        _world.Callers.Result = CallerResult.Of(Asked.Caller() with { Scopes = SmartScopeReader.Read($"system/{type}.rs?{filter}") });

    private async Task<DenyReason?> RefusalAsync(string target)
    {
        using var exchange = _world.Open("GET", target);
        return (await _world.WalkAsync(exchange, "Release")).Refusal;
    }
}
