using PhiGateway.Sinks.Events;
using PhiGateway.Sinks.Feeding;

namespace PhiGateway.Tests.Sinks;

/// <summary>A receiver in memory that fails on demand.</summary>
internal sealed class FakeSink(bool acknowledges) : ISink
{
    public List<long> Received { get; } = [];

    /// <summary>First and last of what was handed over at once, taken or not.</summary>
    public List<string> Batches { get; } = [];

    public bool IsDown { get; set; }

    /// <summary>It dies with what it has not read.</summary>
    public bool HasClosed { get; set; }

    public TimeSpan? RetryAfter { get; set; }

    public int Breaks { get; private set; }

    public bool Acknowledges => acknowledges;

    public Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken)
    {
        Batches.Add($"{events[0].Sequence}-{events[^1].Sequence}");
        if (IsDown)
        {
            throw new SinkException("It is down.") { RetryAfter = RetryAfter };
        }

        Received.AddRange(events.Select(static one => one.Sequence));
        return Task.CompletedTask;
    }

    public void Check()
    {
        if (HasClosed)
        {
            HasClosed = false;
            throw new SinkException("It has closed.");
        }
    }

    public ValueTask BreakAsync()
    {
        Breaks++;
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
