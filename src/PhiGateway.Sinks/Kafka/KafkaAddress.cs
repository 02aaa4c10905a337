using System.Net;

namespace PhiGateway.Sinks.Kafka;

/// <summary>Reads the brokers that a configuration names: one or several <c>tls://host:9093</c>, separated by commas.</summary>
internal static class KafkaAddress
{
    private const int DefaultPort = 9093;

    /// <summary>Each as it is written.</summary>
    public static string[] Split(string address) => address.Split(',', StringSplitOptions.TrimEntries);

    /// <summary>Host and port of each; validated at start.</summary>
    public static IReadOnlyList<DnsEndPoint> Read(string address) =>
        [
            .. Split(address)
                .Select(static one => new Uri(one))
                .Select(static uri => new DnsEndPoint(uri.IdnHost, uri.Port > 0 ? uri.Port : DefaultPort)),
        ];

    /// <summary>As the client library takes it.</summary>
    public static string Text(DnsEndPoint place) =>
        place.Host.Contains(':', StringComparison.Ordinal) ? $"[{place.Host.Trim('[', ']')}]:{place.Port}" : $"{place.Host}:{place.Port}";
}
