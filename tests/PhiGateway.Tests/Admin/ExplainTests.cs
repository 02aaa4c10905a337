using System.Text.Json.Nodes;
using PhiGateway.Admin.Decisions;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Cli;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Policy.Cases;
using Xunit;

namespace PhiGateway.Tests.Admin;

public sealed class ExplainTests
{
    private static readonly Guid Decision = Guid.Parse("01990000-0000-7000-8000-000000000001");

    [Fact]
    public async Task Explain_RecordedRefusal_SaysWhoWhatAndHowToOpen()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await RecordAsync(server, Refusal(await server.Store.GetRevisionAsync(default)));
        var answer = await server.GetAsync(Path, "august");
        Assert.Equal(200, answer.Status);
        var json = answer.Json;
        Assert.Equal("outside-use-case", (string)json["reason"]!);
        Assert.Equal("Acme Laboratories", (string)json["who"]!["organization_name"]!);
        Assert.StartsWith("anna", (string)json["who"]!["approved_by"]!);
        Assert.Equal("/fhir/Condition?patient=17", (string)json["asked"]!["target"]!);
        Assert.Contains("grants of lab-results cover Observation.read+search", (string)json["closed"]!);
        Assert.Equal("add Condition.search to lab-results and have it approved (widening: two persons)", (string)json["to_open"]![0]!);
        Assert.Equal("closed", Outcome(json, "interaction and type"));
        Assert.Equal("open", Outcome(json, "purpose of use"));
        Assert.Equal("not-asked", Outcome(json, "patients"));
        Assert.Equal(("open", "open"), (Outcome(json, "token age"), Outcome(json, "token scope")));
        Assert.Equal("system/*.rs", (string)json["token"]!["scopes"]!);
        Assert.StartsWith(
            "2027-01-01",
            (string)json["doors"]!.AsArray().Single(door => (string)door!["name"]! == "agreement")!["closes_at"]!
        );
        Assert.Equal("The registry is the one that decided.", (string)json["registry"]!["note"]!);
        Assert.Contains(server.Journal.Records, record => record.Event == "decision.explain" && record.Actor == "august@hospital.example");
    }

    [Fact]
    public async Task Explain_DelegatedCall_NamesWhoStoodBetweenAndWhoMay()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PostAsync("/admin/v1/clients", Sample.Client.Replace("\"acme-connector\"", "\"agent\"", StringComparison.Ordinal));
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/clients/acme-connector", """{"actors":["agent"]}""")).Status);
        var record = Refusal(await server.Store.GetRevisionAsync(default));
        (record.Reason, record.Actors, record.Certificate) = (DenyReason.ActorNotPermitted.Code, ["agent", "portal"], new string('a', 64));
        await RecordAsync(server, record);

        var json = (await server.GetAsync(Path, "august")).Json;
        Assert.Contains(
            "the client permits agent as actors, from the outermost on; the chain was agent before portal",
            (string)json["closed"]!
        );
        Assert.EndsWith("and have it approved (widening: two persons)", (string)json["to_open"]![0]!);
        var proof = json["proof"]!;
        Assert.Equal(["agent", "portal"], proof["actors"]!.AsArray().Select(static node => (string)node!));
        Assert.Equal(new string('a', 64), (string)proof["certificate"]!);
        var (_, text) = await RunAsync(server, "explain", Decision.ToString());
        Assert.Contains("through agent < portal", text);
    }

    [Fact]
    public async Task Explain_RegistryChangedSince_SaysSoPlainly()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await RecordAsync(server, Refusal(await server.Store.GetRevisionAsync(default)));
        await server.PostAsync("/admin/v1/rosters", """{"id":"unrelated"}""");
        Assert.Contains(
            "nothing on this client's path has changed",
            (string)(await server.GetAsync(Path, "august")).Json["registry"]!["note"]!
        );
        await server.PatchAsync("/admin/v1/organizations/acme", """{"modules":["results@5"]}""");
        var registry = (await server.GetAsync(Path, "august")).Json["registry"]!;
        Assert.Equal(["organization/acme"], registry["changed_since"]!.AsArray().Select(node => (string)node!));
        Assert.Contains("organization/acme", (string)registry["note"]!);
    }

    [Fact]
    public async Task Explain_RegistryChangedSince_ShowsTheDoorsOfThatTime()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await RecordAsync(server, Refusal(await server.Store.GetRevisionAsync(default)));
        Assert.Equal(200, (await server.PostAsync("/admin/v1/clients/acme-connector:suspend", """{"reason":"a look"}""")).Status);
        Assert.False(IsOpen((await server.GetAsync(Path, "august")).Json, "client"));

        // As the shipper would: what the journal holds stands in the trail.
        foreach (var record in server.Journal.Records.Where(record => record.Kind == AuditKind.Admin))
        {
            server.Trail.Entries.Add(Watch.WatchEventReaderTests.Entry(record, server.Trail.Entries.Count));
        }

        var json = (await server.GetAsync(Path, "august")).Json;
        Assert.True(IsOpen(json, "client"), json.ToJsonString());
        Assert.Contains("put together from the trail", (string)json["registry"]!["note"]!, StringComparison.Ordinal);
        Assert.Contains("client/acme-connector", json["registry"]!["changed_since"]!.AsArray().Select(node => (string)node!));
    }

    [Fact]
    public async Task Explain_ClosedDoor_NamesItsDateAndAdvice()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var record = Refusal(await server.Store.GetRevisionAsync(default));
        record.Reason = DenyReason.AgreementNotInForce.Code;
        record.Rule = "agreement/baa-1";
        record.Time = new DateTimeOffset(2027, 3, 1, 0, 0, 0, TimeSpan.Zero);
        await RecordAsync(server, record);
        var json = (await server.GetAsync(Path, "august")).Json;
        Assert.Contains("agreement", (string)json["closed"]!);
        Assert.Contains("2027-01-01", (string)json["closed"]!);
        Assert.Equal("Renew the agreement.", (string)json["to_open"]![0]!);
        Assert.Equal("closed", Outcome(json, "path open"));
    }

    [Fact]
    public async Task Explain_Permit_HasEveryQuestionOpen_StrangersAndLaterStagesToo()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var permit = Refusal(await server.Store.GetRevisionAsync(default));
        (permit.Kind, permit.Decision, permit.Reason, permit.Rule) = (AuditKind.Disclosure, "permit", null, "lab-results/1");
        await RecordAsync(server, permit);
        var json = (await server.GetAsync(Path, "august")).Json;
        Assert.All(json["questions"]!.AsArray(), question => Assert.Equal("open", (string)question!["outcome"]!));
        Assert.Empty(json["to_open"]!.AsArray());

        server.Trail.Entries.Clear();
        var stranger = Refusal(1);
        (stranger.Client, stranger.UseCase, stranger.Organization, stranger.Owner, stranger.Reason, stranger.Rule) = (
            null,
            null,
            null,
            null,
            DenyReason.UnknownClient.Code,
            null
        );
        await RecordAsync(server, stranger);
        json = (await server.GetAsync(Path, "august")).Json;
        Assert.Empty(json["doors"]!.AsArray());
        Assert.Contains("Register the client", (string)json["to_open"]![0]!);

        server.Trail.Entries.Clear();
        var busy = Refusal(1);
        (busy.Reason, busy.Rule) = (DenyReason.RateLimited.Code, null);
        await RecordAsync(server, busy);
        json = (await server.GetAsync(Path, "august")).Json;
        Assert.Equal("Admit", (string)json["stage"]!);
        Assert.All(json["questions"]!.AsArray(), question => Assert.Equal("open", (string)question!["outcome"]!));
    }

    [Theory]
    [InlineData("/admin/v1/decisions/01990000-0000-7000-8000-000000000009", "august", 404)]
    [InlineData("/admin/v1/decisions/not-an-id", "august", 404)]
    [InlineData("/admin/v1/decisions/01990000-0000-7000-8000-000000000001", "olga", 403)]
    [InlineData("/admin/v1/decisions/01990000-0000-7000-8000-000000000001", "anna", 403)]
    public async Task Explain_UnknownDecisionOrRole_IsRefused(string path, string person, int status)
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(status, (await server.GetAsync(path, person)).Status);
    }

    [Fact]
    public async Task Explain_JournalDown_ShowsNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await RecordAsync(server, Refusal(1));
        server.Journal.Room = 0;
        Assert.Equal(503, (await server.GetAsync(Path, "august")).Status);
    }

    [Theory]
    [InlineData("GET /fhir/Observation?patient=17", "system/*.rs", "TREAT", "deny", "outside-roster")]
    [InlineData("GET /fhir/Observation?category=laboratory", "system/*.rs", "TREAT", "permit", null)]
    [InlineData("GET /fhir/Condition?patient=17", "system/*.rs", "TREAT", "deny", "outside-use-case")]
    [InlineData("GET /fhir/Observation", "system/Patient.rs", "TREAT", "deny", "outside-scope")]
    [InlineData("GET /fhir/Observation", "system/*.rs", "HMARKT", "deny", "purpose-not-permitted")]
    [InlineData("GET /fhir/Observation/..", "system/*.rs", "TREAT", "deny", "malformed-path")]
    public async Task Imagine_Request_IsDecidedOverTheRegistryInForce(
        string request,
        string scopes,
        string purpose,
        string decision,
        string? reason
    )
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var body = new JsonObject
        {
            ["caller"] = new JsonObject
            {
                ["client"] = "acme-connector",
                ["scopes"] = scopes,
                ["purpose"] = purpose,
            },
            ["request"] = request,
            ["peer"] = "203.0.113.7",
        };
        var answer = await server.PostAsync("/admin/v1/decisions:explain", body.ToJsonString(), "august");
        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal((decision, reason), ((string)answer.Json["decision"]!, (string?)answer.Json["reason"]));
        Assert.Equal(decision == "permit", answer.Json["to_open"]!.AsArray().Count == 0);
        Assert.Contains(server.Journal.Records, record => record.Event == "decision.imagine");
    }

    [Theory]
    [InlineData("""{"request":"GET /fhir/Observation"}""", "/caller")]
    [InlineData("""{"caller":{"client":"nobody"},"request":"GET /fhir/Observation"}""", "/caller")]
    [InlineData("""{"caller":{"client":"acme-connector"},"request":"Observation"}""", "/request")]
    [InlineData("""{"caller":{"client":"acme-connector","actors":["agent",null]},"request":"GET /fhir/Observation"}""", "/caller/actors")]
    [InlineData("""{"caller":{"client":"acme-connector","patient":"a/b"},"request":"GET /fhir/Observation"}""", "/caller/patient")]
    [InlineData("""{"caller":{"client":"acme-connector","binding":"tls"},"request":"GET /fhir/Observation"}""", "/caller/binding")]
    [InlineData("""{"caller":{"client":"acme-connector"},"request":"GET /fhir/Observation","peer":"here"}""", "/peer")]
    public async Task Imagine_BadRequest_PointsAtThePlace(string body, string pointer)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal([pointer], (await server.PostAsync("/admin/v1/decisions:explain", body, "august")).Pointers);
        Assert.Equal(403, (await server.PostAsync("/admin/v1/decisions:explain", body, "vera")).Status);
    }

    [Fact]
    public async Task CommandLine_Explain_PrintsTheShapeOfTheDocumentation()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await RecordAsync(server, Refusal(await server.Store.GetRevisionAsync(default)));
        var (code, text) = await RunAsync(server, "explain", Decision.ToString());
        Assert.Equal(1, code);
        var lines = text.Split('\n');
        Assert.StartsWith("DENY outside-use-case", lines[0]);
        Assert.Equal(
            ["who", "rests on", "proof", "asked", "token", "questions", "doors", "closed", "to open", "registry"],
            lines[1..^1].Select(line => line[..10].Trim())
        );
        Assert.Contains("acme-connector · Acme Laboratories · owner mary@hospital.example", text);
        Assert.Contains("agreement ✓ (244 days left)", text);
        Assert.Contains("approval ✓ (2026-05-01 by anna@hospital.example)", text);

        var file = System.IO.Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file,
                "description: imagined\ncaller: { client: acme-connector, scopes: \"system/*.rs\", purpose: "
                    + "TREAT }\nrequest: GET /fhir/Observation\npeer: 203.0.113.7\nexpect: { deny: x }\n"
            );
            var (imagined, words) = await RunAsync(server, "explain", "--request", file);
            Assert.True(imagined == 0, words);
            Assert.StartsWith("PERMIT lab-results/1", words);
            Assert.Contains("Not judged: token age, token lifetime", words);
            Assert.Contains("token age ?", words);
            var (tooOld, age) = await RunAsync(
                server,
                "explain",
                "--request",
                file,
                "--issued-at",
                "2026-05-01T11:00:00Z",
                "--lifetime",
                "300"
            );
            Assert.Equal(1, tooOld);
            Assert.StartsWith("DENY expired-token", age);
            Assert.Contains("3600 s old, lives 300 s", age);
            var (narrow, scope) = await RunAsync(server, "explain", "--request", file, "--scopes", "system/Patient.rs");
            Assert.Equal(1, narrow);
            Assert.Contains("token scope ✗", scope);
            Assert.Equal(2, (await RunAsync(server, "explain")).Code);
            Assert.Equal(3, (await RunAsync(server, "explain", Guid.Empty.ToString())).Code);
        }
        finally
        {
            File.Delete(file);
        }
    }

    // The names of the questions stand in one place, their reasons in another: the cases see that both agree.
    [Fact]
    public void AnsweringWith_EveryCaseFile_NamesTheQuestionThatClosed()
    {
        foreach (var name in CaseFiles.All)
        {
            var file = DecisionCase.Read(name);
            foreach (var source in new[] { file.Main, file.Twin })
            {
                var (request, snapshot) = DecisionCase.Arrange(source);
                var trace = PolicyDecisionPoint.Explain(request, snapshot);
                if (trace.Answers.FirstOrDefault(answer => answer.Outcome == AnswerOutcome.Closed) is { } closed)
                {
                    Assert.True(
                        DecisionQuestions.AnsweringWith(closed.Reason!).Contains(closed.Question),
                        $"{name}: {closed.Question} answers with {closed.Reason}"
                    );
                }
            }
        }
    }

    [Fact]
    public void RefusalGuide_EveryReason_HasAdvice() =>
        Assert.All(
            DenyReason.All,
            reason => Assert.False(string.IsNullOrWhiteSpace(PhiGateway.Admin.Decisions.RefusalGuide.Find(reason.Code)), reason.Code)
        );

    private static string Path => $"/admin/v1/decisions/{Decision}";

    private static bool IsOpen(JsonNode json, string door) =>
        (bool)json["doors"]!.AsArray().Single(node => (string)node!["name"]! == door)!["open"]!;

    private static string? Outcome(JsonNode json, string question) =>
        (string?)json["questions"]!.AsArray().Single(node => (string)node!["name"]! == question)!["outcome"];

    private static AuditRecord Refusal(long revision) =>
        new()
        {
            Id = Decision,
            Kind = AuditKind.Decision,
            Event = "search-type",
            Time = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
            Decision = "deny",
            Reason = DenyReason.OutsideUseCase.Code,
            Rule = "use-case/lab-results",
            Revision = revision,
            Tenant = "north",
            Environment = "production",
            Client = "acme-connector",
            UseCase = "lab-results",
            Organization = "acme",
            Owner = "mary@hospital.example",
            Issuer = "hospital-idp",
            IssuerClientId = "acme-connector",
            Binding = "dpop",
            Purpose = "TREAT",
            Scope = "system/*.rs",
            Method = "GET",
            Template = "GET /Condition",
            Interaction = "search-type",
            ResourceType = "Condition",
            RawTarget = "/fhir/Condition?patient=17",
            Status = 403,
        };

    private static Task RecordAsync(AdminServer server, AuditRecord record)
    {
        var buffer = new byte[256];
        var length = AuditRecordWriter.Write(record, ref buffer, 0);
        return server.Trail.AppendAsync(
            [
                new AuditEntry
                {
                    Log = "gw-01",
                    Sequence = 1,
                    Id = record.Id,
                    ParentId = record.ParentId,
                    Kind = record.Kind,
                    Event = record.Event,
                    Time = record.Time,
                    ChainHash = new byte[32],
                    Body = buffer.AsMemory(0, length),
                },
            ],
            default
        );
    }

    private static async Task<(int Code, string Text)> RunAsync(AdminServer server, params string[] arguments)
    {
        var key = System.IO.Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(key, server.KeyOf("august"));
            var output = new StringWriter();
            var error = new StringWriter();
            var code = await PhigwCommand.RunAsync([.. arguments, "--server", server.Address.ToString(), "--key", key], output, error);
            return (code, output.ToString() + error);
        }
        finally
        {
            File.Delete(key);
        }
    }
}
