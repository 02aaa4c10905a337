using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PhiGateway.EndToEnd.Peers;
using Xunit;

namespace PhiGateway.EndToEnd.Mcp;

/// <summary>What an agent is told by a tool is what the same request over REST is told, and is recorded like it.</summary>
public sealed class McpTests(McpWorld world) : IClassFixture<McpWorld>
{
    private static readonly Dictionary<string, object> Few = new()
    {
        ["patient"] = "example",
        ["category"] = "laboratory",
        ["_count"] = 1,
    };

    private string Door => world.Base + "/mcp";

    [Fact]
    public async Task Agent_ByTheSdkOfTheProtocol_ReadsSearchesAndIsRefusedAsOverRest()
    {
        var token = await world.TokenAsync(world.Lab);

        var answer = await AskAsync(
            token,
            new { name = "fhir_read", arguments = new { type = "Patient", id = "f001" } },
            new { name = "fhir_search", arguments = new { type = "Observation", parameters = new { patient = "f001" } } },
            new { name = "fhir_read", arguments = new { type = "Patient", id = "f201" } },
            new { name = "fhir_search", arguments = new { type = "Condition", parameters = new { patient = "f001" } } },
            new { name = "fhir_read", arguments = new { type = "Patient", id = "../metadata" } }
        );

        Assert.Null((string?)answer["error"]);
        Assert.Equal(["fhir_read", "fhir_search", "fhir_page"], answer["tools"]!.AsArray().Select(static tool => (string?)tool));
        string[] paths = ["/Patient/f001", "/Observation?patient=f001", "/Patient/f201", "/Condition?patient=f001"];
        for (var place = 0; place < paths.Length; place++)
        {
            var result = answer["results"]![place]!;
            var rest = await world.GetAsync(paths[place], token);
            Assert.Equal(rest.Status != HttpStatusCode.OK, (bool)result["isError"]!);
            Assert.Equal(Comparable(rest.Body), Comparable((string)result["text"]!));
        }

        Assert.True((bool)answer["results"]![4]!["isError"]!);
    }

    [Fact]
    public async Task Call_IsOnRecordAsTheRequestThatItIs()
    {
        var token = await world.TokenAsync(world.Lab);

        var (status, headers, _) = await PostAsync(token, Call("fhir_read", """{"type":"Patient","id":"f001"}"""));

        Assert.Equal(HttpStatusCode.OK, status);
        // A delivery that was late has a record of its own.
        var trail = await world.TrailAsync(headers.GetValues("X-Request-Id").Single());
        var record = trail.Single(static one => (string?)one["kind"] == "disclosure");
        Assert.Equal(("GET", "/fhir/Patient/f001"), ((string?)record["method"], (string?)record["rawTarget"]));
        Assert.Equal(("permit", world.Lab.ClientId), ((string?)record["decision"], (string?)record["client"]));
        Assert.Equal(["Patient/f001"], record["resources"]!.AsArray().Select(static one => ((string?)one)!.Split("/_history")[0]));
    }

    [Fact]
    public async Task Message_WithoutAGoodToken_Is401AndSaysWhereToGetOne()
    {
        foreach (var token in new[] { null, "nonsense" })
        {
            var (status, headers, body) = await PostAsync(token, Call("fhir_read", """{"type":"Patient","id":"f001"}"""));

            Assert.Equal(HttpStatusCode.Unauthorized, status);
            Assert.Contains("resource_metadata=", headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("f001", body, StringComparison.Ordinal);
            var record = (await world.TrailAsync(headers.GetValues("X-Request-Id").Single()))[0];
            Assert.Equal("deny", (string?)record["decision"]);
        }

        Assert.StartsWith(
            "401",
            (string?)(await AskAsync("nonsense", new { name = "fhir_read", arguments = new { type = "Patient", id = "f001" } }))["error"]
        );
    }

    [Fact]
    public async Task Message_OfAStranger_IsRefusedWithTheWordsOfRestBeforeItIsRead()
    {
        var token = await world.TokenAsync(world.Stranger);

        var (status, headers, body) = await PostAsync(token, Call("fhir_read", """{"type":"Patient","id":"f001"}"""));

        var rest = await world.GetAsync("/Patient/f001", token);
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (status, rest.Status));
        Assert.Equal(Comparable(rest.Body), Comparable(body));
        var record = (await world.TrailAsync(headers.GetValues("X-Request-Id").Single()))[0];
        Assert.Equal(("deny", "unknown-client"), ((string?)record["decision"], (string?)record["reason"]));
    }

    [Theory]
    [InlineData("Mcp-Method", "tools/list", 400)]
    [InlineData("Mcp-Name", "fhir_search", 400)]
    [InlineData("Mcp-Name", "", 400)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("Mcp-Name", "fhir_read", 200)]
    [InlineData("Mcp-Method", "tools/call", 200)]
    public async Task Message_WhoseHeadersSayAnotherThing_IsRefusedOnRecordAndAsksNothing(string name, string value, int expected)
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();

