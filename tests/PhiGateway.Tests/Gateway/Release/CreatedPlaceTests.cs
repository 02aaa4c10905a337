using PhiGateway.Gateway.Exchange;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>Where a created resource is, the client is told by the gateway's names, or that it cannot be told; never nothing at all.</summary>
public sealed class CreatedPlaceTests : IDisposable
{
    private const string Ours = "https://gw.example/fhir/Observation/7";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "create"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("http://fhir.example/r4/Observation/7", "")]
    [InlineData("http://fhir.example/r4/Observation/7/_history/1", "/_history/1")]
    [InlineData("http://FHIR.Example/r4/Observation/7", "")]
    [InlineData("http://fhir.example:80/r4/Observation/7/_history/1", "/_history/1")]
    [InlineData("/r4/Observation/7/_history/1", "/_history/1")]
    [InlineData("/Observation/7", "")]
    [InlineData("Observation/7/_history/1", "/_history/1")]
    public async Task Create_PlaceBelowTheServersBase_IsOurs(string location, string rest)
    {
        var (place, incomplete, note) = await CreateAsync(location, string.Empty);

        Assert.Equal((Ours + rest, string.Empty, null), (place, incomplete, note));
    }

    [Theory]
    [InlineData("https://other.example/r4/Observation/7/_history/1")]
    [InlineData("http://fhir.example/r4/Patient/7")]
    [InlineData("http://fhir.example/r4/Observation/7/x/1")]
    [InlineData("http://fhir.example/r4evil/Observation/7")]
    public async Task Create_PlaceThatHasNoName_IsSpokenOf(string location)
    {
        var (place, incomplete, note) = await CreateAsync(location, string.Empty);

        Assert.Equal((string.Empty, "location", "cannot-follow"), (place, incomplete, note));
    }

    [Fact]
    public async Task Create_PlaceThatHasNoNameOfAResourceThatLeaves_IsThatResources()
    {
        var (place, incomplete, note) = await CreateAsync("https://other.example/r4/Observation/7", StageWorld.Observation("7"));

        Assert.Equal((Ours, string.Empty, null), (place, incomplete, note));
    }

    [Fact]
    public async Task Create_ServerThatNamesNoPlace_HasLostNothing()
    {
        var (place, incomplete, note) = await CreateAsync(null, string.Empty);

        Assert.Equal((string.Empty, string.Empty, null), (place, incomplete, note));
    }

    // The resource that leaves says where it is, and so does the address of what the server sends along.
    [Fact]
    public async Task Create_ServerThatNamesNoPlaceOfAResourceThatLeaves_IsThatResources()
    {
        var (place, incomplete, note) = await CreateAsync(null, StageWorld.Observation("7"));

        Assert.Equal((Ours, string.Empty, null), (place, incomplete, note));
    }

    [Theory]
    [InlineData("http://fhir.example/r4/Observation/7/_history/1", Ours + "/_history/1", "")]
    [InlineData("Observation/7", Ours, "")]
    [InlineData("https://other.example/r4/Observation/7", "", "location")]
    public async Task Create_ServerThatNamesThePlaceOfItsContentAlone_IsThat(string said, string told, string missing)
    {
        _world.Upstream.Answers(
            "POST /Observation",
            string.Empty,
            201,
            change: response => response.Content.Headers.TryAddWithoutValidation("Content-Location", said)
        );
        using var exchange = _world.Open("POST", "/fhir/Observation", New);
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        var headers = exchange.Http.Response.Headers;
        Assert.Equal((told, missing), (headers.Location.ToString(), headers[KnownHeaders.Incomplete].ToString()));
    }

    [Fact]
    public async Task Create_InABatch_IsSpokenOfInTheRecordOfItsEntry()
    {
        Answer("https://other.example/r4/Observation/7", string.Empty);
        using var exchange = _world.Open(
            "POST",
            "/fhir",
            $$"""
            {"resourceType":"Bundle","type":"batch","entry":[{"resource":{{New}},"request":{"method":"POST","url":"Observation"} }]}
            """
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.DoesNotContain("location", StageWorld.Written(exchange), StringComparison.Ordinal);
        Assert.Contains(_world.Journal.Records, static record => record.Note == "cannot-follow");
    }

    private static string New => StageWorld.Observation().Replace("\"id\":\"1\",", string.Empty, StringComparison.Ordinal);

    private void Answer(string? location, string body) =>
        _world.Upstream.Answers(
            "POST /Observation",
            body,
            201,
            change: response =>
            {
                if (location is not null)
                {
                    response.Headers.TryAddWithoutValidation("Location", location);
                }
            }
        );

    private async Task<(string Place, string Incomplete, string? Note)> CreateAsync(string? location, string body)
    {
        Answer(location, body);
        using var exchange = _world.Open("POST", "/fhir/Observation", New);
        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        var headers = exchange.Http.Response.Headers;
        return (headers.Location.ToString(), headers[KnownHeaders.Incomplete].ToString(), _world.Journal.Records[^1].Note);
    }
}
