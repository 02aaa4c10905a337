using System.Text;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Shipping;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// Whoever may add rows to the store may add one under the id of a record that is there: the record is what the log proves, and all of them
/// are shown.
/// </summary>
public sealed class TwinRecordTests
{
    private const string Foreign = "gw-99/20260501T120000-00000000";

    public static TheoryData<string> Forgeries => new("a log that nobody keeps", "a place behind the log", "the body of another record");

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Read_RowAddedUnderTheIdOfARecord_ShowsBothAndTheRecordIsWhatTheLogProves(string how)
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var record = world.Rows[2];
        server.Trail.Entries.Add(Forged(world, record, how));

        var answer = await server.GetAsync($"/admin/v1/audit/{record.Id:D}", "august");

        Assert.Equal(200, answer.Status);
        Assert.Equal((world.Journal.Log, 2L), ((string)answer.Json["record"]!["log"]!, (long)answer.Json["record"]!["sequence"]!));
        Assert.Equal(Convert.ToHexStringLower(record.ChainHash.Span), (string)answer.Json["record"]!["chain_hash"]!);
        Assert.Single(answer.Json["twins"]!.AsArray());

        // The twin: a record that stands alone has none.
        Assert.Null((await server.GetAsync($"/admin/v1/audit/{world.Rows[3].Id:D}", "august")).Json["twins"]);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task AuditEventAndExplanation_RowAddedUnderTheIdOfARecord_AreOfTheRecord(string how)
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var record = world.Rows[2];
        server.Trail.Entries.Add(Forged(world, record, how));

        var explained = await server.GetAsync($"/admin/v1/decisions/{record.Id:D}", "august");
        Assert.True(explained.Status == 200, explained.Text);
        Assert.Equal((world.Journal.Log, "acme"), ((string)explained.Json["node"]!, (string)explained.Json["who"]!["client"]!));
        Assert.DoesNotContain("mallory", explained.Text, StringComparison.Ordinal);
        var shown = await server.GetAsync($"/fhir/AuditEvent/{record.Id:D}", "conny");
        Assert.True(shown.Status == 200, shown.Text);
        Assert.Contains(Convert.ToHexStringLower(record.ChainHash.Span), shown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("mallory", shown.Text, StringComparison.Ordinal);
    }

    // Before, one such row kept everybody from the proof of the record that it names.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Evidence_RowOfAnotherLogThatNamesTheRecord_IsNamedAndKeepsNobodyFromTheProof(bool isChild)
    {
        await using var world = await LogWorld.StartAsync(5);
        await using var server = await StartAsync(world);
        var record = world.Rows[2];
        var row = Forged(world, record, "a log that nobody keeps");
        server.Trail.Entries.Add(isChild ? row with { Id = Guid.NewGuid(), ParentId = record.Id } : row);

        var answer = await server.GetAsync($"/admin/v1/audit/{record.Id:D}/evidence", "august");

        Assert.True(answer.Status == 200, answer.Text);
        var files = answer.Json["files"]!
            .AsArray()
            .ToDictionary(static file => (string)file!["name"]!, static file => (string)file!["content"]!);
        Assert.Equal(record.Body.ToArray(), Convert.FromBase64String(files["records/2/body.json"]));
        Assert.Single(files.Keys, static name => name.EndsWith("body.json", StringComparison.Ordinal));
        Assert.Contains(Foreign, Encoding.UTF8.GetString(Convert.FromBase64String(files["elsewhere.txt"])), StringComparison.Ordinal);

        // The twins: of a record that nobody has meddled with nothing is elsewhere; and of one that this node does not keep nothing is proven.
        var plain = await server.GetAsync($"/admin/v1/audit/{world.Rows[3].Id:D}/evidence", "august");
        Assert.DoesNotContain("elsewhere.txt", plain.Text, StringComparison.Ordinal);
        var foreign = TestRecords.Disclosure();
        server.Trail.Entries.Add(StoredTrail.EntryOf(foreign, 0) with { Log = Foreign });
        Assert.Equal("other-node", (await server.GetAsync($"/admin/v1/audit/{foreign.Id:D}/evidence", "august")).Code);
    }

    private static AuditEntry Forged(LogWorld world, AuditEntry record, string how)
    {
        var forged = TestRecords.Disclosure("p-9");
        (forged.Id, forged.Time, forged.Client) = (record.Id, record.Time.AddDays(1), "mallory");
        var row = StoredTrail.EntryOf(forged, 1_000_000);
        return how switch
        {
            "a log that nobody keeps" => row with { Log = Foreign, Sequence = 0 },
            "a place behind the log" => row with { Log = world.Journal.Log },
            _ => world.Rows[3] with { Id = record.Id, Time = forged.Time },
        };
    }

    private static async Task<AdminServer> StartAsync(LogWorld world)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var server = await AdminServer.StartAsync(services: services =>
            services.AddSingleton(prover).AddSingleton(new ProverSet(prover, world.Options.Directory, secrets))
        );
        await server.AddKeyAsync("conny", "audit-consumer");
        await server.Trail.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        return server;
    }
}
