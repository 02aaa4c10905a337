using Microsoft.Extensions.DependencyInjection;
using PhiGateway.Admin.Alerts;
using PhiGateway.Admin.Editing;
using PhiGateway.Audit.Journal;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.RegistryFiles.Documents;
using PhiGateway.Tests.Common.Admin;
using PhiGateway.Tests.Policy.Cases;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Somebody is told before a door closes.</summary>
public sealed class DoorWarningTests
{
    // Every door there is, its reason, and whether it closes by itself on a date. A door that is added must be added here, with its case
    // and its alert.
    private static readonly (string Name, DenyReason Reason, bool HasDate)[] Doors =
    [
        ("revocation", DenyReason.Revoked, false),
        ("registration", DenyReason.RegistryContradiction, false),
        ("client", DenyReason.ClientNotActive, false),
        ("client-term", DenyReason.ClientExpired, true),
        ("approval", DenyReason.NotApproved, false),
        ("approval-fingerprint", DenyReason.ApprovalStale, false),
        ("approval-term", DenyReason.ApprovalExpired, true),
        ("use-case", DenyReason.UseCaseNotApproved, false),
        ("use-case-term", DenyReason.UseCaseExpired, true),
        ("agreement", DenyReason.AgreementNotInForce, true),
        ("legal-review", DenyReason.AgreementNotReviewed, true),
        ("organization", DenyReason.OrganizationNotActive, false),
        ("vendor-review", DenyReason.VendorReviewOverdue, true),
        ("owner", DenyReason.OwnerMissing, true),
        ("review", DenyReason.ReviewOverdue, true),
        ("credential-revocation", DenyReason.Revoked, false),
        ("credential-registration", DenyReason.RegistryContradiction, false),
        ("credential", DenyReason.CredentialExpired, true),
        ("credential-rotation", DenyReason.CredentialRotationOverdue, true),
    ];

