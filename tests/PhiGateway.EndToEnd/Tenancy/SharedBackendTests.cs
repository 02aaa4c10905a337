using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace PhiGateway.EndToEnd.Tenancy;

/// <summary>
/// Two tenants on one server, told apart by a tag: the gateway asks with it, judges by it, and lets nobody change it. The clients may see
/// anybody and relabel.
/// </summary>
[Collection(TenancyCollection.Name)]
public sealed class SharedBackendTests(TenancyWorld world)
{
    private static readonly string[] OwnNotes = ["Observation/obs-east-1", "Observation/obs-east-2", "Observation/obs-east-3"];

    private Task<string> East => world.NorthIssuer.TokenAsync(world.EastApp);

    private Task<string> West => world.SouthIssuer.TokenAsync(world.WestApp);

    [Fact]
    public async Task Search_OwnRecords_IsAskedWithTheTag()
    {
        await world.Shared.ForgetRecordedAsync();

        var reply = await world.GetAsync("/east/fhir/Observation?code:text=note&_count=200", await East);

        Assert.Equal(OwnNotes, reply.Entries.Order());
        Assert.Contains(
            "_tag=" + Uri.EscapeDataString($"{TenancyWorld.Tags}|east").Replace("%3A", ":").Replace("%2F", "/"),
            Assert.Single(await world.Shared.RecordedAsync()).Url
        );
        var disclosure = Assert.Single(
            await world.TrailAsync(reply.DecisionId, atLeast: 2),
            static record => (string?)record["kind"] == "disclosure"
        );
        Assert.Contains("confine-to-tenant", disclosure["obligations"]!.ToJsonString());
        Assert.DoesNotContain(
            "east",
            string.Join(' ', (await world.GetAsync("/west/fhir/Observation?code:text=note&_count=200", await West)).Entries)
        );
    }

    [Theory]
    [InlineData("/east/fhir/Observation?_tag=https://gateway.example/tenants|west")]
    [InlineData("/east/fhir/Observation?_tag=west")]
    [InlineData("/east/fhir/Observation?_tag=https://gateway.example/tenants|west&_tag=west")]
    [InlineData("/east/fhir/Observation?_tag:not=https://gateway.example/tenants|east")]
    [InlineData("/east/fhir/Observation?_security=west")]
    [InlineData("/east/fhir/Observation?patient=pat-west")]
    [InlineData("/east/fhir/Patient/pat-west/Observation")]
    [InlineData("/east/fhir/?_type=Observation&_tag=west")]
    [InlineData("/east/fhir/Patient?_id=pat-west,pat-both,pat-untagged")]
    public async Task Search_ForTheOtherTenantsRecords_FindsNone(string target)
    {
        var reply = await world.GetAsync(target, await East);

        Assert.DoesNotContain("secret of", reply.Body);
        Assert.DoesNotContain("Family-", reply.Body);
        if (reply.Status == HttpStatusCode.OK)
        {
            Assert.Empty(reply.Entries);
        }
        else
        {
            Assert.True((int)reply.Status is >= 400 and < 500, reply.Status.ToString());
        }
    }

    [Fact]
    public async Task Search_PostedOrInABatch_IsConfinedToo()
    {
        var posted = await world.SendAsync(
            HttpMethod.Post,
            "/east/fhir/Observation/_search",
            await East,
            "code:text=note&_count=200&_tag=https%3A%2F%2Fgateway.example%2Ftenants%7Ceast",
            "application/x-www-form-urlencoded"
        );
        Assert.Equal(OwnNotes, posted.Entries.Order());

        await world.Shared.ForgetRecordedAsync();
        var batch =
            """{"resourceType":"Bundle","type":"batch","entry":[{"request":{"method":"GET","url":"Observation?code:text=note&_count=200"}},{"request":{"method":"GET","url":"Patient/pat-west"}},{"request":{"method":"GET","url":"Patient/pat-east"}}]}""";
        var reply = await world.SendAsync(HttpMethod.Post, "/east/fhir", await East, batch);
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Contains("secret of east", reply.Body);
        Assert.Contains("Family-east", reply.Body);
        Assert.DoesNotContain("west", reply.Body);
        Assert.Contains(
            "_tag=",
            Assert
                .Single(
                    await world.Shared.RecordedAsync(),
                    static request => request.Url.Contains("Observation?", StringComparison.Ordinal)
                )
                .Url
        );
    }

