using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Records;
using PhiGateway.Proof.Checkpoints;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Fleet;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Admin;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Console;

/// <summary>The proof on the page of one access is about the record that is shown there, and can be taken away.</summary>
public sealed class ConsoleProofTests
{
    [Fact]
    public async Task Access_AsItWasRecorded_IsProvenAndItsProofCanBeTaken()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        using var browser = await server.SignInAsync("auditor");
        var path = $"/console/access/{world.Rows[2].Id:D}";

        var page = await browser.GetAsync(path);
        Assert.Contains(">proven<", page.Text, StringComparison.Ordinal);
        Assert.Contains("byte for byte", page.Text, StringComparison.Ordinal);
        Assert.Contains(path + "/proof", page.Text, StringComparison.Ordinal);

        // The way of the request, with the moment that its record has.
        Assert.Contains("Release: what of the answer may leave?", page.Text, StringComparison.Ordinal);
        Assert.Contains("on record at", page.Text, StringComparison.Ordinal);
        var file = await browser.GetAsync(path + "/proof");
        Assert.Equal(200, file.Status);
        Assert.StartsWith("c2sp.org/tlog-proof@v1", file.Text, StringComparison.Ordinal);
        Assert.Contains($"{world.Rows[2].Id:D}.tlog-proof", file.Headers["Content-Disposition"], StringComparison.Ordinal);
        Assert.Equal(2, server.Admin.Journal.Records.Count(static record => record.Event == "audit.read"));
    }

    [Fact]
    public async Task Access_ThatSomebodyChangedInTheStore_ContradictsTheLog()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var place = server.Admin.Trail.Entries.FindIndex(static entry => entry.Sequence == 2);
        var row = server.Admin.Trail.Entries[place];
        var altered = Encoding.UTF8.GetString(row.Body.Span).Replace("p-", "q-", StringComparison.Ordinal);
        Assert.NotEqual(altered, Encoding.UTF8.GetString(row.Body.Span));
        server.Admin.Trail.Entries[place] = row with { Body = Encoding.UTF8.GetBytes(altered) };
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"/console/access/{row.Id:D}");
        Assert.Equal(200, page.Status);
        Assert.Contains("contradicts the log", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(">proven<", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/evidence", page.Text, StringComparison.Ordinal);
        Assert.Equal(409, (await browser.GetAsync($"/console/access/{row.Id:D}/proof")).Status);

        // Its neighbours stand as they did.
        Assert.Contains(">proven<", (await browser.GetAsync($"/console/access/{world.Rows[3].Id:D}")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Access_WhoseContentWasDestroyed_IsShownWithTheProofOfItsPlace()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var place = server.Admin.Trail.Entries.FindIndex(static entry => entry.Sequence == 2);
        var row = server.Admin.Trail.Entries[place];
        server.Admin.Trail.Entries[place] = row with { IsDestroyed = true, Body = default };
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"/console/access/{row.Id:D}");
        Assert.Equal(200, page.Status);
        Assert.Contains(">content destroyed<", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(">proven<", page.Text, StringComparison.Ordinal);
        var file = await browser.GetAsync($"/console/access/{row.Id:D}/proof");
        Assert.StartsWith("c2sp.org/tlog-proof@v1", file.Text, StringComparison.Ordinal);
    }

    // Somebody added a row under the id of a record that is there: it is shown, and the record is what the log has.
    [Fact]
    public async Task Access_UnderWhoseIdARowWasAdded_ShowsTheRecordAndNamesTheRow()
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var row = world.Rows[2];
        server.Admin.Trail.Entries.Add(world.Rows[3] with { Log = "gw-99/1", Id = row.Id, Time = row.Time.AddDays(1) });
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"/console/access/{row.Id:D}");
        Assert.Contains(">proven<", page.Text, StringComparison.Ordinal);
        Assert.Contains("Other rows of this id", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            "Other rows of this id",
            (await browser.GetAsync($"/console/access/{world.Rows[4].Id:D}")).Text,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Access_OfALogThatIsNotKeptHere_SaysSo()
    {
        await using var world = await LogWorld.StartAsync(3);
        await using var server = await StartAsync(world);
        ConsolePageTests.Add(server, "acme", "deny");
        using var browser = await server.SignInAsync("auditor");

        var page = await browser.GetAsync($"/console/access/{ConsolePageTests.Decision:D}");
        Assert.Contains("not proven here", page.Text, StringComparison.Ordinal);
        Assert.Contains("which this node does not keep", page.Text, StringComparison.Ordinal);
        Assert.Contains("not reached", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trust_ForAnAuditor_ShowsTheFleetLogAndWhatIsHeldAndGone_AndForAViewerNeither()
    {
        await using var world = await LogWorld.StartAsync(5);
        var folder = Directory.CreateTempSubdirectory("phigw-trust-");
        using var fleet = FleetLog.Open(folder.FullName, new NoteSigner("gw-01/fleet", new byte[32]));
        await using var server = await ConsoleServer.StartAsync(more: services => services.AddSingleton(fleet));
        fleet.Add([.. world.Heads.Heads.OrderBy(static head => head.Size).ThenByDescending(static head => head.Kind)]);
        AuditRecord[] steps =
        [
            Step("keeping.hold", Guid.Empty, """{"Reason":"docket 114"}"""),
            Step("keeping.destroy", Guid.Empty, """{"month":"2015-03","tenant":"south","reason":"the contract ended"}"""),
            Step("keeping.delete", Guid.Empty, """{"month":"2014-02","reason":"ten years are over"}"""),
        ];
        StoredTrail.Add(server.Admin, [.. steps, Step("keeping.deleted", steps[2].Id, """{"month":"2014-02","deleted":true}""")]);
        using var auditor = await server.SignInAsync("auditor");

        var page = (await auditor.GetAsync("/console/trust")).Text;
        Assert.Contains(world.Journal.Log, page, StringComparison.Ordinal);
        Assert.Contains("nobody is asked (Audit:Fleet:Witnessed)", page, StringComparison.Ordinal);
        Assert.Contains("docket 114", page, StringComparison.Ordinal);
        Assert.Contains("the contract ended", page, StringComparison.Ordinal);
        Assert.Contains("nobody knows", page, StringComparison.Ordinal);
        Assert.Contains(
            "What came of the end of 2015-03, begun by petra@hospital.example, is on no record.",
            page,
            StringComparison.Ordinal
        );
        Assert.DoesNotContain("What came of the end of 2014-02", page, StringComparison.Ordinal);

        // Where the store is away, the rest of the page is there all the same.
        server.Admin.Trail.IsAway = true;
        page = (await auditor.GetAsync("/console/trust")).Text;
        Assert.Contains("cannot be read now", page, StringComparison.Ordinal);
        Assert.Contains(world.Journal.Log, page, StringComparison.Ordinal);
        server.Admin.Trail.IsAway = false;

        using var viewer = await server.SignInAsync("viewer");
        page = (await viewer.GetAsync("/console/trust")).Text;
        Assert.DoesNotContain("docket 114", page, StringComparison.Ordinal);
        Assert.DoesNotContain("Fleet log", page, StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private static AuditRecord Step(string @event, Guid parent, string after) =>
        new()
        {
            Id = Guid.NewGuid(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = @event,
            Time = new DateTimeOffset(2026, 4, 1, 12, 0, 0, TimeSpan.Zero),
            Tenant = "north",
            Actor = "petra@hospital.example",
            After = after,
        };

    private static async Task<ConsoleServer> StartAsync(LogWorld world)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var server = await ConsoleServer.StartAsync(more: services =>
            services.AddSingleton(prover).AddSingleton(new ProverSet(prover, world.Options.Directory, secrets))
        );
        await server.Admin.Trail.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        return server;
    }
}
