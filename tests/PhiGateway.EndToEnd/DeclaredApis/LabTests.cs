using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>
/// A backend that does not speak FHIR under the same policy: understood by the table or refused, judged record by record, on record before
/// it leaves.
/// </summary>
[Collection(LabCollection.Name)]
public sealed class LabTests(LabWorld world)
{
    private Task<string> Vendor => world.Issuer.TokenAsync(world.Vendor);

    private Task<string> Ward => world.Issuer.TokenAsync(world.Ward);

    [Fact]
    public async Task Search_OwnPatient_ReleasesWhatTheGrantCoversAndRecordsIt()
    {
        await world.Lab.ForgetRecordedAsync();

        var reply = await world.GetAsync("/lab/v1/patients/p1/results?category=all", await Vendor);

        // r2 is labelled, r3 is no laboratory result, r4 is restricted; the name beside the results is not declared.
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("application/json; charset=utf-8", reply.Headers["Content-Type"]);
        Assert.Equal(["r1", "r7"], Ids(reply));
        Assert.Equal(2, (int?)reply.Json["total"]);
        Assert.Equal(2, (int?)reply.Json["page"]!["next"]);
        Assert.DoesNotContain("Canary", reply.Body);
        var upstream = Assert.Single(await world.Lab.RecordedAsync());
        Assert.Equal(("GET", "/api/v1/patients/p1/results?category=all"), (upstream.Method, upstream.Url));
        Assert.Equal("Bearer of-lab", upstream.Header("authorization"));

        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            static record => (string?)record["kind"] == "disclosure"
        );
        Assert.Equal(["p1"], Texts(disclosure["patients"]));
        Assert.Equal(["Observation/r1", "Observation/r7"], Texts(disclosure["resources"]));
        Assert.Equal(3, (int?)disclosure["withheldCount"]);
        Assert.Equal(
            ("search-type", "Observation", "GET /v1/patients/{patient}/results"),
            ((string?)disclosure["interaction"], (string?)disclosure["resourceType"], (string?)disclosure["template"])
        );

