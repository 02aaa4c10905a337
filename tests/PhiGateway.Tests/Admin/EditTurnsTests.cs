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

    /// <summary>A client that runs amok makes alerts in a row; whoever suspends it does not lose to each of them.</summary>
    [Theory]
    [InlineData("/admin/v1/clients/acme-connector:suspend", """{"reason":"odd traffic"}""", 200)]
    [InlineData("/admin/v1/clients/acme-connector:revoke", """{"reason":"odd traffic"}""", 200)]
    [InlineData("/admin/v1/organizations", """{"id":"next","kind":"vendor","name":"Next"}""", 201)]
    public async Task Write_WhileAlertsAreWrittenInARow_IsWrittenAtTheFirstAttempt(string path, string body, int status)
    {
        await using var server = await AdminServer.StartAsync();
        await Approvals.OpenAsync(server);
        var alerts = 0;
        server.Store.BeforeWrite = Burst;
        var written = await server.PostAsync(path, body);
        server.Store.BeforeWrite = null;
        Assert.True(written.Status == status, written.Text);
        Assert.Equal(1, alerts);

        // The twin: what it is judged by moved on, so it is planned anew.
        server.Store.BeforeWrite = () => Put(RegistryKind.Organization, "between", """{"id":"between","kind":"vendor","name":"B"}""");
        var journaled = server.Journal.Records.Count;
        Assert.Equal(201, (await server.PostAsync("/admin/v1/organizations", """{"id":"last","kind":"vendor","name":"L"}""")).Status);
        Assert.Contains(
            server.Journal.Records.Skip(journaled),
            static record => record.Note?.Contains("planned anew", StringComparison.Ordinal) == true
        );

        void Burst()
        {
            Put(RegistryKind.Alert, $"a-{alerts++}", """{"id":"a","kind":"break-glass","subject":"client/acme-connector"}""");
            server.Store.BeforeWrite = Burst;
        }

        // The store in memory is done when it returns.
        void Put(RegistryKind kind, string id, string json)
        {
            server.Store.BeforeWrite = null;
            Assert.True(server.Store.WriteAsync([new RegistryWrite(kind, id, json, 0)], "gateway", default).IsCompletedSuccessfully);
        }
    }

    private static Edit Of(string @event) => new(@event, "test/one", static _ => new EditPlan([]));
}
