using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Writes how far a Location is from where its client looks (<c>near</c>), as the server says it (R4 location-distance). It follows from the
/// place of the Location and from the question, and from nothing else that the server holds.
/// </summary>
internal static class LocationDistance
{
    private const int LongestNumber = 24;

    private static readonly ResourceType Location = ResourceType.Parse("Location");

    // How deep it may be was asked when the entry was read.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = 1000 };

    // UCUM's, and what is written where somebody means them.
    private static readonly byte[][] Units =
    [
        "km"u8.ToArray(),
        "m"u8.ToArray(),
        "[mi_us]"u8.ToArray(),
        "[mi_i]"u8.ToArray(),
        "mi"u8.ToArray(),
    ];

    private static ReadOnlySpan<byte> Url => "http://hl7.org/fhir/StructureDefinition/location-distance"u8;

    private static ReadOnlySpan<byte> Ucum => "http://unitsofmeasure.org"u8;

    /// <summary>Whether it may be told of a match that leaves.</summary>
    /// <param name="request">What was asked; null: nothing by itself.</param>
    /// <param name="type">The type of the match.</param>
    /// <param name="elements">What leaves of it; null: all.</param>
    public static bool IsTold(FhirRequest? request, ResourceType type, ElementSet? elements) =>
        type == Location && elements?.Contains("position") != false && request?.Parameter("near") is not null;

    /// <summary>Writes it, with what goes before; false where there is none, or two.</summary>
    /// <param name="extensions">The extensions of the entry's <c>search</c>.</param>
    /// <param name="before">What goes before it.</param>
    /// <param name="output">Receives it.</param>
    public static bool TryWrite(ReadOnlySpan<byte> extensions, ReadOnlySpan<byte> before, IBufferWriter<byte> output)
    {
        var reader = new Utf8JsonReader(extensions, Deep);
        var value = default(ReadOnlySpan<byte>);
        var unit = default(ReadOnlySpan<byte>);
        var isUcum = false;
        var found = 0;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var number = default(ReadOnlySpan<byte>);
            var one = default(ReadOnlySpan<byte>);
            var (isDistance, ucum) = (false, false);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isUrl, isValue) = (JsonText.Is(in reader, "url"u8), JsonText.Is(in reader, "valueDistance"u8));
                reader.Read();
                isDistance |= isUrl && reader.TokenType == JsonTokenType.String && JsonText.Is(in reader, Url);
                if (isValue && reader.TokenType == JsonTokenType.StartObject)
                {
                    Read(ref reader, ref number, ref one, ref ucum);
                }
                else
                {
                    reader.Skip();
                }
            }

            if (isDistance)
            {
                found++;
                value = number;
                unit = one;
                isUcum = ucum;
            }
        }

        if (found != 1 || value.IsEmpty || unit.IsEmpty)
        {
            return false;
        }

        output.Write(before);
        output.Write("{\"url\":\""u8);
        output.Write(Url);
        output.Write("\",\"valueDistance\":{\"value\":"u8);
        output.Write(value);
        output.Write(",\"unit\":\""u8);
        output.Write(unit);
        if (isUcum)
        {
            output.Write("\",\"system\":\""u8);
            output.Write(Ucum);
            output.Write("\",\"code\":\""u8);
            output.Write(unit);
        }

        output.Write("\"}}"u8);
        return true;
    }

    // The number as it stands, and one of the units that there are: of its texts nothing leaves.
    private static void Read(scoped ref Utf8JsonReader reader, ref ReadOnlySpan<byte> value, ref ReadOnlySpan<byte> unit, ref bool isUcum)
    {
        var (hasSystem, hasCode) = (false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isValue, isSystem) = (JsonText.Is(in reader, "value"u8), JsonText.Is(in reader, "system"u8));
            var (isCode, isUnit) = (JsonText.Is(in reader, "code"u8), JsonText.Is(in reader, "unit"u8));
            reader.Read();
            if (isValue && reader.TokenType == JsonTokenType.Number && IsLength(reader.ValueSpan))
            {
                value = reader.ValueSpan;
            }

            if (reader.TokenType == JsonTokenType.String)
            {
                hasSystem |= isSystem && JsonText.Is(in reader, Ucum);
                var named = isCode || (isUnit && !hasCode) ? UnitOf(ref reader) : default;
                hasCode |= isCode && !named.IsEmpty;
                unit = named.IsEmpty ? unit : named;
            }

            reader.Skip();
        }

        isUcum = hasSystem && hasCode;
    }

    private static bool IsLength(ReadOnlySpan<byte> text) =>
        text.Length <= LongestNumber && Utf8Parser.TryParse(text, out double value, out var read) && read == text.Length && value >= 0;

    private static ReadOnlySpan<byte> UnitOf(scoped ref Utf8JsonReader reader)
    {
        foreach (var unit in Units)
        {
            if (JsonText.Is(in reader, unit))
            {
                return unit;
            }
        }

        return default;
    }
}
