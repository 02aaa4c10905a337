using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>The route's base addresses as bytes with their trailing slash; made once per <see cref="FhirContext"/>.</summary>
internal sealed class Bases
{
    private static readonly ConditionalWeakTable<FhirContext, Bases> Known = [];

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        Enumerable.Range(0x20, 0x5F).Select(static value => (byte)value).Except("\"\\<>&'+`"u8.ToArray()).ToArray()
    );

    private readonly byte[][] _all;
    private readonly UpstreamAddress[] _upstream;
    private readonly bool[] _ours;
    private readonly string[] _roots;

    private Bases(FhirContext context)
    {
        // Longest first, so that a base below another base wins.
        var bases = context
            .UpstreamBases.Concat(context.Aliases)
            .Append(context.GatewayBase)
            .Select(static text => text.TrimEnd('/'))
            .Where(static text => text.Length > 0)
            .Distinct(StringComparer.Ordinal)
            .OrderByDescending(static text => text.Length)
            .ToArray();
        var own = context.GatewayBase.TrimEnd('/');
        _all = Array.ConvertAll(bases, static text => Encoding.UTF8.GetBytes(text + "/"));
        _ours = Array.ConvertAll(bases, text => text == own);
        Gateway = Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(own + "/"));
        GatewayText = own + "/";
        _upstream = [.. bases.Where(text => text != own).Select(static text => new UpstreamAddress(text))];
        Bare = Gateway[..^1];
        MaxDepth = Math.Max(1, context.MaxDepth);
        _roots = bases;
    }

    /// <summary>The gateway's base with slash, escaped for JSON.</summary>
    public byte[] Gateway { get; }

    /// <summary>The same, unescaped.</summary>
    public string GatewayText { get; }

    /// <summary>The gateway's base without its slash, escaped for JSON.</summary>
    public byte[] Bare { get; }

    public int MaxDepth { get; }

    public static Bases Of(FhirContext context) => Known.GetValue(context, static key => new Bases(key));

    /// <summary>Whether the text needs no escaping inside a JSON string.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Plain);

    /// <summary>The text as it stands inside a JSON string.</summary>
    public static byte[] Escape(ReadOnlySpan<byte> text) =>
        Encoding.UTF8.GetBytes(JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(Encoding.UTF8.GetString(text)));

    /// <summary>Whether a text begins with a base of the upstream, in any letter case of scheme and host; and how long that is, without slash.</summary>
    public bool TryFindUpstream(ReadOnlySpan<byte> text, out int length)
    {
        for (var i = 0; i < _upstream.Length; i++)
        {
            if (_upstream[i].Begins(text))
            {
                length = _upstream[i].Length;
                return true;
            }
        }

        length = 0;
        return false;
    }

    /// <summary>Whether an address is that of something below one of our bases, however it is written.</summary>
    public bool IsBelowOne(ReadOnlySpan<byte> text) =>
        Match(text, out _) > 0
        || TryFindUpstream(text, out _)
        || System.Text.Ascii.EqualsIgnoreCase(text[..Math.Min(text.Length, Gateway.Length)], Gateway);

    /// <summary>Finds every address of the upstream inside a text that stands raw in JSON, and has it replaced.</summary>
    /// <param name="raw">The text.</param>
    /// <param name="start">Where it stands.</param>
    /// <param name="edits">Receives what is to be replaced, in order.</param>
    public void FindIn(ReadOnlySpan<byte> raw, int start, EditList edits)
    {
        for (var place = raw.IndexOf((byte)':'); place >= 0; )
        {
            var from = place + 1;
            if (raw[from..].StartsWith("//"u8) || raw[from..].StartsWith("\\/\\/"u8))
            {
                from = Replace(raw, place, start, edits);
            }

            var next = raw[from..].IndexOf((byte)':');
            place = next < 0 ? -1 : from + next;
        }
    }

    /// <summary>A text, which stands in no JSON, with the gateway's address in the place of each of the upstream's.</summary>
    public string InOurNames(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var edits = new EditList();
        FindIn(plain, 0, edits);
        if (edits.Count == 0)
        {
            return text;
        }

        var output = new ArrayBufferWriter<byte>(plain.Length + GatewayText.Length);
        edits.Copy(plain, 0, plain.Length, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Whether a string may begin with an address.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> raw) => (raw[0] | 0x20) == 'h' && (raw[1] | 0x20) == 't' && (raw[2] | 0x20) == 't';

    /// <summary>
    /// Has the upstream's addresses in a string replaced: the one that it begins with, in any spelling, and those further on in a text with
    /// links.
    /// </summary>
    /// <param name="raw">The string as it stands in JSON.</param>
    /// <param name="text">Where it stands.</param>
    /// <param name="scheme">Where in it the end of a scheme (<c>://</c>) stands first; below zero: nowhere.</param>
    /// <param name="plain">The string without escapes, where it may begin with an address; else empty.</param>
    /// <param name="edits">Receives what is to be replaced, in order.</param>
    public void Replace(ReadOnlySpan<byte> raw, TextSpan text, int scheme, ReadOnlySpan<byte> plain, EditList edits)
    {
        var from = 0;
        if (!plain.IsEmpty && TryFindUpstream(plain, out var length))
        {
            from = text.Escaped ? text.Length : length;
            var rest = text.Escaped ? plain[length..] : default;
            edits.Add(text.Start, from, Bare, IsPlain(rest) ? rest : Escape(rest));
        }
        else if (!plain.IsEmpty)
        {
            // It begins with another's.
            from = Math.Max(scheme, 0) + 1;
        }

        if (from < raw.Length && (text.Escaped || raw[from..].IndexOf("://"u8) >= 0))
        {
            FindIn(raw[from..], text.Start + from, edits);
        }
    }

    private int Replace(ReadOnlySpan<byte> raw, int colon, int start, EditList edits)
    {
        foreach (var address in _upstream)
        {
            if (address.TryFindAround(raw, colon, out var begin, out var length))
            {
                edits.Add(start + begin, length, Bare, default);
                return begin + length;
            }
        }

        return colon + 1;
    }

    /// <summary>
    /// What a place says below one of our bases, without the slash, as addresses are compared: whatever the letter case of the host, with the
    /// scheme's own port, or from the root of the host. Null: it is elsewhere.
    /// </summary>
    public string? PlaceOf(ReadOnlySpan<byte> address) => UpstreamPlace.Find(Encoding.UTF8.GetString(address), _roots)?.TrimStart('/');

    /// <summary>Length of the base (with its slash) that an absolute URL stands below; 0 when it is none of ours.</summary>
    public int Match(ReadOnlySpan<byte> url, out bool isGateway)
    {
        isGateway = false;
        for (var i = 0; i < _all.Length; i++)
        {
            if (url.StartsWith(_all[i]))
            {
                isGateway = _ours[i];
                return _all[i].Length;
            }
        }

        return 0;
    }
}
