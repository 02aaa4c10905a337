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

    /// <summary>The shape; empty: it is no search. Of a search by POST the parameters stand in the body, which no record holds.</summary>
    public static string Of(AuditRecord record)
    {
        if (record.Interaction?.StartsWith("search", StringComparison.Ordinal) != true)
        {
            return string.Empty;
        }

        var hash = StableHash.Of(record.Template ?? record.ResourceType ?? string.Empty);
        var query = record.RawTarget?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        if (query < 0)
        {
            return NameOf(hash, isChained: false);
        }

        Span<ulong> names = stackalloc ulong[Most];
        var (count, isChained) = (0, false);
        var text = record.RawTarget.AsSpan(query + 1);
        foreach (var part in text.Split('&'))
        {
            var name = NameIn(text[part]);
            if (count == Most || name.IsEmpty || IsOfTheAnswer(name))
            {
                continue;
            }

            isChained |= name.Contains('.') || name.StartsWith(Has, StringComparison.Ordinal);
            var one = StableHash.Of(name);
            if (!names[..count].Contains(one))
            {
                names[count++] = one;
                hash = unchecked(hash + one);
            }
        }

        return NameOf(hash, isChained);
    }

    private static string NameOf(ulong hash, bool isChained) =>
        (isChained ? Chained : Plain) + hash.ToString("x16", CultureInfo.InvariantCulture);

    private static ReadOnlySpan<char> NameIn(ReadOnlySpan<char> pair)
    {
        var equals = pair.IndexOf('=');
        var name = equals < 0 ? pair : pair[..equals];
        return name.Contains('%') ? Uri.UnescapeDataString(name) : name;
    }

    // Includes and elements are in the ledger; the rest is form.
    private static bool IsOfTheAnswer(ReadOnlySpan<char> name)
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
}
