using System.Globalization;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Gateway.Refusals;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>What an export's poll says by its headers: until when the files are there, and when to ask again.</summary>
public sealed class ExportHeadersTests : IDisposable
{
    private const string Manifest =
        """{"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,"output":[],"error":[]}""";

    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "export"));

    public void Dispose() => _world.Dispose();

    // No later than the gateway's own names of the files are good.
    [Theory]
    [InlineData("2026-05-01T18:00:00Z", "2026-05-01T18:00:00Z")]
    [InlineData("2026-05-09T18:00:00Z", "2026-05-02T12:00:00Z")]
    [InlineData("2026-04-01T18:00:00Z", null)]
    [InlineData(null, null)]
    public async Task Release_Manifest_SaysUntilWhenItsFilesAreThere(string? said, string? told)
    {
        using var exchange = await PollAsync(200, Manifest, "Expires", said is null ? null : Rfc(said));

        Assert.Equal(told is null ? string.Empty : Rfc(told), exchange.Http.Response.Headers.Expires.ToString());
    }

    // 503 is the end of an export for clients of Bulk Data; 429 asks them to slow down.
    [Theory]
    [InlineData(429, 429)]
    [InlineData(503, 503)]
    public async Task Release_PollThatComesTooOften_IsToldSo(int said, int told)
    {
        using var exchange = await PollAsync(said, "{}", "Retry-After", "60");

        Assert.Equal(told, exchange.Http.Response.StatusCode);
        Assert.Equal("60", exchange.Http.Response.Headers.RetryAfter.ToString());
    }

    private async Task<GatewayExchange> PollAsync(int status, string body, string header, string? value)
    {
        using var kickOff = _world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        Assert.True((await _world.WalkAsync(kickOff, "Decide")).Continues);
        var job = _world.Get<HandleIssuer>().Issue(kickOff, HandleKind.Job, "http://fhir.example/r4/job/1")!;
        _world.Upstream.Answers(
            "GET /job/1",
            body,
            status,
            change: response =>
            {
                if (value is not null && !response.Headers.TryAddWithoutValidation(header, value))
                {
                    response.Content.Headers.TryAddWithoutValidation(header, value);
                }
            }
        );
        var exchange = _world.Open("GET", new Uri(job).PathAndQuery);
        var result = await _world.WalkAsync(exchange, "Release");
        if (!result.Continues)
        {
            await RefusalWriter.WriteAsync(exchange, result.Refusal!, result.Status);
        }

        return exchange;
    }

    private static string Rfc(string moment) =>
        DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture);
}
