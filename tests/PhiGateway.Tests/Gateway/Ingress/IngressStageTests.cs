using Microsoft.AspNetCore.Http;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using Xunit;

namespace PhiGateway.Tests.Gateway.Ingress;

public sealed class IngressStageTests : IDisposable
{
    private readonly StageWorld _world = new();

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_PlainRead_HandsOnOneReading()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1", headers: ("Accept", "application/fhir+json"));

        Assert.True((await _world.WalkAsync(exchange, "Ingress")).Continues);
        Assert.Equal(["Observation", "1"], exchange.Ingressed.Canonical.Segments);
        Assert.Equal("application/fhir+json", exchange.Ingressed.Headers.Accept);
        Assert.Equal(RequestKind.None, exchange.Kind);
    }

    [Theory]
    [InlineData("GET", "/fhir/metadata", nameof(PublicDocument.CapabilityStatement))]
    [InlineData("HEAD", "/fhir/.well-known/smart-configuration", nameof(PublicDocument.SmartConfiguration))]
    [InlineData("GET", "/fhir/.well-known/udap", nameof(PublicDocument.Udap))]
    [InlineData("GET", "/fhir/metadata/1", nameof(PublicDocument.None))]
    [InlineData("POST", "/fhir/metadata", nameof(PublicDocument.None))]
    public async Task Run_PublicDocument_IsKnownByItsExactPlace(string method, string target, string document)
    {
        using var exchange = _world.Open(method, target);

        await _world.WalkAsync(exchange, "Ingress");
        Assert.Equal(document, exchange.Ingressed.Document.ToString());
        Assert.Equal(document == "None" ? RequestKind.None : RequestKind.PublicDocument, exchange.Kind);
    }

    // The upstream may have one of its own: that is not this server's.
    [Fact]
    public async Task Run_UdapWhereNobodySigns_IsNotThereAndNobodyIsAsked()
    {
        using var exchange = _world.Open("GET", "/fhir/.well-known/udap");

        Assert.Equal(DenyReason.UnknownResourceType, (await _world.WalkAsync(exchange, "Release")).Refusal);
        Assert.Empty(_world.Upstream.Calls);
    }

    [Fact]
    public async Task Run_ForeignHost_IsRefusedBeforeAnythingIsRead()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Request.Host = new HostString("other.example");

        Assert.Equal(DenyReason.UnknownHost, (await _world.WalkAsync(exchange, "Ingress")).Refusal);
        Assert.Null(exchange.Known.Canonical);
    }

    [Fact]
    public async Task Run_NoRoute_IsRefused()
    {
        _world.Route = null;
        using var exchange = _world.Open("GET", "/elsewhere");

        Assert.Equal(DenyReason.NoRoute, (await _world.WalkAsync(exchange, "Ingress")).Refusal);
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X_Http_Method_Override", "DELETE")]
    [InlineData("X-Original-URL", "/fhir/Observation/2")]
    [InlineData("X-Original-URL", "")]
    [InlineData("X-Original-URL", "https://other.example/fhir/Observation/1")]
    [InlineData("X-Original-URL", "https://gw.example.evil/fhir/Observation/1")]
    [InlineData("X-Original-URL", "/fhir/Observation/%31")]
    [InlineData("X-Rewrite-URL", "/fhir/observation/1")]
    [InlineData("X-Forwarded-Uri", "/fhir/Observation/1?_format=json")]
    [InlineData("X-Forwarded-Method", "get")]
    public async Task Run_HeaderThatAsksForAnotherRequest_IsRefused(string name, string value)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1", headers: (name, value));

        Assert.Equal(DenyReason.MalformedHeader, (await _world.WalkAsync(exchange, "Ingress")).Refusal);
    }

    [Theory]
    [InlineData("gzip", "unsupported-media-type")]
    [InlineData("identity, gzip", "unsupported-media-type")]
    [InlineData("", "unsupported-media-type")]
    [InlineData("Identity", null)]
    public async Task Run_BodyInACoding_IsRefusedForThat(string coding, string? refusal)
    {
        using var exchange = _world.Open("POST", "/fhir/Observation", "{}", ("Content-Encoding", coding));

        Assert.Equal(refusal, (await _world.WalkAsync(exchange, "Ingress")).Refusal?.Code);
    }

    [Theory]
    [InlineData("X-Original-URL", "/fhir/Observation/1")]
    [InlineData("X-Original-URL", "https://gw.example/fhir/Observation/1")]
    [InlineData("X-Rewrite-URL", "/fhir/Observation/1")]
    [InlineData("X_Forwarded_Uri", "/fhir/Observation/1")]
    [InlineData("X-Forwarded-Method", "GET")]
    [InlineData("X-Original-Method", "GET")]
    [InlineData("Upgrade", "h2c")]
    [InlineData("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")]
    public async Task Run_HeaderThatSaysWhatWasSent_OrOffersMore_IsIgnored(string name, string value)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1", headers: (name, value));

        Assert.True((await _world.WalkAsync(exchange, "Ingress")).Continues);
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("h2c, WebSocket")]
    public async Task Run_UpgradeThatIsNoOffer_IsRefused(string protocol)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1", headers: ("Upgrade", protocol));

        Assert.Equal(DenyReason.UpgradeRefused, (await _world.WalkAsync(exchange, "Ingress")).Refusal);
    }

    [Fact]
    public async Task Run_BodyWithoutMeaning_IsRefused()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1", "{}");

        Assert.Equal(DenyReason.MalformedRequest, (await _world.WalkAsync(exchange, "Ingress")).Refusal);
    }

    [Fact]
    public async Task CrossOrigin_QuestionOfARegisteredOrigin_IsAnsweredAndNothingElseRuns()
    {
        _world.Route = _world.Route! with { Origins = new HashSet<string> { "https://app.example" } };
        using var exchange = _world.Open(
            "OPTIONS",
            "/fhir/Observation/1",
            null,
            ("Origin", "https://app.example"),
            ("Access-Control-Request-Method", "GET")
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).IsAnswered);
        Assert.Equal(204, exchange.Http.Response.StatusCode);
        Assert.Equal(0, _world.Callers.Asks);
        Assert.Empty(_world.Journal.Records);
    }

    [Theory]
    [InlineData("Accept", true)]
    [InlineData("Prefer", true)]
    [InlineData("If-None-Match", false)]
    [InlineData("If-Match", false)]
    [InlineData("If-Modified-Since", false)]
    [InlineData("If-None-Exist", false)]
    public async Task Run_HeaderInTwoLines_IsOneListWhereItIsAList(string name, bool isList)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Request.Headers[name] = new Microsoft.Extensions.Primitives.StringValues(["W/\"1\"", "W/\"2\""]);

        var result = await _world.WalkAsync(exchange, "Ingress");

        Assert.Equal(isList ? null : "malformed-header", result.Refusal?.Code);
        if (isList)
        {
            var headers = exchange.Ingressed.Headers;
            Assert.Contains("W/\"1\", W/\"2\"", (string?[])[headers.Accept, headers.Prefer]);
        }
    }

    // Which of two flaws is told does not hang on the order in which headers came.
    [Theory]
    [InlineData("X-HTTP-Method-Override", "If-Match")]
    [InlineData("If-Match", "X-HTTP-Method-Override")]
    public async Task Run_HeaderInTwoLinesBesideOneThatAsksForAnotherRequest_IsToldByTheTwoLines(string first, string second)
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        foreach (var name in (string[])[first, second])
        {
            string[] lines = name == "If-Match" ? ["W/\"1\"", "W/\"2\""] : ["DELETE"];
            exchange.Http.Request.Headers[name] = lines;
        }

        var result = await _world.WalkAsync(exchange, "Ingress");

        Assert.Equal((DenyReason.MalformedHeader, "If-Match"), (result.Refusal, result.Detail));
    }

    // What means nothing here may come as often as it likes.
    [Fact]
    public async Task Run_HeaderOfOthersInTwoLines_IsIgnored()
    {
        using var exchange = _world.Open("GET", "/fhir/Observation/1");
        exchange.Http.Request.Headers["X-Trace"] = new Microsoft.Extensions.Primitives.StringValues(["1", "2"]);

        Assert.True((await _world.WalkAsync(exchange, "Ingress")).Continues);
    }

    [Fact]
    public async Task CrossOrigin_QuestionOfAnotherOrigin_IsARequestLikeOthers()
    {
        using var exchange = _world.Open(
            "OPTIONS",
            "/fhir/Observation/1",
            null,
            ("Origin", "https://elsewhere.example"),
            ("Access-Control-Request-Method", "GET")
        );

        Assert.True((await _world.WalkAsync(exchange, "Release")).IsRefused(out _));
    }
}
