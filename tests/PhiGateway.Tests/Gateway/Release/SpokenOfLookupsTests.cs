using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// What speaks of a record that stays is as if it were not there wherever the gateway looks something up for its client: as the current version
/// of an earlier one, as what a write names, and as what a condition matches.
/// </summary>
public sealed class SpokenOfLookupsTests : IDisposable
{
    private readonly StageWorld _world = new();

    public SpokenOfLookupsTests()
    {
        var hospital = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        var grant = TestRegistry.Grant() with
        {
            Types = ["Provenance", "Condition", "Observation"],
            Interactions = ["read", "vread", "search", "create"],
            Patients = new PatientScope { Any = true },
        };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: hospital)));
        _world
            .Upstream.Answers("GET /Condition/shown", Condition("shown", "N"))
            .Answers("GET /Condition/hidden", Condition("hidden", "R"))
            .Answers("GET /Provenance/of-shown", Speaking("of-shown", "shown"))
            .Answers("GET /Provenance/of-hidden", Speaking("of-hidden", "hidden"));
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("of-shown", null)]
    [InlineData("of-hidden", "not-found-or-withheld")]
    public async Task Run_VersionOfWhatSpeaksOfWhatStaysNow_Stays(string id, string? refused)
    {
        var earlier = Speaking(id, "shown").Replace("\"versionId\":\"2\"", "\"versionId\":\"1\"", StringComparison.Ordinal);
        _world.Upstream.Answers($"GET /Provenance/{id}/_history/1", earlier);
        using var exchange = _world.Open("GET", $"/fhir/Provenance/{id}/_history/1");

        Assert.Equal(refused, (await _world.WalkAsync(exchange, "Release")).Refusal?.Code);
    }

    // Refused as what is not there is.
    [Theory]
    [InlineData("of-shown", true)]
    [InlineData("of-hidden", false)]
    [InlineData("missing", false)]
    public async Task Run_WriteThatNamesIt_IsRefusedAsIfItWereNotThere(string id, bool passes)
    {
        var body = StageWorld
            .Observation()
            .Replace("\"id\":\"1\",", $"\"focus\":[{{\"reference\":\"Provenance/{id}\"}}],", StringComparison.Ordinal);
        using var exchange = _world.Open("POST", "/fhir/Observation", body);

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(passes ? null : DenyReason.PatientUndetermined, result.Refusal);
    }

    // What a server finds by its own is none of the client's business: the creation goes without the condition.
    [Theory]
    [InlineData("of-shown", 200)]
    [InlineData("of-hidden", 201)]
    public async Task Run_ConditionThatMatchesItAtTheServer_MatchesNothing(string id, int status)
    {
        var isThere = false;
        _world.Upstream.OnCall = call =>
        {
            var isConditional = call.Headers.Any(static header => header.Key == "If-None-Exist");
            var entry = isThere ? $$"""{"resource":{{Speaking(id, id[3..])}},"search":{"mode":"match"} }""" : string.Empty;
            isThere |= isConditional;
            _world.Upstream.Otherwise = () =>
                (call.Method, isConditional) switch
                {
                    ("POST", true) => Reply(200, Speaking(id, id[3..])),
                    ("POST", false) => Reply(201, string.Empty),
                    _ when call.PathAndQuery.Contains("agent=", StringComparison.Ordinal) => Reply(
                        200,
                        $$"""{"resourceType":"Bundle","type":"searchset","entry":[{{entry}}]}"""
                    ),
                    _ => Reply(404, "{}"),
                };
        };
        var body = Speaking("new", "shown").Replace("\"id\":\"new\",", string.Empty, StringComparison.Ordinal);
        using var exchange = _world.Open("POST", "/fhir/Provenance", body, ("If-None-Exist", "agent=Practitioner/9"));

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail} {string.Join(' ', _world.Upstream.Lines)}");
        Assert.Equal(status, exchange.Http.Response.StatusCode);
    }

    private static UpstreamReply Reply(int status, string body) => RecordingUpstream.Reply(status, body, "application/fhir+json");

    private static string Speaking(string id, string target) =>
        $$"""
            {"resourceType":"Provenance","id":"{{id}}","meta":{"versionId":"2"},"target":[{"reference":"Condition/{{target}}"}],
            "recorded":"2026-05-01T00:00:00Z","agent":[{"who":{"reference":"Practitioner/9"} }]}
            """;

    private static string Condition(string id, string confidentiality) =>
        $$$"""
            {"resourceType":"Condition","id":"{{{id}}}","subject":{"reference":"Patient/17"},"meta":{"versionId":"1","security":
            [{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"{{{confidentiality}}}"}]} }
            """;
}
