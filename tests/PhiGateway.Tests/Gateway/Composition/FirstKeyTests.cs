using Microsoft.Extensions.Logging.Abstractions;
using PhiGateway.Gateway.Composition;
using PhiGateway.Tests.Common.Infrastructure;
using Xunit;

namespace PhiGateway.Tests.Gateway.Composition;

/// <summary>A node whose registry does not answer at its first start makes its first admin key when it does.</summary>
public sealed class FirstKeyTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public async Task EnsureLater_RegistryThatIsAwayAtFirst_IsAskedUntilThereIsAKey()
    {
        var answers = new Queue<Exception?>([new TimeoutException(), new InvalidDataException(), null]);
        var made = FirstKey.EnsureLaterAsync(
            _ => answers.Dequeue() is { } fault ? Task.FromException<string?>(fault) : Task.FromResult<string?>("key"),
            _clock,
            NullLogger.Instance,
            CancellationToken.None
        );

        Assert.Equal(3, answers.Count);
        while (!made.IsCompleted)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal("key", await made);
        Assert.Empty(answers);
    }

    [Fact]
    public async Task EnsureLater_NodeThatIsStopped_AsksNoMore()
    {
        using var stopping = new CancellationTokenSource();
        var asked = 0;
        var made = FirstKey.EnsureLaterAsync(
            _ =>
            {
                asked++;
                return Task.FromResult<string?>("key");
            },
            _clock,
            NullLogger.Instance,
            stopping.Token
        );

        await stopping.CancelAsync();

        Assert.Null(await made);
        Assert.Equal(0, asked);
    }
}
