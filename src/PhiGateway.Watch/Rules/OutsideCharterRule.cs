using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>An AI agent that goes on asking for what its charter does not give it: tools, types of records, hours.</summary>
/// <remarks>That the calls of a day are spent is a limit's matter: whoever works much runs into it.</remarks>
internal sealed class OutsideCharterRule : WatchRule
{
    private const int Least = 3;

    public override string Name => "outside-charter";

    public override NhiRisk Risk => NhiRisk.Overprivileged;

    public override RuleFamily Family => RuleFamily.Reach;

    public override string Technique => Techniques.ValidAccounts;

    /// <summary>Whether a refusal is one of those that count.</summary>
    public static bool Counts(string? reason) =>
        reason is "agent-tool-not-permitted" or "agent-outside-hours" or "agent-type-not-permitted";

    public override Finding? Look(in Sighting sighting)
    {
        if (!Counts(sighting.Seen.Reason))
        {
            return null;
        }

        var charter = sighting.Activity.Charter;
        return charter.Calls >= Least
            ? Found(
                sighting,
                FindingSeverity.Medium,
                Say(
                    $"{charter.Calls} attempts within a day at what its charter does not give it: "
                        + $"{string.Join("; ", charter.Things.Take(4))}. It was misled, or is used for something else than it was approved for."
                ),
                charter.Records.List()
            )
            : null;
    }
}
