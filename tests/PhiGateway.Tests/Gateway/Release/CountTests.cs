using System.Text.Json.Nodes;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>How many there are is told of what the client may see, counted up to a bound; of all of it to whom nothing is withheld.</summary>
public sealed class CountTests : IDisposable
{
    private const string Narrowed = "patient=Patient/17";
    private readonly StageWorld _world = new(null, options => options.Limits.PagesPerPage = 3, StageWorld.Grant("read", "search"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("_summary=count")]
    [InlineData("_count=0")]
    [InlineData("_count=0&_total=accurate&_sort=date")]
    public async Task Run_BareCount_CountsWhatMayBeSeenOnAllPages(string asked)
    {
        Page($"GET /Observation?code=x&_count=200&{Narrowed}", "?next=2", "17", "18", "17");
        Page("GET ?next=2", null, "17", "18");

        using var exchange = _world.Open("GET", $"/fhir/Observation?code=x&{asked}");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues, string.Join(' ', _world.Upstream.Lines));

        var bundle = JsonNode.Parse(StageWorld.Written(exchange))!;
        Assert.Equal(("searchset", 3, null), ((string?)bundle["type"], (int?)bundle["total"], bundle["entry"]));
        Assert.Equal($"https://gw.example/fhir/Observation?code=x&{asked}", (string?)bundle["link"]![0]!["url"]);
        var record = Assert.Single(_world.Journal.Records);
        Assert.Empty(record.Resources);
        Assert.Equal(2, record.WithheldCount);
    }

    [Fact]
    public async Task Run_BareCountOfMoreThanIsCounted_IsRefused()
    {
        Page($"GET /Observation?code=x&_count=200&{Narrowed}", "?next=2", "17");
        Page("GET ?next=2", "?next=2", "17");

        using var exchange = _world.Open("GET", "/fhir/Observation?code=x&_summary=count");
        Assert.Equal(DenyReason.HiddenElement, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Equal(3, _world.Upstream.Calls.Count);
    }

    [Fact]
    public async Task Run_BareCountWhoseLimitsTheUpstreamDoesNotConfirm_IsRefused()
    {
        _world.Upstream.Answers(
            $"GET /Observation?code=x&_count=200&{Narrowed}",
            """{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":"http://fhir.example/r4/Observation?code=x"}]}"""
        );

        using var exchange = _world.Open("GET", "/fhir/Observation?code=x&_summary=count");
        Assert.Equal(DenyReason.NarrowingNotApplied, (await _world.WalkAsync(exchange, "Release")).Refusal);
    }

    [Theory]
    [InlineData("accurate", 3)]
    [InlineData("none", null)]
    public async Task Run_AccurateTotalBesideAPage_IsCountedToo(string total, int? expected)
    {
        Page($"GET /Observation?code=x&_count=50&{Narrowed}", "?next=2", "17", "18", "17");
        Page($"GET /Observation?code=x&_count=200&{Narrowed}", null, "17", "18", "17", "17");

        using var exchange = _world.Open("GET", $"/fhir/Observation?code=x&_count=1&_total={total}");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        var bundle = JsonNode.Parse(StageWorld.Written(exchange))!;
        Assert.Equal(expected, (int?)bundle["total"]);
        Assert.Single(bundle["entry"]!.AsArray());
    }

    [Fact]
    public async Task Run_ClientThatSeesEverything_IsGivenTheUpstreamsCount()
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(Everything(), null, null, Hospital())));
        _world.Upstream.Answers("GET /Observation?_summary=count", """{"resourceType":"Bundle","type":"searchset","total":70123}""");

        using var exchange = _world.Open("GET", "/fhir/Observation?_summary=count");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        Assert.Equal(70123, (int?)JsonNode.Parse(StageWorld.Written(exchange))!["total"]);
        Assert.Single(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_VendorThatSeesEverything_IsCountedFor()
    {
        _world.Publish(TestRegistry.Build(TestRegistry.Open(Everything())));
        Page("GET /Observation?_count=200", null, "17", "18");

        using var exchange = _world.Open("GET", "/fhir/Observation?_summary=count");
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues, string.Join(' ', _world.Upstream.Lines));

        Assert.Equal(2, (int?)JsonNode.Parse(StageWorld.Written(exchange))!["total"]);
    }

    private static UseCase Everything() =>
        TestRegistry.UseCase(
            grants: StageWorld.Grant("read", "search") with
            {
                Patients = new PatientScope { Any = true },
                Confidentiality = "V",
                Labels = ["_ActInformationSensitivityPolicy", "_EntitySensitivityPolicyType", "_RoleInformationSensitivityPolicy"],
            }
        );

    private static Organization Hospital() => TestRegistry.Organization() with { Kind = OrganizationKind.Internal };

    private void Page(string line, string? next, params string[] patients)
    {
        var link = next is null ? string.Empty : $$""",{"relation":"next","url":"http://fhir.example/r4{{next}}"}""";
        var entries = patients.Select(
            (patient, place) => $$"""{"resource":{{StageWorld.Observation($"o{place}-{line.Length}", patient)}} }"""
        );
        _world.Upstream.Answers(
            line,
            $$"""
            {"resourceType":"Bundle","type":"searchset","total":99,
            "link":[{"relation":"self","url":"http://fhir.example/r4/Observation?code=x&{{Narrowed}}"}{{link}}],
            "entry":[{{string.Join(',', entries)}}]}
            """
        );
    }
}
