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

    // Labels repeat from record to record.
    [ThreadStatic]
    private static WorkedOut<string>? _labels;

    /// <summary>Each once.</summary>
    public static IReadOnlyList<string> Of(AuditRecord record)
    {
        List<string>? parts = null;
        foreach (var label in record.Labels)
        {
            if (label.Length <= Longest)
            {
                Add(ref parts, (_labels ??= new WorkedOut<string>(static word => "label " + word)).Of(label));
            }
        }

        var query = record.RawTarget?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        if (query >= 0)
        {
            var text = record.RawTarget.AsSpan(query + 1);
            foreach (var range in text.Split('&'))
            {
                AddAsked(ref parts, text[range], record.ResourceType);
            }
        }

        // A search by POST names them in its body.
        foreach (var one in record.Parameters)
        {
            AddAsked(ref parts, one, record.ResourceType);
        }

        if (parts is null)
        {
            return [];
        }

        return parts;
    }

    private static void AddAsked(ref List<string>? parts, ReadOnlySpan<char> pair, string? type)
    {
        var equals = pair.IndexOf('=');
        if (equals <= 0)
        {
            return;
        }

        // What stands behind a colon is a modifier (_include:iterate).
        var name = pair[..equals];
        name = name.IndexOf(':') is > 0 and var colon ? name[..colon] : name;
        switch (name)
        {
            case "_include" or "_revinclude":
                var value = Uri.UnescapeDataString(pair[(equals + 1)..]);
                if (IsName(value))
                {
                    Add(ref parts, "include " + value);
                }

                break;
            case "_elements" when type is not null:
                foreach (var element in Uri.UnescapeDataString(pair[(equals + 1)..]).Split(','))
                {
                    if (IsName(element))
                    {
                        Add(ref parts, $"element {type}.{element}");
                    }
                }

                break;
            default:
                break;
        }
    }

    private static bool IsName(string text) => text.Length is > 0 and <= Longest && !text.AsSpan().ContainsAnyExcept(Letters);

    // Mostly there are few: to look through them costs less than to hash them.
    private static void Add(ref List<string>? parts, string line)
    {
        parts ??= [];
        if (parts.Count < Most && !parts.Contains(line))
        {
            parts.Add(line);
        }
    }
}
