using System.Buffers;
using PhiGateway.Audit.Records;

namespace PhiGateway.Watch.Feed;

/// <summary>
/// Reads of an access what it used of grants beside type and interaction: includes and elements that it asked for, labels that it was let
/// out; for the ledger. Names of FHIR's and codes only, so many and no longer.
/// </summary>
internal static class UsedParts
{
    private const int Most = 32;
    private const int Longest = 96;

    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:*-"
    );

    /// <summary>Each once.</summary>
    public static IReadOnlyList<string> Of(AuditRecord record)
    {
        var query = record.RawTarget?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        if (query < 0 && record.Labels.Count == 0 && record.Parameters.Count == 0)
        {
            return [];
        }

        var parts = new HashSet<string>(StringComparer.Ordinal);
        foreach (var label in record.Labels)
        {
            Add(parts, "label ", label, label.Length <= Longest);
        }

        if (query >= 0)
        {
            var text = record.RawTarget.AsSpan(query + 1);
            foreach (var range in text.Split('&'))
            {
                AddAsked(parts, text[range], record.ResourceType);
            }
        }

        // A search by POST names them in its body.
        foreach (var one in record.Parameters)
        {
            AddAsked(parts, one, record.ResourceType);
        }

        return parts.Count == 0 ? [] : [.. parts];
    }

    private static void AddAsked(HashSet<string> parts, ReadOnlySpan<char> pair, string? type)
    {
        var equals = pair.IndexOf('=');
        if (equals <= 0)
        {
            return;
        }

        // What stands behind a colon is a modifier (_include:iterate).
        var name = pair[..equals];
        name = name.IndexOf(':') is > 0 and var colon ? name[..colon] : name;
        var value = Uri.UnescapeDataString(pair[(equals + 1)..]);
        switch (name)
        {
            case "_include" or "_revinclude":
                Add(parts, "include ", value, IsName(value));
                break;
            case "_elements" when type is not null:
                foreach (var element in value.Split(','))
                {
                    Add(parts, $"element {type}.", element, IsName(element));
                }

                break;
            default:
                break;
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= Longest && !text.AsSpan().ContainsAnyExcept(Letters);

    private static void Add(HashSet<string> parts, string sort, string name, bool fits)
    {
        if (fits && parts.Count < Most)
        {
            parts.Add(sort + name);
        }
    }
}
