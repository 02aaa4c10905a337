using System.Globalization;
using PhiGateway.Watch.Feed;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// A write of which nobody knows whether it was applied: somebody compares what the client sent with what the server holds. Asked for each
/// such outcome, and told once a day for each client; it says nothing against the client.
/// </summary>
internal static class UnknownOutcomeRule
{
    public const string Name = Finding.UnknownOutcome;

    /// <summary>The finding.</summary>
    public static Finding Of(WatchEvent seen) =>
        new()
        {
            Rule = Name,
            Subject = "client/" + seen.Client,
            At = seen.Time,
            Severity = FindingSeverity.Medium,
            Words = string.Create(
                CultureInfo.InvariantCulture,
                $"Nobody knows whether a write of this client was applied ({seen.Operation}): it was sent, or was about to be, and no "
                    + $"answer says what became of it. Compare what was sent with what the server holds, and have the client send again "
                    + $"what is missing. All of them: phigw audit search --decision unknown --client {seen.Client} --from "
                    + $"{seen.Time.UtcDateTime:yyyy-MM-dd}."
            ),
            Records = [seen.Id],
        };
}
