using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What closes a path waits for no other change, however large or slow that one is; what opens waits its turn.</summary>
public sealed class EditTurnsTests
{
    [Fact]
    public async Task Enter_ChangeThatCloses_DoesNotWaitForOneThatDoesNot()
    {
        using var turns = new EditTurns();
        using var bulk = await turns.EnterAsync(Of("config.apply"), default);
        var stop = turns.EnterAsync(Of("client.suspend"), default);
        Assert.True(stop.IsCompletedSuccessfully);

        // Twins: another one that does not close waits, and so does one that closes for its like.
        var next = turns.EnterAsync(Of("client.update"), default);
        var second = turns.EnterAsync(Of("client.revoke"), default);
        Assert.False(next.IsCompleted || second.IsCompleted);
        (await stop).Dispose();
        (await second).Dispose();
        Assert.False(next.IsCompleted);
        bulk.Dispose();
        (await next).Dispose();
    }

    [Fact]
    public async Task Enter_ChangeThatDoesNotClose_LetsThoseThatDoGoFirst()
    {
        using var turns = new EditTurns();
        var stop = await turns.EnterAsync(Of("client.suspend"), default);
        var bulk = turns.EnterAsync(Of("config.apply"), default);
        Assert.False(bulk.IsCompleted);
        stop.Dispose();
        (await bulk).Dispose();
        Assert.True(turns.EnterAsync(Of("config.apply"), default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Enter_RowsOnly_WaitForNobody()
    {
        using var turns = new EditTurns();
        using var bulk = await turns.EnterAsync(Of("config.apply"), default);
        using var stop = await turns.EnterAsync(Of("client.suspend"), default);
        Assert.True(turns.EnterAsync(Of("revocation.create") with { IsRowsOnly = true }, default).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Enter_GivenUp_HoldsNoTurn()
    {
        using var turns = new EditTurns();
        using var leaving = new CancellationTokenSource();
        var stop = await turns.EnterAsync(Of("client.suspend"), default);
        var bulk = turns.EnterAsync(Of("config.apply"), leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bulk);
        stop.Dispose();
        Assert.True(turns.EnterAsync(Of("config.apply"), default).IsCompletedSuccessfully);
    }

    [Theory]
    [InlineData("/admin/v1/revocations", """{"target":"client","value":"acme-connector","reason":"leak"}""", 201)]
    [InlineData("/admin/v1/revocations", """{"target":"issued-before","reason":"emergency stop"}""", 201)]
    [InlineData("/admin/v1/clients/acme-connector:suspend", """{"reason":"odd traffic"}""", 200)]
    [InlineData("/admin/v1/clients/acme-connector:quarantine", """{"reason":"odd traffic"}""", 200)]
    public async Task Close_WhileAnotherChangeIsInTheStore_IsWritten_AndTheOtherIsPlannedAnew(string path, string body, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
        server.Store.Held = batch =>
        {
            if (!batch.Writes.Any(static write => write.Id == "slow"))
            {
                return Task.CompletedTask;
            }

            begun.TrySetResult();
            return end.Task;
        };
        var slow = server.PostAsync("/admin/v1/organizations", """{"id":"slow","kind":"vendor","name":"Slow"}""", "otto");
        await begun.Task;
        var closed = await server.PostAsync(path, body);
        Assert.True(closed.Status == status, closed.Text);
        Assert.False(slow.IsCompleted);
        end.SetResult();
        Assert.Equal(201, (await slow).Status);
        Assert.NotNull(await server.Store.FindAsync(RegistryKind.Organization, "slow", default));
    }

    private static Edit Of(string @event) => new(@event, "test/one", static _ => new EditPlan([]));
}
