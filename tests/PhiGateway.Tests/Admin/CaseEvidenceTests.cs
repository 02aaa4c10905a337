using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Policy.Registry;
using PhiGateway.Proof.Evidence;
using PhiGateway.Proof.Verification;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Proof;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Evidence for a case: the records that show its alerts, whole, and a refusal of whatever is not known.</summary>
public sealed class CaseEvidenceTests
{
    private const string Path = "/admin/v1/audit:evidence";

    [Theory]
    [InlineData("""{"case":"c-1","why":"case 17"}""", 3)]
    [InlineData("""{"alerts":["a-1"]}""", 2)]
    [InlineData("""{"alerts":["a-1","a-2"]}""", 3)]
    public async Task Evidence_OfACase_HoldsTheRecordsThatShowItsAlerts(string body, int records)
    {
        await using var world = await LogWorld.StartAsync(10);
        await using var server = await StartAsync(world);

        var answer = await server.PostAsync(Path, body, "august");

        Assert.Equal(200, answer.Status);
        var names = answer.Json["files"]!.AsArray().Select(static file => (string)file!["name"]!).ToList();
        Assert.Equal(records, names.Count(static name => name.EndsWith("body.json", StringComparison.Ordinal)));
        Assert.Contains("request.json", names);
        Assert.Contains(server.Journal.Records, static record => record.Event == "audit.evidence");
    }

    [Theory]
    [InlineData("""{"case":"c-9"}""", 404)]
    [InlineData("""{"alerts":["a-9"]}""", 404)]
    [InlineData("""{"alerts":["a-3"]}""", 409)]
    [InlineData("""{"alerts":[]}""", 422)]
    [InlineData("""{"alerts":[null]}""", 422)]
    [InlineData("""{"ids":["01990000-0000-7000-8000-00000000dead"]}""", 404)]
    [InlineData("""{"ids":[]}""", 422)]
    [InlineData("""{}""", 422)]
    [InlineData("""{"case":"c-1","alerts":["a-1"]}""", 422)]
    [InlineData("""{"case":"c-1","tenant":"north"}""", 422)]
    [InlineData("""{"patient":"p-1"}""", 400)]
    public async Task Evidence_OfWhatIsNotKnownOrSaysTwoThings_IsRefused(string body, int status)
    {
        await using var world = await LogWorld.StartAsync(10);
        await using var server = await StartAsync(world);

        Assert.Equal(status, (await server.PostAsync(Path, body, "august")).Status);
        Assert.Equal(403, (await server.PostAsync(Path, body, "olga")).Status);
    }

    /// <summary>Records by their ids alone are of anybody: the auditors'. A privacy officer names the patient.</summary>
    [Theory]
    [InlineData("""{"case":"c-1"}""")]
    [InlineData("""{"alerts":["a-1"]}""")]
    [InlineData("""{"ids":["01990000-0000-7000-8000-00000000dead"]}""")]
    public async Task Evidence_WithoutAPatient_IsTheAuditorsAlone(string body)
    {
        await using var world = await LogWorld.StartAsync(10);
        await using var server = await StartAsync(world);
        await server.AddKeyAsync("petra", "privacy-officer");
        await server.AddKeyAsync("both", "privacy-officer", "auditor");

        Assert.Equal(403, (await server.PostAsync(Path, body, "petra")).Status);
        Assert.DoesNotContain(server.Journal.Records, static record => record.Event == "audit.evidence");
        Assert.NotEqual(403, (await server.PostAsync(Path, body, "both")).Status);

        // The twin: of a patient, with the tenant, whether there is anything or not.
        var own = await server.PostAsync(Path, """{"patient":"p-1","tenant":"north"}""", "petra");
        Assert.True(own.Status != 403, own.Text);
        Assert.Contains(server.Journal.Records, static record => record.Event == "audit.evidence" && record.Actor!.StartsWith("petra"));
    }

    private static async Task<AdminServer> StartAsync(LogWorld world)
    {
        var prover = new LogProver(world.Log.Files, world.Log.Entries);
        var secrets = new LogSecrets(world.Options.KeyDirectory, LogWorld.Pseudonym);
        var server = await AdminServer.StartAsync(services: services =>
            services.AddSingleton(new ProverSet(prover, world.Options.Directory, secrets))
        );
        await server.Trail.AppendAsync([.. world.Rows.Values], CancellationToken.None);
        string[] shown = [.. world.Rows.Values.Where(static row => row.Sequence is 2 or 3 or 4).Select(static row => row.Id.ToString())];
        var written = new[]
        {
            Write(RegistryKind.Alert, "a-1", Alert("a-1", shown[0], shown[1])),
            Write(RegistryKind.Alert, "a-2", Alert("a-2", shown[2])),
            Write(RegistryKind.Alert, "a-3", Alert("a-3")),
            Write(
                RegistryKind.Case,
                "c-1",
                new AlertCase
                {
                    Id = "c-1",
                    Title = "a case",
                    Subject = "client/acme",
                    Alerts = ["a-1", "a-2"],
                    OpenedBy = "august",
                    OpenedAt = DateTimeOffset.UnixEpoch,
                }
            ),
        };
        await server.Store.WriteAsync(written, "system", CancellationToken.None);
        return server;
    }

    private static RegistryWrite Write<T>(RegistryKind kind, string id, T document)
        where T : IRegistryEntity => new(kind, id, RegistryJson.Serialize(document), 0);

    private static Alert Alert(string id, params string[] records) =>
        new()
        {
            Id = id,
            Kind = "drift",
            Subject = "client/acme",
            At = DateTimeOffset.UnixEpoch,
            Evidence = "words",
            Records = records,
        };
}
