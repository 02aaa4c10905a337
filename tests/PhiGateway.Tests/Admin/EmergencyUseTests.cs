using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Cli;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Every emergency use is told to the owner, and decided by somebody else.</summary>
public sealed class EmergencyUseTests
{
    [Fact]
    public async Task Use_BecomesOneAlertForTheOwner_HoweverManyCalls_AndAgainWhenItGoesOn()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var uses = server.Services.GetRequiredService<EmergencyUses>();
        Assert.Equal(0, await uses.RunOnceAsync(30, default));
        Add(server, "t1");
        Add(server, "t1");
        Add(server, "t2");
        Assert.Equal(2, await uses.RunOnceAsync(1, default));
        Assert.Equal(0, await uses.RunOnceAsync(1, default));

        var alerts = (await server.GetAsync("/admin/v1/alerts?kind=break-glass&state=open")).Json["items"]!.AsArray();
        Assert.Equal(2, alerts.Count);
        Assert.All(alerts, static alert => Assert.Equal("mary@hospital.example, li@hospital.example", (string)alert!["notify"]!));
        Assert.Contains(
            alerts,
            static alert => ((string)alert!["evidence"]!).StartsWith("2 emergency calls for ETREAT", StringComparison.Ordinal)
        );
        Assert.DoesNotContain("unconscious", alerts.ToJsonString());

        var id = (string)alerts.Single(static alert => ((string)alert!["evidence"]!).StartsWith('2'))!["id"]!;
        Assert.Equal(200, (await ReviewAsync(server, id, "anna")).Status);
        Add(server, "t1");
        Assert.Equal(1, await uses.RunOnceAsync(1, default));
        Assert.Equal("open", (string)(await server.GetAsync("/admin/v1/alerts/" + id)).Json["state"]!);
    }

    [Fact]
    public async Task Use_IsDecidedBySomebodyElse_AndNeitherClosedNorRewrittenNorDeleted()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        await server.PatchAsync("/admin/v1/clients/acme-connector", """{"owner":"anna@hospital.example"}""");
        Add(server, "t1");
        await server.Services.GetRequiredService<EmergencyUses>().RunOnceAsync(1, default);
        var alert = (await server.GetAsync("/admin/v1/alerts?kind=break-glass")).Json["items"]![0]!;
        var path = "/admin/v1/alerts/" + (string)alert["id"]!;

        Assert.Equal("needs-review", (await server.PostAsync(path + ":close", """{"reason":"seen"}""")).Code);
        Assert.Equal("kept", (await server.PatchAsync(path, """{"kind":"other"}""")).Code);
        var tag = (await server.GetAsync(path)).ETag!;
        Assert.Equal("kept", (await server.SendAsync("olga", "DELETE", path, null, ("If-Match", tag))).Code);
        Assert.Equal("four-eyes", (await ReviewAsync(server, (string)alert["id"]!, "anna")).Code);
        Assert.Equal(403, (await ReviewAsync(server, (string)alert["id"]!, "olga")).Status);
        Assert.Equal(422, (await server.PostAsync(path + ":review", """{"reason":"seen"}""", "arno")).Status);
        using var phigw = new PhigwShell(server);
        string[] review = ["alert", "review", (string)alert["id"]!, "--decision", "unjustified", "-r", "the ward was open"];
        var decided = await phigw.RunAsync("arno", "", review);
        Assert.True(decided.Code == 0, decided.All);
        var closed = (await server.GetAsync(path)).Json;
        Assert.Equal(("closed", "unjustified: the ward was open"), ((string)closed["state"]!, (string)closed["resolution"]!));
        Assert.Equal("arno@hospital.example", (string)closed["handledBy"]!);
    }

    private static Task<AdminAnswer> ReviewAsync(AdminServer server, string id, string person) =>
        server.PostAsync($"/admin/v1/alerts/{id}:review", """{"decision":"justified","reason":"the patient was unconscious"}""", person);

    private static void Add(AdminServer server, string token)
    {
        var record = new AuditRecord
        {
            Id = Guid.NewGuid(),
            ParentId = Guid.NewGuid(),
            Kind = AuditKind.Override,
            Event = EmergencyUse.Event,
            Actor = EmergencyUse.Actor,
            Time = server.Time.Now,
            Client = "acme-connector",
            Tenant = "north",
            Purpose = "ETREAT",
            TokenHash = token,
            Note = "unconscious, no other source",
        };
        var body = new byte[4096];
        var length = AuditRecordWriter.Write(record, ref body, 0);
        server.Trail.Entries.Add(
            new AuditEntry
            {
                Log = "gw-01",
                Sequence = server.Trail.Entries.Count,
                Id = record.Id,
                ParentId = record.ParentId,
                Kind = record.Kind,
                Time = record.Time,
                Event = record.Event,
                Decision = "permit",
                Actor = record.Actor,
                ChainHash = new byte[32],
                Body = body.AsMemory(0, length),
            }
        );
    }
}
