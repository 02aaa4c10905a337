using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Telemetry;

/// <summary>What the data plane measures of a request, and that it measures nothing where nobody asks.</summary>
public sealed class GatewayMetricsTests : IDisposable
{
    private readonly string _name = $"test-{Guid.NewGuid()}";
    private readonly ConcurrentQueue<(string Name, double Value, string Labels)> _measured = new();
    private readonly ManualClock _clock = new();
    private readonly GatewayOptions _options = new();
    private readonly GatewayMetrics _metrics;
    private readonly GatewayExchange _exchange;
    private MeterListener? _listener;

    public GatewayMetricsTests()
    {
        _metrics = new GatewayMetrics(_name);
        var now = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
        _exchange = new GatewayExchange(new DefaultHttpContext(), null, null, TestRegistry.Build([]), now, Guid.CreateVersion7());
    }

    public void Dispose()
    {
        _listener?.Dispose();
        _exchange.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Observe_ARequestWithTwoCallsUpstream_SaysWhatWasTheGatewaysOwn()
    {
        Listen();
        var upstream = new MeasuredUpstream(new Slow(_clock), _metrics, _options, _clock);
        _ = await upstream.SendAsync(Call(), _exchange, default);
        _ = await upstream.SendAsync(Call(), _exchange, default);
        _metrics.Observe(_exchange, null, TimeSpan.FromMilliseconds(100));

        Assert.Equal([("0.030", "result=upstream-timeout"), ("0.030", "result=upstream-timeout")], Of("phi_gateway.upstream.duration"));
        Assert.Equal(("0.040", "outcome=allow"), Assert.Single(Of("phi_gateway.overhead.duration")));
        Assert.Equal("0.100", Assert.Single(Of("phi_gateway.request.duration")).Value);
    }

    [Fact]
    public async Task SendAsync_WhereNobodyAsks_MeasuresNothing()
    {
        _ = await new MeasuredUpstream(new Slow(_clock), _metrics, _options, _clock).SendAsync(Call(), _exchange, default);

        Assert.Equal(TimeSpan.Zero, _exchange.UpstreamTook);
        Assert.False(_metrics.MeasuresDecisions);

        // The twin: a line in the log says it.
        _options.Telemetry.RequestLog = true;
        _ = await new MeasuredUpstream(new Slow(_clock), _metrics, _options, _clock).SendAsync(Call(), _exchange, default);
        Assert.Equal(TimeSpan.FromMilliseconds(30), _exchange.UpstreamTook);
    }

    [Fact]
    public async Task SendAsync_ClientThatGoesMeanwhile_WasNotTheGatewaysOwnTime()
    {
        Listen();
        var upstream = new MeasuredUpstream(new Slow(_clock), _metrics, _options, _clock);
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
            await upstream.SendAsync(Call(), _exchange, new CancellationToken(canceled: true))
        );
        _metrics.Observe(_exchange, DenyReason.Faulted, TimeSpan.FromMilliseconds(40));

        Assert.Empty(Of("phi_gateway.upstream.duration"));
        Assert.Equal(("0.010", "outcome=deny"), Assert.Single(Of("phi_gateway.overhead.duration")));
    }

    [Fact]
    public void Observe_Refusals_AreCountedByWhereTheyCameFrom()
    {
        Listen();
        _metrics.Observe(_exchange, DenyReason.MalformedPath, TimeSpan.Zero);
        _metrics.Observe(_exchange, DenyReason.TooManyProofs, TimeSpan.Zero);
        _metrics.Observe(_exchange, DenyReason.UnknownClient, TimeSpan.Zero);
        _metrics.CountToken("idp", null);
        _metrics.CountToken(null, DenyReason.ExpiredToken);
        _metrics.ObserveDecision(TimeSpan.FromMilliseconds(1));

        Assert.Equal("rule=malformed-path", Assert.Single(Of("phi_gateway.gate.rejections")).Labels);
        Assert.Equal("reason=too-many-proofs", Assert.Single(Of("phi_gateway.ratelimit.rejections")).Labels);
        Assert.Equal(
            ["result=valid issuer=idp", "result=expired-token issuer=-"],
            Of("phi_gateway.token.validations").Select(static one => one.Labels)
        );
        Assert.Equal("0.001", Assert.Single(Of("phi_gateway.decision.duration")).Value);
    }

    [Fact]
    public void Build_OfANode_IsALabel()
    {
        Listen();
        _listener!.RecordObservableInstruments();

        Assert.Matches(@"^version=\d+\.\d+\.\d+$", Assert.Single(Of("phi_gateway.build.info")).Labels);
    }

    private static UpstreamCall Call() => new("GET", "/Observation/1", null, default, []);

    private List<(string Value, string Labels)> Of(string name) =>
        [
            .. _measured
                .Where(one => one.Name == name)
                .Select(static one => (one.Value.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture), one.Labels)),
        ];

    // Nodes that other tests run at the same time measure under other names.
    private void Listen()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == _name)
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = new List<string>();
        foreach (var (name, label) in tags)
        {
            labels.Add($"{name}={label}");
        }

        _measured.Enqueue((instrument.Name, value, string.Join(' ', labels)));
    }

    // Each call takes 30 ms and comes to nothing.
    private sealed class Slow(ManualClock clock) : IUpstream
    {
        public ValueTask<UpstreamReply> SendAsync(UpstreamCall call, GatewayExchange exchange, CancellationToken cancellationToken)
        {
            clock.Advance(TimeSpan.FromMilliseconds(30));
            cancellationToken.ThrowIfCancellationRequested();
            return new(new UpstreamReply(StageResult<UpstreamAnswer>.Refuse(DenyReason.UpstreamTimeout), null));
        }
    }
}
