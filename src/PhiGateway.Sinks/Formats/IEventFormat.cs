using PhiGateway.Sinks.Events;

namespace PhiGateway.Sinks.Formats;

/// <summary>Writes one event as one line of text, without its end; asked by the sinks. Thread-safe.</summary>
internal interface IEventFormat
{
    /// <summary>UTF-8, without control characters.</summary>
    byte[] Write(SinkEvent of);
}
