using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Alerts;

/// <summary>
/// For which findings a client is quarantined, slowed down, or has its tokens ended, without a person: by rule, and from which
/// risk of its use case on. None by default.
/// </summary>
/// <param name="Risks">Rule to the least risk of the use case.</param>
/// <param name="MostPerHour">How many clients within an hour; beyond that only alerts are raised, for a rule may be wrong.</param>
public sealed record QuarantineRules(IReadOnlyDictionary<string, RiskTier> Risks, int MostPerHour)
{
    /// <summary>Nobody is quarantined without a person.</summary>
    public static QuarantineRules None { get; } = new(new Dictionary<string, RiskTier>(), 0);

    /// <summary>For which findings a client is slowed down instead, in the same way.</summary>
    public IReadOnlyDictionary<string, RiskTier> Slowed { get; init; } = new Dictionary<string, RiskTier>();

    /// <summary>Requests per second that a client that is slowed down has left.</summary>
    public int SlowTo { get; init; } = 1;

    /// <summary>For which findings the client's tokens from before are ended, in the same way: it asks its issuer anew.</summary>
    public IReadOnlyDictionary<string, RiskTier> Renewed { get; init; } = new Dictionary<string, RiskTier>();

    /// <summary>Whether a rule's finding about a use case of this risk asks for it.</summary>
    public bool Asks(string rule, RiskTier risk) => Risks.TryGetValue(rule, out var least) && risk >= least;

    /// <summary>Whether it asks that the client be slowed down.</summary>
    public bool AsksToSlow(string rule, RiskTier risk) => Slowed.TryGetValue(rule, out var least) && risk >= least;

    /// <summary>Whether it asks for fresh authorization.</summary>
    public bool AsksToRenew(string rule, RiskTier risk) => Renewed.TryGetValue(rule, out var least) && risk >= least;

    /// <summary>Reads one entry such as <c>two-places</c> or <c>record-scraping:medium</c>; without a risk: high.</summary>
    public static (string Rule, RiskTier Risk)? Parse(string? text)
    {
        if (text?.Split(':') is not [{ Length: > 0 } rule, .. var rest] || rest.Length > 1)
        {
            return null;
        }

        return rest switch
        {
            [] or ["high"] => (rule, RiskTier.High),
            ["medium"] => (rule, RiskTier.Medium),
            ["low"] => (rule, RiskTier.Low),
            _ => null,
        };
    }
}
