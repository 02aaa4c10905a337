using System.Text.Json.Nodes;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin.AuthZen;

/// <summary>
/// The numbered cases of the public certification scenario of AuthZEN 1.0 (Basic, Batch, Search, Discovery), over its fixture; the numbers
/// are those of its sections.
/// </summary>
public sealed class CertificationTests
{
    private const string Evaluations = "/access/v1/evaluations";
    private const string Subjects = "/access/v1/search/subject";
    private const string Resources = "/access/v1/search/resource";
    private const string Actions = "/access/v1/search/action";

    private const string Alice = """ "subject":{"type":"user","id":"alice"} """;
    private const string Bob = """ "subject":{"type":"user","id":"bob"} """;
    private const string AdminBob = """ "subject":{"type":"user","id":"bob","properties":{"role":"admin"}} """;
    private const string Users = """ "subject":{"type":"user"} """;
    private const string Read = """ "action":{"name":"read"} """;
    private const string Write = """ "action":{"name":"write"} """;
    private const string One = """ "resource":{"type":"record","id":"record-1"} """;
    private const string Two = """ "resource":{"type":"record","id":"record-2"} """;
    private const string ActiveOne = """ "resource":{"type":"record","id":"record-1","properties":{"status":"active"}} """;
    private const string ArchivedTwo = """ "resource":{"type":"record","id":"record-2","properties":{"status":"archived"}} """;
    private const string Records = """ "resource":{"type":"record"} """;
    private const string Context = """ "context":{"time":"2025-06-27T18:03-07:00","ip":"192.168.1.1"} """;

    // Section 2.2 with the eight decisions of the fixture (1.4), and 3.4.2, 3.4.3 by the second path.
    private static readonly (string Case, string Body, bool Permit)[] Decisions =
    [
        ("2.2.1 rule 1", $"{Alice},{Read},{One}", true),
        ("rule 2", $"{Alice},{Write},{One}", true),
        ("rule 3", $"{Bob},{Read},{One}", true),
        ("2.2.2 rule 4", $"{Bob},{Write},{One}", false),
        ("2.2.3", $"{Alice},{Read},{One},{Context}", true),
        ("2.2.4 rule 5", $"{Alice},{Write},{ArchivedTwo}", false),
        ("2.2.5 rule 6", $"{AdminBob},{Write},{ArchivedTwo}", true),
        ("2.2.6 rule 7", $$"""{{Alice}},"action":{"name":"delete","properties":{"soft":true} },{{One}}""", true),
        ("2.2.7 rule 8", $$"""{{Alice}},"action":{"name":"delete","properties":{"soft":false} },{{One}}""", false),
        (
            "2.2.8",
            """
            "subject":{"type":"user","id":"alice","properties":{"department":"Sales","role":"manager"}},
            "action":{"name":"read","properties":{"method":"GET"}},
            "resource":{"type":"record","id":"record-1","properties":{"status":"active","owner":"bob"}}
            """,
            true
        ),
        ("2.2.9", $$"""{{Alice}},{{Read}},{{One}},"foo":"bar","futureField":{"nested":true}""", true),
    ];

    // Sections 2.4.1, 2.4.2, 2.4.6.
    private static readonly (string Case, string Body)[] Faulty =
    [
        ("no subject", $"{Read},{One}"),
        ("no action", $"{Alice},{One}"),
        ("no resource", $"{Alice},{Read}"),
        ("subject without type", $$""" "subject":{"id":"alice"},{{Read}},{{One}} """),
        ("subject without id", $"{Users},{Read},{One}"),
        ("action without name", $$"""{{Alice}},"action":{},{{One}}"""),
        ("resource without type", $$"""{{Alice}},{{Read}},"resource":{"id":"record-1"}"""),
        ("resource without id", $"{Alice},{Read},{Records}"),
        ("subject is a text", $$""" "subject":"alice",{{Read}},{{One}} """),
        ("name is a number", $$"""{{Alice}},"action":{"name":123},{{One}}"""),
    ];

    // Section 3.2.
    private static readonly (string Case, string Body, bool?[] Expected)[] Batches =
    [
        ("3.2.1", $$"""{{Alice}},{{Read}},"evaluations":[{{{One}}},{{{Two}}}]""", [true, null]),
        ("3.2.2", $$"""{{Bob}},{{One}},"evaluations":[{{{Read}}},{{{Write}}}]""", [true, false]),
        ("3.2.3", $$"""{{Alice}},{{Write}},"evaluations":[{{{ActiveOne}}},{{{ArchivedTwo}}}]""", [true, false]),
        ("3.2.4", $$"""{{Write}},{{ArchivedTwo}},"evaluations":[{{{Alice}}},{{{AdminBob}}}]""", [false, true]),
        ("3.2.5", $$""" "evaluations":[{{{Alice}},{{Read}},{{One}}},{{{Bob}},{{Write}},{{One}}}]""", [true, false]),
        ("3.2.6", $$"""{{Alice}},{{Read}},{{Context}},"evaluations":[{{{One}}},{{{Two}},"context":{"source":"x"} }]""", [true, null]),
        ("3.2.7", $$"""{{Alice}},{{Write}},{{ActiveOne}},"evaluations":[{},{{{ArchivedTwo}}}]""", [true, false]),
        ("3.4.1", $$"""{{Alice}},{{Read}},"options":{"evaluations_semantic":"execute_all"},"evaluations":[{{{One}}},{}]""", [true, false]),
    ];

