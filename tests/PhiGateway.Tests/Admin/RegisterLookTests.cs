using PhiGateway.Audit.Records;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>Registers that are kept in the trail are read out of it, and whoever reads them is on record like any other reader of it.</summary>
public sealed class RegisterLookTests
{
    [Theory]
    [InlineData("/admin/v1/accounting/holds", "audit.holds")]
    [InlineData("/admin/v1/accounting/requests", "audit.requests")]
    [InlineData("/admin/v1/audit/keeping/holds", "audit.keeping")]
    [InlineData("/admin/v1/offboardings", "audit.offboarding")]
    [InlineData("/admin/v1/shadows", "trail.shadow")]
    public async Task List_OfARegisterOfTheTrail_IsOnRecordBeforeItIsAnswered(string path, string look)
    {
        await using var server = await AdminServer.StartAsync();
        await server.AddKeyAsync("petra", "privacy-officer", "operator");

        var answer = await server.GetAsync(path, "petra");
        Assert.Equal(200, answer.Status);
        var record = Assert.Single(server.Journal.Records, record => record.Event == look);
        Assert.Equal((AuditKind.AuditUse, "petra@hospital.example"), (record.Kind, record.Actor));

        // What cannot be put on record is not shown.
        server.Journal.Room = 0;
        var looks = server.Trail.Looks;
        Assert.Equal(503, (await server.GetAsync(path, "petra")).Status);
        Assert.Equal(looks, server.Trail.Looks);
    }
}
