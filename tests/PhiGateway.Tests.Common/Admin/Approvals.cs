using Xunit;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>The steps that lead <see cref="Sample"/>'s client to an open path, as two people take them over HTTP.</summary>
internal static class Approvals
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string UseCase = "/admin/v1/use-cases/lab-results";

    internal static async Task OpenAsync(AdminServer server)
    {
        await Sample.WriteAsync(server);
        await ApproveAsync(server);
    }

    internal static async Task ApproveAsync(AdminServer server)
    {
        await ApproveUseCaseAsync(server);
        Assert.Equal(200, (await server.PostAsync(Client + ":submit", "{}")).Status);
        Assert.Equal(200, (await server.PostAsync(Client + ":attest", "{}")).Status);
        Assert.Equal(
            201,
            (await server.PostAsync("/admin/v1/reviews", """{"id":"r1","client":"acme-connector","on":"2026-05-01"}""", "anna")).Status
        );
        Assert.Equal(
            200,
            (await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{await FingerprintAsync(server)}}"}""", "anna")).Status
        );
    }

    internal static async Task ApproveUseCaseAsync(AdminServer server)
    {
        var useCase = await server.GetAsync(UseCase);
        Assert.Equal(403, (await server.SendAsync("olga", "POST", UseCase + ":approve", "{}", ("If-Match", useCase.ETag!))).Status);
        Assert.Equal(200, (await server.SendAsync("arno", "POST", UseCase + ":approve", "{}", ("If-Match", useCase.ETag!))).Status);
    }

    internal static async Task<string> FingerprintAsync(AdminServer server) =>
        (string)(await server.GetAsync(Client + "/posture")).Json["fingerprint"]!;

    /// <summary>Approves what stands there now, as a person.</summary>
    internal static async Task<AdminAnswer> ApproveAsAsync(AdminServer server, string person)
    {
        var fingerprint = await FingerprintAsync(server);
        return await server.PostAsync(Client + ":approve", $$"""{"fingerprint":"{{fingerprint}}"}""", person);
    }
}