        var (status, headers, _) = await PostAsync(token, Call("fhir_read", """{"type":"Patient","id":"f001"}"""), (name, value));

        Assert.Equal(expected, (int)status);
        Assert.Equal(expected == 200, (await world.Backend.RecordedAsync()).Count > 0);
        var record = (await world.TrailAsync(headers.GetValues("X-Request-Id").Single()))[0];
        Assert.Equal(expected == 200 ? "permit" : "deny", (string?)record["decision"]);
    }

    [Theory]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":{\"a\":1},\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{0}}", null)]
    [InlineData("[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{0}}]", null)]
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{0}}", "1999-01-01")]
    // Of this revision on a message says its method and tool in headers too.
    [InlineData("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{0}}", "2026-07-28")]
    public async Task Message_ThatTheProtocolDoesNotAnswer_AsksNothing(string message, string? version)
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();
        var body = message.Replace("{0}", """{"name":"fhir_read","arguments":{"type":"Patient","id":"f001"}}""", StringComparison.Ordinal);

        var (_, _, answer) = await PostAsync(token, body, version is null ? null : ("MCP-Protocol-Version", version));

        Assert.DoesNotContain("f001", answer, StringComparison.Ordinal);
        Assert.Empty(await world.Backend.RecordedAsync());
    }

    [Theory]
    [InlineData("\"a-1\"", null)]
    [InlineData("0", "2025-06-18")]
    public async Task Message_ThatTheProtocolAnswers_IsAskedOnce(string id, string? version)
    {
        var token = await world.TokenAsync(world.Lab);
        await world.Backend.ForgetRecordedAsync();
        var body = Call("fhir_read", """{"type":"Patient","id":"f001"}""").Replace("\"id\":1", $"\"id\":{id}", StringComparison.Ordinal);

        var (status, _, answer) = await PostAsync(token, body, version is null ? null : ("MCP-Protocol-Version", version));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("f001", answer, StringComparison.Ordinal);
        Assert.Single(await world.Backend.RecordedAsync());
    }

    [Fact]
    public async Task Page_OfASearch_IsFollowedByItsLink()
    {
        var token = await world.TokenAsync(world.Lab);
        var first = await AskAsync(token, new { name = "fhir_search", arguments = new { type = "Observation", parameters = Few } });
        var bundle = JsonNode.Parse((string)first["results"]![0]!["text"]!)!;
        var next = bundle["link"]!.AsArray().Single(static link => (string?)link!["relation"] == "next")!;

        var second = await AskAsync(token, new { name = "fhir_page", arguments = new { url = (string?)next["url"] } });

        Assert.False((bool)second["results"]![0]!["isError"]!);
        var page = JsonNode.Parse((string)second["results"]![0]!["text"]!)!;
        Assert.NotEqual((string?)bundle["entry"]![0]!["resource"]!["id"], (string?)page["entry"]![0]!["resource"]!["id"]);
    }

    [Theory]
    [InlineData("/fhir/mcp/")]
    [InlineData("/fhir/mcp?a=b")]
    [InlineData("/mcp")]
    [InlineData("/fhir/MCP")]
    public async Task Message_ToAnotherPlace_FindsNoDoor(string path)
    {
        var token = await world.TokenAsync(world.Lab);
        using var http = new HttpClient();
        using var request = Message(new Uri(world.Gateway.Data, path), token, Call("fhir_read", """{"type":"Patient","id":"f001"}"""));

        using var answer = await http.SendAsync(request);

        Assert.InRange((int)answer.StatusCode, 400, 499);
    }

    private static string Call(string tool, string arguments) =>
        $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"{{{tool}}}","arguments":{{{arguments}}}}}""";

    // Decision ids, page handles and moments differ from request to request.
    private static string Comparable(string body)
    {
        var json = JsonNode.Parse(body)!;
        if (json["issue"] is JsonArray issues)
        {
            return string.Join(' ', issues.Select(static issue => (string?)issue!["details"]?["coding"]?[0]?["code"]));
        }

        json.AsObject().Remove("link");
        json.AsObject().Remove("id");
        (json["meta"] as JsonObject)?.Remove("lastUpdated");
        return json.ToJsonString();
    }

    private static HttpRequestMessage Message(Uri address, string? token, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private async Task<(HttpStatusCode Status, HttpResponseHeaders Headers, string Body)> PostAsync(
        string? token,
        string body,
        (string Name, string Value)? header = null
    )
    {
        using var http = new HttpClient();
        using var request = Message(new Uri(Door), token, body);
        if (header is { } one)
        {
            request.Headers.TryAddWithoutValidation(one.Name, one.Value);
        }

        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, answer.Headers, await answer.Content.ReadAsStringAsync());
    }

    private async Task<JsonNode> AskAsync(string token, params object[] calls)
    {
        var output = await NodePeers.RunAsync(
            "clients/mcp.mjs",
            new Dictionary<string, string>
            {
                ["SERVER"] = Door,
                ["TOKEN"] = token,
                ["CALLS"] = JsonSerializer.Serialize(calls),
            }
        );
        return JsonNode.Parse(output)!;
    }
}