    // Sections 4.2 to 4.4 and 4.6: the path, the search, what must be among the results.
    private static readonly (string Case, string Path, string Body, string[] Expected)[] Searches =
    [
        ("4.2.1 S1", Subjects, $"{Users},{Read},{One}", ["alice", "bob"]),
        ("4.2.2", Subjects, $"{Users},{Read},{One},{Context}", ["alice", "bob"]),
        ("4.2.3", Subjects, $"{Alice},{Read},{One}", ["alice", "bob"]),
        ("4.2.4 S4", Subjects, $"{Users},{Write},{ArchivedTwo}", ["bob"]),
        ("4.3.1 S2", Resources, $"{Alice},{Read},{Records}", ["record-1", "record-2"]),
        ("4.3.2", Resources, $"{Alice},{Read},{Records},{Context}", ["record-1", "record-2"]),
        ("4.3.3", Resources, $"{Alice},{Read},{One}", ["record-1", "record-2"]),
        ("4.3.4 S5", Resources, $"{AdminBob},{Write},{Records}", ["record-2"]),
        ("4.4.1 S3", Actions, $"{Alice},{One}", ["read", "search", "update", "write"]),
        ("4.4.2", Actions, $"{Alice},{One},{Context}", ["read", "search", "update", "write"]),
        ("4.4.3 S6", Actions, $"{AdminBob},{ArchivedTwo}", ["read", "search", "update", "write"]),
        ("4.6.1", Actions, $$""" "subject":{"type":"user","id":"nonexistent-user"},{{One}} """, []),
        ("4.6.1", Subjects, $$"""{{Users}},{{Read}},"resource":{"type":"record","id":"nothing"} """, []),
        ("4.6.1", Resources, $$""" "subject":{"type":"user","id":"nonexistent-user"},{{Read}},{{Records}} """, []),
        ("4.6.2", Subjects, $$""" "subject":{"type":"spaceship"},{{Read}},{{One}} """, []),
        ("4.6.2", Resources, $$"""{{Alice}},{{Read}},"resource":{"type":"spaceship"} """, []),
        ("4.6.2", Actions, $$"""{{Alice}},"resource":{"type":"spaceship","id":"1"} """, []),
    ];

    // Section 4.7.
    private static readonly (string Path, string Body)[] FaultySearches =
    [
        (Subjects, $"{Users},{One}"),
        (Resources, $"{Read},{Records}"),
        (Actions, $"{Alice}"),
        (Subjects, $"{Users},{Read},{Records}"),
        (Resources, $"{Users},{Read},{Records}"),
        (Actions, $"{Users},{One}"),
    ];

    [Fact]
    public async Task Basic_EveryNumberedCase_IsAnsweredAsTheScenarioSays()
    {
        await using var server = await ScenarioServer.StartAsync();
        foreach (var (name, body, permit) in Decisions)
        {
            foreach (var path in (string[])["/access/v1/evaluation", Evaluations])
            {
                // Section 2.6: the same question has the same answer.
                for (var round = 0; round < 2; round++)
                {
                    var answer = await AskAsync(server, path, body);
                    Assert.True(answer.Status == 200, $"{name}: {answer.Status} {answer.Text}");
                    Assert.Equal("application/json", answer.ContentType);
                    Assert.True(permit == (bool)answer.Json["decision"]!, $"{name} by {path}: {answer.Text}");
                }
            }
        }

        // Section 3.4.3.
        Assert.True((bool)(await AskAsync(server, Evaluations, $"""{Alice},{Read},{One},"evaluations":[]""")).Json["decision"]!);
    }

    [Fact]
    public async Task Basic_WhatCannotBeRead_Is400_WithItsIdBack()
    {
        await using var server = await ScenarioServer.StartAsync();
        foreach (var (name, body) in Faulty)
        {
            var answer = await AskAsync(server, "/access/v1/evaluation", body);
            Assert.True(answer.Status == 400, $"{name}: {answer.Status} {answer.Text}");
        }

        var good = $"{{{Alice},{Read},{One}}}";
        foreach (var (body, type) in new[] { (good, "text/plain"), ("{not json", "application/json"), (string.Empty, "application/json") })
        {
            var answer = await server.PostAsync(
                "/access/v1/evaluation",
                body,
                ScenarioServer.Pep,
                ("Content-Type", type),
                ("X-Request-ID", "7-of-mine")
            );
            Assert.Equal(400, answer.Status);
            Assert.StartsWith("text/plain", answer.ContentType, StringComparison.Ordinal);
            Assert.Equal("7-of-mine", answer.Headers["X-Request-ID"]);
        }

        // Section 2.5.
        var named = await server.PostAsync("/access/v1/evaluation", good, ScenarioServer.Pep, ("X-Request-ID", "bfe9-of-mine"));
        Assert.Equal("bfe9-of-mine", named.Headers["X-Request-ID"]);
        Assert.NotEmpty((await ScenarioServer.AskAsync(server, good)).Headers["X-Request-ID"]);
    }

