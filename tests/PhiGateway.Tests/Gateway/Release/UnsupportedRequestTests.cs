using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>What a server does not do, it does no better when it is asked again: the client is told that, and not that something is broken.</summary>
public sealed class UnsupportedRequestTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "create", "update", "delete"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 405, "upstream-unsupported", 405)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 501, "upstream-unsupported", 405)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 413, "upstream-rejected", 413)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 415, "upstream-rejected", 422)]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", 405, "upstream-unsupported", 405)]
    [InlineData("DELETE", "/fhir/Observation/1", "DELETE /Observation/1", 405, "upstream-unsupported", 405)]
    [InlineData("GET", "/fhir/Observation?patient=17", "GET /Observation?patient=17", 405, "upstream-unsupported", 405)]
    [InlineData("GET", "/fhir/Observation/1", "GET /Observation/1", 406, "upstream-refused", 502)]
    [InlineData("GET", "/fhir/Observation/1", "GET /Observation/1", 413, "upstream-refused", 502)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 401, "upstream-refused", 502)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 403, "upstream-refused", 502)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", 302, "upstream-refused", 502)]
    public async Task Run_StatusOfTheServer_IsToldForWhatItMeans(
        string method,
        string target,
        string sent,
        int status,
        string reason,
        int told
    )
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers(sent, """{"text":"Muster, Eva"}""", status);
        using var exchange = _world.Open(method, target, method is "POST" or "PUT" ? StageWorld.Observation() : null);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal((reason, told), (result.Refusal!.Code, result.Status ?? result.Refusal.Status));
    }

    // It has taken the change and will make it; told as a fault, it would be sent again. How an answer is not to be written is no matter.
    [Theory]
    [InlineData("POST", "/fhir/Observation?_summary=false", "POST /Observation")]
    [InlineData("PUT", "/fhir/Observation/1?_summary=false", "PUT /Observation/1")]
    [InlineData("DELETE", "/fhir/Observation/1?_summary=false&_format=json", "DELETE /Observation/1")]
    public async Task Run_ChangeThatTheServerHasTaken_IsToldAsTaken(string method, string target, string sent)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers(sent, string.Empty, 202);
        using var exchange = _world.Open(method, target, method is "DELETE" ? null : StageWorld.Observation());

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.True(result.Continues, $"{result.Refusal?.Code} {result.Detail}");
        Assert.Equal(202, exchange.Http.Response.StatusCode);
        Assert.Empty(StageWorld.Written(exchange));
    }

    // The record is as it was to be: told as a fault, the update would be sent again, and the trail would not know what became of it.
    [Theory]
    [InlineData("PUT", "/fhir/Observation/1", "PUT /Observation/1", true)]
    [InlineData("POST", "/fhir/Observation", "POST /Observation", false)]
    [InlineData("DELETE", "/fhir/Observation/1", "DELETE /Observation/1", false)]
    [InlineData("GET", "/fhir/Observation/2", "GET /Observation/2", false)]
    public async Task Run_UpdateThatChangesNothing_IsDone(string method, string target, string sent, bool isDone)
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation()).Answers(sent, string.Empty, 304);
        using var exchange = _world.Open(method, target, method is "POST" or "PUT" ? StageWorld.Observation() : null);

        var result = await _world.WalkAsync(exchange, "Release");

        Assert.Equal(isDone ? null : DenyReason.UpstreamRefused, result.Refusal);
        Assert.Equal(isDone, exchange.Http.Response is { StatusCode: 200 } && result.Continues);
        Assert.Empty(StageWorld.Written(exchange));
    }

    // A server that makes nothing by PUT: whether an id is free, or somebody else's, is one answer.
    [Fact]
    public async Task Run_UpdateOfWhatIsNotThere_IsToldAsOneOfAForeignRecord()
    {
        _world.Upstream.Answers("PUT /Observation/1", "{}", 405);
        using var free = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());
        var ofNone = await _world.WalkAsync(free, "Release");

        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation(patient: "18"));
        using var foreign = _world.Open("PUT", "/fhir/Observation/1", StageWorld.Observation());
        var ofAnother = await _world.WalkAsync(foreign, "Release");

        Assert.Equal(DenyReason.PatientNotFound, ofNone.Refusal);
        Assert.Equal((ofNone.Refusal, ofNone.Status), (ofAnother.Refusal, ofAnother.Status));
    }
}
