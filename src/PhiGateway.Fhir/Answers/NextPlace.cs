using System.Text.Json;
using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;

namespace PhiGateway.Fhir.Answers;

/// <summary>Finds where a Bundle goes on, before it is filtered; asked by the host where the place must be kept beforehand.</summary>
public static class NextPlace
{
    /// <summary>The <c>next</c> link as the upstream wrote it; null: there is none, or it cannot be read. PHI.</summary>
    /// <param name="bundle">The answer, whole.</param>
    /// <param name="context">For how deep it is read.</param>
    public static string? Find(ReadOnlySpan<byte> bundle, FhirContext context)
    {
        try
        {
            var reader = new Utf8JsonReader(ByteOrderMark.Skip(bundle), ResourceReader.OptionsFor(Bases.Of(context)));
            while (reader.Read())
            {
                if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
                {
                    continue;
                }

                var isLink = JsonText.Is(in reader, "link"u8);
                reader.Read();
                if (isLink)
                {
                    return reader.TokenType == JsonTokenType.StartArray ? FindIn(ref reader) : null;
                }

                reader.Skip();
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // What cannot be read is found out where it is judged.
        }

        return null;
    }

    private static string? FindIn(ref Utf8JsonReader reader)
    {
        string? relation = null;
        string? url = null;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.EndObject)
            {
                if (relation == "next" && url is not null)
                {
                    return url;
                }

                (relation, url) = (null, null);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isRelation, isUrl) = (JsonText.Is(in reader, "relation"u8), JsonText.Is(in reader, "url"u8));
                reader.Read();
                relation = isRelation && reader.TokenType == JsonTokenType.String ? reader.GetString() : relation;
                url = isUrl && reader.TokenType == JsonTokenType.String ? reader.GetString() : url;
                reader.Skip();
            }
        }

        return null;
    }
}
