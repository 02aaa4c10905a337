using System.Buffers;
using System.Text;

namespace PhiGateway.Fhir.Canonical;

/// <summary>Writes canonical percent-encoding: the only spelling in which paths and parameters leave the gateway.</summary>
internal static class CanonicalWriter
{
    private static readonly SearchValues<char> InSegment = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$@:*"
    );

    // Kept bare because servers and people read them; all of them are allowed in a query by RFC 3986.
    private static readonly SearchValues<char> InQuery = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/,$*@"
    );

    /// <summary>The target of a request: base, path and query.</summary>
    internal static string Target(CanonicalRequest request)
    {
        var output = new StringBuilder(request.Base, 128);
        AppendPath(output, request.Segments);
        if (output.Length == 0)
        {
            output.Append('/');
        }

        AppendQuery(output, request.Query, '?');
        return output.ToString();
    }

    /// <summary>Whether a segment is written as it is.</summary>
    internal static bool IsBare(ReadOnlySpan<char> segment) => !segment.ContainsAnyExcept(InSegment);

    internal static void AppendPath(StringBuilder output, IReadOnlyList<string> segments)
    {
        for (var i = 0; i < segments.Count; i++)
        {
            output.Append('/');
            Append(output, segments[i], InSegment);
        }
    }

    /// <summary>Appends parameters in order; <paramref name="lead"/> stands before the first.</summary>
    internal static void AppendQuery(StringBuilder output, IReadOnlyList<QueryParameter> parameters, char? lead)
    {
        for (var i = 0; i < parameters.Count; i++)
        {
            if (i > 0)
            {
                output.Append('&');
            }
            else if (lead is { } mark)
            {
                output.Append(mark);
            }

            Append(output, parameters[i].Name, InQuery);
            output.Append('=');
            Append(output, parameters[i].Value, InQuery);
        }
    }

    private static void Append(StringBuilder output, ReadOnlySpan<char> text, SearchValues<char> bare)
    {
        Span<byte> utf8 = stackalloc byte[4];
        while (text.IndexOfAnyExcept(bare) is var at and >= 0)
        {
            output.Append(text[..at]);
            text = text[at..];

            // Text that was decoded from valid UTF-8 holds no lone surrogate.
            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            var length = rune.EncodeToUtf8(utf8);
            for (var i = 0; i < length; i++)
            {
                Percent.Append(output, utf8[i]);
            }

            text = text[consumed..];
        }

        output.Append(text);
    }
}
