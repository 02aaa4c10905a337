using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Resources;

/// <summary>Enumerates the resources of a Bundle's entries, for look-ups of the gateway's own; nothing of the Bundle leaves.</summary>
internal ref struct BundleResources
{
    private readonly ReadOnlySpan<byte> _bundle;
    private Utf8JsonReader _reader;

    /// <param name="bundle">The Bundle, whole.</param>
    /// <param name="bases">For how deep it is read.</param>
    public BundleResources(ReadOnlySpan<byte> bundle, Bases bases)
    {
        _bundle = ByteOrderMark.Skip(bundle);
        _reader = new Utf8JsonReader(_bundle, ResourceReader.OptionsFor(bases));
    }

    /// <summary>The resource that was come to.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>The address that its entry stands under, as it is written; empty: under none.</summary>
    public ReadOnlySpan<byte> FullUrl { get; private set; }

    /// <summary>Goes on; false at the end.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public bool MoveNext()
    {
        Current = default;
        FullUrl = default;
        while (_reader.Read())
        {
            // An entry may name its address behind its resource.
            if (_reader.TokenType == JsonTokenType.EndObject && _reader.CurrentDepth == 2 && !Current.IsEmpty)
            {
                return true;
            }

            if (_reader.TokenType != JsonTokenType.PropertyName || _reader.CurrentDepth != 3)
            {
                continue;
            }

            var isUrl = JsonText.Is(in _reader, "fullUrl"u8);
            if (!isUrl && !JsonText.Is(in _reader, "resource"u8))
            {
                continue;
            }

            _reader.Read();
            var start = checked((int)_reader.TokenStartIndex);
            _reader.Skip();
            var value = _bundle[start..checked((int)_reader.BytesConsumed)];
            Current = isUrl ? Current : value;
            FullUrl = isUrl ? value : FullUrl;
        }

        return false;
    }

    /// <summary>
    /// Whether the resource stands under its own name on this server, or under none; what stands under another server's is not what is
    /// referred to here.
    /// </summary>
    /// <param name="facts">What was read out of it.</param>
    /// <param name="bases">The route's addresses.</param>
    public readonly bool IsHere(ResourceFacts facts, Bases bases) =>
        FullUrl.IsEmpty
        || (FullUrl is [(byte)'"', .. var url, (byte)'"'] && !url.Contains((byte)'\\') && ReferenceReader.IsNameOf(url, facts, bases));
}
