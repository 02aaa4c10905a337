using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PhiGateway.Tests.Common.Admin;

/// <summary>Keeps every log line, so that tests can look for what must not be there.</summary>
internal sealed class LogSink : ILoggerProvider, ILogger
{
    public ConcurrentQueue<string> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) =>
        categoryName.StartsWith("PhiGateway", StringComparison.Ordinal)
            ? this
            : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

    public void Dispose() { }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => Lines.Enqueue(formatter(state, exception) + exception);
}
