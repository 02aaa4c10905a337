using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>Attempts in an environment or a tenant to which the client does not belong.</summary>
internal sealed class CrossEnvironmentRule : WatchRule
{
    private const int Least = 3;

    public override string Name => "cross-environment";

    public override NhiRisk Risk => NhiRisk.EnvironmentIsolation;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.ValidAccounts;

    /// <summary>Whether a refusal is one of those that count.</summary>
    public static bool Counts(string? reason) => reason is "wrong-environment" or "wrong-tenant";

    public override Finding? Look(in Sighting sighting)
    {
        var elsewhere = sighting.Activity.Elsewhere;
        return Counts(sighting.Seen.Reason) && elsewhere.Calls >= Least
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{elsewhere.Calls} attempts within a day where it does not belong: {string.Join(", ", elsewhere.Things.Take(4))}. "
                        + $"A credential has left its environment, or a deployment is mixed up."
                ),
                elsewhere.Records.List()
            )
            : null;
    }
}
