using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>An export file that lies elsewhere is fetched from where the cluster says that such files lie, and from nowhere else.</summary>
public sealed class FileRedirectTests : IDisposable
{
    private const string Storage = "https://exports.storage.example/hospital";
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "export"));

    public FileRedirectTests()
    {
        _world.Route = _world.Route! with { Storage = [Storage] };
        foreach (var place in (string[])[$"{Storage}/f.ndjson?sig=a%3D", "/files/f.ndjson"])
        {
            _world.Upstream.Answers(
                "GET " + place,
                StageWorld.Observation().ReplaceLineEndings(string.Empty)
                    + "\n"
                    + StageWorld.Observation("2", "18").ReplaceLineEndings(string.Empty),
                mediaType: "application/octet-stream"
            );
        }
    }

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(307, $"{Storage}/f.ndjson?sig=a%3D", null)]
    [InlineData(302, $"{Storage}/f.ndjson?sig=a%3D", null)]
    [InlineData(307, "http://fhir.example/r4/files/f.ndjson", null)]
    [InlineData(307, "/r4/files/f.ndjson", null)]
    [InlineData(307, "https://exports.storage.example/hospitals/f.ndjson", "upstream-refused")]
    [InlineData(307, "https://exports.storage.example/hospital/../other/f.ndjson", "upstream-refused")]
    [InlineData(307, "https://exports.storage.example.evil/hospital/f.ndjson", "upstream-refused")]
    [InlineData(307, "https://user@exports.storage.example/hospital/f.ndjson", "upstream-refused")]
    [InlineData(307, "http://169.254.169.254/latest/meta-data", "upstream-refused")]
    [InlineData(307, "", "upstream-refused")]
    [InlineData(307, "http://fhir.example/r4/files/again", "upstream-refused")]
    public async Task Run_FileAnsweredByARedirect_IsFetchedWhereFilesMayLie(int status, string location, string? refusal)
    {
        foreach (var place in (string[])["/files/1", "/files/again"])
        {
            _world.Upstream.Answers(
                "GET " + place,
                string.Empty,
                status,
                change: response => response.Headers.TryAddWithoutValidation("Location", location)
            );
        }

        var (reason, body) = await AskAsync("http://fhir.example/r4/files/1");

        Assert.Equal(refusal, reason?.Code);
        Assert.Equal(refusal is null, body.Contains("\"id\":\"1\"", StringComparison.Ordinal));
        Assert.DoesNotContain("\"id\":\"2\"", body, StringComparison.Ordinal);
        Assert.True(_world.Upstream.Calls.Count <= 4);
        Assert.DoesNotContain(_world.Upstream.Lines, static line => line.Contains("evil", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_FileThatTheManifestNamesInTheStorage_IsFetchedThere()
    {
        var (reason, body) = await AskAsync($"{Storage}/f.ndjson?sig=a%3D");

        Assert.Null(reason);
        Assert.Contains("\"id\":\"1\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AnythingElseAnsweredByARedirect_IsNotFollowed()
    {
        _world.Upstream.Answers(
            "GET /Observation/1",
            string.Empty,
            307,
            change: static response => response.Headers.TryAddWithoutValidation("Location", $"{Storage}/f.ndjson?sig=a%3D")
        );
        using var exchange = _world.Open("GET", "/fhir/Observation/1");

        Assert.Equal(DenyReason.UpstreamRefused, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Single(_world.Upstream.Calls);
    }

    private async Task<(DenyReason? Refusal, string Body)> AskAsync(string upstreamUrl)
    {
        using var kickOff = _world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        Assert.True((await _world.WalkAsync(kickOff, "Decide")).Continues);
        var url = _world.Get<HandleIssuer>().Issue(kickOff, HandleKind.File, upstreamUrl);
        using var exchange = _world.Open("GET", new Uri(url!).PathAndQuery);
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, StageWorld.Written(exchange));
    }
}
