using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>What a refusal looks like to the client, for each family of statuses.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class RefusalTests(OpenWorld world)
{
    private static readonly string[] Inside =
    [
        "PhiGateway",
        "System.",
        "Microsoft",
        "Exception",
        "   at ",
        ".cs:",
        "Kestrel",
        "Yarp",
        "backend-secret",
        "acme-orders",
        "grant",
    ];

    /// <summary>Request, status, code.</summary>
    public static TheoryData<string, int, string> Families =>
        new()
        {
            { RawShape.Get("/fhir//Patient"), 400, "malformed-path" },
            { RawShape.Get("/fhir/Patient?nonsense=1"), 400, "unknown-parameter" },
            { RawShape.Get("/fhir/Patient?access_token=a"), 400, "malformed-credential" },
            { Without(RawShape.Get("/fhir/Patient/f001")), 401, "no-credential" },
            { RawShape.Get("/fhir/Patient/f001").Replace("Bearer {token}", "Basic YTpi", StringComparison.Ordinal), 401, "no-credential" },
            { RawShape.Get("/fhir/Patient/f001").Replace("{token}", "nonsense", StringComparison.Ordinal), 401, "invalid-token" },
            { RawShape.Get("/fhir/Patient/f001").Replace("{token}", "{token}x", StringComparison.Ordinal), 401, "invalid-token" },
            { RawShape.Get("/fhir/Practitioner/f001"), 403, "outside-use-case" },
            { RawShape.Get("/fhir/Patient/no-such"), 404, "not-found-or-withheld" },
            { RawShape.Get("/fhir/Nonsense/1"), 404, "unknown-resource-type" },
            { RawShape.Get("/fhir/Patient/f001", method: "TRACE"), 405, "method-not-allowed" },
            { RawShape.Get("/fhir/Patient/f001", "Accept: application/fhir+xml\r\n"), 406, "not-acceptable" },
            { RawShape.Search("Content-Length: 9999999\r\n", string.Empty), 413, "body-too-large" },
            {
                RawShape
                    .Search("Content-Length: 2\r\n", "{}")
                    .Replace("application/x-www-form-urlencoded", "text/plain", StringComparison.Ordinal),
                415,
                "unsupported-media-type"
            },
            { RawShape.Get("/fhir/Patient/f001").Replace("{host}", "ehr.internal", StringComparison.Ordinal), 421, "unknown-host" },
        };

    [Fact]
    public async Task Refusal_AskedAbout_IsExplainedFromItsRecord()
    {
        var refused = await world.GetAsync("/Condition?patient=f001", await world.TokenAsync(world.Lab));
        Assert.Equal("outside-use-case", refused.Code);
        await world.TrailAsync(refused.DecisionId);
        var why = await world.Wei.GetAsync($"decisions/{refused.DecisionId}");
        Assert.Equal("outside-use-case", (string)why["reason"]!);
        Assert.Equal(world.Lab.ClientId, (string)why["who"]!["client"]!);
        Assert.Equal("add Condition.search to lab-results and have it approved (widening: two persons)", (string)why["to_open"]![0]!);
        Assert.All(why["doors"]!.AsArray(), door => Assert.True((bool)door!["open"]!, (string)door["name"]!));
    }

    [Theory]
    [InlineData("/Observation/_search", "application/x-www-form-urlencoded", "patient=,", "malformed-query")]
    [InlineData("/Observation", "application/fhir+json", "{", "malformed-body")]
    [InlineData("", "application/fhir+json", "{", "malformed-body")]
    public async Task Refuse_ClientThatIsNotKnown_IsRefusedBeforeItsBodyIsRead(string path, string type, string body, string ofKnown)
    {
        var stranger = await world.SendAsync(HttpMethod.Post, path, await world.TokenAsync(world.Nobody), body, type);
        var known = await world.SendAsync(HttpMethod.Post, path, await world.TokenAsync(world.Lab), body, type);

        Assert.Equal(("unknown-client", ofKnown), (stranger.Code, known.Code));
        Assert.Equal("unknown-client", (string?)Assert.Single(await world.TrailAsync(stranger.DecisionId))["reason"]);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Refuse_OnAFhirRoute_IsAnOperationOutcomeWithTheDecision(string request, int status, string code)
    {
        var (reply, _) = await world.AskAsync(request);

        Assert.Equal((status, code), (reply!.Status, reply.Code));
        Assert.Equal("application/fhir+json; charset=utf-8", reply.Header("Content-Type"));
        Assert.Equal("no-store", reply.Header("Cache-Control"));
        Assert.Equal("OperationOutcome", (string?)JsonNode.Parse(reply.Body)!["resourceType"]);
        Assert.Equal($"decision {reply.DecisionId}", (string?)JsonNode.Parse(reply.Body)!["issue"]![0]!["diagnostics"]);
        Assert.All(Inside, word => Assert.DoesNotContain(word, reply.Body + string.Join(' ', reply.Headers), StringComparison.Ordinal));
        Assert.Null(reply.Header("Server"));
        Assert.Equal(status == 405, reply.Header("Allow") is not null);
        Assert.Equal(status is 401 || code == "malformed-credential", reply.Header("WWW-Authenticate") is not null);
        Assert.Equal(code, (string?)(await world.RefusalAsync(reply.DecisionId!))["reason"]);
    }

    [Theory]
    [InlineData("/", 404)]
    [InlineData("/other/Patient/f001", 404)]
    [InlineData("/fhirs/Patient", 404)]
    public async Task Refuse_OffRoutes_IsAProblemWithTheDecision(string target, int status)
    {
        var (reply, _) = await world.AskAsync(RawShape.Get(target));

        Assert.Equal(status, reply!.Status);
        Assert.Equal("application/problem+json", reply.Header("Content-Type"));
        var problem = JsonNode.Parse(reply.Body)!;
        Assert.Equal(status, (int?)problem["status"]);
        Assert.Equal("urn:phi-gateway:refusal:no-route", (string?)problem["type"]);
        Assert.Equal(reply.DecisionId, (string?)problem["decision"]);
        Assert.Equal("no-store", reply.Header("Cache-Control"));
    }

    [Fact]
    public async Task Challenge_WithoutToken_HasNoErrorAndWithABadOneInvalidToken()
    {
        var (none, _) = await world.AskAsync(Without(RawShape.Get("/fhir/Patient/f001")));
        var (bad, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001").Replace("{token}", "nonsense", StringComparison.Ordinal));

        var root = world.Base[..^"/fhir".Length];
        var realm = $"realm=\"north\", resource_metadata=\"{root}/.well-known/oauth-protected-resource/fhir\"";
        var other = $"DPoP {realm}, algs=\"ES256 ES384 PS256\"";
        Assert.Equal($"Bearer {realm}, {other}", none!.Header("WWW-Authenticate"));
        Assert.Equal($"Bearer {realm}, error=\"invalid_token\", {other}", bad!.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task ResourceMetadata_WhereAChallengePoints_NamesTheBaseAndItsIssuers()
    {
        using var http = new HttpClient();
        var root = world.Base[..^"/fhir".Length];
        foreach (var place in new[] { "/.well-known/oauth-protected-resource/fhir", "/fhir/.well-known/oauth-protected-resource" })
        {
            var document = JsonNode.Parse(await http.GetStringAsync(root + place))!;

            Assert.Equal(world.Base, (string?)document["resource"]);
            Assert.Equal([world.Issuer.Issuer], document["authorization_servers"]!.AsArray().Select(static one => (string?)one));
            Assert.Equal(["header"], document["bearer_methods_supported"]!.AsArray().Select(static one => (string?)one));
        }

        foreach (var place in new[] { "", "/", "/fhi", "/fhir/", "/fhir/Patient/f001", "/fhir?a=b", "/FHIR", "%2Ffhir", "/fhir/../fhir" })
        {
            var (reply, _) = await world.AskAsync(RawShape.Get("/.well-known/oauth-protected-resource" + place));
            Assert.NotEqual(200, reply!.Status);
        }
    }

    [Fact]
    public async Task Challenge_OutsideScope_IsInsufficientScopeAndOutsideUseCaseHasNone()
    {
        var narrow = await world.TokenAsync(world.Stranger, "system/Observation.rs");
        var (scope, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001").Replace("{token}", narrow, StringComparison.Ordinal));
        var (useCase, _) = await world.AskAsync(RawShape.Get("/fhir/Practitioner/f001"));

        Assert.Equal((403, "outside-scope"), (scope!.Status, scope.Code));
        Assert.Contains("error=\"insufficient_scope\"", scope.Header("WWW-Authenticate"));
        Assert.Equal((403, "outside-use-case"), (useCase!.Status, useCase.Code));
        Assert.Null(useCase.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task Refuse_Head_HasTheHeadersOfGetAndNoBody()
    {
        var target = "/fhir/Patient/no-such";
        var (get, _) = await world.AskAsync(RawShape.Get(target));
        using var connection = await RawConnection.OpenAsync(world.Gateway.Data);
        await connection.WriteAsync(world.Fill(RawShape.Get(target, method: "HEAD") + RawShape.Get("/fhir/Patient/f001")));
        var head = await connection.ReadAsync(toHead: true);

        Assert.Equal(get!.Status, head!.Status);
        Assert.Equal(get.Headers.Select(pair => pair.Key).Order(), head.Headers.Select(pair => pair.Key).Order());
        Assert.Equal(200, (await connection.ReadAsync())!.Status);
    }

    [Theory]
    [InlineData("html", 502)]
    [InlineData("server-error", 502)]
    [InlineData("cut", 502)]
    public async Task Refuse_ForTheUpstreamsSake_SaysNothingOfIt(string fault, int status)
    {
        await world.Backend.SetFaultAsync(fault, times: 1);
        try
        {
            var (reply, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001"));

            Assert.Equal(status, reply!.Status);
            Assert.Equal("no-store", reply.Header("Cache-Control"));
            Assert.DoesNotContain("Chalmers", reply.Body);
            Assert.DoesNotContain("SELECT", reply.Body);
            Assert.All(Inside, word => Assert.DoesNotContain(word, reply.Body, StringComparison.Ordinal));
            Assert.Equal("error", (string?)(await world.RefusalAsync(reply.DecisionId!))["decision"]);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Refuse_TooManyAtOnce_SaysWhenToComeBack()
    {
        await LimitAsync(new { requestsPerSecond = 1 });
        try
        {
            var token = await world.TokenAsync(world.Ward);
            RawReply? limited;
            do
            {
                (limited, _) = await world.AskAsync(RawShape.Get("/fhir/Patient/f001").Replace("{token}", token, StringComparison.Ordinal));
            } while (limited!.Status != 429);

            Assert.Equal("rate-limited", limited.Code);
            Assert.True(int.Parse(limited.Header("Retry-After")!) >= 1);
            Assert.Equal("no-store", limited.Header("Cache-Control"));
        }
        finally
        {
            await LimitAsync(null);
        }
    }

    private async Task LimitAsync(object? limits)
    {
        await world.Mary.PatchAsync($"clients/{world.Ward.ClientId}", new { limits });
        await world.Mary.PostAsync($"clients/{world.Ward.ClientId}:submit");
        var posture = await world.Wei.GetAsync($"clients/{world.Ward.ClientId}/posture");
        await world.Wei.PostAsync(
            $"clients/{world.Ward.ClientId}:approve",
            new { fingerprint = posture["fingerprint"]!.GetValue<string>() }
        );
    }

    private static string Without(string request) =>
        request.Replace("Authorization: Bearer {token}\r\n", string.Empty, StringComparison.Ordinal);
}
