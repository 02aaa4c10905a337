using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>
/// Reviews that end, over HTTP on every database: doors with dates, warnings before them, and what a renewal does to the approval.
/// </summary>
public abstract class ReviewDatesContract
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Organization = "/admin/v1/organizations/acme";
    private const string Agreement = "/admin/v1/agreements/baa-1";
    private const string Marked = "?carry_approval=true";

    protected abstract Task<StorageLocation> LocateAsync();

    [Fact]
    public async Task VendorReview_RenewedTooLate_OpensThePathOnceASecondPersonApproves()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        var server = world.Server;
        await Approvals.OpenAsync(server);
        Assert.Equal(
            200,
            (
                await server.PatchAsync(
                    Organization,
                    """{"lastReview":{"on":"2026-04-01","by":"li","reference":"VR-1","nextDue":"2026-06-01"}}"""
                )
            ).Status
        );
        Assert.StartsWith("2026-06-16T00:00:00", (string)(await DoorAsync(server, "vendor-review"))["closes_at"]!);
        server.Time.Now = new DateTimeOffset(2026, 6, 16, 0, 0, 0, TimeSpan.Zero);
        var closed = await DoorAsync(server, "vendor-review");
        Assert.Equal(("vendor-review-overdue", false), ((string)closed["reason"]!, (bool)closed["open"]!));
        Assert.Equal(
            200,
            (
                await server.PatchAsync(
                    Organization,
                    """{"lastReview":{"on":"2026-06-16","by":"li","reference":"VR-2","nextDue":"2027-06-16"}}"""
                )
            ).Status
        );
        Assert.False((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
    }

    [Fact]
    public async Task LegalReview_LaterEndAlone_ClosesThePath_EarlierOneMayBeCarriedOver()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        var server = world.Server;
        await Sample.WriteAsync(server);
        Assert.Equal(
            200,
            (
                await server.PatchAsync(
                    Agreement,
                    """{"crossBorder":true,"legalReview":{"by":"counsel","on":"2026-04-01","reference":"LR-1","until":"2026-09-01"}}"""
                )
            ).Status
        );
        await Approvals.ApproveAsync(server);
        Assert.StartsWith("2026-09-01T00:00:00", (string)(await DoorAsync(server, "legal-review"))["closes_at"]!);
        var refused = await server.PatchAsync(Agreement + Marked, Until("2026-10-01"), "nora");
        Assert.Equal((409, "not-narrowing"), (refused.Status, refused.Code));
        Assert.Equal(200, (await server.PatchAsync(Agreement + Marked, Until("2026-08-01"), "nora")).Status);
        Assert.True((bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!);
        Assert.Equal(200, (await server.PatchAsync(Agreement, Until("2026-10-01"))).Status);
        Assert.False((bool)(await DoorAsync(server, "approval-fingerprint"))["open"]!);
    }

    [Fact]
    public async Task Reviews_BeforeTheyEnd_RaiseAlerts()
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        var server = world.Server;
        await Sample.WriteAsync(server);
        await server.PatchAsync(
            Agreement,
            """{"legalReview":{"by":"counsel","on":"2026-04-01","reference":"LR-1","until":"2026-05-20"}}"""
        );
        await server.PatchAsync(Organization, """{"lastReview":{"on":"2026-04-01","by":"li","reference":"VR-1","nextDue":"2026-05-10"}}""");
        await Approvals.ApproveAsync(server);
        await server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default);
        var alerts = (await server.GetAsync("/admin/v1/alerts?sort=door")).Json["items"]!
            .AsArray()
            .Select(static alert => ((string)alert!["door"]!, (string)alert["subject"]!, (string)alert["notify"]!));
        Assert.Equal(
            [("legal-review", "agreement/baa-1", "mary@hospital.example"), ("vendor-review", "organization/acme", "mary@hospital.example")],
            alerts
        );
    }

    [Theory]
    [InlineData("organizations/acme", """{"lastReview":{"on":"2026-05-02","by":"li","reference":"r"}}""", "/lastReview/on")]
    [InlineData("organizations/acme", """{"lastReview":{"on":"2026-05-01","by":"li"}}""", "/lastReview/reference")]
    [InlineData(
        "organizations/acme",
        """{"lastReview":{"on":"2026-05-01","by":"li","reference":"r","nextDue":"2030-01-01"}}""",
        "/lastReview/nextDue"
    )]
    [InlineData(
        "agreements/baa-1",
        """{"legalReview":{"by":"counsel","on":"2026-04-01","reference":"r","until":"2026-05-01"}}""",
        "/legalReview/until"
    )]
    [InlineData(
        "agreements/baa-1",
        """{"legalReview":{"by":"counsel","on":"2026-04-01","reference":"r","until":"soon"}}""",
        "/legalReview/until"
    )]
    public async Task Reviews_Bad_AreRefusedAtTheirPlace(string path, string body, string pointer)
    {
        await using var world = await StoredAdmin.OpenAsync(await LocateAsync());
        await Sample.WriteAsync(world.Server);
        var revision = await world.Store.GetRevisionAsync(default);
        Assert.Equal([pointer], (await world.Server.PatchAsync("/admin/v1/" + path, body)).Pointers);
        Assert.Equal(revision, await world.Store.GetRevisionAsync(default));
    }

    private static string Until(string day) => $"{{\"legalReview\":{{\"until\":\"{day}\"}}}}";

    private static async Task<JsonNode> DoorAsync(AdminServer server, string name) =>
        (await server.GetAsync(Client + "/posture")).Json["doors"]!.AsArray().Single(door => (string)door!["name"]! == name)!;
}
