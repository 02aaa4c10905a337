using PhiGateway.Identity.Common;
using PhiGateway.Sinks.Configuration;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what a Kafka sink needs besides its brokers' addresses; asked by <see cref="SinkValidator"/>.</summary>
internal static class KafkaSinkRules
{
    // Kafka's own limit.
    private const int LongestTopic = 249;

    private static readonly string[] Mechanisms = ["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"];

    /// <summary>Adds every problem found.</summary>
    public static void Validate(SinkOptions sink, Action<string, string> add)
    {
        if (!IsTopic(sink.Topic))
        {
            add("Topic", $"is required for Kafka: 1 to {LongestTopic} letters, digits, dots, dashes and underscores.");
        }

        // One cluster is spoken to in one way.
        if (sink.Address is { } address && address.Split(',', StringSplitOptions.TrimEntries).Select(SchemeOf).Distinct().Count() > 1)
        {
            add("Address", "must name all brokers with tls:// or all with tcp://.");
        }

        if (!Mechanisms.Contains(sink.SaslMechanism))
        {
            add("SaslMechanism", $"must be {string.Join(", ", Mechanisms)}.");
        }
        else if (
            sink is { SaslMechanism: "PLAIN", User: not null, Address: { } plain }
            && !plain.StartsWith("tls:", StringComparison.Ordinal)
        )
        {
            add("SaslMechanism", "must not be PLAIN without TLS: whoever listens has the password.");
        }

        if (sink.User is null != sink.Secret is null)
        {
            add("User", "and Secret are given together.");
        }

        if (sink.Secret is not { } reference)
        {
            return;
        }

        if (!SecretReference.TryResolve(reference, out _, out var why))
        {
            add("Secret", why);
        }
        else if (SecretReference.FindRightsFlaw(reference) is { } flaw)
        {
            add("Secret", $"{flaw}.");
        }
    }

    private static string SchemeOf(string address) => address.Split(':')[0];

    private static bool IsTopic(string? name) =>
        name is { Length: > 0 and <= LongestTopic }
        && name is not ("." or "..")
        && name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
}
