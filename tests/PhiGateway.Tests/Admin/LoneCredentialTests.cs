using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What alone says who a client is, is exchanged by two persons; what is proven beside something else, by one.</summary>
public sealed class LoneCredentialTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string Issuer = "hospital-idp";

    [Fact]
    public async Task Rotate_OnlyCertificateAtTheTokenService_WaitsForAnApprover()
    {
        await using var server = await OpenAsync(Issuer);

        var rotated = await RotateAsync(server);

        Assert.True(rotated.Status == 200, rotated.Text);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);
        server.Time.Now = server.Time.Now.AddMinutes(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("another-issuer")]
    public async Task Rotate_CertificateBesideTokensOfAnIssuerElsewhere_IsOnePersonsAct(string? tokenService)
    {
        await using var server = await OpenAsync(tokenService);

        Assert.Equal(200, (await RotateAsync(server)).Status);
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Create_FirstCertificateThatGetsTokensAlone_IsNotCarriedAsNarrower()
    {
        await using var server = await AdminServer.StartAsync(static options => options.TokenService = Issuer);
        await Approvals.OpenAsync(server);

        var alone = await server.PostAsync("/admin/v1/credentials?carry_approval=true", Certificate("first", 4711), "nora");

        Assert.Equal((409, "not-narrowing"), (alone.Status, alone.Code));
        Assert.True(await IsOpenAsync(server));
    }

    [Fact]
    public async Task Create_FirstCertificateBesideTokens_IsNarrower()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);

        var beside = await server.PostAsync("/admin/v1/credentials?carry_approval=true", Certificate("first", 4711), "nora");

        Assert.True(beside.Status == 201, beside.Text);
        Assert.True(await IsOpenAsync(server));
    }

    private static async Task<AdminServer> OpenAsync(string? tokenService)
    {
        var server = await AdminServer.StartAsync(options => options.TokenService = tokenService);
        await Sample.WriteAsync(server);
        Assert.Equal(201, (await server.PostAsync("/admin/v1/credentials", Certificate("acme-mtls", 4711))).Status);
        await Approvals.ApproveAsync(server);
        Assert.True(await IsOpenAsync(server));
        return server;
    }

    private static Task<AdminAnswer> RotateAsync(AdminServer server) =>
        server.PostAsync(
            Client + ":rotate",
            $$"""{"credential":{{Certificate("next", 4712)}},"replaces":"acme-mtls","overlap_hours":72}""",
            "nora"
        );

    private static string Certificate(string id, int number) =>
        $$"""{"id":"{{id}}","client":"acme-connector","kind":"certificate","thumbprint":"{{number:x64}}"}""";

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
