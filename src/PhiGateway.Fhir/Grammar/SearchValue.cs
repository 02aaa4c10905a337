using System.Buffers;
using System.Text;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Grammar;

/// <summary>
/// Splits and checks values of search parameters: OR lists, backslash escapes (R4 3.1.1.4.0.2) and the shape each type gives a value.
/// </summary>
internal static class SearchValue
{
    private static readonly SearchValues<char> DateCharacters = SearchValues.Create("0123456789-:.TZ+");
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789-+.eE");

    /// <summary>Splits at unescaped commas; false for an empty item or an escape that FHIR does not know. Escapes stay in.</summary>
    internal static bool TrySplit(string value, out string[] items)
    {
        if (!value.AsSpan().ContainsAny(',', '\\'))
        {
            items = [value];
            return value.Length > 0;
        }

        var read = new List<string>();
        var start = 0;
        items = [];
        for (var i = 0; i <= value.Length; i++)
        {
            if (i < value.Length && value[i] == '\\')
            {
                i++;
                if (i == value.Length || value[i] is not ('\\' or ',' or '|' or '$'))
                {
                    return false;
                }
            }
            else if (i == value.Length || value[i] == ',')
            {
                if (i == start)
                {
                    return false;
                }

                read.Add(value[start..i]);
                start = i + 1;
            }
        }

        items = [.. read];
        return true;
    }

    /// <summary>Reads <c>code</c>, <c>|code</c>, <c>system|code</c> or <c>system|</c>, escapes and all.</summary>
    internal static bool TryReadToken(string item, out TokenValue token)
    {
        if (!item.Contains('\\', StringComparison.Ordinal))
        {
            return TokenValue.TryParse(item, out token);
        }

        token = default;
        var bar = UnescapedBar(item, 0);
        if (bar >= 0 && UnescapedBar(item, bar + 1) >= 0)
        {
            return false;
        }

        var code = Unescape(item[(bar + 1)..]);
        token = new TokenValue(bar < 0 ? null : Unescape(item[..bar]), code.Length == 0 ? null : code);
        return token.System is { Length: > 0 } || token.Code is not null;
    }

    /// <summary>Removes the backslash of every escape.</summary>
    internal static string Unescape(string item)
    {
        if (!item.Contains('\\', StringComparison.Ordinal))
        {
            return item;
        }

        var text = new StringBuilder(item.Length);
        for (var i = 0; i < item.Length; i++)
        {
            if (item[i] == '\\')
            {
                i++;
            }

            text.Append(item[i]);
        }

        return text.ToString();
    }

    /// <summary>
    /// A date with its plus again where a form turned that into a space: before an offset (<c>12:00:00 02:00</c>) nothing else can have stood.
    /// </summary>
    internal static string WithPlus(string value)
    {
        var space = value.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0)
        {
            return value;
        }

        var text = value.ToCharArray();
        for (var i = space; i < text.Length; i++)
        {
            var isOffset =
                text[i] == ' '
                && i > 0
                && char.IsAsciiDigit(text[i - 1])
                && text.AsSpan(i + 1) is [var a, var b, ':', var c, var d, ..]
                && char.IsAsciiDigit(a)
                && char.IsAsciiDigit(b)
                && char.IsAsciiDigit(c)
                && char.IsAsciiDigit(d)
                && (i + 6 == text.Length || text[i + 6] == ',');
            text[i] = isOffset ? '+' : text[i];
        }

        return new string(text);
    }

    /// <summary>Whether one item has the shape of its type; strings, URIs and composites may be anything.</summary>
    internal static bool HasShape(SearchParameterKind kind, string item) =>
        kind switch
        {
            SearchParameterKind.Date => IsDate(WithoutPrefix(item)),
            SearchParameterKind.Number => IsNumber(WithoutPrefix(item)),
            SearchParameterKind.Quantity => IsQuantity(item),
            SearchParameterKind.Token => TryReadToken(item, out _),
            SearchParameterKind.Reference => false,
            SearchParameterKind.None => false,
            _ => true,
        };

    /// <summary>The comparator that stands before a value; empty when there is none, or when values of the type have none.</summary>
    internal static ReadOnlySpan<char> PrefixOf(SearchParameterKind kind, string item) =>
        kind is SearchParameterKind.Date or SearchParameterKind.Number or SearchParameterKind.Quantity
            ? item.AsSpan(0, item.Length - WithoutPrefix(item).Length)
            : default;

    private static bool IsDate(ReadOnlySpan<char> text) =>
        text.Length is >= 4 and <= 40 && char.IsAsciiDigit(text[0]) && !text.ContainsAnyExcept(DateCharacters);

    private static bool IsNumber(ReadOnlySpan<char> text) => text.Length is > 0 and <= 64 && !text.ContainsAnyExcept(NumberCharacters);

    private static bool IsQuantity(string item)
    {
        var text = WithoutPrefix(item);
        var bar = text.IndexOf('|');
        return IsNumber(bar < 0 ? text : text[..bar]);
    }

    private static ReadOnlySpan<char> WithoutPrefix(string item) =>
        item.Length > 2 && item.AsSpan(0, 2) is "eq" or "ne" or "gt" or "lt" or "ge" or "le" or "sa" or "eb" or "ap"
            ? item.AsSpan(2)
            : item;

    private static int UnescapedBar(string item, int from)
    {
        for (var i = from; i < item.Length; i++)
        {
            if (item[i] == '\\')
            {
                i++;
            }
            else if (item[i] == '|')
            {
                return i;
            }
        }

        return -1;
    }
}
