using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Gives the server its own address wherever what a client sends names the gateway's: the way back of what the client was given. One value
/// means the same on both sides, and what is read and written back is unchanged. Immutable; made once per <see cref="FhirContext"/>.
/// </summary>
internal sealed class OwnNames
{
    private static readonly ConditionalWeakTable<FhirContext, OwnNames> Known = [];

    // Ours and the server's, longest first, so that a base below another base wins.
    private readonly (UpstreamAddress Address, bool IsOurs)[] _known;
    private readonly byte[] _server;

    private OwnNames(FhirContext context)
    {
        var server = ServerOf(context).TrimEnd('/');
        _server = Bases.Escape(Encoding.UTF8.GetBytes(server));

        // A server that names itself by a base of ours knows what is meant.
        var theirs = context
            .UpstreamBases.Concat(context.Aliases.Except(context.PublicAliases, StringComparer.Ordinal))
            .Select(Trim)
            .ToHashSet();
        var ours = context
            .PublicAliases.Append(context.GatewayBase)
            .Select(Trim)
            .Where(text => server.Length > 0 && !theirs.Contains(text));
        _known =
        [
            .. theirs
                .Select(static text => (Text: text, IsOurs: false))
                .Concat(ours.Distinct(StringComparer.Ordinal).Select(static text => (Text: text, IsOurs: true)))
                .Where(static one => one.Text.Length > 0)
                .OrderByDescending(static one => one.Text.Length)
                .Select(static one => (new UpstreamAddress(one.Text), one.IsOurs)),
        ];
    }

    private static string ServerOf(FhirContext context) =>
        context switch
        {
            { ServerBase: { } known } => known,
            { UpstreamBases: [var first, ..] } => first,
            _ => string.Empty,
        };

    internal static OwnNames Of(FhirContext context) => Known.GetValue(context, static key => new OwnNames(key));

    /// <summary>The body with the server's addresses; null when it names none of ours, or is no JSON.</summary>
    /// <param name="json">What the client sent.</param>
    internal byte[]? Replace(ReadOnlySpan<byte> json)
    {
        if (!Array.Exists(_known, static one => one.IsOurs) || (json.IndexOf("://"u8) < 0 && json.IndexOf((byte)'\\') < 0))
        {
            return null;
        }

        var edits = new EditList();
        if (json.IndexOf("\\u"u8) < 0)
        {
            FindIn(json, 0, edits);
        }
        else if (!Utf8.IsValid(json) || !TryFindInStrings(json, edits))
        {
            return null;
        }

        if (edits.Count == 0)
        {
            return null;
        }

        var output = new ArrayBufferWriter<byte>(json.Length + 256);
        edits.Copy(json, 0, json.Length, output);
        return output.WrittenSpan.ToArray();
    }

    // With escapes an address can be spelled in many ways: each string is looked at as what it says.
    private bool TryFindInStrings(ReadOnlySpan<byte> json, EditList edits)
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 1000 });
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.String)
                {
                    FindInString(reader.ValueSpan, checked((int)reader.TokenStartIndex) + 1, reader.ValueIsEscaped, edits);
                }
            }

            return true;
        }
        catch (JsonException)
        {
            // It is refused where it is read.
            return false;
        }
    }

    private void FindInString(ReadOnlySpan<byte> raw, int start, bool isEscaped, EditList edits)
    {
        if (!isEscaped)
        {
            FindIn(raw, start, edits);
            return;
        }

        // Half a surrogate is refused where it is read.
        if (!JsonText.HasWholeSurrogates(raw))
        {
            return;
        }

        var plain = Encoding.UTF8.GetBytes(JsonText.ToString(raw, escaped: true));
        var inner = new EditList();
        FindIn(plain, 0, inner, isPlain: true);
        if (inner.Count > 0)
        {
            var text = new ArrayBufferWriter<byte>(plain.Length + 64);
            inner.Copy(plain, 0, plain.Length, text);
            edits.Add(start, raw.Length, Bases.Escape(text.WrittenSpan), default);
        }
    }

    private void FindIn(ReadOnlySpan<byte> raw, int start, EditList edits, bool isPlain = false)
    {
        for (var place = raw.IndexOf((byte)':'); place >= 0; )
        {
            var from = place + 1;
            if (raw[from..].StartsWith("//"u8) || (!isPlain && raw[from..].StartsWith("\\/\\/"u8)))
            {
                from = Replace(raw, place, start, edits);
            }

            var next = raw[from..].IndexOf((byte)':');
            place = next < 0 ? -1 : from + next;
        }
    }

    private int Replace(ReadOnlySpan<byte> raw, int colon, int start, EditList edits)
    {
        foreach (var (address, isOurs) in _known)
        {
            if (!address.TryFindAround(raw, colon, out var begin, out var length))
            {
                continue;
            }

            if (isOurs)
            {
                edits.Add(start + begin, length, _server, default);
            }

            return begin + length;
        }

        return colon + 1;
    }

    private static string Trim(string text) => text.TrimEnd('/');
}
