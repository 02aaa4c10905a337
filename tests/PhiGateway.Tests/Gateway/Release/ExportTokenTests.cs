using System.Text.Json.Nodes;
using PhiGateway.Gateway.Exchange;
using PhiGateway.Gateway.Handles;
using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// An export outlives the token that began it: its client polls and reads on with the next one. For whomever, and for whatever, else the
/// handles are none.
/// </summary>
public sealed class ExportTokenTests : IDisposable
{
    private readonly StageWorld _world = new(null, null, StageWorld.Grant("read", "search", "export"));

    public ExportTokenTests()
    {
        _world
            .Upstream.Answers(
                "GET /Patient/$export?_type=Observation",
                string.Empty,
                202,
                change: static response =>
                    response.Content.Headers.TryAddWithoutValidation("Content-Location", "http://fhir.example/r4/jobs/1")
            )
            .Answers(
                "GET /jobs/1",
                """
                {"transactionTime":"2026-05-01T00:00:00Z","request":"x","requiresAccessToken":true,
                "output":[{"type":"Observation","url":"http://fhir.example/r4/files/1"}]}
                """,
                mediaType: KnownMediaTypes.Json
            )
            .Answers("GET /files/1", StageWorld.Observation().ReplaceLineEndings(string.Empty), mediaType: KnownMediaTypes.FhirNdjson);
        _world.Upstream.Answers("DELETE /jobs/1", string.Empty, 202);
    }

    private static Caller Renewed =>
        Asked.Caller() with
        {
            TokenHash = new string('e', 64),
            TokenId = "renewed",
            IssuedAt = TestRegistry.Now.AddMinutes(5),
            ExpiresAt = TestRegistry.Now.AddMinutes(10),
        };

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Run_TokenRenewedAtEachStep_ExportIsReadToItsEnd()
    {
        var job = await KickOffAsync();
        Come(Renewed);
        _world.Clock.Advance(TimeSpan.FromMinutes(6));

        var manifest = JsonNode.Parse((await AskAsync("GET", job)).Text)!;
        var file = new Uri((string)manifest["output"]![0]!["url"]!).PathAndQuery;
        Come(Renewed with { TokenHash = new string('f', 64), ExpiresAt = TestRegistry.Now.AddMinutes(20) });
        _world.Clock.Advance(TimeSpan.FromMinutes(6));

        Assert.Contains("\"id\":\"1\"", (await AskAsync("GET", file)).Text, StringComparison.Ordinal);
        Assert.Null((await AskAsync("DELETE", job)).Refusal);
    }

    /// <summary>Who comes with the handle; what the record says of it.</summary>
    public static TheoryData<string, string?> Comers =>
        new()
        {
            { "another client", "handle-of-another-client" },
            { "another patient", "handle-of-another-context" },
            { "no patient", "handle-of-another-context" },
            { "another purpose", "handle-of-another-context" },
            { "another user", "handle-of-another-context" },
            { "somebody who acts for the user", "handle-of-another-context" },
            { "another kind of proof", "handle-of-another-context" },
            { "the same with fewer scopes", null },
            { "the same", null },
        };

    [Theory]
    [MemberData(nameof(Comers))]
    public async Task Run_HandleInOtherHands_IsNone(string comer, string? flaw)
    {
        var useCase = TestRegistry.UseCase(grants: StageWorld.Grant("read", "search", "export")) with { Purposes = ["TREAT", "HPAYMT"] };
        _world.Publish(TestRegistry.Build(TestRegistry.Open(useCase)));
        var of17 = Asked.Caller() with { PatientContext = PatientId.Parse("17") };
        Come(of17);
        var job = await KickOffAsync();

        var other = of17 with { TokenHash = new string('e', 64) };
        Come(
            comer switch
            {
                "another client" => other with { ClientId = "second" },
                "another patient" => other with { PatientContext = PatientId.Parse("18") },
                "no patient" => other with { PatientContext = null },
                "another purpose" => other with { Purposes = [PurposeOfUse.Parse("HPAYMT")] },
                "another user" => other with { Subject = "somebody-else" },
                "somebody who acts for the user" => other with { Actors = ["second"] },
                "another kind of proof" => other with { Binding = ProofBinding.Mtls },
                "the same with fewer scopes" => other with { Scopes = Asked.Caller(scopes: "system/Observation.rs").Scopes },
                _ => other,
            }
        );
        if (comer == "another client")
        {
            _world.Publish(TestRegistry.Build([.. TestRegistry.Open(useCase), .. Second(useCase)]));
        }

        _world.Upstream.Calls.Clear();
        var (refusal, detail, _) = await AskAsync("GET", job);

        Assert.Equal(flaw, detail);
        Assert.Equal(flaw is null ? null : DenyReason.HandleNotYours, refusal);
        Assert.True(flaw is null || _world.Upstream.Calls.Count == 0);
    }

    // A part that is put behind an earlier one would be of two judgements: the file leaves whole, and says that it does.
    [Theory]
    [InlineData("GET", "bytes=5-")]
    [InlineData("GET", "bytes=0-0,4-9")]
    [InlineData("HEAD", "bytes=5-")]
    [InlineData("GET", null)]
    public async Task Run_FileAskedForInPart_LeavesWholeAndSaysSo(string method, string? range)
    {
        var job = await KickOffAsync();
        var manifest = JsonNode.Parse((await AskAsync("GET", job)).Text)!;
        var file = new Uri((string)manifest["output"]![0]!["url"]!).PathAndQuery;
        var headers = range is null ? [] : new (string, string)[] { ("Range", range), ("If-Range", "\"1\"") };
        using var exchange = _world.Open(method, file, null, headers);

        Assert.True((await _world.WalkAsync(exchange, "Release")).Continues);

        Assert.Equal(200, exchange.Http.Response.StatusCode);
        Assert.Equal("none", exchange.Http.Response.Headers.AcceptRanges);
        Assert.True(exchange.Http.Response.Headers.ContentRange.Count == 0);
        Assert.Equal(method == "HEAD", StageWorld.Written(exchange).Length == 0);
        Assert.True(method == "HEAD" || StageWorld.Written(exchange).StartsWith("{\"resourceType\"", StringComparison.Ordinal));
    }

    // Another client of the same use case, approved as well.
    private static IRegistryEntity[] Second(UseCase useCase)
    {
        var client = TestRegistry.Client("second");
        var credential = TestRegistry.Credential("second-oidc", "second", "second");
        var fingerprint = ApprovalFingerprint.Of(client, useCase, TestRegistry.Agreement(), TestRegistry.Organization(), [credential]);
        return [client, credential, TestRegistry.Approval(fingerprint, "second", "second")];
    }

    private void Come(Caller caller) => _world.Callers.Result = CallerResult.Of(caller);

    private async Task<string> KickOffAsync()
    {
        using var exchange = _world.Open("GET", "/fhir/Patient/$export?_type=Observation", null, ("Prefer", "respond-async"));
        var result = await _world.WalkAsync(exchange, "Release");
        Assert.True(result.Continues, $"{result.Refusal} {result.Detail}");
        return new Uri(exchange.Http.Response.Headers.ContentLocation.ToString()).PathAndQuery;
    }

    private async Task<(DenyReason? Refusal, string? Detail, string Text)> AskAsync(string method, string target)
    {
        using var exchange = _world.Open(method, target);
        var result = await _world.WalkAsync(exchange, "Release");
        return (result.Refusal, result.Detail, StageWorld.Written(exchange));
    }
}
