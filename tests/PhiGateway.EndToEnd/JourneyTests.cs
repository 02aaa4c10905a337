using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>The promise end to end, over real sockets: allowed, refused, filtered, recorded.</summary>
public sealed class JourneyTests(SqliteWorld world) : IClassFixture<SqliteWorld>
{
    [Fact]
    public async Task Read_ApprovedClientOwnPatient_IsForwardedFilteredAndRecorded()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync("/Patient/f001", token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("f001", (string?)reply.Json["id"]);
        Assert.Null(reply.Json["telecom"]);
        Assert.NotNull(reply.Json["birthDate"]);
        var upstream = Assert.Single(await world.Backend.RecordedAsync());
        Assert.Equal("Bearer backend-secret", upstream.Header("authorization"));

        var records = await world.TrailAsync(reply.DecisionId, atLeast: 2);
        var disclosure = Assert.Single(records, record => (string?)record["kind"] == "disclosure");
        Assert.Equal("acme-lab-connector", (string?)disclosure["client"]);
        Assert.Contains("f001", disclosure.ToJsonString());
        Assert.Contains(records, record => (string?)record["kind"] == "delivery");
    }

    [Fact]
    public async Task Search_WithinUseCase_ReturnsOnlyWhatTheGrantCovers()
    {
        var token = await world.TokenAsync(world.Lab);

        var reply = await world.GetAsync("/Observation?patient=example&category=laboratory", token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.NotEmpty(reply.Entries);
        Assert.DoesNotContain("Observation/example-hiv", reply.Entries);
        Assert.All(
            reply.Json["entry"]!.AsArray(),
            entry => Assert.Equal("Patient/example", (string?)entry!["resource"]!["subject"]!["reference"])
        );
        Assert.Equal(reply.Entries.Count, (int?)reply.Json["total"]);
    }

    [Fact]
    public async Task Search_SameTokenOutsideUseCase_IsRefusedBeforeTheUpstream()
    {
        var token = await world.TokenAsync(world.Lab, "system/*.cruds");
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.GetAsync("/Condition?patient=example", token);

        Assert.Equal(HttpStatusCode.Forbidden, reply.Status);
        Assert.Equal("outside-use-case", reply.Code);
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
        Assert.Empty(await world.Backend.RecordedAsync());
        var record = Assert.Single(await world.TrailAsync(reply.DecisionId));
        Assert.Equal("deny", (string?)record["decision"]);
        Assert.Equal("outside-use-case", (string?)record["reason"]);
    }

    [Fact]
    public async Task Read_RestrictedRecord_IsLikeAMissingOneForTheVendorAndThereForTheWard()
    {
        var lab = await world.TokenAsync(world.Lab);
        var withheld = await world.GetAsync("/Observation/example-hiv", lab);
        var missing = await world.GetAsync("/Observation/no-such-observation", lab);

        Assert.Equal(HttpStatusCode.NotFound, withheld.Status);
        Assert.Equal(withheld.Status, missing.Status);
        Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), withheld.Body.Replace(withheld.DecisionId, string.Empty));
        Assert.Equal(missing.Headers.Keys.Order(), withheld.Headers.Keys.Order());

