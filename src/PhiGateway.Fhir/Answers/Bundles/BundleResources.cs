using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers.Bundles;

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

    /// <summary>Goes on; false at the end.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public bool MoveNext()
    {
        while (_reader.Read())
        {
            if (_reader.TokenType != JsonTokenType.PropertyName || _reader.CurrentDepth != 3 || !_reader.ValueTextEquals("resource"u8))
            {
                continue;
            }

            _reader.Read();
            var start = checked((int)_reader.TokenStartIndex);
            _reader.Skip();
            Current = _bundle[start..checked((int)_reader.BytesConsumed)];
            return true;
        }

        return false;
    }
}
