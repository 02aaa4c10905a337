using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Gateway.Egress;
using PhiGateway.Sinks.Configuration;
using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;
using PhiGateway.Sinks.Otlp;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Sinks;

/// <summary>What an OpenTelemetry receiver answers, and what then becomes of the events.</summary>
public sealed class OtlpSinkTests : IAsyncLifetime
{
    private readonly List<(string Path, string Type, string Authorization, int Bytes)> _calls = [];
    private WebApplication _app = null!;
    private string _address = string.Empty;
    private int _status = 200;
    private byte[] _answer = [];
    private int? _length;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            var headers = http.Request.Headers;
            _calls.Add((http.Request.Path, $"{headers.ContentType}", $"{headers.Authorization}", (int)body.Length));
            http.Response.StatusCode = _status;
            http.Response.Headers.RetryAfter = "7";
            http.Response.Headers.Location = "/elsewhere";
            http.Response.ContentLength = _length;
            await http.Response.Body.WriteAsync(_answer);
            if (_length is not null)
            {
                // The head goes, and nothing more until the caller has had enough.
                await http.Response.StartAsync();
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        });
        await _app.StartAsync();
        _address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Send_BaseAddress_GoesToTheLogsPathWithItsCredential()
    {
        await using var sink = Sink(_address, "Bearer abc");
        await sink.SendAsync(Events(0, 1), TestContext.Current.CancellationToken);

        var (path, type, authorization, bytes) = Assert.Single(_calls);
        Assert.Equal(("/v1/logs", "application/x-protobuf", "Bearer abc"), (path, type, authorization));
        Assert.InRange(bytes, 200, 4000);
        Assert.Equal(0, sink.Rejected);
    }

    [Fact]
    public async Task Send_AddressWithAPath_GoesThereWithoutACredential()
    {
        await using var sink = Sink(_address + "/otlp/v1/logs?tenant=1");
        await sink.SendAsync(Events(0), TestContext.Current.CancellationToken);

        Assert.Equal(("/otlp/v1/logs", string.Empty), (_calls[0].Path, _calls[0].Authorization));
    }

    [Theory]
    [InlineData(503, true)]
    [InlineData(429, true)]
    [InlineData(400, false)]
    [InlineData(302, false)]
    [InlineData(404, false)]
    public async Task Send_AnswerThatIsNoSuccess_IsSentAgain(int status, bool waits)
    {
        _status = status;
        await using var sink = Sink(_address);

        var fault = await Assert.ThrowsAsync<SinkException>(() => sink.SendAsync(Events(0), TestContext.Current.CancellationToken));
        Assert.Equal(waits ? TimeSpan.FromSeconds(7) : null, fault.RetryAfter);
        Assert.Contains($"{status}", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The answer's bytes, and how many it refuses.</summary>
    public static TheoryData<byte[], long> Answers =>
        new()
        {
            { [], 0 },
            { [0x0a, 0x00], 0 },
            { [0x0a, 0x02, 0x08, 0x03], 3 },
            { [0x0a, 0x0d, 0x08, 0x96, 0x01, 0x12, 0x08, .. "as told."u8], 150 },
            { [0x0a, 0x0a, 0x12, 0x08, .. "a notice"u8], 0 },
            { [0x0a, 0x7f, 0x08, 0x03], 0 },
            { [0x0a], 0 },
            { "<html>sorry</html>"u8.ToArray(), 0 },
            { [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0 },
            { [0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], int.MaxValue },
        };

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Send_TakenButForSome_CountsThemAndGoesOn(byte[] answer, long expected)
    {
        _answer = answer;
        await using var sink = Sink(_address);
        await sink.SendAsync(Events(0, 1, 2), TestContext.Current.CancellationToken);

        Assert.Equal(expected, sink.Rejected);
    }

    [Fact]
    public async Task Send_AnswerThatNeverComes_IsTakenAllTheSame()
    {
        _length = 10;
        await using var sink = Sink(_address);
        await sink.SendAsync(Events(0), TestContext.Current.CancellationToken);

        Assert.Equal((1, 0L), (_calls.Count, sink.Rejected));
    }

    [Fact]
    public void Write_TimeBeyondWhatTheProtocolHolds_IsItsLastMoment()
    {
        var late = SinkSample.EventOf(TestRecords.Disclosure(), 0) with { Time = DateTimeOffset.MaxValue };

        Assert.NotEmpty(OtlpLogs.Write([late], DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task Send_AnswerWithoutEnd_IsTakenAllTheSame()
    {
        _answer = new byte[1024 * 1024];
        await using var sink = Sink(_address);
        await sink.SendAsync(Events(0), TestContext.Current.CancellationToken);

        Assert.Equal(0, sink.Rejected);
    }

    private static List<SinkEvent> Events(params long[] sequences) =>
        [.. sequences.Select(static one => SinkSample.EventOf(TestRecords.Disclosure(), one))];

    private static OtlpSink Sink(string address, string? authorization = null)
    {
        var options = new SinkOptions
        {
            Name = "otel",
            Kind = "Otlp",
            Address = address,
            Timeout = TimeSpan.FromSeconds(2),
        };
        var connector = new EgressConnector(new EgressPolicy());
        return new OtlpSink(options, new TlsTrust(options), connector.ConnectAsync, authorization, new ManualClock());
    }
}
