using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
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