    [Fact]
    public void Posture_EveryDoor_HasAReasonACaseAndItsDate()
    {
        var snapshot = Dated();
        var found = Posture.Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now);
        Assert.Equal(Doors, found.Select(door => (door.Name.Split('/')[0], door.Reason, door.ClosesAt is not null)));
        Assert.All(found, door => Assert.True(door.Open, door.Name));
        var refusedInCases = CaseFiles
            .All.Select(DecisionCase.Read)
            .SelectMany(file => new[] { file.Main, file.Twin })
            .Select(source => (string?)source["expect"]!["deny"])
            .ToHashSet();
        Assert.All(Doors, door => Assert.Contains(door.Reason.Code, refusedInCases));
    }

    [Fact]
    public void Find_EveryDoorWithADate_IsAnAlertWithAnOwner()
    {
        var snapshot = Dated();
        var alerts = ClosingDoors.Find(snapshot, WorkingSet.Empty, [3660, 7], TestRegistry.Now).Values.ToList();
        Assert.Equal(Doors.Where(door => door.HasDate).Select(door => door.Name).Order(), alerts.Select(alert => alert.Door!).Order());
        Assert.All(alerts, alert => Assert.Contains("mary@hospital.example", alert.Notify));
        Assert.All(alerts, alert => Assert.Contains("connector", alert.Evidence));
        Assert.Empty(ClosingDoors.Find(snapshot, WorkingSet.Empty, [], TestRegistry.Now));
    }

    [Fact]
    public async Task Run_DateNear_RaisesOnce_EscalatesLater_GoesWhenTheDateMoves()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var warnings = server.Services.GetRequiredService<DoorWarnings>();
        Assert.Equal(0, await warnings.RunOnceAsync(default));

        // The rotation is due on 1 December, and closes after a week of grace.
        server.Time.Now = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        Assert.Contains("credential-rotation", await RaisedAsync(server, warnings));
        Assert.Equal(0, await warnings.RunOnceAsync(default));
        var alert = await FindAsync(server, "door=credential-rotation");
        Assert.Equal(
            ("warning", "open", "credential/acme-oidc"),
            ((string)alert["severity"]!, (string)alert["state"]!, (string)alert["subject"]!)
        );
        Assert.Equal("mary@hospital.example, li@hospital.example", (string)alert["notify"]!);
        Assert.StartsWith("2026-12-09T00:00:00", (string)alert["due"]!);
        Assert.Equal(200, (await server.PostAsync($"/admin/v1/alerts/{alert["id"]}:acknowledge", "{}")).Status);

        // Near: urgent, and open again.
        server.Time.Now = new DateTimeOffset(2026, 12, 3, 8, 0, 0, TimeSpan.Zero);
        await warnings.RunOnceAsync(default);
        alert = await FindAsync(server, "door=credential-rotation&severity=urgent");
        Assert.Equal("open", (string)alert["state"]!);

        // The date moves: nobody has to close it.
        await server.PatchAsync("/admin/v1/credentials/acme-oidc", """{"rotateBy":"2027-12-01"}""");
        await warnings.RunOnceAsync(default);
        alert = await FindAsync(server, "door=credential-rotation");
        Assert.Equal(("closed", "system"), ((string)alert["state"]!, (string)alert["handledBy"]!));
        Assert.Contains(server.Journal.Records, record => record is { Event: "alert.resolve", Actor: "system" });
    }

    [Fact]
    public async Task Run_ClosedByAPerson_StaysClosedForThisDate_AnotherDateIsAnotherAlert()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var warnings = server.Services.GetRequiredService<DoorWarnings>();
        server.Time.Now = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        await warnings.RunOnceAsync(default);
        var id = (string)(await FindAsync(server, "door=credential-rotation"))["id"]!;
        Assert.Equal(["/reason"], (await server.PostAsync($"/admin/v1/alerts/{id}:close", "{}")).Pointers);
        Assert.Equal(
            200,
            (await server.PostAsync($"/admin/v1/alerts/{id}:close", """{"reason":"the vendor ends in December"}""", "anna")).Status
        );
        Assert.Equal("already-closed", (await server.PostAsync($"/admin/v1/alerts/{id}:acknowledge", "{}")).Code);
        Assert.Equal(403, (await server.PostAsync($"/admin/v1/alerts/{id}:close", """{"reason":"x"}""", "vera")).Status);
        await warnings.RunOnceAsync(default);
        Assert.Equal("closed", (string)(await FindAsync(server, "door=credential-rotation"))["state"]!);
        await server.PatchAsync("/admin/v1/credentials/acme-oidc", """{"rotateBy":"2026-12-02"}""");
        await warnings.RunOnceAsync(default);
        Assert.Equal(2, (await server.GetAsync("/admin/v1/alerts?door=credential-rotation")).Json["items"]!.AsArray().Count);
        Assert.Equal(["/state"], (await server.PatchAsync($"/admin/v1/alerts/{id}", """{"state":"open"}""")).Pointers);
    }

    [Fact]
    public async Task Run_TwoNodes_RaiseTheSameAlertOnce()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await using var other = await AdminServer.StartAsync(registry: server.Store);
        server.UseKeysOf(other);
        server.Time.Now = other.Time.Now = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        var behind = other.Services.GetRequiredService<DoorWarnings>();
        server.Store.BeforeWrite = () => behind.RunOnceAsync(default).GetAwaiter().GetResult();
        await server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default);
        var doors = (await server.GetAsync("/admin/v1/alerts?kind=door-closing")).Json["items"]!
            .AsArray()
            .Select(alert => ((string)alert!["subject"]!, (string)alert["door"]!))
            .ToList();
        Assert.NotEmpty(doors);
        Assert.Equal(doors.Count, doors.Distinct().Count());
    }

    [Fact]
    public async Task Run_CertificateOfTheListenersThatEndsSoon_IsTold_AndClosedByItsOwnNodeOnly()
    {
        DateTimeOffset? ends = null;
        await using var server = await AdminServer.StartAsync(options =>
        {
            options.Node = "gw-1";
            options.CertificateEnds = () => ends;
        });
        await using var other = await AdminServer.StartAsync(options => options.Node = "gw-2", registry: server.Store);
        server.UseKeysOf(other);
        var (own, elsewhere) = (server.Services.GetRequiredService<DoorWarnings>(), other.Services.GetRequiredService<DoorWarnings>());
        Assert.Equal(0, await own.RunOnceAsync(default));
        ends = server.Time.Now.AddDays(10);
        Assert.Equal(1, await own.RunOnceAsync(default));
        var alert = await FindAsync(server, "door=listener-certificate");
        Assert.Equal(("node/gw-1", "open"), ((string)alert["subject"]!, (string)alert["state"]!));

        // The other node knows nothing of it, and leaves it; renewed, it closes by itself.
        Assert.Equal(0, await elsewhere.RunOnceAsync(default));
        ends = null;
        Assert.Equal(1, await own.RunOnceAsync(default));
        Assert.Equal("closed", (string)(await FindAsync(server, "door=listener-certificate"))["state"]!);
    }

    [Fact]
    public async Task Run_OldCredentialOfARotationAndSuspendedClients_RaiseNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Time.Now = new DateTimeOffset(2026, 5, 20, 8, 0, 0, TimeSpan.Zero);
        await server.PostAsync(
            "/admin/v1/clients/acme-connector:rotate",
            """{"credential":{"id":"acme-oidc-2","issuer":"hospital-idp","clientId":"acme-connector-2","rotateBy":"2027-12-01"},"overlap_hours":24}"""
        );
        Assert.Equal(0, await server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default));
        server.Time.Now = new DateTimeOffset(2026, 12, 20, 8, 0, 0, TimeSpan.Zero);
        await server.PostAsync("/admin/v1/clients/acme-connector:suspend", """{"reason":"odd"}""");
        Assert.Equal(0, await server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default));
    }

    [Fact]
    public async Task Run_AdminKeyThatEnds_IsAnAlertToItsPerson()
    {
        await using var server = await AdminServer.StartAsync();
        await server.PostAsync(
            "/admin/v1/admin-keys",
            """{"id":"pipeline","person":"ci@hospital.example","roles":["operator"],"expires":"2026-05-10T00:00:00Z"}""",
            "adam"
        );
        await server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default);
        var alert = await FindAsync(server, "door=admin-key");
        Assert.Equal("ci@hospital.example", (string)alert["notify"]!);
    }

    [Fact]
    public async Task Run_JournalDown_RaisesNothing()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Time.Now = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero);
        var writes = server.Store.Writes;
        server.Journal.Room = 0;
        await Assert.ThrowsAsync<PhiGateway.Audit.Journal.JournalUnavailableException>(() =>
            server.Services.GetRequiredService<DoorWarnings>().RunOnceAsync(default)
        );
        Assert.Equal(writes, server.Store.Writes);
    }

    private static async Task<IReadOnlyList<string>> RaisedAsync(AdminServer server, DoorWarnings warnings)
    {
        await warnings.RunOnceAsync(default);
        return
        [
            .. (await server.GetAsync("/admin/v1/alerts?kind=door-closing")).Json["items"]!
                .AsArray()
                .Select(alert => (string)alert!["door"]!),
        ];
    }

    private static async Task<System.Text.Json.Nodes.JsonNode> FindAsync(AdminServer server, string query)
    {
        var items = (await server.GetAsync("/admin/v1/alerts?" + query)).Json["items"]!.AsArray();
        Assert.Single(items);
        return items[0]!;
    }

    // Every date that can be set is set.
    private static RegistrySnapshot Dated()
    {
        var agreement = TestRegistry.Agreement() with
        {
            CrossBorder = true,
            LegalReview = new LegalReview("counsel", new DateOnly(2026, 1, 1), "opinion 7", new DateOnly(2026, 12, 1)),
        };
        var organization = TestRegistry.Organization() with
        {
            LastReview = new VendorReview(new DateOnly(2026, 2, 1), "li", "evidence 7", new DateOnly(2027, 2, 1)),
        };
        var entities = TestRegistry.Open(
            client: TestRegistry.Client() with
            {
                Expires = new DateOnly(2026, 9, 1),
            },
            agreement: agreement,
            organization: organization
        );
        var approval = entities.OfType<Approval>().Single();
        entities.RemoveAll(entity => entity is Credential or Approval);
        entities.Add(approval with { Until = new DateOnly(2026, 11, 1) });
        entities.Add(TestRegistry.Credential() with { RotateBy = new DateOnly(2026, 6, 1), Expires = new DateOnly(2026, 7, 20) });
        return TestRegistry.Build(entities);
    }
}
