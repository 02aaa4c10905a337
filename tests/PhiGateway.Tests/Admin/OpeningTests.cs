using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What opens needs two persons, what closes needs one.</summary>
public sealed class OpeningTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Organization = "/admin/v1/organizations/acme";
    private const string Agreement = "/admin/v1/agreements/baa-1";

    /// <summary>Who closes and how, and how the same or another person would open again.</summary>
    public static TheoryData<string, string, string, string> Doors =>
        new()
        {
            { "organization", Organization, """{"status":"suspended"}""", """{"status":"active"}""" },
            { "agreement", Agreement, """{"terminated":true}""", """{"terminated":false}""" },
            { "use-case", "/admin/v1/use-cases/lab-results", """{"expires":"2026-05-02"}""", """{"expires":"2026-12-31"}""" },
            { "credential", "/admin/v1/credentials/acme-oidc", """{"expires":"2026-05-02"}""", """{"expires":"2027-05-02"}""" },
        };

    [Theory]
    [MemberData(nameof(Doors))]
    public async Task Reopen_ByOnePerson_LeavesThePathShut_UntilAnotherApproves(string door, string path, string close, string open)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PatchAsync(path, close, "olga")).Status);
        server.Time.Now = server.Time.Now.AddDays(5);
        Assert.False(await IsOpenAsync(server), door);

        var reopened = await server.PatchAsync(path, open, "nora");
        Assert.Equal(200, reopened.Status);
        Assert.False(await IsOpenAsync(server), door);
        Assert.True((bool)reopened.Json["meta"]!["paths"]![0]!["approval_taken"]!, reopened.Text);
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        Assert.False(await IsOpenAsync(server), door);

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server), door);
    }

    [Fact]
    public async Task VendorReview_TakenAwayWhenOverdue_OpensNothingByOnePerson()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        const string Due = """{"lastReview":{"on":"2026-04-01","by":"li","reference":"VR-1","nextDue":"2026-05-02"}}""";
        Assert.Equal(200, (await server.PatchAsync(Organization, Due)).Status);
        Assert.True(await IsOpenAsync(server));
        server.Time.Now = server.Time.Now.AddDays(30);
        Assert.False(await IsOpenAsync(server));

        Assert.Equal(200, (await server.PatchAsync(Organization, """{"lastReview":null}""", "nora")).Status);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Attest_ForAnOwnerWhoLeft_LeavesThePathShut_UntilAnotherApproves()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await server.PostAsync("/admin/v1/owners/mary@hospital.example:left", """{"reason":"moved on"}""", "nora");
        Assert.Equal(200, (await server.PostAsync(Client + ":attest", "{}", "nora")).Status);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);

        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Confirmations_WhileThePathIsOpen_AreOnePersonsAct()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Time.Now = server.Time.Now.AddDays(10);
        Assert.Equal(200, (await server.PostAsync(Client + ":attest", "{}")).Status);
        Assert.Equal(
            201,
            (await server.PostAsync("/admin/v1/reviews", """{"id":"r2","client":"acme-connector","on":"2026-05-10"}""")).Status
        );
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/credentials/acme-oidc", """{"rotateBy":"2026-12-30"}""")).Status);

        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Resume_ByWhoSuspended_IsRefused_ByAnotherPasses()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":suspend", """{"reason":"odd"}""", "nora")).Status);
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":resume", "{}", "nora")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":resume", "{}", "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData("2026-05-01", 201)]
    [InlineData("2026-05-02", 422)]
    [InlineData("2099-01-01", 422)]
    public async Task Review_OfTheFuture_IsRefused_OfTodayPasses(string day, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        var answer = await server.PostAsync("/admin/v1/reviews", $$"""{"id":"r9","client":"acme-connector","on":"{{day}}"}""");

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Acts_OfOnePersonInAnyOrder_OpenNoPathThatWasShut(int seed)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var closers = new Func<Task>[]
        {
            () => server.PatchAsync(Organization, """{"status":"suspended"}""", "otto"),
            () => server.PatchAsync(Agreement, """{"terminated":true}""", "otto"),
            () => server.PostAsync("/admin/v1/owners/mary@hospital.example:left", "{}", "otto"),
            () => server.PatchAsync("/admin/v1/use-cases/lab-results", """{"legalBasis":"another"}""", "otto"),
            () => server.PatchAsync("/admin/v1/credentials/acme-oidc", """{"expires":"2026-05-02"}""", "otto"),
            () =>
                server.PostAsync(
                    "/admin/v1/reviews",
                    """{"id":"gone","client":"acme-connector","on":"2026-05-01","decision":"remove"}""",
                    "otto"
                ),
        };
        await closers[seed % closers.Length]();
        server.Time.Now = server.Time.Now.AddDays(2);
        Assert.False(await IsOpenAsync(server));

        // One person with every right there is but administration, in any order.
        var chance = new Random(seed);
        var said = new List<string>();
        for (var step = 0; step < 40; step++)
        {
            var (name, act) = Acts(server, step)[chance.Next(Acts(server, step).Count)];
            var answer = await act();
            said.Add($"{name} {answer?.Status}");
            Assert.False(await IsOpenAsync(server), string.Join(", ", said));
        }
    }

    private static List<(string Name, Func<Task<AdminAnswer?>> Act)> Acts(AdminServer server, int step)
    {
        Task<AdminAnswer?> Patch(string path, string body) => Quietly(server.PatchAsync(path, body, "nora"));
        Task<AdminAnswer?> Post(string path, string body) => Quietly(server.PostAsync(path, body, "nora"));
        return
        [
            ("reopen", () => Patch(Organization, """{"status":"active"}""")),
            ("suspend organization", () => Patch(Organization, """{"status":"suspended"}""")),
            ("restore agreement", () => Patch(Agreement, """{"terminated":false,"expires":"2027-01-01"}""")),
            ("terminate", () => Patch(Agreement, """{"terminated":true}""")),
            ("basis back", () => Patch("/admin/v1/use-cases/lab-results", """{"legalBasis":"treatment"}""")),
            ("basis", () => Patch("/admin/v1/use-cases/lab-results", """{"legalBasis":"other"}""")),
            ("extend credential", () => Patch("/admin/v1/credentials/acme-oidc", """{"expires":"2027-05-02"}""")),
            ("attest", () => Post(Client + ":attest", "{}")),
            ("submit", () => Post(Client + ":submit", "{}")),
            ("suspend", () => Post(Client + ":suspend", """{"reason":"r"}""")),
            ("resume", () => Post(Client + ":resume", "{}")),
            ("quarantine", () => Post(Client + ":quarantine", """{"reason":"r"}""")),
            ("review", () => Post("/admin/v1/reviews", $$"""{"id":"n{{step}}","client":"acme-connector","on":"2026-05-02"}""")),
            ("delete review", () => DeleteAsync(server, "/admin/v1/reviews/gone")),
            ("approve", async () => await Approvals.ApproveAsAsync(server, "nora")),
            ("left", () => Post("/admin/v1/owners/mary@hospital.example:left", "{}")),
            (
                "credential",
                () =>
                    Post(
                        "/admin/v1/credentials",
                        $$"""{"id":"c{{step}}","client":"acme-connector","kind":"oidc-client","issuer":"hospital-idp","clientId":"c{{step}}"}"""
                    )
            ),
            (
                "file",
                async () =>
                {
                    var export = await server.SendAsync("nora", "GET", "/admin/v1/config:export", null, ("Accept", "application/yaml"));
                    var text = export
                        .Text.Replace("status: suspended", "status: active", StringComparison.Ordinal)
                        .Replace("terminated: true", "terminated: false", StringComparison.Ordinal);
                    return await server.SendAsync(
                        "nora",
                        "POST",
                        "/admin/v1/config:apply",
                        text,
                        ("Content-Type", "application/yaml"),
                        ("If-Match", export.ETag!)
                    );
                }
            ),
        ];
    }

    private static async Task<AdminAnswer?> DeleteAsync(AdminServer server, string path)
    {
        var current = await server.GetAsync(path);
        return current.Status == 404 ? null : await server.SendAsync("nora", "DELETE", path, null, ("If-Match", current.ETag!));
    }

    private static async Task<AdminAnswer?> Quietly(Task<AdminAnswer> answer) => await answer;

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
