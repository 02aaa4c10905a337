using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What an operator does with credentials of an approved client, over the admin API.</summary>
public sealed class CredentialApprovalTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Credentials = "/admin/v1/credentials";
    private const string Newcomer = """{"id":"extra","client":"acme-connector","issuer":"hospital-idp","clientId":"newcomer"}""";

    [Fact]
    public async Task Post_AnotherClientIdForAnApprovedClient_ClosesThePathAndQueues()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(201, (await server.PostAsync(Credentials, Newcomer, "nora")).Status);
        Assert.False(await IsOpenAsync(server));

        var queued = (await server.GetAsync("/admin/v1/approvals/queue")).Json["items"]![0]!;
        Assert.Equal("changed", (string)queued["why"]!);
        Assert.Equal("credential/extra", (string)queued["changed"]![0]!["document"]!);
        var body = $$"""{"fingerprint":"{{(string)queued["fingerprint"]!}}"}""";
        Assert.Equal("four-eyes", (await server.PostAsync(Client + ":approve", body, "nora")).Code);
        Assert.Equal(200, (await server.PostAsync(Client + ":approve", body, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Patch_DatesOfACredential_KeepsThePathOpen()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Equal(200, (await server.PatchAsync(Credentials + "/acme-oidc", """{"rotateBy":"2026-11-01"}""")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Rotate_Certificate_KeepsTheApprovalAndSaysWho()
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        Assert.Equal(201, (await server.PostAsync(Credentials, Certificate("cert-1", 'a'))).Status);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));

        var rotation = $$"""{"credential":{{Certificate("cert-2", 'b')}},"replaces":"cert-1","overlap_hours":24}""";
        Assert.Equal(200, (await server.PostAsync(Client + ":rotate", rotation)).Status);
        Assert.True(await IsOpenAsync(server));
        var approval = (await server.GetAsync("/admin/v1/approvals?client=acme-connector")).Json["items"]![0]!;
        Assert.Equal("olga@hospital.example", (string)approval["carriedOver"]!["by"]!);
        Assert.Equal("anna@hospital.example", (string)approval["approvedBy"]!);

        // The one that was replaced may go, the last one may not.
        Assert.InRange((await DeleteAsync(server, "cert-1")).Status, 200, 204);
        Assert.True(await IsOpenAsync(server));
        Assert.InRange((await DeleteAsync(server, "cert-2")).Status, 200, 204);
        Assert.False(await IsOpenAsync(server));
    }

    // Whoever makes an API key knows it, and no issuer stands behind it: a second person says whose it is.
    [Theory]
    [InlineData(":issue-key", """{"id":"key-2","expires":"2027-03-01","replaces":"key-1","overlap_hours":24}""")]
    [InlineData(
        ":rotate",
        """{"credential":{"id":"key-2","client":"acme-connector","kind":"api-key","keyHash":"HASH","expires":"2027-03-01"},"replaces":"key-1"}"""
    )]
    public async Task Rotate_ApiKey_WaitsForAnApprover(string verb, string body)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        const string First = """{"id":"key-1","expires":"2027-01-01"}""";
        Assert.Equal(201, (await server.PostAsync(Client + ":issue-key", First)).Status);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));

        server.Time.Now = server.Time.Now.AddMinutes(1);
        var answer = await server.PostAsync(Client + verb, body.Replace("HASH", new string('b', 64), StringComparison.Ordinal));
        Assert.True(answer.Status is 200 or 201, answer.Text);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    // What a revocation shut, another key in its place would open: that takes a second person, as lifting it does.
    [Theory]
    [InlineData(true, null, true)]
    [InlineData(false, null, false)]
    [InlineData(true, "expires 2026-05-02", true)]
    [InlineData(true, "expires 2027-01-01", false)]
    [InlineData(true, "rotateBy 2026-04-24", true)]
    [InlineData(true, "rotateBy 2026-05-01", false)]
    [InlineData(true, "rotateBy 9999-12-31", false)]
    public async Task Rotate_OfARevokedCertificate_WaitsForAnApprover_OfOneInOrderDoesNot(bool isRevoked, string? otherDay, bool waits)
    {
        await using var server = await AdminServer.StartAsync();
        await Sample.WriteAsync(server);
        if (otherDay?.Split(' ') is [var member, var day])
        {
            var other = Certificate("cert-0", 'c').Replace("}", $$""","{{member}}":"{{day}}"}""", StringComparison.Ordinal);
            Assert.Equal(201, (await server.PostAsync(Credentials, other)).Status);
        }

        Assert.Equal(201, (await server.PostAsync(Credentials, Certificate("cert-1", 'a'))).Status);
        await Approvals.ApproveAsync(server);
        if (isRevoked)
        {
            const string Stolen = """{"target":"credential","value":"cert-1","reason":"stolen"}""";
            Assert.Equal(201, (await server.PostAsync("/admin/v1/revocations", Stolen)).Status);
        }

        var rotation = $$"""{"credential":{{Certificate("cert-2", 'b')}},"replaces":"cert-1","overlap_hours":24}""";
        server.Time.Now = server.Time.Now.AddDays(2);
        Assert.Equal(200, (await server.PostAsync(Client + ":rotate", rotation, "nora")).Status);

        Assert.Equal(!waits, await IsApprovedAsync(server));
        if (waits)
        {
            Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
            server.Time.Now = server.Time.Now.AddMinutes(1);
            Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
            Assert.True(await IsApprovedAsync(server));
        }
    }

    private static async Task<bool> IsApprovedAsync(AdminServer server) =>
        (await server.GetAsync(Client + "/posture")).Json["doors"]!
            .AsArray()
            .Where(static door => ((string)door!["name"]!).StartsWith("approval", StringComparison.Ordinal))
            .All(static door => (bool)door!["open"]!);

    [Fact]
    public async Task Rotate_ToAnotherClientId_WaitsForAnApprover()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var rotation = """{"credential":{"id":"extra","issuer":"hospital-idp","clientId":"newcomer"},"replaces":"acme-oidc"}""";
        Assert.Equal(200, (await server.PostAsync(Client + ":rotate", rotation)).Status);
        Assert.False(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Post_ReviewOfTomorrow_IsRefused()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var ahead = await server.PostAsync("/admin/v1/reviews", """{"id":"r2","client":"acme-connector","on":"2099-01-01"}""", "anna");
        Assert.Equal(["/on"], ahead.Pointers);
        var today = $$"""{"id":"r2","client":"acme-connector","on":"{{server.Time.Now.UtcDateTime:yyyy-MM-dd}}"}""";
        Assert.Equal(201, (await server.PostAsync("/admin/v1/reviews", today, "anna")).Status);
    }

    private static string Certificate(string id, char digit) =>
        $$"""{"id":"{{id}}","client":"acme-connector","kind":"certificate","thumbprint":"{{new string(digit, 64)}}"}""";

    private static async Task<AdminAnswer> DeleteAsync(AdminServer server, string id) =>
        await server.SendAsync(
            "olga",
            "DELETE",
            $"{Credentials}/{id}",
            null,
            ("If-Match", (await server.GetAsync($"{Credentials}/{id}")).ETag!)
        );

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
