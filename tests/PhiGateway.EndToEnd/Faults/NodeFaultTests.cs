using System.Diagnostics;
using System.Net;
using Xunit;

namespace PhiGateway.EndToEnd.Faults;

/// <summary>One node that is killed, flooded, and whose disk takes nothing more: whatever a client received is in the trail.</summary>
public sealed class NodeFaultTests(SqliteWorld world) : IClassFixture<SqliteWorld>
{
    private const int Rounds = 3;
    private const int LimitRounds = 12;

    [Fact]
    public async Task Kill_WhileClientsRead_LosesNoRecordOfWhatTheyReceived()
    {
        var token = await world.TokenAsync(world.Ward);
        var received = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            await using (var readers = new Readers(world, token, 4))
            {
                await readers.MoreAsync(60);
                await world.Gateway.KillAsync();
                await world.Gateway.StartAsync();
                await readers.MoreAsync(8);
                received.AddRange(readers.Received);
            }
        }

        await AssertInTrailAsync(received);
    }

    [Fact]
    public async Task Flood_OfStrangers_TakesNothingFromThoseWhoAreKnown()
    {
        var token = await world.TokenAsync(world.Ward);
        using var over = new CancellationTokenSource();
        var strangers = Enumerable.Range(0, 8).Select(_ => Task.Run(() => KnockAsync(over.Token))).ToArray();

        List<string> received;
        await using (var readers = new Readers(world, token, 2))
        {
            await readers.MoreAsync(300);
            Assert.Empty(readers.Refused);
            received = [.. readers.Received];
        }

        await over.CancelAsync();
        Assert.True((await Task.WhenAll(strangers)).Sum() > 300);
        await AssertInTrailAsync(received);
    }

    [Fact]
    public async Task Write_BeyondAFileSizeLimit_RefusesUntilThereIsRoomAndTheProcessLives()
    {
        var token = await world.TokenAsync(world.Ward);
        List<string> received;
        await using (var readers = new Readers(world, token, 2))
        {
            await readers.MoreAsync(20);

            // No file may grow beyond a byte: every write of the journal fails, by another error than that of a full disk. Now and then
            // the records of a batch are written and what follows them is not.
            for (var round = 0; round < LimitRounds; round++)
            {
                await LimitAsync("1:unlimited");
                await UntilAsync(token, HttpStatusCode.ServiceUnavailable);
                await LimitAsync("unlimited:unlimited");
                await UntilAsync(token, HttpStatusCode.OK);
            }

            await readers.MoreAsync(5);
            Assert.All(readers.Refused, static code => Assert.Equal("audit-unavailable", code));
            received = [.. readers.Received];
        }

        await AssertInTrailAsync(received);
    }

    private async Task<int> KnockAsync(CancellationToken over)
    {
        var knocks = 0;
        for (; !over.IsCancellationRequested; knocks++)
        {
            var reply = await world.GetAsync($"/Patient/{Guid.NewGuid()}", knocks % 2 == 0 ? null : "nonsense");
            Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        }

        return knocks;
    }

    private async Task LimitAsync(string limit)
    {
        using var process = Process.Start("prlimit", [$"--pid={world.Gateway.Id}", $"--fsize={limit}"])!;
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task UntilAsync(string token, HttpStatusCode status)
    {
        while ((await world.GetAsync("/Patient/f001", token)).Status != status)
        {
            await Task.Delay(50);
        }
    }

    private async Task AssertInTrailAsync(IReadOnlyCollection<string> received)
    {
        Assert.NotEmpty(received);
        foreach (var id in received)
        {
            Assert.Contains(await world.TrailAsync(id), static record => (string?)record["kind"] == "disclosure");
        }
    }
}
