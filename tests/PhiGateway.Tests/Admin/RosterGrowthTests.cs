using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Rosters;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>A roster grows by one person's act; how far since a second person looked is told, and may be bounded.</summary>
public sealed class RosterGrowthTests
{
    private const string Members = "/admin/v1/rosters/acme-orders/members";

    [Fact]
    public async Task Growth_BeyondTheShare_RaisesOneAlert_AndAFileThatRepeatsItNone()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ImportAsync(server, 0, 19);
        Assert.Empty(await AlertsAsync(server));
        await ImportAsync(server, 0, 25);
        Assert.Contains("25 memberships", Assert.Single(await AlertsAsync(server)));

        await ImportAsync(server, 0, 25);
        await ImportAsync(server, 25, 30);
        Assert.Contains("25 memberships", Assert.Single(await AlertsAsync(server)));
        await ImportAsync(server, 30, 60);
        Assert.Contains("35 memberships", Assert.Single(await AlertsAsync(server)));
        Assert.True(await IsOpenAsync(server));
    }

    // What was done to the alert in between is no second person's look at the roster.
    [Theory]
    [InlineData("take", "{}", "nora")]
    [InlineData("assign", """{"person":"kim@hospital.example"}""", "nora")]
    [InlineData("snooze", """{"until":"2026-05-03T12:00:00Z","reason":"later"}""", "otto")]
    [InlineData("acknowledge", "{}", "nora")]
    public async Task Growth_InStepsWithTheAlertHandledBetween_IsToldAllTheSame(string verb, string body, string person)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ImportAsync(server, 0, 25);
        var id = (string)(await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]![0]!["id"]!;
        await ImportAsync(server, 25, 40);
        var handled = await server.PostAsync($"/admin/v1/alerts/{id}:{verb}", body, person);
        Assert.True(handled.Status == 200, handled.Text);
        await ImportAsync(server, 40, 50);

        Assert.Contains("25 memberships", Assert.Single(await AlertsAsync(server)));
    }

    // Or two people who take turns could close none of them before long.
    [Fact]
    public async Task Growth_ClosedBySomebodyElse_IsNoMoreTheirsWhoRaisedItBefore()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await ImportAsync(server, 0, 25);
        var close =
            $"/admin/v1/alerts/{(string)(await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]![0]!["id"]!}:close";
        const string Looked = """{"reason":"looked at"}""";
        Assert.Equal("four-eyes", (await server.PostAsync(close, Looked, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync(close, Looked, "otto")).Status);

        await ImportAsync(server, 25, 50, person: "otto");
        Assert.Equal("four-eyes", (await server.PostAsync(close, Looked, "otto")).Code);
        Assert.Equal(200, (await server.PostAsync(close, Looked, "nora")).Status);
    }

    [Fact]
    public async Task Growth_OfARosterThatNoApprovedClientSees_IsNobodysBusiness()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await ImportAsync(server, 0, 60);
        Assert.Empty(await AlertsAsync(server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_BeyondWhatOnePersonMayAdd_ShutsThePath_UntilAnotherApproves(bool byOnes)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        await WriteAsync(server, byOnes, 0, 5);
        Assert.True(await IsOpenAsync(server));
        await WriteAsync(server, byOnes, 5, 6);
        Assert.False(await IsOpenAsync(server));

        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
        await WriteAsync(server, byOnes, 6, 11);
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_ThatShutsAPath_NamesItsClientInTheAnswer(bool byOnes)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        var within = await WriteAsync(server, byOnes, 0, 5);
        Assert.DoesNotContain("closed", within.Text, StringComparison.Ordinal);
        var beyond = await WriteAsync(server, byOnes, 5, 6);
        Assert.Equal(200, beyond.Status);
        Assert.Contains("\"closed\":[\"acme-connector\"]", beyond.Text, StringComparison.Ordinal);

        // It is shut already: nothing more is closed by the next one.
        var after = await WriteAsync(server, byOnes, 6, 7);
        Assert.DoesNotContain("closed", after.Text, StringComparison.Ordinal);
    }

    // What ends is ended before the memberships are written: an import that breaks off in between tells it all the same.
    [Fact]
    public async Task Growth_ThatShutsAPathAndThenBreaksOff_NamesItsClient()
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        await WriteAsync(server, byOnes: false, 0, 5);
        server.Store.FailBatch = server.Store.Batches + 1;
        var answer = await server.SendAsync(
            "nora",
            "POST",
            Members + ":import",
            """{"patient":"p-5"}""" + "\n",
            ("Content-Type", "application/x-ndjson")
        );

        Assert.Contains("\"failed\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("\"closed\":[\"acme-connector\"]", answer.Text, StringComparison.Ordinal);
        Assert.False(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_ByMembersThatAreRemovedAgain_IsGrowthToo(bool isSamePatient)
    {
        await using var server = await AdminServer.StartAsync(static options =>
            options.RosterGrowth = new RosterGrowthRules(1000, 50, MostAlone: 5)
        );
        await Approvals.OpenAsync(server);
        for (var i = 0; i < 8; i++)
        {
            var member = $"{Members}/p-{(isSamePatient ? 0 : i)}";
            Assert.True((await server.SendAsync("nora", "PUT", member, "{}")).Status is 200 or 204);
            Assert.Equal(204, (await server.SendAsync("nora", "DELETE", member, null)).Status);
        }

        Assert.Equal(isSamePatient, await IsOpenAsync(server));
    }

    /// <summary>An import that breaks off behind a batch is told of for what it wrote; one that wrote a few is not.</summary>
    [Theory]
    [InlineData(MemberImport.BatchSize + 5, true)]
    [InlineData(5, false)]
    public async Task Growth_ByAnImportThatBreaksOff_IsTold(int lines, bool isTold)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Store.FailBatch = server.Store.Batches + 2;
        var text = string.Concat(Enumerable.Range(0, lines).Select(static i => $$"""{"patient":"p-{{i}}"}""" + "\n"));
        var answer = await server.SendAsync("nora", "POST", Members + ":import", text, ("Content-Type", "application/x-ndjson"));

        Assert.Equal(isTold, answer.Text.Contains("\"failed\"", StringComparison.Ordinal));
        Assert.Equal(isTold ? 1 : 0, (await AlertsAsync(server)).Count);
    }

    // In, read, out, and the next ones in: however few are there at a time, all of them were on it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Growth_OfARosterThatIsSwappedAgainAndAgain_IsTold_OneThatOnlyShrinksIsNot(bool shrinksOnly)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await ImportAsync(server, 1000, 1100);
        await Approvals.ApproveAsync(server);
        if (shrinksOnly)
        {
            await ImportAsync(server, 1000, 1060, removes: true);
            Assert.Empty(await AlertsAsync(server));
            return;
        }

        await ImportAsync(server, 0, 19);
        Assert.Empty(await AlertsAsync(server));
        for (var from = 0; from < 76; from += 19)
        {
            await ImportAsync(server, from, from + 19);
            await ImportAsync(server, from, from + 19, removes: true);
        }

        Assert.Contains("57 memberships", Assert.Single(await AlertsAsync(server)));
    }

    /// <summary>In and out within one long import: they were on it all the same.</summary>
    [Fact]
    public async Task Growth_ByAnImportThatTakesOutAgainWhatItPutIn_IsTold()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        string Lines(string word) =>
            string.Concat(Enumerable.Range(0, MemberImport.BatchSize).Select(i => $$"""{"patient":"p-{{i}}"{{word}}}""" + "\n"));
        var text = Lines(string.Empty) + Lines(",\"remove\":true");
        var answer = await server.SendAsync("nora", "POST", Members + ":import", text, ("Content-Type", "application/x-ndjson"));

        Assert.Contains("\"done\"", answer.Text, StringComparison.Ordinal);
        Assert.Contains("1000 memberships", Assert.Single(await AlertsAsync(server)));
    }

    // The last answer; 200 where it closed somebody.
    private static async Task<AdminAnswer> WriteAsync(AdminServer server, bool byOnes, int from, int to)
    {
        if (!byOnes)
        {
            return await ImportAsync(server, from, to);
        }

        AdminAnswer? answer = null;
        for (var i = from; i < to; i++)
        {
            answer = await server.SendAsync("nora", "PUT", $"{Members}/p-{i}", "{}");
            Assert.True(answer.Status is 200 or 204, answer.Text);
        }

        return answer!;
    }

    private static async Task<AdminAnswer> ImportAsync(AdminServer server, int from, int to, bool removes = false, string person = "nora")
    {
        var word = removes ? ",\"remove\":true" : string.Empty;
        var lines = string.Concat(Enumerable.Range(from, to - from).Select(i => $$"""{"patient":"p-{{i}}"{{word}}}""" + "\n"));
        var answer = await server.SendAsync(person, "POST", Members + ":import", lines, ("Content-Type", "application/x-ndjson"));
        Assert.True(answer.Status == 200 && answer.Text.Contains("\"done\"", StringComparison.Ordinal), answer.Text);
        return answer;
    }

    private static async Task<IReadOnlyList<string>> AlertsAsync(AdminServer server) =>
        [
            .. (await server.GetAsync("/admin/v1/alerts?kind=roster-grew")).Json["items"]!
                .AsArray()
                .Select(static alert => (string)alert!["evidence"]!),
        ];

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync("/admin/v1/clients/acme-connector/posture")).Json["path_open"]!;
}