    [Fact]
    public async Task Batch_EveryNumberedCase_IsAnsweredInItsOrder()
    {
        await using var server = await ScenarioServer.StartAsync();
        foreach (var (name, body, expected) in Batches)
        {
            var answer = await AskAsync(server, Evaluations, body);
            Assert.True(answer.Status == 200, $"{name}: {answer.Status} {answer.Text}");
            var decisions = Decided(answer);
            Assert.Equal(expected.Length, decisions.Length);
            Assert.All(
                expected.Zip(decisions),
                pair => Assert.True(pair.First is null || pair.First == pair.Second, $"{name}: {answer.Text}")
            );
        }
    }

    [Theory]
    [InlineData("execute_all", new[] { false, true, false })]
    [InlineData("deny_on_first_deny", new[] { false })]
    [InlineData("permit_on_first_permit", new[] { false, true })]
    public async Task Batch_Semantics_EndWhereTheySay(string semantics, bool[] expected)
    {
        await using var server = await ScenarioServer.StartAsync();
        var body =
            $$"""{{Bob}},{{Write}},"options":{"evaluations_semantic":"{{semantics}}","other":1},"evaluations":[{{{One}}},{{{Two}}},{{{One}}}]""";

        Assert.Equal(expected, Decided(await AskAsync(server, Evaluations, body)));
    }

    [Fact]
    public async Task Search_EveryNumberedCase_FindsWhatTheScenarioSays()
    {
        await using var server = await ScenarioServer.StartAsync();
        foreach (var (name, path, body, expected) in Searches)
        {
            var answer = await AskAsync(server, path, body);
            Assert.True(answer.Status == 200, $"{name}: {answer.Status} {answer.Text}");
            Assert.True(expected.SequenceEqual(Found(answer)), $"{name}: {answer.Text}");
            Assert.Equal(string.Empty, (string)answer.Json["page"]!["next_token"]!);
        }

        foreach (var (path, body) in FaultySearches)
        {
            Assert.Equal(400, (await AskAsync(server, path, body)).Status);
        }
    }

    // Section 4.5.
    [Fact]
    public async Task Search_Pages_GoOnToTheEnd_AndATokenServesItsOwnSearchOnly()
    {
        await using var server = await ScenarioServer.StartAsync();
        var first = await AskAsync(server, Subjects, $$"""{{Users}},{{Read}},{{One}},"page":{"limit":1}""");
        Assert.Equal(["alice"], Found(first));
        var token = (string)first.Json["page"]!["next_token"]!;
        Assert.NotEmpty(token);
        var second = await AskAsync(server, Subjects, $$"""{{Users}},{{Read}},{{One}},"page":{"token":"{{token}}"}""");
        Assert.Equal(["bob"], Found(second));
        Assert.Equal(string.Empty, (string)second.Json["page"]!["next_token"]!);

        foreach (
            var other in new[]
            {
                $$"""{{Users}},{{Write}},{{One}},"page":{"token":"{{token}}"}""",
                $$"""{{Users}},{{Read}},{{One}},"page":{"token":"{{token}}","limit":2}""",
                $$"""{{Users}},{{Read}},{{One}},"page":{"token":"x"}""",
                $$"""{{Users}},{{Read}},{{One}},"page":{"limit":-1}""",
                $$"""{{Users}},{{Read}},{{One}},"page":7""",
            }
        )
        {
            Assert.Equal(400, (await AskAsync(server, Subjects, other)).Status);
        }
    }

    // Section 6.
    [Fact]
    public async Task Discovery_Metadata_NameEveryEndpointToEverybody()
    {
        await using var server = await ScenarioServer.StartAsync();
        var answer = await server.SendAsync(null, "GET", "/.well-known/authzen-configuration");

        Assert.Equal((200, "application/json"), (answer.Status, answer.ContentType));
        var json = answer.Json.AsObject();
        Assert.Equal("https://pdp.example", (string)json["policy_decision_point"]!);
        Assert.Equal("https://pdp.example" + Subjects, (string)json["search_subject_endpoint"]!);
        Assert.Equal(6, json.Count);
        foreach (var (_, url) in json.Where(static pair => pair.Key.EndsWith("_endpoint", StringComparison.Ordinal)))
        {
            var path = new Uri((string)url!).AbsolutePath;
            Assert.Equal(400, (await AskAsync(server, path, string.Empty)).Status);
        }
    }

    private static Task<AdminAnswer> AskAsync(AdminServer server, string path, string members) =>
        ScenarioServer.AskAsync(server, "{" + members + "}", path);

    private static bool[] Decided(AdminAnswer answer) =>
        [.. answer.Json["evaluations"]!.AsArray().Select(static one => (bool)one!["decision"]!)];

    private static string[] Found(AdminAnswer answer) =>
        [.. answer.Json["results"]!.AsArray().Select(static one => (string)(one!["id"] ?? one["name"])!)];
}
