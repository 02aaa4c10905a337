using System.Text;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>Compares what a search answer's self link says was used with what was added to the search.</summary>
/// <remarks>
/// Servers write parameters in another order, encode them otherwise, resolve a token's system, write references absolute or leave out
/// alternatives that
/// match nothing: none of that widens what was searched. A parameter that is missing, or has an alternative more, was not applied.
/// </remarks>
internal static class SelfLink
{
    /// <summary>Whether the rule is met.</summary>
    public static bool Shows(string? self, IReadOnlyList<KeyValuePair<string, string>> added, SelfLinkRule rule, Bases bases)
    {
        if (added.Count == 0 || rule == SelfLinkRule.Ignored)
        {
            return true;
        }

        var shown = Parameters(self);
        if (shown.Count == 0)
        {
            return rule == SelfLinkRule.Optional;
        }

        foreach (var (name, value) in added)
        {
            if (!shown.Exists(pair => NameOf(pair.Key) == name && IsWithin(pair.Value, value, bases)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The link as an answer to what the client sent: without the patients it was confined to, with its own page size, and with values under
    /// the gateway's address.
    /// </summary>
    public static string Own(string url, AnswerOptions options, Bases bases)
    {
        var own = Without(url, options.Confinement, bases);
        for (var i = 0; i < options.Hidden.Count; i++)
        {
            own = Without(own, options.Hidden[i], bases);
        }

        var question = own.IndexOf('?', StringComparison.Ordinal);
        if (question < 0 || (options.Count is null && !MayHoldAddress(own.AsSpan(question))))
        {
            return own;
        }

        var pairs = own[(question + 1)..].Split('&').Select(pair => InOurNames(pair, options.Count, bases));
        return $"{own[..question]}?{string.Join('&', pairs)}";
    }

    private static bool MayHoldAddress(ReadOnlySpan<char> query) =>
        query.Contains("//", StringComparison.Ordinal) || query.Contains("%2F%2F", StringComparison.OrdinalIgnoreCase);

    // A server shows what was asked for under its own address as that, and what was asked for under each of several as often.
    private static string InOurNames(string pair, string? count, Bases bases)
    {
        var (name, value) = Decode(pair);
        if (name == "_count" && count is not null)
        {
            return $"_count={count}";
        }

        if (!value.Contains("://", StringComparison.Ordinal))
        {
            return pair;
        }

        var shown = bases.InOurNames(value);
        if (shown.Contains(bases.GatewayText[..^1], StringComparison.Ordinal) && SearchValue.TrySplit(shown, out var items))
        {
            shown = string.Join(',', items.Distinct(StringComparer.Ordinal));
        }

        return shown == value ? pair : $"{pair[..pair.IndexOf('=', StringComparison.Ordinal)]}={Uri.EscapeDataString(shown)}";
    }

    private static string Without(string url, KeyValuePair<string, string>? hidden, Bases bases)
    {
        var question = url.IndexOf('?', StringComparison.Ordinal);
        if (hidden is not { } parameter || question < 0)
        {
            return url;
        }

        var kept = url[(question + 1)..]
            .Split('&')
            .Where(pair =>
                !(Decode(pair) is var read && NameOf(read.Key) == parameter.Key && IsWithin(read.Value, parameter.Value, bases))
            );
        var query = string.Join('&', kept);
        return query.Length == 0 ? url[..question] : $"{url[..question]}?{query}";
    }

    private static List<KeyValuePair<string, string>> Parameters(string? url)
    {
        var question = url?.IndexOf('?', StringComparison.Ordinal) ?? -1;
        return question < 0
            ? []
            : [.. url![(question + 1)..].Split('#')[0].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Decode)];
    }

    private static KeyValuePair<string, string> Decode(string pair)
    {
        var equals = pair.IndexOf('=', StringComparison.Ordinal);
        return equals < 0
            ? KeyValuePair.Create(Text(pair), string.Empty)
            : KeyValuePair.Create(Text(pair[..equals]), Text(pair[(equals + 1)..]));
    }

    private static string Text(string encoded) => Uri.UnescapeDataString(encoded.Replace('+', ' '));

    // A type as a modifier only says more exactly what the value says already; any other modifier means something else.
    private static string NameOf(string name) => name.EndsWith(":Patient", StringComparison.Ordinal) ? name[..^8] : name;

    private static bool IsWithin(string shown, string added, Bases bases)
    {
        if (string.Equals(shown, added, StringComparison.Ordinal))
        {
            return true;
        }

        if (!SearchValue.TrySplit(shown, out var narrower) || !SearchValue.TrySplit(added, out var wider))
        {
            return false;
        }

        foreach (var item in narrower)
        {
            if (!Array.Exists(wider, wanted => IsOne(item, wanted, bases)))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOne(string shown, string wanted, Bases bases)
    {
        var (one, other) = (Plain(shown, bases), Plain(wanted, bases));
        return string.Equals(one, other, StringComparison.Ordinal)
            || (!other.Contains('|', StringComparison.Ordinal) && one.EndsWith("|" + other, StringComparison.Ordinal));
    }

    private static string Plain(string item, Bases bases)
    {
        var start = bases.Match(Encoding.UTF8.GetBytes(item), out _);
        var local = start > 0 ? item[start..] : item;
        local = local.StartsWith("Patient/", StringComparison.Ordinal) ? local["Patient/".Length..] : local;
        return local.Contains('\\', StringComparison.Ordinal)
            ? local
                .Replace("\\,", ",", StringComparison.Ordinal)
                .Replace("\\$", "$", StringComparison.Ordinal)
                .Replace("\\\\", "\\", StringComparison.Ordinal)
            : local;
    }
}
