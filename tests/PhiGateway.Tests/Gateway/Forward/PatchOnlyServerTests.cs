using System.Text;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Forward;

/// <summary>
/// A server that takes patches and no updates is sent the patch itself, for the version that was judged; but none that could change more on
/// another version than what was judged.
/// </summary>
public sealed class PatchOnlyServerTests : IDisposable
{
    private const string MergePatch = "application/merge-patch+json";
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "patch"));

    public PatchOnlyServerTests() =>
        _world
            .Upstream.Answers("GET /Observation/1", StageWorld.Observation())
            .Answers("PUT /Observation/1", "{}", 405)
            .Answers("PATCH /Observation/1", StageWorld.Observation(version: "4"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(KnownMediaTypes.JsonPatch, """[{"op":"replace","path":"/status","value":"amended"}]""", 405)]
    [InlineData(KnownMediaTypes.JsonPatch, """[{"op":"replace","path":"/status","value":"amended"}]""", 501)]
    [InlineData(
        KnownMediaTypes.JsonPatch,
        """[{"op":"test","path":"/status","value":"final"},{"op":"add","path":"/code/text","value":"a/b"}]""",
        405
    )]
    [InlineData(MergePatch, """{"status":"amended","note":[{"text":"für später"}]}""", 405)]
    public async Task Run_PatchWhereNoUpdateIsTaken_GoesAsAPatchOfTheVersionThatWasJudged(string mediaType, string patch, int status)
    {
        _world.Upstream.Answers("PUT /Observation/1", "{}", status);

        var (refusal, call) = await SendAsync(mediaType, patch);

        Assert.Null(refusal);
        Assert.Equal(["GET /Observation/1", "PUT /Observation/1", "PATCH /Observation/1"], _world.Upstream.Lines);
        Assert.Equal(mediaType, call.ContentType);
        Assert.Contains(KeyValuePair.Create("If-Match", "W/\"3\""), call.Headers);
        Assert.Equal(patch, Encoding.UTF8.GetString(call.Body.Span));
    }

    // Members that an operation does not have, and blanks, are the client's own.
    [Fact]
    public async Task Run_PatchThatGoes_IsWrittenAnew()
    {
        var (refusal, call) = await SendAsync(
            KnownMediaTypes.JsonPatch,
            """[ {"op":"add", "path":"/note", "other":"x", "from":"/code", "value":[{"text":"a/b~c"}]} ]"""
        );

        Assert.Null(refusal);
        Assert.Equal("""[{"op":"add","path":"/note","value":[{"text":"a/b~c"}]}]""", Encoding.UTF8.GetString(call.Body.Span));
    }

    // On another version, or with what the server does not show, it could take a label away, which is for who may relabel; or carry a text to
    // where it is a name.
    [Theory]
    [InlineData("""[{"op":"copy","from":"/status","path":"/code/text"}]""")]
    [InlineData("""[{"op":"move","from":"/code/text","path":"/status"}]""")]
    [InlineData("""[{"op":"add","path":"/note","value":[{"text":"a"}]},{"op":"remove","path":"/note"}]""")]
    [InlineData("""[{"op":"add","path":"/extension","value":[{"url":"https://ehr.example/x","valueString":"a"}]}]""")]
    [InlineData("""[{"op":"replace","path":"/subject","value":{"reference":"Patient/17","display":"M"}}]""")]
    public async Task Run_PatchThatCouldDoMoreOnAnotherVersion_IsSentAsAnUpdateOnly(string patch)
    {
        var (refusal, call) = await SendAsync(KnownMediaTypes.JsonPatch, patch);

        Assert.Equal(DenyReason.UpstreamUnsupported, refusal);
        Assert.Equal("PUT", call.Method);
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(412, "upstream-rejected")]
    [InlineData(422, "upstream-rejected")]
    [InlineData(500, "upstream-refused")]
    [InlineData(404, "not-found-or-withheld")]
    public async Task Run_UpdateThatIsAnswered_IsNotSentAgain(int status, string? reason)
    {
        _world.Upstream.Answers("PUT /Observation/1", StageWorld.Observation(version: "4"), status);

        var (refusal, call) = await SendAsync(KnownMediaTypes.JsonPatch, """[{"op":"replace","path":"/status","value":"amended"}]""");

        Assert.Equal(reason, refusal?.Code);
        Assert.Equal("PUT", call.Method);
    }

    [Fact]
    public async Task Run_ServerThatTakesNeither_IsToldToBeOne()
    {
        _world.Upstream.Answers("PATCH /Observation/1", "{}", 405);

        var (refusal, call) = await SendAsync(KnownMediaTypes.JsonPatch, """[{"op":"replace","path":"/status","value":"amended"}]""");

        Assert.Equal((DenyReason.UpstreamUnsupported, "PATCH"), (refusal, call.Method));
    }

    // A plain update is no patch.
    [Fact]
    public async Task Run_UpdateWhereNoneIsTaken_IsRefused()
    {
        using var world = new StageWorld(null, null, StageWorld.Grant("read", "update"));
        world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers("PUT /Observation/1", "{}", 405);
        using var exchange = world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());

        Assert.Equal(DenyReason.UpstreamUnsupported, (await world.WalkAsync(exchange, "Release")).Refusal);
        Assert.DoesNotContain("PATCH /Observation/1", world.Upstream.Lines);
    }

    private async Task<(DenyReason? Refusal, UpstreamCall Call)> SendAsync(string mediaType, string patch)
    {
        using var exchange = _world.Open("PATCH", "/fhir/Observation/1", patch);
        exchange.Http.Request.ContentType = mediaType;
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, _world.Upstream.Calls[^1]);
    }
}
