using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.DeclaredApis;

/// <summary>Creating, changing and deleting by a declared API: decided over what is stored and what is sent, on record twice.</summary>
[Collection(LabCollection.Name)]
public sealed class LabChangeTests(LabWorld world)
{
    private Task<string> Vendor => world.Issuer.TokenAsync(world.Vendor);

    private Task<string> Ward => world.Issuer.TokenAsync(world.Ward);

    [Fact]
    public async Task Create_OwnPatient_HasIntentAndOutcomeAndForeignNeverReachesTheBackend()
    {
        await world.Lab.ForgetRecordedAsync();
        foreach (
            var (body, code) in new[]
            {
                ("""{"patientId":"p3","category":"laboratory"}""", "outside-roster"),
                ("""{"patientId":"p4","category":"imaging"}""", "condition-not-met"),
                ("""{"patientId":"p4","category":"laboratory","level":"R"}""", "too-confidential"),
                ("""{"patientId":"p4","category":"laboratory","labels":["HIV"]}""", "label-not-permitted"),
                ("""{"category":"laboratory"}""", "patient-undetermined"),
                ("""{"patientId":7,"category":"laboratory"}""", "patient-undetermined"),
                ("""{"patientId":"p4","category":"laboratory","onBehalfOf":"p3"}""", "malformed-body"),
            }
        )
        {
            Assert.Equal(code, CodeOf(await world.SendAsync(HttpMethod.Post, "/lab/v1/results", await Vendor, body, "application/json")));
        }

        Assert.Empty(await world.Lab.RecordedAsync());
        var own = await world.SendAsync(
            HttpMethod.Post,
            "/lab/v1/results",
            await Vendor,
            """{"patientId":"p4","category":"laboratory","value":"new"}""",
            "application/json"
        );
        Assert.Equal(HttpStatusCode.Created, own.Status);
        Assert.Equal("new", (string?)own.Json["value"]);
        Assert.Equal(
            $"{world.Gateway.Data.GetLeftPart(UriPartial.Authority)}/lab/v1/results/{(string?)own.Json["id"]}",
            own.Headers["Location"]
        );
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(new Uri(own.Headers["Location"]).PathAndQuery, await Vendor)).Status);
        var records = await world.TrailAsync(own.DecisionId, atLeast: 3);
        Assert.Equal(["p4"], Texts(Assert.Single(records, static record => (string?)record["kind"] == "intent")["patients"]));
        Assert.Equal(["p4"], Texts(Assert.Single(records, static record => (string?)record["kind"] == "outcome")["patients"]));
    }

    [Fact]
    public async Task Change_OfAStoredRecord_IsDecidedOverIt()
    {
        var created = await world.SendAsync(
            HttpMethod.Post,
            "/lab/v1/results",
            await Vendor,
            """{"patientId":"p4","category":"laboratory","value":"old"}""",
            "application/json"
        );
        var target = $"/lab/v1/results/{(string?)created.Json["id"]}";

        // Taken over, pushed out, relabelled: none of it; the twin is the plain change.
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await ChangeAsync(HttpMethod.Put, "/lab/v1/results/r6", """{"patientId":"p4","category":"laboratory"}""")).Status
        );
        Assert.Equal(
            "relabel-not-permitted",
            CodeOf(await ChangeAsync(HttpMethod.Put, target, """{"patientId":"p2","category":"laboratory"}"""))
        );
        Assert.Equal(
            "malformed-body",
            CodeOf(await ChangeAsync(HttpMethod.Put, target, """{"id":"r6","patientId":"p4","category":"laboratory"}"""))
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await ChangeAsync(HttpMethod.Put, target, """{"patientId":"p4","category":"laboratory","value":"newer"}""")).Status
        );

        Assert.Equal(
            "relabel-not-permitted",
            CodeOf(await ChangeAsync(HttpMethod.Patch, target, """{"patientId":"p2"}""", "application/merge-patch+json"))
        );
        // What the grant's condition looks at is changed by a whole record only, which is judged.
        Assert.Equal(
            "condition-not-met",
            CodeOf(await ChangeAsync(HttpMethod.Patch, target, """{"CATEGORY":"imaging"}""", "application/merge-patch+json"))
        );
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await ChangeAsync(HttpMethod.Patch, "/lab/v1/results/r6", """{"value":"x"}""", "application/merge-patch+json")).Status
        );
        Assert.Equal("unsupported-media-type", CodeOf(await ChangeAsync(HttpMethod.Patch, target, "[]", "application/json-patch+json")));
        await world.Lab.ForgetRecordedAsync();
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await ChangeAsync(HttpMethod.Patch, target, """{"value":"newest"}""", "application/merge-patch+json")).Status
        );
        Assert.Equal(["GET", "PATCH"], (await world.Lab.RecordedAsync()).Select(static request => request.Method));
        Assert.Equal("\"v2\"", (await world.Lab.RecordedAsync())[1].Header("if-match"));
        Assert.Equal("newest", (string?)(await world.GetAsync(target, await Vendor)).Json["value"]);

        Assert.Equal(HttpStatusCode.NotFound, (await world.SendAsync(HttpMethod.Delete, "/lab/v1/results/r6", await Vendor)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/lab/v1/results/r6", await Ward)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await world.SendAsync(HttpMethod.Delete, target, await Vendor)).Status);
    }

    [Fact]
    public async Task Change_AgainstAnotherVersion_IsRefused()
    {
        var token = await Vendor;
        var stale = await world.SendAsync(
            HttpMethod.Patch,
            "/lab/v1/results/r7",
            token,
            """{"value":"x"}""",
            "application/merge-patch+json",
            headers: ("If-Match", "\"v9\"")
        );
        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.Status);

        // That there is a record of somebody else's, and in which version, nobody finds out so.
        foreach (var tag in new[] { "\"v1\"", "\"v9\"" })
        {
            foreach (var id in new[] { "r6", "no-such" })
            {
                var target = "/lab/v1/results/" + id;
                const string patch = """{"value":"x"}""";
                const string merge = "application/merge-patch+json";
                Assert.Equal(
                    HttpStatusCode.NotFound,
                    (await world.SendAsync(HttpMethod.Patch, target, token, patch, merge, headers: ("If-Match", tag))).Status
                );
            }
        }

        Assert.Equal(
            "malformed-header",
            CodeOf(
                await world.SendAsync(
                    HttpMethod.Patch,
                    "/lab/v1/results/r7",
                    token,
                    """{"value":"x"}""",
                    "application/merge-patch+json",
                    headers: ("If-Match", "*")
                )
            )
        );
        Assert.Equal(
            "not-understood",
            CodeOf(
                await world.SendAsync(
                    HttpMethod.Patch,
                    "/lab/v1/results/r7",
                    token,
                    """{"value":"x"}""",
                    "application/merge-patch+json",
                    headers: ("If-None-Match", "*")
                )
            )
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (
                await world.SendAsync(
                    HttpMethod.Patch,
                    "/lab/v1/results/r7",
                    token,
                    """{"value":"x"}""",
                    "application/merge-patch+json",
                    headers: ("If-Match", "\"v1\"")
                )
            ).Status
        );
    }

    // Whether there is such a record, and in which version, is told to nobody who may not change it.
    [Theory]
    [InlineData("DELETE", null)]
    [InlineData("PATCH", """{"value":"x"}""")]
    public async Task Change_OfAForeignRecordAgainstAnyVersion_IsThatOfOneThatIsNotThere(string method, string? body)
    {
        var token = await Vendor;
        var told = new HashSet<(HttpStatusCode, string?)>();
        foreach (var (id, tag) in new[] { ("r6", "\"v1\""), ("r6", "\"v9\""), ("r999", "\"v1\"") })
        {
            var reply = await world.SendAsync(
                new HttpMethod(method),
                $"/lab/v1/results/{id}",
                token,
                body,
                "application/merge-patch+json",
                headers: ("If-Match", tag)
            );
            told.Add((reply.Status, CodeOf(reply)));
        }

        Assert.Equal((HttpStatusCode.NotFound, "not-found-or-withheld"), Assert.Single(told));
    }

    [Fact]
    public async Task Change_WithoutARowThatReads_IsForUnrestrictedGrantsOnly()
    {
        await world.Lab.ForgetRecordedAsync();
        Assert.Equal("not-judgeable", CodeOf(await world.SendAsync(HttpMethod.Delete, "/lab/v1/orders/o1", await Vendor)));
        Assert.Empty(await world.Lab.RecordedAsync());

        // The backend has no such order, and says so only to one who may delete any.
        Assert.Equal(
            "not-found-or-withheld",
            CodeOf(await world.SendAsync(HttpMethod.Delete, "/lab/v1/orders/o1", await world.Issuer.TokenAsync(world.Cleaner)))
        );
        Assert.Equal("/api/v1/orders/o1", Assert.Single(await world.Lab.RecordedAsync()).Url);
    }

    private async Task<Reply> ChangeAsync(HttpMethod method, string target, string body, string contentType = "application/json") =>
        await world.SendAsync(method, target, await Vendor, body, contentType);

    private static string? CodeOf(Reply reply) => reply.Body.StartsWith('{') ? (string?)reply.Json["code"] : null;

    private static IEnumerable<string?> Texts(JsonNode? array) => array!.AsArray().Select(static one => (string?)one);
}