    [Theory]
    [InlineData("Patient/pat-west")]
    [InlineData("Patient/pat-both")]
    [InlineData("Patient/pat-untagged")]
    [InlineData("Observation/obs-west-1")]
    [InlineData("Observation/obs-untagged-1")]
    [InlineData("Patient/f001")]
    public async Task Read_MissingOrOtherTag_IsLikeAMissingRecord(string target)
    {
        var missing = await world.GetAsync("/east/fhir/Patient/no-such", await East);
        var foreign = await world.GetAsync($"/east/fhir/{target}", await East);

        Assert.Equal(HttpStatusCode.NotFound, foreign.Status);
        Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), foreign.Body.Replace(foreign.DecisionId, string.Empty));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/east/fhir/Patient/pat-east", await East)).Status);
    }

    [Fact]
    public async Task Read_TokenOfTheOtherTenant_IsRefused()
    {
        Assert.Equal("wrong-tenant", (await world.GetAsync("/west/fhir/Patient/pat-west", await East)).Code);
        Assert.Equal("wrong-tenant", (await world.GetAsync("/east/fhir/Patient/pat-east", await West)).Code);
    }

    [Fact]
    public async Task Everything_AndExport_HoldTheTenantsOwnOnly()
    {
        var foreign = await world.GetAsync("/east/fhir/Patient/pat-west/$everything?_type=Patient,Observation", await East);
        Assert.DoesNotContain("Family-west", foreign.Body);
        Assert.DoesNotContain("secret of west", foreign.Body);
        var chart = await world.GetAsync("/east/fhir/Patient/pat-east/$everything?_type=Patient,Observation", await East);
        Assert.True(chart.Entries.Count == 4, chart.Body);

        var started = await world.SendAsync(
            HttpMethod.Get,
            "/east/fhir/Patient/$export?_type=Patient",
            await East,
            headers: ("Prefer", "respond-async")
        );
        var job = new Uri(started.Headers["Content-Location"]).PathAndQuery;
        while ((await world.GetAsync(job, await East)).Status != HttpStatusCode.OK)
        {
            // The server works on it.
        }

        var file = new Uri((string)(await world.GetAsync(job, await East)).Json["output"]![0]!["url"]!).PathAndQuery;
        var lines = (await world.GetAsync(file, await East)).Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("pat-east", (string?)JsonNode.Parse(Assert.Single(lines))!["id"]);
        Assert.Equal(
            "handle-not-yours",
            (await world.GetAsync(file.Replace("/east/", "/west/", StringComparison.Ordinal), await West)).Code
        );
    }

    [Fact]
    public async Task Next_OfTheOtherTenantOnTheSameServer_IsLikeNone()
    {
        var page = await world.GetAsync("/east/fhir/Observation?code:text=note&_count=1", await East);
        var next = new Uri(
            (string)Assert.Single(page.Json["link"]!.AsArray(), static link => (string?)link!["relation"] == "next")!["url"]!
        ).PathAndQuery;

        Assert.Equal(
            "handle-not-yours",
            (await world.GetAsync(next.Replace("/east/", "/west/", StringComparison.Ordinal), await West)).Code
        );
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(next, await East)).Status);
    }

    [Fact]
    public async Task Create_WithAnotherTenantsTag_IsRefused()
    {
        await world.Shared.ForgetRecordedAsync();
        foreach (var tags in new[] { new[] { "west" }, ["east", "west"], [""], ["EAST"] })
        {
            Assert.Equal(
                "condition-not-met",
                (await world.SendAsync(HttpMethod.Post, "/east/fhir/Observation", await East, TaggedNote.Of(null, tags))).Code
            );
        }

        Assert.Empty(await world.Shared.RecordedAsync());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("east")]
    public async Task Create_WithOrWithoutTheTag_IsTheTenantsOwn(string? tag)
    {
        var created = await world.SendAsync(
            HttpMethod.Post,
            "/east/fhir/Observation",
            await East,
            tag is null ? TaggedNote.Of(null) : TaggedNote.Of(null, tag)
        );

        Assert.Equal(HttpStatusCode.Created, created.Status);
        Assert.Single(
            created.Json["meta"]!["tag"]!.AsArray(),
            static given => (string?)given!["system"] == TenancyWorld.Tags && (string?)given["code"] == "east"
        );
        Assert.Contains(created.Json["meta"]!["tag"]!.AsArray(), static given => (string?)given!["system"] == "https://other.example");
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await world.GetAsync($"/west/fhir/Observation/{(string?)created.Json["id"]}", await West)).Status
        );
        await DeleteAsync((string)created.Json["id"]!);
    }

    [Fact]
    public async Task Create_ByUpdateOrInATransaction_GetsTheTag()
    {
        const string Plain =
            """{"resourceType":"Observation","id":"obs-plain","status":"final","code":{"text":"plain"},"subject":{"reference":"Patient/pat-east"}}""";
        var put = await world.SendAsync(HttpMethod.Put, "/east/fhir/Observation/obs-plain", await East, Plain);
        Assert.True(put.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{put.Status} {put.Code}");
        Assert.Contains(
            "tenants",
            (await world.GetAsync("/east/fhir/Observation/obs-plain", await East)).Json["meta"]!["tag"]!.ToJsonString()
        );
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync("/west/fhir/Observation/obs-plain", await West)).Status);

        var unnamed = Plain.Replace("\"id\":\"obs-plain\",", string.Empty, StringComparison.Ordinal);
        var entries =
            $$$"""{"resource":{{{Plain}}},"request":{"method":"PUT","url":"Observation/obs-plain"}},{"resource":{{{unnamed}}},"request":{"method":"POST","url":"Observation"}}""";
        foreach (var type in new[] { "transaction", "batch" })
        {
            var reply = await world.SendAsync(
                HttpMethod.Post,
                "/east/fhir",
                await East,
                $$"""{"resourceType":"Bundle","type":"{{type}}","entry":[{{entries}}]}"""
            );
            Assert.Equal(HttpStatusCode.OK, reply.Status);
            Assert.All(
                reply.Json["entry"]!.AsArray(),
                entry => Assert.StartsWith("20", (string?)entry!["response"]!["status"], StringComparison.Ordinal)
            );
            var foreign = await world.SendAsync(
                HttpMethod.Post,
                "/east/fhir",
                await East,
                $$$"""{"resourceType":"Bundle","type":"{{{type}}}","entry":[{"resource":{{{TaggedNote.Of(null, "west")}}},"request":{"method":"POST","url":"Observation"}}]}"""
            );
            Assert.Contains("condition-not-met", foreign.Body);
        }

        var all = await world.GetAsync("/east/fhir/Observation?code:text=plain&_count=50", await East);
        Assert.Equal(3, all.Entries.Count);
        Assert.Empty((await world.GetAsync("/west/fhir/Observation?code:text=plain", await West)).Entries);
        foreach (var entry in all.Entries)
        {
            await DeleteAsync(entry["Observation/".Length..]);
        }
    }

    [Fact]
    public async Task Change_Conditional_MeansTheTenantsOwnOnly()
    {
        static string Body(string patient, string value) =>
            $$"""{"resourceType":"Observation","status":"final","code":{"text":"cond"},"identifier":[{"system":"urn:lab","value":"4711"}],"subject":{"reference":"Patient/{{patient}}"},"valueString":"{{value}}"}""";
        const string Target = "/fhir/Observation?identifier=urn:lab|4711";
        var west = (string)
            (await world.SendAsync(HttpMethod.Post, "/west/fhir/Observation", await West, Body("pat-west", "of west"))).Json["id"]!;
        await world.Shared.ForgetRecordedAsync();

        // Nothing of one's own yet: made, and the other tenant's stays.
        var made = await world.SendAsync(HttpMethod.Put, $"/east{Target}", await East, Body("pat-east", "first"));
        Assert.Equal(HttpStatusCode.Created, made.Status);
        Assert.NotEqual(west, (string?)made.Json["id"]);
        var changed = await world.SendAsync(HttpMethod.Put, $"/east{Target}", await East, Body("pat-east", "second"));
        Assert.Equal((HttpStatusCode.OK, (string?)made.Json["id"]), (changed.Status, (string?)changed.Json["id"]));
        var patched = await world.SendAsync(
            HttpMethod.Patch,
            $"/east{Target}",
            await East,
            """[{"op":"replace","path":"/valueString","value":"third"}]""",
            "application/json-patch+json"
        );
        Assert.Equal((HttpStatusCode.OK, "third"), (patched.Status, (string?)patched.Json["valueString"]));
        var removed = await world.SendAsync(HttpMethod.Delete, $"/east{Target}", await East);
        Assert.True(removed.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, $"{removed.Status} {removed.Code}");

        // Now there is the other's only, and that is as if there were none.
        Assert.Equal(HttpStatusCode.NoContent, (await world.SendAsync(HttpMethod.Delete, $"/east{Target}", await East)).Status);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (
                await world.SendAsync(
                    HttpMethod.Patch,
                    $"/east{Target}",
                    await East,
                    """[{"op":"replace","path":"/valueString","value":"x"}]""",
                    "application/json-patch+json"
                )
            ).Status
        );
        Assert.All(
            (await world.Shared.RecordedAsync()).Where(static request => request.Url.Contains("identifier", StringComparison.Ordinal)),
            static request => Assert.Contains("_tag=", request.Url)
        );
        Assert.Equal("of west", (string?)(await world.GetAsync($"/west/fhir/Observation/{west}", await West)).Json["valueString"]);
        Assert.True(
            (await world.SendAsync(HttpMethod.Delete, $"/west{Target}", await West)).Status is HttpStatusCode.OK or HttpStatusCode.NoContent
        );
    }

    [Fact]
    public async Task Change_OfTheTag_NeitherTakesNorGivesAway()
    {
        var id = (string)
            (await world.SendAsync(HttpMethod.Post, "/east/fhir/Observation", await East, TaggedNote.Of(null, "east"))).Json["id"]!;

        Assert.Equal("condition-not-met", (await PutAsync(id, "west")).Code);
        Assert.Equal("condition-not-met", (await PutAsync(id, "east", "west")).Code);
        Assert.Equal(
            "relabel-not-permitted",
            (await PatchAsync(id, """[{"op":"replace","path":"/meta/tag/0/code","value":"west"}]""")).Code
        );
        Assert.Equal("relabel-not-permitted", (await PatchAsync(id, """[{"op":"remove","path":"/meta"}]""")).Code);

        // Somebody else's, taken over by writing one's own tag into it.
        Assert.Equal(HttpStatusCode.NotFound, (await PutAsync("obs-west-1", "east")).Status);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await PatchAsync("obs-west-1", """[{"op":"replace","path":"/valueString","value":"x"}]""")).Status
        );
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await world.SendAsync(HttpMethod.Delete, "/east/fhir/Observation/obs-west-1", await East)).Status
        );
        Assert.Equal(
            "secret of west",
            (string?)(await world.GetAsync("/west/fhir/Observation/obs-west-1", await West)).Json["valueString"]
        );

        Assert.Equal(HttpStatusCode.OK, (await PutAsync(id, "east")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PutAsync(id)).Status);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync($"/east/fhir/Observation/{id}", await East)).Status);
        Assert.Equal(HttpStatusCode.OK, (await PatchAsync(id, """[{"op":"replace","path":"/valueString","value":"changed"}]""")).Status);
        await DeleteAsync(id);
    }

    [Fact]
    public async Task Create_Conditional_MatchesTheTenantsOwnOnly()
    {
        await world.Shared.ForgetRecordedAsync();
        var reply = await world.SendAsync(
            HttpMethod.Post,
            "/east/fhir/Observation",
            await East,
            TaggedNote.Of(null, "east"),
            headers: ("If-None-Exist", "_id=obs-west-2&patient=pat-east")
        );

        Assert.True(reply.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{reply.Status} {reply.Code}");

        // Whose tenant's the named patient is was looked at besides.
        Assert.All(
            (await world.Shared.RecordedAsync()).Where(static request =>
                !request.Url.EndsWith("/Patient/pat-east", StringComparison.Ordinal)
            ),
            static request => Assert.Contains("_tag=", request.Header("if-none-exist") ?? request.Url)
        );
        Assert.DoesNotContain("secret of west", reply.Body);
        await DeleteAsync((string)reply.Json["id"]!);
    }

    private async Task<Reply> PutAsync(string id, params string[] tags) =>
        await world.SendAsync(HttpMethod.Put, $"/east/fhir/Observation/{id}", await East, TaggedNote.Of(id, tags));

    private async Task<Reply> PatchAsync(string id, string patch) =>
        await world.SendAsync(HttpMethod.Patch, $"/east/fhir/Observation/{id}", await East, patch, "application/json-patch+json");

    private async Task DeleteAsync(string id)
    {
        var status = (await world.SendAsync(HttpMethod.Delete, $"/east/fhir/Observation/{id}", await East)).Status;
        Assert.True(status is HttpStatusCode.OK or HttpStatusCode.NoContent, status.ToString());
    }
}