        Assert.Equal(["r1", "r2", "r3", "r4", "r7"], Ids(await world.GetAsync("/lab/v1/patients/p1/results", await Ward)));
    }

    [Fact]
    public async Task Search_ByPostedBody_IsForThePatientThatItNames()
    {
        var own = await world.SendAsync(HttpMethod.Post, "/lab/v1/searches", await Vendor, """{"patientId":"p1"}""", "application/json");
        Assert.Equal(["r1", "r7"], Ids(own));
        await world.Lab.ForgetRecordedAsync();

        foreach (
            var (body, code) in new[]
            {
                ("""{"patientId":"p3"}""", "outside-roster"),
                ("""{"patientId":["p1","p3"]}""", "malformed-body"),
                ("""{"patientId":"p1","or":{"patientId":"p3"}}""", "malformed-body"),
                ("""{"patientId":"p1","PatientId":"p3"}""", "malformed-body"),
                ("""{"PatientId":"p3"}""", "malformed-body"),
                ("""{"category":"laboratory"}""", "malformed-body"),
                ("""{"patientId":null}""", "malformed-body"),
                ("[]", "malformed-body"),
                ("""{"patientId":"p1"}{}""", "malformed-body"),
            }
        )
        {
            Assert.Equal(code, CodeOf(await world.SendAsync(HttpMethod.Post, "/lab/v1/searches", await Vendor, body, "application/json")));
        }

        Assert.Equal(
            "unsupported-media-type",
            CodeOf(
                await world.SendAsync(
                    HttpMethod.Post,
                    "/lab/v1/searches",
                    await Vendor,
                    "patientId=p1",
                    "application/x-www-form-urlencoded"
                )
            )
        );
        Assert.Empty(await world.Lab.RecordedAsync());
    }

    [Fact]
    public async Task Search_ForeignItems_AreDroppedOrTheAnswerIsWithheld()
    {
        // p3 is nobody's business; p2 is on the roster, but was not asked for.
        await world.Lab.SetFaultAsync("foreign-items");
        Assert.Equal(["r1", "r7"], Ids(await world.GetAsync("/lab/v1/patients/p1/results", await Vendor)));

        Assert.Equal(["r5"], Ids(await world.GetAsync("/lab/v1/results?patient=p2", await Vendor)));
        await world.Lab.SetFaultAsync("foreign-items");
        var withheld = await world.GetAsync("/lab/v1/results?patient=p2", await Vendor);
        Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), (withheld.Status, CodeOf(withheld)));
        Assert.DoesNotContain("r6", withheld.Body);
    }

    [Theory]
    [InlineData("number-patient")]
    [InlineData("missing-patient")]
    [InlineData("array-patient")]
    public async Task Search_PatientNotAsDeclared_IsWithheld(string fault)
    {
        await world.Lab.SetFaultAsync(fault);
        var reply = await world.GetAsync("/lab/v1/patients/p1/results", await Ward);

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Empty(Ids(reply));
        Assert.NotEmpty(Ids(await world.GetAsync("/lab/v1/patients/p1/results", await Ward)));
    }

    [Theory]
    [InlineData("twice-patient")]
    [InlineData("html")]
    [InlineData("truncated-json")]
    [InlineData("trailing-json")]
    [InlineData("wrong-content-type")]
    [InlineData("empty")]
    [InlineData("deflate-claimed")]
    [InlineData("not-acceptable-status")]
    [InlineData("redirect")]
    [InlineData("unauthorized")]
    [InlineData("server-error")]
    public async Task Search_AnswerThatCannotBeJudged_ShowsNothingOfIt(string fault)
    {
        await world.Lab.SetFaultAsync(fault);
        var reply = await world.GetAsync("/lab/v1/patients/p1/results", await Ward);

        Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
        Assert.Equal("application/problem+json", reply.Headers["Content-Type"]);
        Assert.DoesNotContain("value-", reply.Body);
        Assert.DoesNotContain("Chalmers", reply.Body);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/lab/v1/patients/p1/results", await Ward)).Status);
    }

    [Theory]
    [InlineData("/lab/v1/results/r6", "another patient's")]
    [InlineData("/lab/v1/results/r2", "labelled")]
    [InlineData("/lab/v1/results/r3", "of another category")]
    [InlineData("/lab/v1/results/r4", "restricted")]
    [InlineData("/lab/v1/patients/p3/results", "a foreign patient's")]
    [InlineData("/lab/v1/patients/p3/results/r6", "a foreign patient's record")]
    [InlineData("/lab/v1/patients/p1/results/r5", "another patient's under one's own")]
    [InlineData("/lab/v1/patients/p1/results/no-such", "missing under one's own")]
    public async Task Read_ForeignOrHidden_IsLikeAMissingOne(string target, string why)
    {
        var missing = await world.GetAsync("/lab/v1/results/no-such", await Vendor);
        var foreign = await world.GetAsync(target, await Vendor);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (missing.Status, foreign.Status));
        Assert.True(missing.Body.Replace(missing.DecisionId, string.Empty) == foreign.Body.Replace(foreign.DecisionId, string.Empty), why);
        Assert.Equal(missing.Headers.Keys.Order(), foreign.Headers.Keys.Order());
        Assert.DoesNotContain("SELECT", missing.Body);
        Assert.Equal("not-found-or-withheld", CodeOf(missing));
    }

    [Fact]
    public async Task Read_OwnRecord_PassesByteForByteWithItsTag()
    {
        var reply = await world.GetAsync("/lab/v1/results/r1", await Vendor);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("""{"id":"r1","patientId":"p1","category":"laboratory","value":"value-r1","version":1,"amount":1.5}""", reply.Body);
        Assert.Equal("\"v1\"", reply.Headers["ETag"]);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/lab/v1/patients/p1/results/r1", await Vendor)).Status);

        var head = await world.SendAsync(HttpMethod.Head, "/lab/v1/results/r1", await Vendor);
        Assert.Equal((HttpStatusCode.OK, string.Empty), (head.Status, head.Body));
    }

    [Theory]
    [InlineData("GET", "/lab/v1/results/r1/raw", 404, "no-route")]
    [InlineData("GET", "/lab/v2/results/r1", 404, "no-route")]
    [InlineData("GET", "/lab/", 404, "no-route")]
    [InlineData("GET", "/lab/metadata", 404, "no-route")]
    [InlineData("GET", "/lab/.well-known/smart-configuration", 404, "no-route")]
    [InlineData("GET", "/lab/V1/results/r1", 404, "no-route")]
    [InlineData("GET", "/lab/v1/orders/o1", 405, "method-not-allowed")]
    [InlineData("PATCH", "/lab/v1/patients/p1/results", 405, "method-not-allowed")]
    [InlineData("GET", "/lab/v1/results/r1?expand=patient", 400, "unknown-parameter")]
    [InlineData("GET", "/lab/v1/patients/p1/results?Category=a", 400, "unknown-parameter")]
    [InlineData("GET", "/lab/v1/results?patient=p1&patient=p3", 400, "malformed-query")]
    [InlineData("GET", "/lab/v1/results", 400, "malformed-query")]
    [InlineData("GET", "/lab/v1/results?patient=p1,p3", 400, "malformed-query")]
    [InlineData("GET", "/lab/v1/results?patient=p3", 403, "outside-roster")]
    [InlineData("GET", "/lab/v1//results/r1", 400, "malformed-path")]
    [InlineData("GET", "/lab/v1/patients/p1%2f..%2fp3/results", 400, "malformed-path")]
    [InlineData("GET", "/lab/v1/patients/p3;p1/results", 400, "malformed-path")]
    [InlineData("GET", "/lab/v1/patients/p1,p3/results", 400, "malformed-path")]
    [InlineData("GET", "/lab/v1/patients/*/results", 404, "no-route")]
    public async Task Ask_NotInTheTable_IsRefusedAsAProblemBeforeTheBackend(string method, string target, int status, string code)
    {
        await world.Lab.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            new HttpMethod(method),
            target,
            await Vendor,
            method == "PATCH" ? "{}" : null,
            "application/json"
        );

        Assert.Equal((status, code), ((int)reply.Status, CodeOf(reply)));
        Assert.Equal("application/problem+json", reply.Headers["Content-Type"]);
        Assert.Equal("no-store", reply.Headers["Cache-Control"]);
        Assert.Equal(reply.DecisionId, (string?)reply.Json["decision"]);
        Assert.Empty(await world.Lab.RecordedAsync());
        Assert.Equal("deny", (string?)Assert.Single(await world.TrailAsync(reply.DecisionId))["decision"]);
        if (status == 405)
        {
            Assert.Equal(target.Contains("orders", StringComparison.Ordinal) ? "DELETE" : "HEAD, GET", reply.Headers["Allow"]);
        }
    }

    [Fact]
    public async Task Ask_WithoutTokenOrScope_IsRefusedAlsoForWhatIsPublicInFhir()
    {
        Assert.Equal("no-credential", CodeOf(await world.GetAsync("/lab/v1/results/r1", null)));
        Assert.Equal("no-credential", CodeOf(await world.GetAsync("/lab/metadata", null)));
        var narrow = await world.Issuer.TokenAsync(world.Vendor, "system/Patient.rs");
        Assert.Equal("outside-scope", CodeOf(await world.GetAsync("/lab/v1/results/r1", narrow)));
        Assert.Equal("outside-use-case", CodeOf(await world.GetAsync("/lab/v1/wards", await Ward)));
        Assert.Equal("Ward One", (string?)(await world.GetAsync("/lab/v1/wards", await Vendor)).Json[0]!["name"]);
    }

    [Fact]
    public async Task Ask_UnderAGrantThatCannotBeChecked_IsRefusedWithThatReason()
    {
        foreach (var client in new[] { world.Trimmed, world.Conditional })
        {
            var reply = await world.GetAsync("/lab/v1/results/r1", await world.Issuer.TokenAsync(client));
            Assert.Equal((HttpStatusCode.Forbidden, "not-judgeable"), (reply.Status, CodeOf(reply)));
        }

        // The allergies have no labels, and the ward's grant is not for them anyway; the vendor's has none to check.
        Assert.Equal(
            "penicillin",
            (string?)(await world.GetAsync("/lab/v1/patients/p1/allergies", await Vendor)).Json["allergies"]![0]!["substance"]
        );
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/lab/v1/patients/p3/allergies", await Vendor)).Status);
    }

    [Fact]
    public async Task Search_Groups_ThatReleaseNothingAreNotThere()
    {
        var vendor = await world.GetAsync("/lab/v1/families", await Vendor);
        Assert.Equal("Canary-A", (string?)Assert.Single(vendor.Json["families"]!.AsArray())!["name"]);
        Assert.Equal(2, (await world.GetAsync("/lab/v1/families", await Ward)).Json["families"]!.AsArray().Count);
    }

    private static string? CodeOf(Reply reply) => reply.Body.StartsWith('{') ? (string?)reply.Json["code"] : null;

    private static IEnumerable<string?> Ids(Reply reply) => reply.Json["results"]!.AsArray().Select(static one => (string?)one!["id"]);

    private static IEnumerable<string?> Texts(JsonNode? array) => array!.AsArray().Select(static one => (string?)one);
}
