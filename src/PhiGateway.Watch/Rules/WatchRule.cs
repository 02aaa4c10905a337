using System.Globalization;
using System.Runtime.CompilerServices;
using PhiGateway.Policy.Registry;
using PhiGateway.Watch.Findings;

namespace PhiGateway.Watch.Rules;

/// <summary>
/// One pattern that somebody should look at: gets each record of each client, gives what it found or null. Keeps no state of its own, so
/// that one instance serves all clients; costs a few comparisons where nothing is wrong.
/// </summary>
internal abstract class WatchRule
{
    /// <summary>Stable, in words with hyphens; part of alerts' ids.</summary>
    public abstract string Name { get; }

    public abstract NhiRisk Risk { get; }

    public virtual string? Technique => null;

    /// <summary>Rules of one family see one thing from several sides: within a day they are one incident.</summary>
    public abstract RuleFamily Family { get; }

    /// <summary>Whether it looks at what happened at the token service too; else at calls alone.</summary>
    public virtual bool SeesTokens => false;

    /// <summary>Looks at one record. As long as the pattern holds it is given each time; whoever asks folds it.</summary>
    public abstract Finding? Look(in Sighting sighting);

    /// <summary>The finding about the client, one step milder where its use case is of low risk.</summary>
    protected Finding Found(in Sighting sighting, FindingSeverity severity, string words, IReadOnlyList<Guid> records)
    {
        var isMilder = sighting.Registered?.Risk == RiskTier.Low && severity > FindingSeverity.Low;
        return new Finding
        {
            Rule = Name,
            Family = Family.ToString(),
            Subject = "client/" + sighting.Watch.Client,
            At = sighting.Seen.Time,
            Severity = isMilder ? severity - 1 : severity,
            Risk = Risk,
            Technique = Technique,
            Words = words,
            Records = records,
        };
    }

    /// <summary>A sentence with numbers as everybody writes them.</summary>
    protected static string Say(ref DefaultInterpolatedStringHandler words) => string.Create(CultureInfo.InvariantCulture, ref words);
}