        var ward = await world.GetAsync("/Observation/example-hiv", await world.TokenAsync(world.Ward));
        Assert.Equal(HttpStatusCode.OK, ward.Status);
    }

    [Fact]
    public async Task Read_ForeignPatient_IsLikeAMissingOne()
    {
        var token = await world.TokenAsync(world.Lab);
        var foreign = await world.GetAsync("/Patient/f201", token);
        var missing = await world.GetAsync("/Patient/nobody", token);

        Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
        Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), foreign.Body.Replace(foreign.DecisionId, string.Empty));
    }

    [Fact]
    public async Task Create_OwnPatient_IsWrittenWithIntentAndOutcome_ForeignPatientIsNot()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var foreign = await world.SendAsync(HttpMethod.Post, "/Observation", token, Observation("f201"));
        Assert.Equal(HttpStatusCode.Forbidden, foreign.Status);
        Assert.Equal("outside-roster", foreign.Code);
        Assert.Empty(await world.Backend.RecordedAsync());

        var own = await world.SendAsync(HttpMethod.Post, "/Observation", token, Observation("f001"));
        Assert.Equal(HttpStatusCode.Created, own.Status);
        Assert.StartsWith($"{world.Base}/Observation/", own.Headers["Location"]);
        var records = await world.TrailAsync(own.DecisionId, atLeast: 2);
        Assert.Contains(records, record => (string?)record["kind"] == "intent");
        Assert.Contains(records, record => (string?)record["kind"] == "outcome");
    }

    [Fact]
    public async Task Update_OverTheStoredVersion_PassesForOwnAndIsRefusedForForeignAndRelabelled()
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Observation("f001"));
        var id = (string)created.Json["id"]!;

        var body = JsonNode.Parse(Observation("f001"))!;
        body["id"] = id;
        body["valueString"] = "changed";
        var updated = await world.SendAsync(HttpMethod.Put, $"/Observation/{id}", token, body.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, updated.Status);

        body["subject"]!["reference"] = "Patient/example";
        var moved = await world.SendAsync(HttpMethod.Put, $"/Observation/{id}", token, body.ToJsonString());
        Assert.Equal(HttpStatusCode.Forbidden, moved.Status);
        Assert.Equal("relabel-not-permitted", moved.Code);

        // Somebody else's laboratory result, taken over by writing one's own patient into it.
        var takeover = JsonNode.Parse(Observation("f001"))!;
        takeover["id"] = "f202";
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await world.SendAsync(HttpMethod.Put, "/Observation/f202", token, takeover.ToJsonString())).Status
        );
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/Observation/f202", await world.TokenAsync(world.Ward))).Status);

        Assert.Equal(HttpStatusCode.NotFound, (await world.SendAsync(HttpMethod.Delete, "/Observation/f202", token)).Status);
        var deleted = await world.SendAsync(HttpMethod.Delete, $"/Observation/{id}", token);
        Assert.True(deleted.Status is HttpStatusCode.NoContent or HttpStatusCode.OK, deleted.Status.ToString());
    }

    [Theory]
    [InlineData("html")]
    [InlineData("xml")]
    [InlineData("truncated-json")]
    [InlineData("trailing-json")]
    [InlineData("wrong-content-type")]
    [InlineData("deflate-claimed")]
    [InlineData("invalid-utf8")]
    [InlineData("empty")]
    [InlineData("cut")]
    [InlineData("redirect")]
    [InlineData("unauthorized")]
    [InlineData("server-error")]
    [InlineData("foreign-resource")]
    public async Task Read_UpstreamAnswersUnreadably_GivesBadGatewayAndNothingOfTheBody(string fault)
    {
        var token = await world.TokenAsync(world.Ward);
        await world.Backend.SetFaultAsync(fault, times: 1);
        try
        {
            var reply = await world.GetAsync("/Patient/example", token);

            Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
            Assert.DoesNotContain("Heuvel", reply.Body);
            Assert.DoesNotContain("Chalmers", reply.Body);
            Assert.DoesNotContain("ehr-internal", string.Join(' ', reply.Headers.Values) + reply.Body);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Read_UpstreamBeginsWithAByteOrderMark_IsReadAndJudged()
    {
        var token = await world.TokenAsync(world.Ward);
        await world.Backend.SetFaultAsync("bom", times: 1);
        try
        {
            var reply = await world.GetAsync("/Patient/example", token);

            Assert.Equal(HttpStatusCode.OK, reply.Status);
            Assert.Equal("example", (string?)reply.Json["id"]);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Read_UpstreamCompressesUnasked_IsReadAndJudged()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync("gzip", times: 1);

        var reply = await world.GetAsync("/Patient/f001", token);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Null(reply.Json["telecom"]);
    }

    [Fact]
    public async Task Call_WithoutTokenOrFromAStranger_IsRefused()
    {
        var none = await world.GetAsync("/Patient/f001", null);
        Assert.Equal(HttpStatusCode.Unauthorized, none.Status);
        Assert.StartsWith("Bearer", none.Headers["WWW-Authenticate"]);
        Assert.DoesNotContain("error=", none.Headers["WWW-Authenticate"]);

        var stranger = await world.GetAsync("/Patient/f001", await world.TokenAsync(world.Stranger));
        Assert.Equal(HttpStatusCode.Forbidden, stranger.Status);
        Assert.Equal("unknown-client", stranger.Code);
    }

    [Fact]
    public async Task Metadata_WithoutToken_SpeaksForTheGateway()
    {
        var reply = await world.GetAsync("/metadata", null);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal(world.Base, (string?)reply.Json["implementation"]!["url"]);
        Assert.DoesNotContain(world.Backend.Base, reply.Body);
        var rest = reply.Json["rest"]![0]!;
        Assert.True((bool)rest["security"]!["cors"]!);
        Assert.Equal("batch", (string?)rest["interaction"]![0]!["code"]);
        var observation = rest["resource"]!.AsArray().Single(static one => (string?)one!["type"] == "Observation")!;
        Assert.Contains("patient", observation["searchParam"]!.AsArray().Select(static one => (string?)one!["name"]));
        Assert.Contains("search-type", observation["interaction"]!.AsArray().Select(static one => (string?)one!["code"]));
        Assert.DoesNotContain("Practitioner", rest["resource"]!.AsArray().Select(static one => (string?)one!["type"]));
        var smart = await world.GetAsync("/.well-known/smart-configuration", null);
        Assert.Equal(world.Issuer.Issuer, (string?)smart.Json["issuer"]);
    }

    [Fact]
    public async Task RealClients_WithinTheirUseCase_WorkUnchanged()
    {
        var token = await world.TokenAsync(world.Ward);
        foreach (
            var steps in new[]
            {
                await ClientJourney.FhirKitClientAsync(world.Base, token),
                await ClientJourney.FhirClientAsync(world.Base, token),
            }
        )
        {
            Assert.All(steps, step => Assert.True(step.Ok, $"{step.Name}: {step.Status} {step.Code}"));
        }

        var lab = await world.TokenAsync(world.Lab);
        var refused = Assert.Single(await ClientJourney.FhirKitClientAsync(world.Base, lab), step => step.Name == "search-conditions");
        Assert.Equal(403, refused.Status);
        Assert.Equal("outside-use-case", refused.Code);
    }

    private static string Observation(string patient) =>
        $$"""
            {"resourceType":"Observation","status":"final","category":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}]}],
             "code":{"coding":[{"system":"http://loinc.org","code":"15074-8"}]},"subject":{"reference":"Patient/{{patient}}"},"valueString":"new"}
            """;
}
