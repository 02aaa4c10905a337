using System.Text.Json.Nodes;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin.AuthZen;

/// <summary>Other systems' questions are answered by the registry in force: what is not told denies, and every question is on record.</summary>
public sealed class AccessQuestionTests(AccessQuestionTests.Asked asked) : IClassFixture<AccessQuestionTests.Asked>
{
    private const string Wide = """{"types":["Observation"],"interactions":["read","search"],"patients":{"roster":"ward"}}""";
    private const string Patients = """{"types":["Patient"],"interactions":["read"],"patients":{"roster":"ward"},"elements":["name"]}""";

    [Theory]
    [InlineData("""{"patient":"p-1","labels":[]}""", true, null)]
    [InlineData("""{"patient":["p-1"],"labels":[],"confidentiality":"N"}""", true, null)]
    [InlineData("""{"patient":"p-2","labels":[]}""", false, "withheld-outside-patients")]
    [InlineData("""{"patient":["p-1","p-2"],"labels":[]}""", false, "withheld-outside-patients")]
    [InlineData("""{"patient":[],"labels":[]}""", false, "withheld-undetermined-patient")]
    [InlineData("""{"labels":[]}""", false, "facts-missing")]
    [InlineData("""{"patient":"p-1"}""", false, "facts-missing")]
    [InlineData("""{"patient":7,"labels":[]}""", false, "facts-missing")]
    [InlineData("""{"patient":null,"labels":[]}""", false, "facts-missing")]
    [InlineData("""{"patient":"p/1","labels":[]}""", false, "facts-missing")]
    [InlineData("""{"patient":"","labels":[]}""", false, "facts-missing")]
    [InlineData("""{"patient":"p-1","labels":["R"]}""", false, "facts-missing")]
    [InlineData("""{"patient":"p-1","labels":[],"confidentiality":"X"}""", false, "facts-missing")]
    [InlineData("""{"patient":"p-1","labels":[],"confidentiality":"R"}""", false, "withheld-confidentiality")]
    [InlineData(
        """{"patient":"p-1","labels":["http://terminology.hl7.org/CodeSystem/v3-Confidentiality|V"]}""",
        false,
        "withheld-confidentiality"
    )]
    [InlineData("""{"patient":"p-1","labels":["http://terminology.hl7.org/CodeSystem/v3-ActCode|HIV"]}""", false, "withheld-label")]
    public async Task Read_OfARecord_IsJudgedByWhatIsToldOfIt(string properties, bool permit, string? reason)
    {
        var server = asked.Server;
        var answer = await AskAsync(server, Question("read", $$"""{"type":"Observation","id":"o-1","properties":{{properties}}}"""));

        Assert.Equal((permit, reason), ((bool)answer["decision"]!, (string?)answer["context"]?["reason"]));
    }

    [Theory]
    [InlineData("""{"purpose":"TREAT"}""", true, null)]
    [InlineData("""{"time":"2020-01-01T00:00:00Z"}""", true, null)]
    [InlineData("""{"purpose":"HRESCH"}""", false, "purpose-not-permitted")]
    [InlineData("""{"purpose":"NONSENSE"}""", false, "purpose-unknown")]
    [InlineData("""{"purpose":7}""", false, "caller-not-readable")]
    [InlineData("""{"purpose":"BTG"}""", false, "purpose-not-permitted")]
    [InlineData("""{"tenant":"south"}""", false, "wrong-tenant")]
    [InlineData("""{"tenant":["north"]}""", false, "wrong-tenant")]
    [InlineData("""{"environment":"test"}""", false, "wrong-environment")]
    public async Task Context_OfAQuestion_ClosesDoorsAndOpensNone(string context, bool permit, string? reason)
    {
        var server = asked.Server;
        var answer = await AskAsync(server, Question("read", Told, context));

        Assert.Equal((permit, reason), ((bool)answer["decision"]!, (string?)answer["context"]?["reason"]));
    }

