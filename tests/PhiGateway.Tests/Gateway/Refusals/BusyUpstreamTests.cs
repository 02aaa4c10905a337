using System.Globalization;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Refusals;

/// <summary>
/// A server that is busy says when to come again, and that is what the client is told, wherever in its request the server was met.
/// </summary>
public sealed class BusyUpstreamTests : IDisposable
{
    private const string Date = "date";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "update", "create", "delete"));

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(503, "120", "120")]
    [InlineData(429, "7", "7")]
    [InlineData(503, Date, "90")]
    [InlineData(503, "604800", "86400")]
    [InlineData(503, "99999999999999999999", "86400")]
    [InlineData(503, "0", "1")]
    [InlineData(503, null, "1")]
    [InlineData(503, "soon, <Muster>", "1")]
    [InlineData(503, "-5", "1")]
    public async Task Refuse_ServerSaysWhenToComeAgain_IsToldWhateverItWasAsked(int status, string? said, string told)
    {
        foreach (var (method, target, body) in Requests)
        {
            _world.Upstream.Otherwise = () =>
                RecordingUpstream.Reply(status, "{}", "application/fhir+json", response => Say(response, said));

            var (reason, wait) = await AskAsync(method, target, body);

            Assert.Equal((DenyReason.UpstreamBusy, told), (reason, wait));
        }
    }

    [Fact]
    public async Task Refuse_DateThatIsOver_IsAMoment()
    {
        _world.Upstream.Answers(
            "GET /Observation/1",
            "{}",
            503,
            change: response => response.Headers.TryAddWithoutValidation("Retry-After", At(TimeSpan.FromMinutes(-5)))
        );

        Assert.Equal((DenyReason.UpstreamBusy, "1"), await AskAsync("GET", "/fhir/Observation/1", null));
    }

    [Theory]
    [InlineData(504, "upstream-timeout")]
    [InlineData(500, "upstream-refused")]
    public async Task Refuse_LookupThatFailsOtherwise_IsToldLikeTheCallItself(int status, string reason)
    {
        foreach (var (method, target, body) in Requests)
        {
            _world.Upstream.Otherwise = () => RecordingUpstream.Reply(status, "{}", "application/fhir+json");

            Assert.Equal(reason, (await AskAsync(method, target, body)).Reason?.Code);
        }
    }

    [Fact]
    public async Task Release_BatchWithBusyEntries_SaysWhenToAskForThemAgain()
    {
        _world.Upstream.Answers("GET /Observation/1", StageWorld.Observation());
        _world.Upstream.Answers("GET /Observation/2", "{}", 503, change: response => Say(response, "30"));
        _world.Upstream.Answers("GET /Observation/3", "{}", 503, change: response => Say(response, "20"));
        using var exchange = _world.Open("POST", "/fhir", Batch("Observation/1", "Observation/2", "Observation/3"));

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);
        Assert.Equal("30", exchange.Http.Response.Headers.RetryAfter.ToString());
    }

    // The call itself; the stored version of a change; what a condition matches.
    private static (string Method, string Target, string? Body)[] Requests =>
        [
            ("GET", "/fhir/Observation/1", null),
            ("PUT", "/fhir/Observation/1", StageWorld.Observation()),
            ("DELETE", "/fhir/Observation?patient=17&code=x", null),
        ];

    private async Task<(DenyReason? Reason, string Wait)> AskAsync(string method, string target, string? body)
    {
        using var exchange = _world.Open(method, target, body);
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.IsRefused(out var reason));
        await RefusalWriter.WriteAsync(exchange, reason, result.Status);
        return (reason, exchange.Http.Response.Headers.RetryAfter.ToString());
    }

    private void Say(HttpResponseMessage response, string? said)
    {
        if (said is not null)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", said == Date ? At(TimeSpan.FromSeconds(90)) : said);
        }
    }

    private string At(TimeSpan from) => (_world.Clock.GetUtcNow() + from).ToString("r", CultureInfo.InvariantCulture);

    private static string Batch(params string[] urls) =>
        $$"""
            {"resourceType":"Bundle","type":"batch","entry":[{{string.Join(
                ',',
                urls.Select(static url => $$"""{"request":{"method":"GET","url":"{{url}}"} }""")
            )}}]}
            """;
}
