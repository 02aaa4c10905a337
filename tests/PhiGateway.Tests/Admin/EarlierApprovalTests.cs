using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>An approval ends those before it, and stands behind none of them: whatever becomes of a row, no earlier one counts again.</summary>
public sealed class EarlierApprovalTests
{
    private const string Client = "/admin/v1/clients/acme-connector";
    private const string OfTheClient = """{"client":"acme-connector"}""";

    [Fact]
    public async Task Approve_Anew_EndsWhatWasApprovedBefore_AndCountsItself()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        Assert.Null(Assert.Single(await ListAsync(server)).Until);
        server.Time.Now = server.Time.Now.AddDays(1);

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "arno")).Status);

        var approvals = await ListAsync(server);
        Assert.Equal(2, approvals.Count);
        Assert.Equal(DateOnly.FromDateTime(server.Time.Now.UtcDateTime), approvals[0].Until);
        Assert.Null(approvals[1].Until);
        Assert.True(await IsOpenAsync(server));
    }

    // What comes of two within one moment: the second counts.
    [Fact]
    public async Task Approve_AtTheSameMoment_IsTheLaterOne()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "arno")).Status);

        Assert.Equal("arno@hospital.example", (await ListAsync(server))[^1].ApprovedBy);
        Assert.True(await IsOpenAsync(server));
    }

    // A node's clock was ahead: what was approved there would stand before every later approval until that day comes.
    [Fact]
    public async Task Approve_AfterOneThatBearsATimeToCome_Counts()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var now = server.Time.Now;
        server.Time.Now = now.AddDays(3);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "arno")).Status);
        server.Time.Now = now.AddHours(1);
        Assert.Equal(200, (await server.PatchAsync("/admin/v1/use-cases/lab-results", """{"legalBasis":"another"}""", "otto")).Status);
        Assert.False(await IsOpenAsync(server));

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);

        Assert.True(await IsOpenAsync(server));
        Assert.All(await ListAsync(server), approval => Assert.True(approval.ApprovedAt <= server.Time.Now));
    }

    [Fact]
    public async Task Approve_BesideOneThatCannotBeRead_TakesItAway()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await PutAsync(server, RegistryKind.Approval, "a-refused");
        Assert.False(await IsOpenAsync(server));
        server.Time.Now = server.Time.Now.AddHours(1);

        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "arno")).Status);

        Assert.True(await IsOpenAsync(server));
        Assert.Null(await server.Store.FindAsync(RegistryKind.Approval, "a-refused", default));
    }

    // It keeps the client closed: that it goes is what opens.
    [Fact]
    public async Task Delete_OfAReviewThatCannotBeRead_OpensNothingByOnePerson_UntilAnotherApproves()
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        await PutAsync(server, RegistryKind.Review, "refused");
        Assert.False(await IsOpenAsync(server));

        var deleted = await server.SendAsync("nora", "DELETE", "/admin/v1/reviews/refused", null, ("If-Match", "\"1\""));
        Assert.True(deleted.Status is 200 or 204, deleted.Text);
        Assert.False(await IsOpenAsync(server));
        Assert.Equal("four-eyes", (await Approvals.ApproveAsAsync(server, "nora")).Code);

        server.Time.Now = server.Time.Now.AddHours(1);
        Assert.Equal(200, (await Approvals.ApproveAsAsync(server, "anna")).Status);
        Assert.True(await IsOpenAsync(server));
    }

    // As it is read where somebody else has written the row.
    private static async Task PutAsync(AdminServer server, RegistryKind kind, string id) =>
        Assert.IsType<RegistryWriteResult.Written>(
            await server.Store.WriteAsync([new RegistryWrite(kind, id, OfTheClient, 0)], "somebody", default)
        );

    private static async Task<IReadOnlyList<Approval>> ListAsync(AdminServer server) =>
        [
            .. (await server.Store.ListAsync(RegistryKind.Approval, null, 100, default))
                .Select(static item => StoredBody.Read(item, out _))
                .OfType<Approval>()
                .OrderBy(static approval => approval.ApprovedAt),
        ];

    private static async Task<bool> IsOpenAsync(AdminServer server) =>
        (bool)(await server.GetAsync(Client + "/posture")).Json["path_open"]!;
}