    [Theory]
    [InlineData("""{"scopes":"system/Observation.rs"}""", true)]
    [InlineData("""{"scopes":"system/Condition.rs"}""", false)]
    [InlineData("""{"scopes":""}""", false)]
    [InlineData("""{"scopes":7}""", false)]
    [InlineData("""{"binding":"none"}""", true)]
    [InlineData("""{"binding":"magic"}""", false)]
    [InlineData("""{"actors":["somebody"]}""", false)]
    [InlineData("""{"actors":"somebody"}""", false)]
    [InlineData("""{"patient":"p 1"}""", false)]
    [InlineData("""{"role":"admin"}""", true)]
    public async Task Subject_WhatItsTokenSays_NarrowsAndGivesNothing(string properties, bool permit)
    {
        var server = asked.Server;
        var body =
            $$"""{"subject":{"type":"client","id":"nina","properties":{{properties}}},"action":{"name":"read"},"resource":{{Told}}}""";

        Assert.Equal(permit, (bool)(await ScenarioServer.AskAsync(server, body)).Json["decision"]!);
    }

    [Theory]
    [InlineData("update")]
    [InlineData("delete")]
    [InlineData("create")]
    [InlineData("patch")]
    [InlineData("history")]
    [InlineData("export")]
    [InlineData("READ")]
    public async Task Action_ThatNoGrantCovers_IsDenied(string action)
    {
        var server = asked.Server;

        Assert.False((bool)(await AskAsync(server, Question(action, Told)))["decision"]!);
    }

