using System.Reflection;
using Microsoft.AspNetCore.Http;
using PhiGateway.Fhir.Requests;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

/// <summary>Whatever a client may have to send, a web app may send too; and what it needs from an answer, it may read.</summary>
public sealed class WebAppTests : IDisposable
{
    private const string App = "https://app.example";

    private readonly StageWorld _world = new();

    public WebAppTests() => _world.Route = _world.Route! with { Origins = new HashSet<string> { App } };

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Question_AboutWhatAClientHasToSend_IsAnsweredWithIt()
    {
        var allowed = await AskAsync(App);

        // The justification of an emergency, and every header that has a meaning in FHIR; X-Provenance is refused whoever sends it.
        Assert.Contains("Phi-Justification", allowed);
        var meant = typeof(FhirHeaders).GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static one => one.Name);
        Assert.All(
            meant.Where(static name => name != nameof(FhirHeaders.Provenance)),
            name => Assert.Contains(allowed, header => Fold(header).EndsWith(name, StringComparison.OrdinalIgnoreCase))
        );
        Assert.All(["authorization", "dpop"], name => Assert.Contains(name, allowed, StringComparer.OrdinalIgnoreCase));
        Assert.DoesNotContain("*", allowed);
    }

    // What instruments of browsers add to each request means nothing here, and is no reason for a browser to keep it back.
    [Theory]
    [InlineData("Cache-Control", true)]
    [InlineData("X-Requested-With", true)]
    [InlineData("X-Correlation-Id", true)]
    [InlineData("traceparent", true)]
    [InlineData("X-HTTP-Method-Override", false)]
    [InlineData("X-Original-URL", false)]
    [InlineData("X-Provenance", false)]
    [InlineData("Cookie", false)]
    public async Task Question_AboutWhatInstrumentsSend_IsAnsweredWithWhatMeansNothing(string header, bool mayCome) =>
        Assert.Equal(mayCome, (await AskAsync(App)).Contains(header, StringComparer.OrdinalIgnoreCase));

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    public async Task Question_OfAnotherOrigin_StaysARefusal(string origin)
    {
        Assert.Empty(await AskAsync(origin));
        Assert.Equal(DenyReason.MethodNotAllowed, _lastRefusal);
    }

    [Fact]
    public void Answer_WhatAnAppMayRead_IsWhatIsWritten()
    {
        Assert.Contains(RateLimitFields.Policy, KnownHeaders.ForWebApps);
        Assert.Contains(RateLimitFields.State, KnownHeaders.ForWebApps);
        Assert.Contains("Retry-After", KnownHeaders.ForWebApps);
        Assert.Contains("Accept-Ranges", KnownHeaders.ForWebApps);
        Assert.DoesNotContain("Set-Cookie", KnownHeaders.ForWebApps);
    }

    [Theory]
    [InlineData("https://gw.example", "gw.example", true)]
    [InlineData("https://gw.example", "gw.example:443", true)]
    [InlineData("https://gw.example:443", "gw.example", true)]
    [InlineData("https://gw.example", "gw.example:80", false)]
    [InlineData("https://gw.example", "gw.example:8443", false)]
    [InlineData("https://gw.example", "gw.example:", false)]
    [InlineData("https://gw.example:8443", "gw.example:8443", true)]
    [InlineData("https://gw.example:8443", "gw.example", false)]
    [InlineData("https://gw.example:8443", "gw.example:443", false)]
    [InlineData("https://[2001:db8::1]", "[2001:db8::1]:443", true)]
    [InlineData("http://127.0.0.1", "127.0.0.1:80", true)]
    [InlineData("http://127.0.0.1", "127.0.0.1:443", false)]
    public async Task Run_PortOfTheScheme_MayBeWrittenOrNot(string publicBase, string host, bool isOurs)
    {
        using var world = new StageWorld(null, options => options.PublicBase = publicBase);
        using var exchange = world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Request.Host = new HostString(host);

        Assert.Equal(isOurs ? null : DenyReason.UnknownHost, (await world.WalkAsync(exchange, "Ingress")).Refusal);
    }

    private DenyReason? _lastRefusal;

    private async Task<string[]> AskAsync(string origin)
    {
        using var exchange = _world.Open(
            "OPTIONS",
            "/fhir/Observation",
            null,
            ("Origin", origin),
            ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "authorization, phi-justification")
        );
        _lastRefusal = (await _world.WalkAsync(exchange, "Release")).Refusal;
        return exchange.Http.Response.Headers.AccessControlAllowHeaders.ToString().Split(", ", StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Fold(string header) => header.Replace("-", string.Empty, StringComparison.Ordinal);
}
