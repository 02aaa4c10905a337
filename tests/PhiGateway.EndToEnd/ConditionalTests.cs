using System.Net;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>
/// Conditional writes of a client that may see some patients only: what it may not see does not match, and cannot be inferred.
/// </summary>
[Collection(OpenWorldCollection.Name)]
public sealed class ConditionalTests(OpenWorld world)
{
    [Fact]
    public async Task Create_NoMatchThenOne_CreatesOnceUnderANarrowedCondition()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var first = await CreateAsync(token, "f001", "once");
        Assert.Equal(HttpStatusCode.Created, first.Status);
        var sent = Assert.Single(await world.Backend.RecordedAsync(), request => request.Method == "POST");
        Assert.StartsWith("identifier=urn:lab%7Conce&category=", sent.Header("if-none-exist"));

        await world.Backend.ForgetRecordedAsync();
        var second = await CreateAsync(token, "f001", "once");
        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal((string?)first.Json["id"], (string?)second.Json["id"]);
        Assert.Equal($"{world.Base}/Observation/{first.Json["id"]}", second.Headers["Location"]);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), request => request.Method == "POST");
        Assert.Contains(await world.TrailAsync(first.DecisionId, atLeast: 2), record => (string?)record["kind"] == "intent");
        Assert.Equal(
            "create",
            (string?)
                Assert.Single(await world.TrailAsync(second.DecisionId, atLeast: 1), record => (string?)record["kind"] == "disclosure")[
                    "event"
                ]
        );
    }

    [Fact]
    public async Task Create_PatientByIdentifierForAnyPatient_CreatesOnce()
    {
        const string Body = """{"resourceType":"Patient","identifier":[{"system":"urn:mrn","value":"4711"}]}""";
        Task<Reply> CreateAsync() =>
            world.SendAsync(
                HttpMethod.Post,
                "/Patient",
                world.Token,
                Body,
                "application/fhir+json",
                ("If-None-Exist", "identifier=urn:mrn|4711")
            );

        var (first, second) = (await CreateAsync(), await CreateAsync());
        var updated = await world.SendAsync(
            HttpMethod.Put,
            "/Patient?identifier=urn:mrn|4711",
            world.Token,
            Body.Replace("\"identifier\"", "\"active\":true,\"identifier\"", StringComparison.Ordinal)
        );
        var upserted = await world.SendAsync(
            HttpMethod.Put,
            "/Patient?identifier=urn:mrn|4712",
            world.Token,
            Body.Replace("4711", "4712", StringComparison.Ordinal)
        );

        Assert.Equal(
            [HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Created],
            new[] { first, second, updated, upserted }.Select(reply => reply.Status)
        );
        Assert.Single(new[] { first, second, updated }.Select(reply => (string?)reply.Json["id"]).Distinct());
    }

    [Theory]
    [InlineData("f201", null)]
    [InlineData("f001", "HIV")]
    public async Task Create_MatchThatMayNotBeSeen_IsLikeNone(string patient, string? label)
    {
        var token = await world.TokenAsync(world.Lab);
        var identifier = $"hidden-{patient}-{label}";
        Assert.Equal(
            HttpStatusCode.Created,
            (
                await world.SendAsync(HttpMethod.Post, "/Observation", world.Token, Bodies.Observation(patient, identifier, label: label))
            ).Status
        );

        var hidden = await CreateAsync(token, "f001", identifier);
        var none = await CreateAsync(token, "f001", $"none-{identifier}");

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (none.Status, hidden.Status));
        Assert.Equal(none.Headers.Keys.Order(), hidden.Headers.Keys.Order());
        Assert.NotNull(hidden.Json["id"]);
    }

    [Fact]
    public async Task Write_SeveralMatches_IsAmbiguousAndChangesNothing()
    {
        var token = await world.TokenAsync(world.Lab);
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(
                HttpStatusCode.Created,
                (await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001", "twice"))).Status
            );
        }

        await world.Backend.ForgetRecordedAsync();
        Reply[] replies =
        [
            await CreateAsync(token, "f001", "twice"),
            await world.SendAsync(HttpMethod.Put, "/Observation?identifier=urn:lab|twice", token, Bodies.Observation("f001", "twice")),
            await world.SendAsync(HttpMethod.Delete, "/Observation?identifier=urn:lab|twice", token),
        ];

        Assert.All(replies, reply => Assert.Equal((HttpStatusCode.PreconditionFailed, "condition-ambiguous"), (reply.Status, reply.Code)));
        Assert.All(await world.Backend.RecordedAsync(), request => Assert.Equal("GET", request.Method));
        Assert.Equal("condition-ambiguous", (string?)Assert.Single(await world.TrailAsync(replies[2].DecisionId))["reason"]);
    }

    [Fact]
    public async Task Update_OneMatch_IsWrittenToItTiedToItsVersion()
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001", "update-one"));
        var id = (string)created.Json["id"]!;
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Put,
            "/Observation?identifier=urn:lab|update-one",
            token,
            Bodies.Observation("f001", "update-one", value: "changed")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal((id, "changed"), ((string?)reply.Json["id"], (string?)reply.Json["valueString"]));
        var write = Assert.Single(await world.Backend.RecordedAsync(), request => request.Method == "PUT");
        Assert.Equal($"/fhir/R4/Observation/{id}", write.Url);
        Assert.Equal($"W/\"{created.Json["meta"]!["versionId"]}\"", write.Header("if-match"));

        var other = await world.SendAsync(
            HttpMethod.Put,
            "/Observation?identifier=urn:lab|update-one",
            token,
            Bodies.Observation("f001", "update-one", id: "another")
        );
        Assert.Equal((HttpStatusCode.BadRequest, "malformed-body"), (other.Status, other.Code));
        var moved = await world.SendAsync(
            HttpMethod.Put,
            "/Observation?identifier=urn:lab|update-one",
            token,
            Bodies.Observation("example", "update-one")
        );
        Assert.Equal((HttpStatusCode.Forbidden, "relabel-not-permitted"), (moved.Status, moved.Code));
    }

    [Fact]
    public async Task Update_OnlyAForeignMatch_CreatesLikeWithNone()
    {
        var token = await world.TokenAsync(world.Lab);
        var foreign = await world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            world.Token,
            Bodies.Observation("f201", "update-foreign", value: "untouched")
        );

        var hidden = await world.SendAsync(
            HttpMethod.Put,
            "/Observation?identifier=urn:lab|update-foreign",
            token,
            Bodies.Observation("f001", "update-foreign")
        );
        var none = await world.SendAsync(
            HttpMethod.Put,
            "/Observation?identifier=urn:lab|update-none",
            token,
            Bodies.Observation("f001", "update-none")
        );

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (none.Status, hidden.Status));
        Assert.NotEqual((string?)foreign.Json["id"], (string?)hidden.Json["id"]);
        Assert.Equal("untouched", (string?)(await world.GetAsync($"/Observation/{foreign.Json["id"]}", world.Token)).Json["valueString"]);
        Assert.Equal(
            "outside-roster",
            (
                await world.SendAsync(
                    HttpMethod.Put,
                    "/Observation?identifier=urn:lab|update-x",
                    token,
                    Bodies.Observation("f201", "update-x")
                )
            ).Code
        );
    }

    [Fact]
    public async Task Patch_OneNoneAndForeign_ChangesTheOneOnly()
    {
        const string Patch = """[{"op":"replace","path":"/valueString","value":"patched"}]""";
        var token = await world.TokenAsync(world.Lab);
        await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001", "patch-one"));
        await world.SendAsync(HttpMethod.Post, "/Observation", world.Token, Bodies.Observation("f201", "patch-foreign"));

        var one = await PatchAsync(token, "patch-one", Patch);
        var foreign = await PatchAsync(token, "patch-foreign", Patch);
        var none = await PatchAsync(token, "patch-none", Patch);

        Assert.Equal((HttpStatusCode.OK, "patched"), (one.Status, (string?)one.Json["valueString"]));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (none.Status, foreign.Status));
        Assert.Equal(none.Body.Replace(none.DecisionId, string.Empty), foreign.Body.Replace(foreign.DecisionId, string.Empty));
        var relabel = await PatchAsync(
            token,
            "patch-one",
            """[{"op":"add","path":"/meta/security","value":[{"system":"urn:own","code":"label"}]}]"""
        );
        Assert.Equal("relabel-not-permitted", relabel.Code);
    }

    [Fact]
    public async Task Delete_OneNoneAndForeign_RemovesTheOneOnly()
    {
        var token = await world.TokenAsync(world.Lab);
        var mine = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001", "delete-one"));
        var others = await world.SendAsync(HttpMethod.Post, "/Observation", world.Token, Bodies.Observation("f201", "delete-foreign"));

        var one = await world.SendAsync(HttpMethod.Delete, "/Observation?identifier=urn:lab|delete-one", token);
        var foreign = await world.SendAsync(HttpMethod.Delete, "/Observation?identifier=urn:lab|delete-foreign", token);
        var none = await world.SendAsync(HttpMethod.Delete, "/Observation?identifier=urn:lab|delete-none", token);

        Assert.True(one.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, one.Status.ToString());
        Assert.Equal(HttpStatusCode.NotFound, (await world.GetAsync($"/Observation/{mine.Json["id"]}", world.Token)).Status);
        // Of nothing it is done, and what is foreign is nothing: it stays.
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (none.Status, foreign.Status));
        Assert.Equal(none.Body.Replace(none.DecisionId, string.Empty), foreign.Body.Replace(foreign.DecisionId, string.Empty));
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync($"/Observation/{others.Json["id"]}", world.Token)).Status);
    }

    [Fact]
    public async Task Create_ManyAtOnceUnderOneCondition_AllMeanOneOfThem()
    {
        var token = await world.TokenAsync(world.Lab);

        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => CreateAsync(token, "f001", "at-once")));

        Assert.All(
            replies,
            reply => Assert.True(reply.Status is HttpStatusCode.Created or HttpStatusCode.OK, $"{reply.Status} {reply.Code}")
        );
        Assert.All(replies, reply => Assert.NotNull(reply.Json["id"]));
        foreach (var reply in replies)
        {
            var records = await world.TrailAsync(reply.DecisionId, atLeast: 2);
            Assert.Equal(
                records.Count(record => (string?)record["kind"] == "intent"),
                records.Count(record => (string?)record["kind"] == "outcome")
            );
        }
    }

    [Theory]
    [InlineData("system/Observation.cud", 403)]
    [InlineData("system/Observation.cuds", 201)]
    public async Task Create_Condition_NeedsTheRightToSearchToo(string scope, int status)
    {
        var reply = await CreateAsync(await world.TokenAsync(world.Lab, scope), "f001", $"scope-{status}");
        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(status == 403 ? "outside-scope" : null, reply.Code);
    }

    [Fact]
    public async Task Update_UpstreamIgnoresTheCondition_IsAmbiguousOrJudgedAllTheSame()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();
        await world.Backend.SetFaultAsync("ignore-parameters", match: "/Observation?", times: 1);
        try
        {
            var reply = await world.SendAsync(HttpMethod.Delete, "/Observation?identifier=urn:lab|no-such", token);

            Assert.Equal(HttpStatusCode.PreconditionFailed, reply.Status);
            Assert.All(await world.Backend.RecordedAsync(), request => Assert.Equal("GET", request.Method));
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    private Task<Reply> CreateAsync(string token, string patient, string identifier) =>
        world.SendAsync(
            HttpMethod.Post,
            "/Observation",
            token,
            Bodies.Observation(patient, identifier),
            "application/fhir+json",
            ("If-None-Exist", $"identifier=urn:lab|{identifier}")
        );

    private Task<Reply> PatchAsync(string token, string identifier, string patch) =>
        world.SendAsync(HttpMethod.Patch, $"/Observation?identifier=urn:lab|{identifier}", token, patch, "application/json-patch+json");
}
