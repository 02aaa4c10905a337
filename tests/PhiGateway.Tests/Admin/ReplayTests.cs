using System.Text.Json.Nodes;
using PhiGateway.Admin.Replay;
using PhiGateway.Audit.Records;
using PhiGateway.Cli;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Admin.Fakes;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Watch;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Past decisions made again: narrower grants with their proof, and candidates with whose answers change.</summary>
public sealed class ReplayTests
{
    private const string RightSize = "/admin/v1/use-cases/lab-results/right-size";
    private const string Replay = "/admin/v1/policies:replay";

    [Fact]
    public async Task RightSize_AnInteractionThatIsNeverUsed_FallsAwayAndIsProven()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17&category=laboratory");
        var answer = await server.GetAsync(RightSize, "august");

        Assert.True(answer.Status == 200, answer.Text);
        var json = answer.Json;
        Assert.Equal(["Observation read"], Words(json["unused"]!));
        Assert.Equal(["search"], Words(json["grants"]![0]!["interactions"]!));
        Assert.Equal("acme-orders", (string)json["grants"]![0]!["patients"]!["roster"]!);
        Assert.True((bool)json["proven"]!, json.ToJsonString());
        Assert.Equal((2, 0), ((int)json["replay"]!["replayed"]!, (int)json["replay"]!["would_be_denied"]!));
        Assert.Contains(server.Journal.Records, record => record.Event == "trail.right-size");
    }

    [Fact]
    public async Task RightSize_EverythingIsUsed_ProposesWhatIsThere()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Add(server, "read", "GET /Observation/{id}", "/fhir/Observation/o-1");
        var json = (await server.GetAsync(RightSize, "august")).Json;

        Assert.Empty(json["unused"]!.AsArray());
        Assert.True((bool)json["proven"]!, json.ToJsonString());
    }

    [Fact]
    public async Task RightSize_TheProposal_IsWrittenAsANarrowingAndUndoneInOneStep()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        var before = (await server.GetAsync("/admin/v1/use-cases/lab-results")).Json["grants"]!;
        var grants = (await server.GetAsync(RightSize, "august")).Json["grants"]!;
        var dry = await PatchAsync(server, grants, "?dry_run=true");

        Assert.True(dry.Status == 200, dry.Text);
        Assert.Contains("narrowed", dry.Text, StringComparison.Ordinal);
        Assert.Equal(200, (await PatchAsync(server, grants, string.Empty)).Status);
        Assert.Equal(200, (await PatchAsync(server, before, string.Empty)).Status);
        Assert.Equal(before.ToJsonString(), (await server.GetAsync("/admin/v1/use-cases/lab-results")).Json["grants"]!.ToJsonString());
    }

    [Fact]
    public async Task RightSize_WhereTheContentOfAUseWasDestroyed_SaysSoInsteadOfLeavingItOut()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Add(server, "read", "GET /Observation/{id}", "/fhir/Observation/o-1");
        var last = server.Trail.Entries.Count - 1;
        server.Trail.Entries[last] = server.Trail.Entries[last] with { IsDestroyed = true, Body = Array.Empty<byte>() };
        var answer = await server.GetAsync(RightSize, "august");

        Assert.Equal((409, "content-destroyed"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task RightSize_NothingWasUsed_ProposesNoGrants()
    {
        await using var server = await OpenAsync();
        var json = (await server.GetAsync(RightSize, "august")).Json;

        Assert.Null(json["grants"]);
        Assert.Equal(["Observation read", "Observation search"], Words(json["unused"]!));
    }

    /// <summary>A bulk client's records name a thousand resources each; none of them is held while the others are read.</summary>
    [Fact]
    public async Task Window_OfRecordsOfBulkExports_IsReadWithoutHoldingThem()
    {
        const int Records = 2_000;
        var store = new FakeAuditStore();
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            Kind = AuditKind.Disclosure,
            Event = "export",
            Client = "bulk",
            Time = TestRecords.Noon,
            Decision = "permit",
            Resources = [.. Enumerable.Range(0, 1000).Select(static i => $"Observation/a-name-of-some-forty-characters-{i:00000}")],
        };
        var entry = StoredTrail.EntryOf(record, 0);
        for (var i = 0; i < Records; i++)
        {
            store.Entries.Add(entry with { Sequence = i });
        }

        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (taken, most) = (0, 0L);
        var window = new TrailWindow(store, ["bulk"], TestRecords.Noon.AddDays(-1), TestRecords.Noon.AddDays(1));
        var isComplete = await window.ReadAsync(
            one =>
            {
                taken += one.Resources.Count == 1000 ? 1 : 0;
                if (taken % 500 == 0)
                {
                    most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - before);
                }
            },
            CancellationToken.None
        );

        // All of them together are some 200 MB.
        Assert.True(isComplete);
        Assert.Equal(Records, taken);
        Assert.InRange(most, 0, 64 * 1024 * 1024);
    }

    [Theory]
    [InlineData("?days=0", "august", 400)]
    [InlineData("?days=x", "august", 400)]
    [InlineData("?days=401", "august", 400)]
    [InlineData("?days=400", "august", 200)]
    [InlineData("", "vera", 403)]
    public async Task RightSize_WindowOrRole_IsChecked(string query, string person, int status)
    {
        await using var server = await OpenAsync();

        Assert.Equal(status, (await server.GetAsync(RightSize + query, person)).Status);
    }

    [Fact]
    public async Task Replay_ACandidateThatTakesWhatWasUsed_ListsTheAnswersThatChange()
    {
        await using var server = await OpenAsync();
        var lost = Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        Add(server, "read", "GET /Observation/{id}", "/fhir/Observation/o-1");
        var answer = await server.PostAsync(Replay, Candidate("read"), "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal((1, 0), ((int)answer.Json["would_be_denied"]!, (int)answer.Json["would_be_permitted"]!));
        var client = Assert.Single(answer.Json["clients"]!.AsArray())!;
        Assert.Equal("acme-connector", (string)client["client"]!);
        Assert.Equal(
            (lost.Id.ToString(), "permit", "outside-use-case"),
            (
                (string)client["examples"]![0]!["decision"]!,
                (string)client["examples"]![0]!["was"]!,
                (string)client["examples"]![0]!["becomes"]!
            )
        );
    }

    [Fact]
    public async Task Replay_ACandidateThatTakesNothingUsed_ChangesNoAnswer()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        var json = (await server.PostAsync(Replay, Candidate("search"), "august")).Json;

        Assert.Equal((1, 0), ((int)json["replayed"]!, (int)json["would_be_denied"]!));
        Assert.Empty(json["clients"]!.AsArray());
    }

    // On a node a client is asked for a fresh sign-in once for what is new; no record says what was.
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public async Task Replay_ACandidateThatAsksForAFreshSignIn_DeniesOnlyWhereItIsAlwaysAsked(bool isOfNewNetworks, int denied)
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", signedIn: server.Time.Now.AddHours(-3));
        var useCase = JsonNode.Parse(Sample.UseCase)!;
        useCase["stepUp"] = new JsonObject { ["freshWithinSeconds"] = 300 };
        if (isOfNewNetworks)
        {
            useCase["stepUp"]!["when"] = new JsonArray("new-network");
        }

        var candidate = new JsonObject { ["useCases"] = new JsonArray(useCase) }.ToJsonString();
        var answer = await server.PostAsync(Replay, candidate, "august");

        Assert.True(answer.Status == 200, answer.Text);
        Assert.Equal((1, denied), ((int)answer.Json["replayed"]!, (int)answer.Json["would_be_denied"]!));
    }

    [Fact]
    public async Task Replay_WhatARecordDoesNotTell_IsCountedAndNotGuessed()
    {
        await using var server = await OpenAsync();
        Add(server, "search-page", "GET /Observation", "/fhir/page/abc");
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17", issuer: null);
        var json = (await server.PostAsync(Replay, Candidate("search"), "august")).Json;

        Assert.Equal((2, 0), ((int)json["records"]!, (int)json["replayed"]!));
        Assert.Equal((1, 1), ((int)json["not_replayed"]!["page-or-job"]!, (int)json["not_replayed"]!["incomplete"]!));
    }

    [Fact]
    public async Task CommandLine_TestReplayAndRightSize_SayByTheirExitCode()
    {
        await using var server = await OpenAsync();
        Add(server, "search-type", "GET /Observation", "/fhir/Observation?patient=17");
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var good = Path.Combine(folder.FullName, "good.yaml");
            var bad = Path.Combine(folder.FullName, "bad.yaml");
            var candidate = Path.Combine(folder.FullName, "candidate.json");
            const string Case =
                "description: d\ncaller: { client: acme-connector, scopes: \"system/*.rs\", purpose: TREAT }\n"
                + "request: GET /fhir/Condition?patient=17\npeer: 203.0.113.7\n";
            await File.WriteAllTextAsync(
                good,
                Case + "expect: { deny: outside-use-case }\ntwin:\n  request: GET /fhir/Observation\n  expect: { permit: lab-results/1 }\n"
            );
            await File.WriteAllTextAsync(bad, Case + "expect: { permit: true }\n");
            await File.WriteAllTextAsync(candidate, Candidate("read"));

            var (code, text) = await RunAsync(server, "test", good, "--coverage", "100");
            Assert.True(code == 0, text);
            Assert.Contains("1 of 1 (100 %)", text, StringComparison.Ordinal);
            Assert.Equal(1, (await RunAsync(server, "test", good, bad)).Code);
            Assert.Equal(1, (await RunAsync(server, "replay", candidate)).Code);
            (code, text) = await RunAsync(server, "right-size", "lab-results");
            Assert.Equal(1, code);
            Assert.Contains("Observation read", text, StringComparison.Ordinal);
            Assert.Contains("proven", text, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<AdminServer> OpenAsync()
    {
        var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var member = await server.SendAsync("olga", "PUT", "/admin/v1/rosters/acme-orders/members/17", "{}");
        Assert.True(member.Status is 200 or 201 or 204, member.Text);
        return server;
    }

    private static string Candidate(string interaction) =>
        new JsonObject
        {
            ["useCases"] = new JsonArray(
                JsonNode.Parse(Sample.UseCase.Replace("[\"read\",\"search\"]", $"[\"{interaction}\"]", StringComparison.Ordinal))
            ),
        }.ToJsonString();

    private static AuditRecord Add(
        AdminServer server,
        string interaction,
        string template,
        string target,
        string? issuer = "hospital-idp",
        DateTimeOffset? signedIn = null
    )
    {
        var record = new AuditRecord
        {
            Id = Guid.CreateVersion7(server.Time.Now),
            Kind = AuditKind.Disclosure,
            Event = interaction,
            Time = server.Time.Now.AddHours(-1),
            Decision = "permit",
            Tenant = "north",
            Environment = "production",
            Client = "acme-connector",
            UseCase = "lab-results",
            Issuer = issuer,
            IssuerClientId = "acme-connector",
            AuthTime = signedIn,
            Purpose = "TREAT",
            PurposeFrom = "token",
            Peer = "203.0.113.7",
            Method = "GET",
            Template = template,
            Interaction = interaction,
            ResourceType = "Observation",
            RawTarget = target,
            Patients = ["17"],
            Resources = ["Observation/o-1"],
            ResourceCount = 1,
            Status = 200,
        };
        server.Trail.Entries.Add(WatchEventReaderTests.Entry(record, server.Trail.Entries.Count));
        return record;
    }

    private static async Task<AdminAnswer> PatchAsync(AdminServer server, JsonNode grants, string query)
    {
        var seen = await server.GetAsync("/admin/v1/use-cases/lab-results");
        var body = new JsonObject { ["grants"] = grants.DeepClone() }.ToJsonString();
        return await server.SendAsync("olga", "PATCH", "/admin/v1/use-cases/lab-results" + query, body, ("If-Match", seen.ETag!));
    }

    private static IEnumerable<string> Words(JsonNode array) => array.AsArray().Select(static word => (string)word!);

    private static async Task<(int Code, string Text)> RunAsync(AdminServer server, params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var key = Path.GetTempFileName();
        await File.WriteAllTextAsync(key, server.KeyOf("august"));
        var code = await PhigwCommand.RunAsync([.. arguments, "--server", server.Address.ToString(), "--key", key], output, error);
        File.Delete(key);
        return (code, output.ToString() + error);
    }
}
