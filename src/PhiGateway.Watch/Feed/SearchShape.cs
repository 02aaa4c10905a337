using System.Globalization;
using PhiGateway.Audit.Records;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// Which parameters a search names, modifiers and chains included, without their values: as a hash, for a name is what a caller writes. What
/// only says how the answer is to look is no part of it; neither is the order, or how often one is named.
/// </summary>
internal static class SearchShape
{
    /// <summary>Before the hash of a search that walks to other records: by a chain (<c>subject:Patient.name</c>) or by <c>_has</c>.</summary>
    public const string Chained = "chained ";

    private const string Plain = "plain ";
    private const string Has = "_has:";
    private const int Most = 32;

    /// <summary>The shape of what the target names; empty: it is no search.</summary>
    public static string Of(AuditRecord record)
    {
        if (!IsSearch(record))
        {
            return string.Empty;
        }

        var names = new Names(SeedOf(record), stackalloc ulong[Most]);
        var query = record.RawTarget?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        if (query >= 0)
        {
            var text = record.RawTarget.AsSpan(query + 1);
            foreach (var part in text.Split('&'))
            {
                names.Add(NameIn(text[part]));
            }
        }

        return names.ToString();
    }

    /// <summary>The shape of what a search by POST names in its body; empty: it is none, or its record does not say.</summary>
    /// <remarks>
    /// Apart from that of the target: records of before have that alone, and what they could not say must not come as news on the day on which
    /// it is said.
    /// </remarks>
    public static string OfForm(AuditRecord record)
    {
        if (record.Parameters.Count == 0 || !IsSearch(record))
        {
            return string.Empty;
        }

        var names = new Names(SeedOf(record), stackalloc ulong[Most]);
        foreach (var one in record.Parameters)
        {
            names.Add(one == AskedParameters.More ? [] : NameIn(one));
        }

        return names.ToString();
    }

    private static bool IsSearch(AuditRecord record) => record.Interaction?.StartsWith("search", StringComparison.Ordinal) == true;

    private static ulong SeedOf(AuditRecord record) => StableHash.Of(record.Template ?? record.ResourceType ?? string.Empty);

    private static ReadOnlySpan<char> NameIn(ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        var name = equals < 0 ? pair : pair[..equals];
        return name.Contains('%') ? Uri.UnescapeDataString(name) : name;
    }

    /// <summary>Whether a parameter only says how the answer is to look. Includes and elements are in the ledger; the rest is form.</summary>
    public static bool IsOfTheAnswer(ReadOnlySpan<char> name)
    {
        var colon = name.IndexOf(':');
        return (colon < 0 ? name : name[..colon])
            is "_count"
                or "_sort"
                or "_format"
                or "_pretty"
                or "_summary"
                or "_elements"
                or "_total"
                or "_include"
                or "_revinclude"
                or "_page"
                or "_offset";
    }

    // The sum of what is named, each name once.
    private ref struct Names(ulong seed, Span<ulong> seen)
    {
        private readonly Span<ulong> _seen = seen;
        private ulong _hash = seed;
        private int _count;
        private bool _isChained;

        public void Add(ReadOnlySpan<char> name)
        {
            if (_count == _seen.Length || name.IsEmpty || IsOfTheAnswer(name))
            {
                return;
            }

            _isChained |= name.Contains('.') || name.StartsWith(Has, StringComparison.Ordinal);
            var one = StableHash.Of(name);
            if (!_seen[.._count].Contains(one))
            {
                _seen[_count++] = one;
                _hash = unchecked(_hash + one);
            }
        }

        public override readonly string ToString() => (_isChained ? Chained : Plain) + _hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
