using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using PhiGateway.Gateway.Telemetry;
using PhiGateway.Gateway.Upstream;
using PhiGateway.Gateway.Upstream.Lean;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Upstream;

/// <summary>What operators learn of a call upstream: its span where spans are collected, and in one word why a server is not reached.</summary>
public sealed class UpstreamTellingTests : IDisposable
{
    private const string Ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    private const string No = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";

    private readonly UpstreamCaller _caller = new();

    public void Dispose() => _caller.Dispose();

    // Whoever connects a server for the first time finds in the record why it is not reached.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_ServerThatIsNotReached_IsRefusedWithTheReason(bool isLean)
    {
        using var odd = new RawUpstream(static (_, _) => "HTTP/9.9 what\r\n\r\n");
        var silent = $"http://127.0.0.1:{LoopbackPort.Free()}/r4";

        Assert.Equal("upstream:connection", (await _caller.SendAsync(silent, isLean, null)).Answer.Result.Detail);
        Assert.Equal("upstream:answer", (await _caller.SendAsync(odd.Address, isLean, null)).Answer.Result.Detail);
        Assert.Equal("upstream:egress", (await _caller.SendAsync("http://169.254.169.254/r4", isLean, null)).Answer.Result.Detail);
    }

    [Fact]
    public void WordOf_Fault_IsThatOfTheInnermostThatHasOne()
    {
        var untrusted = new AuthenticationException("The certificate of Eva Muster is invalid");
        var unknown = new SocketException((int)SocketError.HostNotFound);

        Assert.Equal("upstream:tls", UpstreamFaults.WordOf(new NoConnectionException(untrusted)));
        Assert.Equal("upstream:tls", UpstreamFaults.WordOf(new HttpRequestException(HttpRequestError.ConnectionError, "x", untrusted)));
        Assert.Equal("upstream:name", UpstreamFaults.WordOf(new NoConnectionException(unknown)));
        Assert.Equal("upstream:cut", UpstreamFaults.WordOf(new IOException("The answer was cut short.")));
    }

    // So that its spans and the gateway's are one trace; where nobody collects spans it is told nothing.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_WhereSpansAreCollected_NamesTheGatewaysOwnSpan(bool isLean)
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        _caller.Options.Telemetry.Otlp = "http://127.0.0.1:4318";
        using var span = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await _caller.SendAsync(upstream.Address, isLean, null)).Status);
        Assert.Contains($"\r\ntraceparent: 00-{span.TraceId}-", upstream.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    // As the HTTP client's own: what it was asked for stands in neither name nor tags.
    [Theory]
    [InlineData(Ok, 200, null)]
    [InlineData(No, 401, "401")]
    [InlineData(null, 0, "upstream-unavailable")]
    public async Task SendAsync_AReadWhereSpansAreCollected_IsASpanOfItsOwn(string? answer, int status, string? error)
    {
        using var upstream = new RawUpstream((_, _) => answer);
        using var spans = new SpansOfReads();
        _caller.Options.Telemetry.Otlp = "http://127.0.0.1:4318";
        using var request = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(status, (await _caller.SendAsync(upstream.Address, true, null)).Status);
        var one = Assert.Single(spans.Of(request));
        Assert.Equal((ActivityKind.Client, "GET", request.SpanId), (one.Kind, one.DisplayName, one.ParentSpanId));
        Assert.Equal("GET", one.GetTagItem("http.request.method"));
        Assert.Equal(status, (int?)one.GetTagItem("http.response.status_code") ?? 0);
        Assert.Equal(error, one.GetTagItem("error.type"));
        Assert.All(one.TagObjects, static tag => Assert.True(TelemetryTags.IsAllowed(tag.Key)));
        Assert.Contains($"\r\ntraceparent: {one.Id}", upstream.Requests.First(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SendAsync_AReadWhereNobodyCollectsSpans_IsNone()
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        using var spans = new SpansOfReads();
        using var request = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await _caller.SendAsync(upstream.Address, true, null)).Status);
        Assert.Empty(spans.Of(request));
    }

    [Fact]
    public async Task SendAsync_WhereNobodyCollectsSpans_NamesNone()
    {
        using var upstream = new RawUpstream(static (_, _) => Ok);
        using var span = new Activity("in").SetIdFormat(ActivityIdFormat.W3C).Start();

        Assert.Equal(200, (await _caller.SendAsync(upstream.Address, true, null)).Status);
        Assert.DoesNotContain("traceparent", upstream.Requests.Single(), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Listens as a collector of spans does; other tests' requests are heard too.</summary>
    private sealed class SpansOfReads : IDisposable
    {
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public SpansOfReads()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == UpstreamSpans.SourceName,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = _ended.Enqueue,
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public IEnumerable<Activity> Of(Activity request) => _ended.Where(span => span.TraceId == request.TraceId);

        public void Dispose() => _listener.Dispose();
    }
}
