using System.Net;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd;

/// <summary>A transaction passes as a whole or is refused for its first refused entry.</summary>
[Collection(OpenWorldCollection.Name)]
public sealed class TransactionTests(OpenWorld world)
{
    private const string Mother = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a";

    [Theory]
    [InlineData("GET", "Condition?patient=f001", null, 403, "outside-use-case")]
    [InlineData("GET", "Patient/f201", null, 404, "not-found-or-withheld")]
    [InlineData("POST", "Observation", "f201", 403, "outside-roster")]
    [InlineData("DELETE", "Observation/f202", null, 404, "not-found-or-withheld")]
    public async Task Transaction_OneEntryRefused_IsRefusedAsAWhole(string method, string url, string? patient, int status, string code)
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("POST", "Observation", Bodies.Observation("f001")),
            new Entry(method, url, patient is null ? null : Bodies.Observation(patient)),
            new Entry("GET", "Patient/example")
        );

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(code, reply.Code);
        Assert.Equal("Bundle.entry[1]", (string?)reply.Json["issue"]![0]!["expression"]![0]);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), request => request.Method == "POST");
        var record = Assert.Single(await world.TrailAsync(reply.DecisionId));
        Assert.StartsWith("entry[1]", (string?)record["rule"]);
    }

    [Fact]
    public async Task Transaction_OwnPatients_PassesNarrowedTiedAndOnRecord()
    {
        var token = await world.TokenAsync(world.Lab);
        var created = await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001"));
        var id = (string)created.Json["id"]!;
        await world.Backend.ForgetRecordedAsync();

        var reply = await SendAsync(
            token,
            new Entry("PUT", $"Observation/{id}", Bodies.Observation("f001", id: id, value: "changed")),
            new Entry("POST", "Observation", Bodies.Observation("example")),
            new Entry("GET", "Observation?patient=example"),
            new Entry("GET", "Patient/f001")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        Assert.Equal("transaction-response", (string?)reply.Json["type"]);
        Assert.Equal(4, reply.Json["entry"]!.AsArray().Count);
        Assert.DoesNotContain("example-hiv", reply.Body);
        Assert.Null(reply.Json["entry"]![3]!["resource"]?["telecom"]);
        var call = Assert.Single(await world.Backend.RecordedAsync(), request => request.Method == "POST");
        var sent = JsonNode.Parse(call.Body)!["entry"]!.AsArray();
        Assert.StartsWith("W/\"", (string?)sent[0]!["request"]!["ifMatch"]);
        Assert.Contains("category=", (string?)sent[2]!["request"]!["url"]);
        var records = await world.TrailAsync(reply.DecisionId, atLeast: 3);
        var intent = Assert.Single(records, record => (string?)record["kind"] == "intent");
        Assert.Contains($"Observation/{id}", intent.ToJsonString());
        Assert.Contains(records, record => (string?)record["kind"] == "outcome");
    }

    [Theory]
    [InlineData("drop-entry")]
    [InlineData("more-entries")]
    [InlineData("no-status")]
    public async Task Transaction_AnswerDoesNotMatchItsEntries_GivesBadGatewayAndNothingOfIt(string fault)
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.SetFaultAsync(fault, times: 1);
        try
        {
            var reply = await SendAsync(token, new Entry("GET", "Patient/f001"), new Entry("GET", "Patient/example"));

            Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
            Assert.Equal("unreadable-answer", reply.Code);
            Assert.DoesNotContain("birthDate", reply.Body);
        }
        finally
        {
            await world.Backend.ClearFaultsAsync();
        }
    }

    [Fact]
    public async Task Transaction_NewPatientWithResult_PassesForAnyPatientOnly()
    {
        Entry[] entries =
        [
            new("POST", "Patient", """{"resourceType":"Patient","active":true}""", Mother),
            new("POST", "Observation", Bodies.Observation(Mother)),
        ];

        var open = await SendAsync(world.Token, entries);
        Assert.Equal(HttpStatusCode.OK, open.Status);
        var patient = ((string)open.Json["entry"]![0]!["response"]!["location"]!)[$"{world.Base}/Patient/".Length..].Split('/')[0];
        Assert.Contains($"\"Patient/{patient}\"", (await world.GetAsync($"/Observation?patient={patient}", world.Token)).Body);

        var lab = await SendAsync(await world.TokenAsync(world.Lab), entries);
        Assert.Equal(HttpStatusCode.Forbidden, lab.Status);
        var result = await SendAsync(
            await world.TokenAsync(world.Lab),
            new Entry("GET", "Patient/f001", Name: "urn:uuid:aaebe359-bfdc-4613-8bf2-c5e300945f0a"),
            entries[1],
            new Entry("POST", "Observation", Bodies.Observation("f001"), Mother)
        );
        Assert.Equal(("patient-undetermined", HttpStatusCode.Forbidden), (result.Code, result.Status));
    }

    [Fact]
    public async Task Transaction_NameOfAnEntryWithAnId_IsThatId()
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var own = await SendAsync(
            token,
            new Entry("GET", "Patient/f001", Name: Mother),
            new Entry("POST", "Observation", Bodies.Observation(Mother))
        );
        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Contains("\"Patient/f001\"", Assert.Single(await world.Backend.RecordedAsync()).Body);

        var foreign = await SendAsync(
            token,
            new Entry("POST", "Observation", Bodies.Observation(Mother)),
            new Entry("GET", "Patient/f201", Name: Mother)
        );
        Assert.Equal((HttpStatusCode.Forbidden, "outside-roster"), (foreign.Status, foreign.Code));
    }

    [Fact]
    public async Task Transaction_ConditionalReference_IsLookedUpAmongWhatTheClientMaySee()
    {
        var token = await world.TokenAsync(world.Lab);
        var mine = (await world.GetAsync("/Patient/f001", world.Token)).Json["identifier"]![0]!;
        var foreign = (await world.GetAsync("/Patient/f201", world.Token)).Json["identifier"]![0]!;
        await world.Backend.ForgetRecordedAsync();

        var own = await SendAsync(
            token,
            new Entry("POST", "Observation", Bodies.Observation($"Patient?identifier={mine["system"]}|{mine["value"]}"))
        );
        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Contains("\"Patient/f001\"", (await world.Backend.RecordedAsync())[^1].Body);

        var hidden = await SendAsync(
            token,
            new Entry("POST", "Observation", Bodies.Observation($"Patient?identifier={foreign["system"]}|{foreign["value"]}"))
        );
        var missing = await SendAsync(token, new Entry("POST", "Observation", Bodies.Observation("Patient?identifier=urn:nobody|0")));
        Assert.Equal((HttpStatusCode.PreconditionFailed, "condition-unmatched"), (hidden.Status, hidden.Code));
        Assert.Equal(missing.Body.Replace(missing.DecisionId, string.Empty), hidden.Body.Replace(hidden.DecisionId, string.Empty));
    }

    [Fact]
    public async Task Transaction_ConditionalEntries_BecomePlainOnes()
    {
        var token = await world.TokenAsync(world.Lab);
        foreach (var identifier in new[] { "tx-update", "tx-create" })
        {
            Assert.Equal(
                HttpStatusCode.Created,
                (await world.SendAsync(HttpMethod.Post, "/Observation", token, Bodies.Observation("f001", identifier))).Status
            );
        }

        await world.Backend.ForgetRecordedAsync();
        var reply = await SendAsync(
            token,
            new Entry("PUT", "Observation?identifier=urn:lab|tx-update", Bodies.Observation("f001", "tx-update", value: "changed")),
            new Entry("POST", "Observation", Bodies.Observation("f001", "tx-create"), IfNoneExist: "identifier=urn:lab|tx-create"),
            new Entry("POST", "Observation", Bodies.Observation("f001", "tx-new"), IfNoneExist: "identifier=urn:lab|tx-new")
        );

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var sent = JsonNode.Parse(Assert.Single(await world.Backend.RecordedAsync(), request => request.Method == "POST").Body)![
            "entry"
        ]!.AsArray();
        Assert.Equal(["PUT", "GET", "POST"], sent.Select(entry => (string?)entry!["request"]!["method"]));
        Assert.All(sent, entry => Assert.Null(entry!["request"]!["ifNoneExist"]));
        var nothing = await SendAsync(token, new Entry("DELETE", "Observation?identifier=urn:lab|tx-none"));
        Assert.Equal(HttpStatusCode.OK, nothing.Status);
        Assert.Equal("204 No Content", (string?)Assert.Single(nothing.Json["entry"]!.AsArray())!["response"]!["status"]);
        Assert.DoesNotContain(await world.Backend.RecordedAsync(), static request => request.Method == "DELETE");
    }

    private Task<Reply> SendAsync(string token, params Entry[] entries) =>
        world.SendAsync(HttpMethod.Post, string.Empty, token, Bodies.Bundle("transaction", entries));
}