    [Fact]
    public async Task Read_WithElements_IsPermittedToWhoKeepsThem()
    {
        var server = asked.Server;
        const string Patient = """{"type":"Patient","id":"p-1","properties":{"labels":[]}}""";
        var silent = await AskAsync(server, Question("read", Patient));
        Assert.Equal((false, "elements-restricted"), ((bool)silent["decision"]!, (string)silent["context"]!["reason"]!));

        var keeps = await AskAsync(server, Question("read", Patient, """{"understands":["elements"]}"""));
        Assert.True((bool)keeps["decision"]!);
        Assert.Contains("name", keeps["context"]!["obligations"]!["elements"]!.AsArray().Select(static one => (string)one!));
        Assert.DoesNotContain("birthDate", keeps.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_OfPatients_FindsTheRostersMembers_OfToday()
    {
        await using var server = await StartAsync();
        var body = """
            {"subject":{"type":"client","id":"nina"},"action":{"name":"read"},"resource":{"type":"Patient","properties":{"labels":[]}},
             "context":{"understands":["elements"]}}
            """;
        var answer = await ScenarioServer.AskAsync(server, body, "/access/v1/search/resource");
        Assert.Equal(["p-1", "p-3"], answer.Json["results"]!.AsArray().Select(static one => (string)one!["id"]!));

        var look = Assert.Single(server.Journal.Records, static record => record.Event == "authzen.search");
        Assert.Equal("nina", look.Client);
        Assert.Equal(["p-1", "p-3"], look.Patients.Order());
    }

    [Fact]
    public async Task Path_ThatCloses_ClosesAtOnceForOthersToo()
    {
        await using var server = await StartAsync();
        Assert.True((bool)(await AskAsync(server, Question("read", Told)))["decision"]!);
        Assert.Equal(200, (await server.PostAsync("/admin/v1/clients/nina:suspend", """{"reason":"a look"}""")).Status);

        var answer = await AskAsync(server, Question("read", Told));
        Assert.Equal((false, "client-not-active"), ((bool)answer["decision"]!, (string)answer["context"]!["reason"]!));
    }

    [Fact]
    public async Task Question_IsOnRecordBeforeItsAnswer_WithoutTheWordsOfStrangers()
    {
        await using var server = await StartAsync();
        var answer = await AskAsync(server, Question("read", Told));
        var look = Assert.Single(server.Journal.Records, static record => record.Event == "authzen.evaluation");
        Assert.Equal((AuditKind.AuditUse, "nina", "permit"), (look.Kind, look.Client, look.Note));
        Assert.Equal((string)answer["context"]!["id"]!, look.Id.ToString("D"));
        Assert.Equal(["p-1"], look.Patients);
        Assert.StartsWith("pep@", look.Actor, StringComparison.Ordinal);

        const string Strange =
            """{"subject":{"type":"client","id":"Jane Doe"},"action":{"name":"read"},"resource":{"type":"Observation","id":"x"}}""";
        Assert.False((bool)(await ScenarioServer.AskAsync(server, Strange)).Json["decision"]!);
        Assert.DoesNotContain(
            server.Journal.Records,
            static record => $"{record.Client}{record.Note}{record.Target}".Contains("Jane", StringComparison.Ordinal)
        );

        server.Journal.Status = PhiGateway.Audit.Journal.JournalStatus.Full;
        Assert.Equal(503, (await ScenarioServer.AskAsync(server, Question("read", Told))).Status);
    }

    [Fact]
    public async Task Evaluations_EachIsOnRecord_AndTheirNumberIsBounded()
    {
        await using var server = await StartAsync();
        var one = Question("read", Told);
        var answer = await ScenarioServer.AskAsync(server, $$"""{"evaluations":[{{one}},{{one}},{}]}""", "/access/v1/evaluations");
        Assert.Equal(
            """[true,true,false]""",
            new JsonArray([.. answer.Json["evaluations"]!.AsArray().Select(static item => item!["decision"]!.DeepClone())]).ToJsonString()
        );
        Assert.Equal(400, (int)answer.Json["evaluations"]![2]!["context"]!["error"]!["status"]!);
        var head = Assert.Single(server.Journal.Records, static record => record.Event == "authzen.evaluations");
        Assert.Equal(3, server.Journal.Records.Count(record => record.ParentId == head.Id));

        foreach (
            var body in new[]
            {
                $$"""{"evaluations":[{{string.Join(',', Enumerable.Repeat(one, 101))}}]}""",
                """{"evaluations":[7]}""",
                """{"evaluations":{}}""",
                $$"""{"evaluations":[{{one}}],"options":7}""",
                $$"""{"evaluations":[{{one}}],"options":{"evaluations_semantic":"any"} }""",
                $$"""{"subject":"nina","evaluations":[{{one}}]}""",
            }
        )
        {
            Assert.Equal(400, (await ScenarioServer.AskAsync(server, body, "/access/v1/evaluations")).Status);
        }
    }

    [Theory]
    [InlineData("/access/v1/evaluation")]
    [InlineData("/access/v1/evaluations")]
    [InlineData("/access/v1/search/subject")]
    [InlineData("/access/v1/search/resource")]
    [InlineData("/access/v1/search/action")]
    public async Task Endpoint_OfAnotherRole_IsClosed(string path)
    {
        var server = asked.Server;
        var nobody = await server.SendAsync(null, "POST", path, "{}");
        Assert.Equal(401, nobody.Status);
        Assert.StartsWith("text/plain", nobody.ContentType, StringComparison.Ordinal);
        foreach (var person in (string[])["vera", "august", "olga", "anna", "adam"])
        {
            Assert.Equal(403, (await server.PostAsync(path, "{}", person)).Status);
        }

        Assert.Equal(400, (await server.PostAsync(path, "{}", ScenarioServer.Pep)).Status);
        Assert.Equal(403, (await server.GetAsync("/admin/v1/clients", ScenarioServer.Pep)).Status);
    }

    [Fact]
    public async Task Metadata_WithoutAnAddress_AreNotThere()
    {
        await using var server = await AdminServer.StartAsync();

        Assert.Equal(404, (await server.SendAsync(null, "GET", "/.well-known/authzen-configuration")).Status);
    }

    private const string Told = """{"type":"Observation","id":"o-1","properties":{"patient":"p-1","labels":[]}}""";

    private static async Task<AdminServer> StartAsync()
    {
        var server = await ScenarioServer.StartWithoutClientsAsync();
        await ScenarioServer.OpenAsync(server, "nina", Wide, Patients);
        var now = server.Time.GetUtcNow();
        await server.Store.PutMembersAsync(
            [
                new RosterMember("ward", PatientId.Parse("p-1")),
                new RosterMember("ward", PatientId.Parse("p-2"), Until: now.AddDays(-1)),
                new RosterMember("ward", PatientId.Parse("p-3"), From: now.AddDays(-1)),
            ],
            "test",
            default
        );
        return server;
    }

    private static string Question(string action, string resource, string context = "{}") =>
        $$"""{"subject":{"type":"client","id":"nina"},"action":{"name":"{{action}}"},"resource":{{resource}},"context":{{context}}}""";

    private static async Task<JsonNode> AskAsync(AdminServer server, string body)
    {
        var answer = await ScenarioServer.AskAsync(server, body);
        Assert.True(answer.Status == 200, $"{answer.Status} {answer.Text}");
        return answer.Json;
    }

    /// <summary>One server for the questions that change nothing.</summary>
    public sealed class Asked : IAsyncLifetime
    {
        internal AdminServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
