using System.Text;
using PhiGateway.Audit.Journal;
using PhiGateway.Audit.Shipping;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Identity.Common;
using PhiGateway.Sinks;
using PhiGateway.Sinks.Configuration;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes the sinks that the configuration names: with their secrets, over this process's own rules for whom it calls.</summary>
internal static class SinkParts
{
    /// <summary>Makes all of them; null where there is none.</summary>
    /// <param name="options">Configuration, validated.</param>
    /// <param name="journal">This node's journal.</param>
    /// <param name="store">The stored trail, with a login that may read it.</param>
    /// <param name="pseudonym">Keyed pseudonyms.</param>
    /// <param name="clock">Clock.</param>
    public static SinkSet? Open(
        GatewayOptions options,
        FileJournal journal,
        IAuditStore store,
        PatientPseudonym pseudonym,
        TimeProvider clock
    )
    {
        if (options.Sinks.Count == 0)
        {
            return null;
        }

        var egress = new EgressConnector(new EgressPolicy(options.Egress.Allow));
        return new SinkSet(
            [.. options.Sinks.Select(PlanOf)],
            store,
            journal,
            options.Node,
            pseudonym,
            Path.Combine(options.Audit.Journal.Directory, "sinks"),
            egress.ConnectAsync,
            clock,
            options.Admin?.Console is { PublicBase: { Length: > 0 } console } ? new Uri(console) : null
        );
    }

    private static SinkPlan PlanOf(SinkOptions sink)
    {
        _ = ByteSize.TryParse(sink.RotateAt, out var rotateAt);
        _ = ByteSize.TryParse(sink.Keep, out var keep);
        return new SinkPlan(sink, rotateAt, keep, [.. new[] { sink.Secret, sink.OldSecret }.OfType<string>().Select(SecretOf)]);
    }

    private static byte[] SecretOf(string reference) =>
        SecretReference.TryResolve(reference, out var secret, out var why)
            ? Encoding.UTF8.GetBytes(secret)
            : throw new InvalidDataException($"The secret {reference}: {why}.");
}
