using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Common.Audit;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>
/// Whoever may add rows to the store may add a hold on a patient's accounting, or the release of one: the first is shown for what it is, the
/// second ends nothing.
/// </summary>
public sealed class UnprovenHoldTests
{
    private const string Path = "/admin/v1/accounting";
    private const string Query = """{"tenant":"north","patient":"p-1"}""";
    private const string Foreign = "gw-99/20260501T120000-00000000";
    private const string Asked =
        """{"tenant":"north","patient":"p-1","agency":"Board","reason":"oversight","until":"2026-12-01T00:00:00Z"}""";

    [Fact]
    public async Task Report_UnderAHoldThatNoLogHereProves_KeepsBackAndSaysSo()
    {
        await using var server = await StartAsync();
        AddForeign(server, Step("accounting.hold", Guid.Empty, HeldOf("2026-12-01")));

        var report = await server.PostAsync(Path + ":report", Query, "petra");
        Assert.Equal((1, 1), ((int)report.Json["held"]!, (int)report.Json["held_unproven"]!));
        Assert.True((bool)Assert.Single(await HoldsAsync(server))!["is_unproven"]!);
        foreach (var form in (string[])[":csv", ":page"])
        {
            Assert.DoesNotContain("proven", (await server.PostAsync(Path + form, Query, "petra")).Text, StringComparison.OrdinalIgnoreCase);
        }
    }

    // The twin.
    [Fact]
    public async Task Report_UnderAHoldOfThisControlPlane_SaysNothingOfProof()
    {
        await using var server = await StartAsync();
        await server.PostAsync(Path + "/holds", Asked, "petra");
        StoredTrail.Ship(server);

        var report = await server.PostAsync(Path + ":report", Query, "petra");
        Assert.Equal((1, 0), ((int)report.Json["held"]!, (int)report.Json["held_unproven"]!));
        var hold = Assert.Single(await HoldsAsync(server))!;
        Assert.Null(hold["is_unproven"]);
        Assert.Null(hold["is_release_unproven"]);
    }

    [Fact]
    public async Task Release_ThatNoLogHereProves_EndsNothingUntilItIsReleasedHere()
    {
        await using var server = await StartAsync();
        var made = await server.PostAsync(Path + "/holds", Asked, "petra");
        StoredTrail.Ship(server);
        AddForeign(server, Step("accounting.release", (Guid)made.Json["id"]!, """{"Reason":"case closed"}"""));

        Assert.Empty((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());
        var hold = Assert.Single(await HoldsAsync(server))!;
        Assert.Null(hold["released_at"]);
        Assert.True((bool)hold["is_release_unproven"]!);

        var released = await server.PostAsync($"{Path}/holds/{(string)made.Json["id"]!}:release", """{"reason":"case closed"}""", "petra");
        Assert.True(released.Status == 200, released.Text);
        StoredTrail.Ship(server);
        Assert.Single((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());
        hold = Assert.Single(await HoldsAsync(server))!;
        Assert.NotNull(hold["released_at"]);
        Assert.Null(hold["is_release_unproven"]);
    }

    // Somebody who finds such a hold ends it as any other.
    [Fact]
    public async Task Release_OfAHoldThatNoLogHereProves_EndsIt()
    {
        await using var server = await StartAsync();
        var forged = Step("accounting.hold", Guid.Empty, HeldOf("2026-12-01"));
        AddForeign(server, forged);

        var released = await server.PostAsync($"{Path}/holds/{forged.Id:D}:release", """{"reason":"nobody asked for it"}""", "petra");
        Assert.True(released.Status == 200, released.Text);
        StoredTrail.Ship(server);
        Assert.Single((await server.PostAsync(Path + ":report", Query, "petra")).Json["disclosures"]!.AsArray());
    }

    // The log proves bodies: one that is filed under the id of another proves nothing of it.
    [Fact]
    public async Task Hold_FiledUnderAnotherIdThanItsRecordHas_IsUnproven()
    {
        await using var server = await StartAsync();
        var row = StoredTrail.EntryOf(Step("accounting.hold", Guid.Empty, HeldOf("2026-12-01")), 70);
        server.Trail.Entries.Add(row with { Id = Guid.NewGuid() });

        Assert.True((bool)Assert.Single(await HoldsAsync(server))!["is_unproven"]!);
    }

    private static string HeldOf(string until) =>
        $$"""{"Agency":"Sheriff","Reason":"inquiry","Oral":false,"Until":"{{until}}T00:00:00+00:00"}""";

    private static async Task<JsonArray> HoldsAsync(AdminServer server) =>
        (await server.GetAsync(Path + "/holds", "petra")).Json["items"]!.AsArray();

    private static void AddForeign(AdminServer server, AuditRecord record) =>
        server.Trail.Entries.Add(StoredTrail.EntryOf(record, 0) with { Log = Foreign });

    private static AuditRecord Step(string step, Guid parent, string after) =>
        new()
        {
            Id = Guid.NewGuid(),
            ParentId = parent,
            Kind = AuditKind.Hold,
            Event = step,
            Time = TestRecords.Noon.AddHours(-2),
            Tenant = "north",
            Patients = ["p-1"],
            Actor = "somebody",
            After = after,
        };

    private static async Task<AdminServer> StartAsync()
    {
        var server = await AdminServer.StartAsync(services: services => services.AddSingleton<ITrailProof>(new ProofOfOneLog("gw-01/1")));
        await server.AddKeyAsync("petra", "privacy-officer");
        var released = TestRecords.Disclosure("p-1");
        (released.Purpose, released.Accounting, released.Organization, released.Tenant) = ("PUBHLTH", "accountable", "acme", "north");
        StoredTrail.Add(server, released);
        return server;
    }

    /// <summary>Believes every row of one log, and none of others.</summary>
    private sealed class ProofOfOneLog(string log) : ITrailProof
    {
        public bool Proves(AuditEntry row) => row.Log == log;
    }
}
