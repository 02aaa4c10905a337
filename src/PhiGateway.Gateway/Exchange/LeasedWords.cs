using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Exchange;

/// <summary>
/// Reads the words of a <see cref="QuotaUse"/>: patients, and what a node has leased and not used, a number behind a sort. Versions before know no
/// such words and pass them over. Used by <see cref="ClientQuota"/>.
/// </summary>
internal static class LeasedWords
{
    // No id has a colon: what has none was said by a node of an earlier version, in clear.
    public const string Keyed = "k:";

    public const string Patients = "p:";
    public const string Records = "r:";

    /// <summary>The patients that a node named, each by its keyed word.</summary>
    public static HashSet<string> PatientsOf(QuotaUse use, Func<PatientId, string> wordOf)
    {
        var patients = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in use.Patients)
        {
            if (text.StartsWith(Keyed, StringComparison.Ordinal))
            {
                patients.Add(text);
            }
            else if (PatientId.TryParse(text, out var patient))
            {
                patients.Add(wordOf(patient));
            }
        }

        return patients;
    }

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
