using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Says among the words of a <see cref="QuotaUse"/> what a node has leased and not used: a number behind a sort. Versions before know no
/// such words and pass them over. Used by <see cref="ClientQuota"/>.
/// </summary>
internal static class LeasedWords
{
    public const string Patients = "p:";
    public const string Records = "r:";

    /// <summary>Says it; nothing where nothing is leased.</summary>
    public static void Add(List<string> words, string sort, long leased)
    {
        if (leased > 0)
        {
            words.Add(sort + leased.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>What a node said; what cannot be read leases nothing, for it was another version's.</summary>
    public static long Of(QuotaUse use, string sort)
    {
        foreach (var word in use.Patients)
        {
            if (
                word.StartsWith(sort, StringComparison.Ordinal)
                && long.TryParse(word.AsSpan(sort.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var leased)
            )
            {
                return leased;
            }
        }

        return 0;
    }
}
