using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Settle;

/// <summary>Each condition by which a transaction names a record is a search: of those that mean different things so many are looked up.</summary>
public sealed class ConditionalNameTests : IDisposable
{
    private readonly StageWorld _world = new(null, static options => options.Limits.NamedRecords = 1);

    public ConditionalNameTests()
    {
        var grant = StageWorld.Whole() with
        {
            Interactions = ["read", "search", "create"],
            Patients = new PatientScope { Any = true },
        };
        var organization = TestRegistry.Organization() with { Kind = OrganizationKind.Internal };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase(grants: grant), organization: organization)));
        _world.Upstream.Otherwise = () =>
            RecordingUpstream.Reply(
                200,
                """
                {"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Practitioner","id":"p"},"search":{"mode":"match"}}]}
                """,
                "application/fhir+json"
            );
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(2, null, 2)]
    [InlineData(3, "request-too-costly", 0)]
    public async Task Run_TransactionThatNamesByConditions_LooksUpSoMany(int different, string? refusal, int asked)
    {
        var entries = Enumerable.Range(0, 6).Select(place => Observation($"Practitioner?identifier=urn:ids|{place % different}"));
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}"""
        );

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.Equal(asked, _world.Upstream.Calls.Count);
    }

    // A match behind what its client does not see costs the server several pages: all conditions of one body together so many.
    [Theory]
    [InlineData(20, null)]
    [InlineData(40, "condition-ambiguous")]
    public async Task Run_TransactionOfConditionsThatGoOn_ReadsSoManyPages(int different, string? refusal)
    {
        _world.Options.Limits.NamedRecords = 500;
        _world.Upstream.Otherwise = () => PageOfFive(_world.Upstream.Calls[^1].PathAndQuery);
        var entries = Enumerable.Range(0, different).Select(static place => Observation($"Practitioner?identifier=urn:ids|{place}"));
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""{"resourceType":"Bundle","type":"transaction","entry":[{{string.Join(',', entries)}}]}"""
        );

        var result = await _world.WalkAsync(exchange, "Settle");

        Assert.Equal(refusal, result.Refusal?.Code);
        Assert.InRange(_world.Upstream.Calls.Count, 100, 130);
    }

    private static UpstreamReply PageOfFive(string asked)
    {
        const string mark = "&page=";
        var at = asked.IndexOf(mark, StringComparison.Ordinal);
        var page = at < 0 ? 1 : asked[^1] - '0';
        var search = at < 0 ? asked : asked[..at];
        var body =
            page == 5
                ? """
                    {"resourceType":"Bundle","type":"searchset","entry":[{"resource":{"resourceType":"Practitioner","id":"p"},"search":{"mode":"match"}}]}
                    """
                : $$"""
                    {"resourceType":"Bundle","type":"searchset","link":[{"relation":"next","url":"http://fhir.example/r4{{search}}{{mark}}{{page
                        + 1}}"}]}
                    """;
        return RecordingUpstream.Reply(200, body, "application/fhir+json");
    }

    private static string Observation(string performer) =>
        $$$"""
            {"resource":{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/17"},
            "performer":[{"reference":"{{{performer}}}"}]},"request":{"method":"POST","url":"Observation"}}
            """;
}
