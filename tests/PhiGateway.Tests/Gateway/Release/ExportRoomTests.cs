using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>A job that would have no handle is never begun: nobody could poll it, and nobody cancel it.</summary>
public sealed class ExportRoomTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(60, true)]
    [InlineData(700, false)]
    public async Task Run_KickOffThatFitsNoHandle_IsRefusedBeforeItGoesUpstream(int patients, bool fits)
    {
        var grant = StageWorld.Grant("read", "search", "export") with
        {
            Patients = new PhiGateway.Policy.Registry.PatientScope { Any = true },
        };
        using var world = new StageWorld(null, null, grant);
        world.Upstream.Answers(
            "POST /Patient/$export",
            string.Empty,
            202,
            change: static response => response.Content.Headers.TryAddWithoutValidation("Content-Location", "http://fhir.example/r4/jobs/1")
        );
        var named = Enumerable
            .Range(0, patients)
            .Select(static _ => $$$"""{"name":"patient","valueReference":{"reference":"Patient/{{{Guid.NewGuid()}}}"}}""");
        var body = $$"""
            {"resourceType":"Parameters","parameter":[{"name":"_type","valueString":"Observation"},{{string.Join(',', named)}}]}
            """;
        using var exchange = world.Open("POST", "/fhir/Patient/$export", body, ("Prefer", "respond-async"));

        var result = await world.WalkAsync(exchange, "Release");

        Assert.Equal(fits ? null : DenyReason.RequestTooCostly, result.Refusal);
        Assert.Equal(fits ? 1 : 0, world.Upstream.Calls.Count);
        Assert.Equal(fits, exchange.Http.Response.Headers.ContentLocation.Count == 1);
    }
}
