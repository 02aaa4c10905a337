using PhiGateway.Tests.Common.Admin;
using Xunit;

namespace PhiGateway.Tests.Admin;

/// <summary>What the control plane is sent at length takes room of the node's memory; what stops somebody never does.</summary>
public sealed class HeldBodyTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plan_LargeFile_TakesRoomWhileThereIsSome(bool isFull)
    {
        var taken = 0L;
        var back = new TaskCompletionSource();
        await using var server = await AdminServer.StartAsync(options =>
            options.TakeRoom = bytes =>
            {
                taken += isFull ? 0 : bytes;
                return isFull ? null : new Share(() => back.TrySetResult());
            }
        );

        var answer = await server.PostAsync("/admin/v1/config:plan", $$"""{"note":"{{new string('x', 300_000)}}"}""");

        Assert.Equal(isFull, answer.Status == 503);
        Assert.Equal(!isFull, taken >= 300_000);
        if (!isFull)
        {
            await back.Task.WaitAsync(TimeSpan.FromMinutes(5), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Write_NodeThatIsFull_IsTakenWhereItIsSmall()
    {
        await using var server = await AdminServer.StartAsync(static options => options.TakeRoom = static _ => null);

        var answer = await server.PostAsync("/admin/v1/organizations", Sample.Organization);

        Assert.Equal(201, answer.Status);
    }

    private sealed class Share(Action give) : IDisposable
    {
        public void Dispose() => give();
    }
}
