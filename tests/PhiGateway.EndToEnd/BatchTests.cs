using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A batch refuses entry by entry: what one entry may not have changes nothing for another.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class BatchTests(OpenWorld world)
{
    [Fact]
    public async Task Batch_SomeEntriesRefused_OthersAreAnsweredInTheirPlaces()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/f001"),
            new Entry("GET", "Condition?patient=f001"),
            new Entry("GET", "Patient/f201"),
            new Entry("POST", "Observation", Bodies.Observation("f201")),
            new Entry("POST", "Observation", Bodies.Observation("f001")),
            new Entry("GET", "Observation?patient=example")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("batch-response", (string?)reply.Json["type"]);
        Assert.Equal([200, 403, 404, 403, 201, 200], Statuses(reply));
        Assert.Equal([null, "outside-use-case", "not-found-or-withheld", "outside-roster", null, null], Codes(reply));

        // Each entry under its own permit: elements cut, labels withheld, links and places ours.
        Assert.Null(At(reply, 0)["resource"]!["telecom"]);
        Assert.NotNull(At(reply, 0)["resource"]!["birthDate"]);
        Assert.Equal($"{world.Base}/Patient/f001", (string?)At(reply, 0)["fullUrl"]);
        Assert.StartsWith($"{world.Base}/Observation/", (string?)At(reply, 4)["response"]!["location"]);
        Assert.DoesNotContain("example-hiv", reply.Body);
        Assert.NotEmpty(At(reply, 5)["resource"]!["entry"]!.AsArray());

        // What was refused was never asked; what was asked was asked as a request of its own, narrowed.
        var recorded = await world.Backend.RecordedAsync();
        Assert.Equal(
            ["GET /fhir/R4/Patient/f001", "POST /fhir/R4/Observation", "GET /fhir/R4/Observation"],
            recorded.Select(request => $"{request.Method} {request.Url.Split('?')[0]}")
        );
        Assert.Contains("category=", recorded[2].Url);
        Assert.DoesNotContain(recorded, request => (request.Url + request.Body).Contains("f201", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Batch_EveryEntry_IsInTheTrailByItself()
    {
        var token = await world.TokenAsync(world.Lab);

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/f001"),
            new Entry("GET", "Condition?patient=f001"),
            new Entry("POST", "Observation", Bodies.Observation("f001"))
        );

        // The batch, the read, the refusal, the intent and the delivery; the outcome names its intent.
        var records = await world.TrailAsync(reply.DecisionId, atLeast: 5);
        var batch = Assert.Single(records, record => (string?)record["id"] == reply.DecisionId);
        Assert.Equal(("decision", "batch", "permit"), ((string?)batch["kind"], (string?)batch["event"], (string?)batch["decision"]));
        var disclosure = Assert.Single(records, record => (string?)record["kind"] == "disclosure");
        Assert.Equal(
            ("read", "GET /Patient/{id}", "GET"),
            ((string?)disclosure["event"], (string?)disclosure["template"], (string?)disclosure["method"])
        );
        Assert.Contains("f001", disclosure["patients"]!.ToJsonString());
        var refusal = Assert.Single(records, record => (string?)record["reason"] == "outside-use-case");
        Assert.Contains($"decision {refusal["id"]}", (string?)At(reply, 1)["response"]!["outcome"]!["issue"]![0]!["diagnostics"]);
        Assert.Equal("search-type", (string?)refusal["event"]);
        var intent = Assert.Single(records, record => (string?)record["kind"] == "intent");
        Assert.Equal("create", (string?)intent["event"]);
        Assert.Contains(records, record => (string?)record["kind"] == "delivery" && (string?)record["delivery"] == "handed-over");
        var outcome = Assert.Single(
            await world.TrailAsync((string)intent["id"]!, atLeast: 2),
            record => (string?)record["kind"] == "outcome"
        );
        Assert.Equal(201, (int?)outcome["status"]);
    }

    [Fact]
    public async Task Batch_AllEntriesRefused_NeverReachesTheUpstream()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/f201"),
            new Entry("DELETE", "Patient/f001"),
            new Entry("GET", "Encounter?patient=f001")
        );

        Assert.Equal([404, 403, 403], Statuses(reply));
        Assert.Empty(await world.Backend.RecordedAsync());
        Assert.Equal(3, (await world.TrailAsync(reply.DecisionId, atLeast: 5)).Count(record => (string?)record["decision"] == "deny"));
    }

    [Fact]
    public async Task Batch_ForeignWithheldAndMissing_AreTheSameToTheLetter()
    {
        var token = await world.TokenAsync(world.Lab);

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/nobody"),
            new Entry("GET", "Patient/f201"),
            new Entry("GET", "Observation/nothing"),
            new Entry("GET", "Observation/f202"),
            new Entry("GET", "Observation/example-hiv"),
            new Entry("GET", "Observation/example-hiv/_history/1"),
            new Entry("DELETE", "Observation/nothing"),
            new Entry("DELETE", "Observation/f202")
        );

        var told = Enumerable
            .Range(0, 8)
            .Select(place =>
            {
                var response = At(reply, place)["response"]!.DeepClone();
                response["outcome"]!["issue"]![0]!["diagnostics"] = null;
                return response.ToJsonString();
            });
        Assert.Single(told.Distinct());
        Assert.Equal([404, 404, 404, 404, 404, 404, 404, 404], Statuses(reply));
    }

    [Fact]
    public async Task Batch_ChangesOverTheStoredVersion_AreTiedToIt()
    {
        var token = await world.TokenAsync(world.Lab);
        var id = await CreateAsync("f001");
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("PUT", $"Observation/{id}", Bodies.Observation("f001", id: id, value: "changed")),
            new Entry("PUT", $"Observation/{id}", Bodies.Observation("example", id: id)),
            new Entry("PUT", "Observation/f202", Bodies.Observation("f001", id: "f202")),
            new Entry("PUT", $"Observation/{id}", Bodies.Observation("f001", id: id), IfMatch: "W/\"no-such-version\"")
        );

        Assert.Equal([200, 403, 404, 412], Statuses(reply));
        Assert.Equal([null, "relabel-not-permitted", "not-found-or-withheld", "version-changed"], Codes(reply));
        var write = Assert.Single(await world.Backend.RecordedAsync(), request => request.Method == "PUT");
        Assert.StartsWith("W/\"", write.Header("if-match"));
    }

    [Fact]
    public async Task Batch_UpstreamFailsForOneEntry_OthersAreAnswered()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync("html", match: "Patient/f001", times: 1);
        try
        {
            var reply = await SendAsync(token, new Entry("GET", "Patient/f001"), new Entry("GET", "Patient/example"));

            Assert.Equal([502, 200], Statuses(reply));
            Assert.Equal(["unreadable-answer", null], Codes(reply));
            Assert.DoesNotContain("Chalmers, born", reply.Body);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Batch_SearchWithMorePages_ContinuesUnderAHandleOfOurs()
    {
        var token = await world.TokenAsync(world.Ward);

        var reply = await SendAsync(token, new Entry("GET", "Observation?_count=2"));

        var next = At(reply, 0)["resource"]!["link"]!.AsArray().Single(link => (string?)link!["relation"] == "next")![
            "url"
        ]!.GetValue<string>();
        Assert.StartsWith($"{world.Base}/?_page=", next);
        Assert.DoesNotContain(world.Backend.Base, reply.Body);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync(next[world.Base.Length..], token)).Status);
    }

    [Fact]
    public async Task Batch_TokenWithoutScope_RefusesEachEntryForItself()
    {
        var token = await world.TokenAsync(world.Lab, "system/Patient.rs");

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/f001"),
            new Entry("GET", "Observation?patient=f001"),
            new Entry("HEAD", "Patient/f001")
        );

        Assert.Equal([200, 403, 200], Statuses(reply));
        Assert.Equal("outside-scope", Codes(reply)[1]);
        Assert.Null(At(reply, 2)["resource"]);
    }

    [Fact]
    public async Task Batch_ConditionalEntries_AreLookedUpLikeThoseOfTheirOwn()
    {
        var token = await world.TokenAsync(world.Lab);
        Assert.Equal(
            HttpStatusCode.Created,
            (await world.SendAsync(HttpMethod.Post, "/Observation", world.Token, Bodies.Observation("f201", "batch-hidden"))).Status
        );
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("POST", "Observation", Bodies.Observation("f001", "batch-new"), IfNoneExist: "identifier=urn:lab|batch-new"),
            new Entry("POST", "Observation", Bodies.Observation("f001", "batch-new"), IfNoneExist: "identifier=urn:lab|batch-new"),
            new Entry("POST", "Observation", Bodies.Observation("f001", "batch-hidden"), IfNoneExist: "identifier=urn:lab|batch-hidden"),
            new Entry("DELETE", "Observation?identifier=urn:lab|batch-none"),
            new Entry("PUT", "Observation?identifier=urn:lab|batch-new", Bodies.Observation("f001", "batch-new", value: "changed"))
        );

        Assert.Equal([201, 200, 201, 204, 200], Statuses(reply));
        Assert.Equal((string?)At(reply, 0)["resource"]!["id"], (string?)At(reply, 1)["resource"]!["id"]);
        Assert.Equal("changed", (string?)At(reply, 4)["resource"]!["valueString"]);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), request => request.Method == "DELETE");
    }

    [Fact]
    public async Task Batch_EntriesThatCannotBeRead_AreRefusedByThemselvesAndOnRecord()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("GET", "Patient/f001"),
            new Entry("GET", "Nothing/17"),
            new Entry("TRACE", "Patient/f001"),
            new Entry("GET", "Observation?smuggled-parameter=1"),
            new Entry("GET", "Observation/$graphql"),
            new Entry("POST", "Observation", """{"resourceType":"Patient","id":"smuggled-body"}"""),
            new Entry("PUT", "Observation/smuggled-id", Bodies.Observation("f001", id: "other")),
            new Entry("GET", "Observation?patient=example")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal([200, 404, 405, 400, 404, 400, 400, 200], Statuses(reply));
        Assert.Equal(
            [
                null,
                "unknown-resource-type",
                "method-not-allowed",
                "unknown-parameter",
                "operation-not-supported",
                "malformed-body",
                "malformed-body",
                null,
            ],
            Codes(reply)
        );

        // Nothing of what was refused is seen upstream, in whatever form.
        var recorded = await world.Backend.RecordedAsync();
        Assert.Equal(
            ["GET /fhir/R4/Patient/f001", "GET /fhir/R4/Observation"],
            recorded.Select(request => $"{request.Method} {request.Url.Split('?')[0]}")
        );
        Assert.DoesNotContain(
            recorded,
            static request =>
                (request.Url + request.Body + string.Join(' ', request.Headers)).Contains("smuggled", StringComparison.Ordinal)
        );

        // Each refused entry has a record of its own, found by the decision id that its answer tells.
        var records = (await world.TrailAsync(reply.DecisionId, atLeast: 10))
            .Where(record => (string?)record["decision"] == "deny")
            .ToList();
        Assert.Equal(6, records.Count);
        var typed = Assert.Single(records, record => (string?)record["reason"] == "unknown-resource-type");
        Assert.Equal(
            ("GET", "Nothing/17", reply.DecisionId),
            ((string?)typed["method"], (string?)typed["rawTarget"], (string?)typed["parentId"])
        );
        Assert.Contains($"decision {typed["id"]}", (string?)At(reply, 1)["response"]!["outcome"]!["issue"]![0]!["diagnostics"]);
    }

    [Fact]
    public async Task Batch_NoEntryCanBeRead_IsAnsweredEntryByEntry()
    {
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(await world.TokenAsync(world.Lab), new Entry("GET", "Nothing/17"), new Entry("GET", "../Patient/f001"));

        Assert.Equal([404, 400], Statuses(reply));
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Fact]
    public async Task Batch_OneEntryNamesAnotherThatIsRefused_IsRefusedItself()
    {
        const string Name = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";
        await world.Backend.ForgetRecordedAsync();
        var body = $$"""
            {"resourceType":"Bundle","type":"batch","entry":[
              {"fullUrl":"{{Name}}","resource":{"resourceType":"Patient","smuggled":1},"request":{"method":"POST","url":"Nothing"} },
              {"resource":{{Bodies.Observation("f001").Replace(
                "Patient/f001",
                Name,
                StringComparison.Ordinal
            )}} ,"request":{"method":"POST","url":"Observation"} },
              {"request":{"method":"GET","url":"Patient/f001"} }]}
            """;

        var reply = await world.SendAsync(HttpMethod.Post, string.Empty, await world.TokenAsync(world.Lab), body);

        Assert.Equal([404, 400, 200], Statuses(reply));
        Assert.Equal(
            "GET /fhir/R4/Patient/f001",
            Assert.Single((await world.Backend.RecordedAsync()).Select(request => $"{request.Method} {request.Url}"))
        );
    }

    [Fact]
    public async Task Transaction_OneEntryCannotBeRead_IsRefusedWhole()
    {
        await world.Backend.ForgetRecordedAsync();

        var reply = await world.SendAsync(
            HttpMethod.Post,
            string.Empty,
            world.Token,
            Bodies.Bundle("transaction", new Entry("GET", "Patient/f001"), new Entry("GET", "Nothing/17"))
        );

        Assert.Equal((HttpStatusCode.NotFound, "unknown-resource-type"), (reply.Status, reply.Code));
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    private static JsonNode At(Reply reply, int place) => reply.Json["entry"]![place]!;

    private static IReadOnlyList<int> Statuses(Reply reply) =>
        [
            .. reply.Json["entry"]!
                .AsArray()
                .Select(entry =>
                    int.Parse(((string)entry!["response"]!["status"]!)[..3], System.Globalization.CultureInfo.InvariantCulture)
                ),
        ];

    private static IReadOnlyList<string?> Codes(Reply reply) =>
        [
            .. reply.Json["entry"]!
                .AsArray()
                .Select(entry => (string?)entry!["response"]!["outcome"]?["issue"]![0]!["details"]!["coding"]![0]!["code"]),
        ];

    private async Task<string> CreateAsync(string patient)
    {
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", world.Token, Bodies.Observation(patient));
        Assert.Equal(HttpStatusCode.Created, created.Status);
        return (string)created.Json["id"]!;
    }

    private Task<Reply> SendAsync(string token, params Entry[] entries) =>
        world.SendAsync(HttpMethod.Post, string.Empty, token, Bodies.Bundle("batch", entries));
}
