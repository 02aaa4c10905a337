using System.Buffers;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Canonical;

/// <summary>
/// Splits and decodes a path below the base by a strict grammar: segments of unreserved characters, <c>$</c>, <c>@</c>, <c>:</c> and
/// <c>*</c>, split before they are decoded.
/// </summary>
internal static class CanonicalPath
{
    // The longest legitimate path is a sealed handle of the gateway's own; FHIR itself needs five segments of 64.
    internal const int MaxSegments = 6;
    internal const int MaxSegmentLength = 6144;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~$@:*"
    );

    /// <summary>Reads what follows the base: nothing, one slash, or <c>/segment</c> repeated.</summary>
    internal static Refusal? Read(ReadOnlySpan<char> path, int maxSegments, out string[] segments)
    {
        segments = [];
        if (path.Length <= 1)
        {
            return null;
        }

        path = path[1..];
        var count = path.Count('/') + 1;
        if (count > maxSegments)
        {
            return Malformed("too many segments");
        }

        var read = new string[count];
        for (var i = 0; i < count; i++)
        {
            var slash = path.IndexOf('/');
            var raw = slash < 0 ? path : path[..slash];
            if (ReadSegment(raw, out read[i]) is { } refusal)
            {
                return refusal;
            }

            path = slash < 0 ? default : path[(slash + 1)..];
        }

        segments = read;
        return null;
    }

    private static Refusal? ReadSegment(ReadOnlySpan<char> raw, out string segment)
    {
        segment = string.Empty;
        if (raw.IsEmpty)
        {
            return Malformed("empty segment");
        }

        if (raw.Length > MaxSegmentLength)
        {
            return Malformed("segment is too long");
        }

        if (raw.ContainsAnyExcept(Plain))
        {
            return ReadEncoded(raw, out segment);
        }

        if (raw is "." or "..")
        {
            return Malformed("dot segment");
        }

        // Type names are most of all first segments: the table's own string spares one.
        segment = ResourceType.TryParse(raw, out var type) ? type.Name : raw.ToString();
        return null;
    }

    private static Refusal? ReadEncoded(ReadOnlySpan<char> raw, out string segment)
    {
        segment = string.Empty;
        var decoded = new char[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '%')
            {
                if (!Percent.TryRead(raw, i, out var value))
                {
                    return Malformed("broken percent-encoding");
                }

                c = (char)value;
                if (!(char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '~' or '$'))
                {
                    return Malformed("percent-encoding of a character that is not unreserved");
                }

                i += 2;
            }
            else if (!Plain.Contains(c))
            {
                return Malformed("character outside the path grammar");
            }

            decoded[length++] = c;
        }

        segment = new string(decoded, 0, length);
        return segment is "." or ".." ? Malformed("dot segment") : null;
    }

    private static Refusal Malformed(string detail) => new(DenyReason.MalformedPath, detail);
}
