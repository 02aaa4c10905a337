using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Feeding;

/// <summary>One receiver outside: a syslog connection, a folder, a webhook, a collector. Driven by one <see cref="SinkFeed"/>; not thread-safe.</summary>
internal interface ISink : IAsyncDisposable
{
    /// <summary>
    /// Whether <see cref="SendAsync"/> returns only when the receiver has the events for good; otherwise they may have to be sent again after
    /// the connection breaks.
    /// </summary>
    bool Acknowledges { get; }

    /// <summary>Events that the receiver refused out of what it took, and that must not be sent again; 0 where that cannot be.</summary>
    long Rejected => 0;

    /// <summary>Sends events in order.</summary>
    /// <exception cref="SinkException">They were not taken; all of them are sent again.</exception>
    Task SendAsync(IReadOnlyList<SinkEvent> events, CancellationToken cancellationToken);

    /// <summary>Looks whether what was sent last may still arrive; nothing is sent.</summary>
    /// <exception cref="SinkException">The connection has ended.</exception>
    void Check();

    /// <summary>Lets go of the connection after a failure.</summary>
    ValueTask BreakAsync();
}
