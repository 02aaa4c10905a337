using System.Diagnostics;
using Microsoft.Extensions.Logging;
using PhiGateway.Gateway.Pipeline;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Pipeline;

/// <summary>A call has a line in the log and its decision id on its span, where that is asked for, and neither where it is not.</summary>
public sealed class RequestLineTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_OfARead_IsALineWithoutItsPatientWhereItIsAskedFor(bool isAsked)
    {
        using var world = new StageWorld(null, options => options.Telemetry.RequestLog = isAsked, StageWorld.Grant("read"));
        world.Upstream.Answers("GET /Observation/canary-1", StageWorld.Observation("canary-1"));
        using var exchange = world.Open("GET", "/fhir/Observation/canary-1");
        Assert.True((await world.WalkAsync(exchange, "Release")).Continues);
        using var logs = new LogSink();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(logs));
        var line = new RequestLine(world.Options, loggers.CreateLogger<RequestLine>());

        exchange.NoteUpstream(TimeSpan.FromMilliseconds(0.75));
        line.End(exchange, null, TimeSpan.FromMilliseconds(1.5));
        line.End(exchange, DenyReason.OutsideRoster, TimeSpan.FromMilliseconds(2));

        Assert.Equal(
            isAsked
                ?
                [
                    $"Request {exchange.Id} of connector: read Observation 200 - in 1.5 ms, 0.75 of them upstream",
                    $"Request {exchange.Id} of connector: read Observation 200 outside-roster in 2 ms, 0.75 of them upstream",
                ]
                : [],
            logs.Lines
        );
    }

    [Theory]
    [InlineData("http://127.0.0.1:4318", true)]
    [InlineData(null, false)]
    public void Begin_OfARequest_PutsItsDecisionIdOnItsSpan(string? collector, bool isThere)
    {
        using var world = new StageWorld(null, options => options.Telemetry.Otlp = collector, StageWorld.Grant("read"));
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        using var loggers = LoggerFactory.Create(static _ => { });
        using var span = new Activity("in").Start();

        new RequestLine(world.Options, loggers.CreateLogger<RequestLine>()).Begin(exchange);

        Assert.Equal(isThere ? exchange.Id.ToString("D") : null, span.GetTagItem("phi_gateway.decision_id"));
    }
}
