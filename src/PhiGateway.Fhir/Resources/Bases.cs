using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using PhiGateway.Fhir.Context;

namespace PhiGateway.Fhir.Resources;

/// <summary>The route's base addresses as bytes with their trailing slash; made once per <see cref="FhirContext"/>.</summary>
internal sealed class Bases
{
    private static readonly ConditionalWeakTable<FhirContext, Bases> Known = [];

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        Enumerable.Range(0x20, 0x5F).Select(static value => (byte)value).Except("\"\\<>&'+`"u8.ToArray()).ToArray()
    );

    private readonly byte[][] _all;
    private readonly bool[] _ours;

    private Bases(FhirContext context)
    {
        // Longest first, so that a base below another base wins.
        var bases = context
            .UpstreamBases.Append(context.GatewayBase)
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
        MaxDepth = Math.Max(1, context.MaxDepth);
    }

    /// <summary>The gateway's base with slash, escaped for JSON.</summary>
    public byte[] Gateway { get; }

    /// <summary>The same, unescaped.</summary>
    public string GatewayText { get; }

    public int MaxDepth { get; }

    public static Bases Of(FhirContext context) => Known.GetValue(context, static key => new Bases(key));

    /// <summary>Whether the text needs no escaping inside a JSON string.</summary>
    public static bool IsPlain(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(Plain);

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
