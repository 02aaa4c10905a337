using System.Text;
using System.Text.Json;
using PhiGateway.Fhir.Grammar;
using PhiGateway.Fhir.Json;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds the canonical addresses that a resource names others by (a Questionnaire, a PlanDefinition), and those that it is known by itself.
/// Called where it is asked for whose sake such a resource came along.
/// </summary>
/// <remarks>
/// Which element holds an address, and which only a text with a colon, is not looked up: what stands in a record that leaves is known to
/// whom it leaves to.
/// </remarks>
internal static class CanonicalNames
{
    // Longer ones name nothing; what a record's text or file holds is none.
    private const int Longest = 1024;

    /// <summary>Types whose resources are known by an address.</summary>
    public static ResourceTypeSet Types { get; } =
        ResourceTypeSet.Of(
            ResourceType.All.Where(static type =>
                SearchGrammar.TryFind(type, "url", out var parameter) && parameter.Kind == SearchParameterKind.Uri
            )
        );

    /// <summary>The addresses that stand in a resource.</summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="bases">The route's addresses, and depth.</param>
    public static List<NamedAddress> In(ReadOnlySpan<byte> json, Bases bases)
    {
        var found = new List<NamedAddress>();
        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        var element = string.Empty;
        var isPassedBy = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.CurrentDepth == 1)
                {
                    element = TopElement.Of(ref reader);
                }

                isPassedBy = JsonText.Is(in reader, "system"u8) || JsonText.Is(in reader, "div"u8) || JsonText.Is(in reader, "data"u8);
            }
            else if (
                reader.TokenType == JsonTokenType.String
                && !isPassedBy
                && AddressOf(JsonText.Utf8Of(ref reader), bases) is { } address
            )
            {
                found.Add(new NamedAddress(element, address));
            }
        }

        return found;
    }

    /// <summary>What a resource of such a type may be named by: its address, with its version and without, and its own name.</summary>
    /// <param name="json">One resource, well-formed.</param>
    /// <param name="type">Its type.</param>
    /// <param name="bases">Depth.</param>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> json, ResourceType type, Bases bases)
    {
        if (!Types.Contains(type))
        {
            return [];
        }

        var reader = new Utf8JsonReader(json, ResourceReader.OptionsFor(bases));
        var (url, version, id) = (default(string), default(string), default(string));
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var name = JsonText.ToString(reader.ValueSpan, reader.ValueIsEscaped);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                url = name == "url" ? reader.GetString() : url;
                version = name == "version" ? reader.GetString() : version;
                id = name == "id" ? reader.GetString() : id;
            }
            else
            {
                reader.Skip();
            }
        }

        string?[] names = [url, url is null || version is null ? null : $"{url}|{version}", id is null ? null : $"{type.Name}/{id}"];
        return [.. names.OfType<string>()];
    }

    // A literal reference is the name of one here, whatever version of it and below whichever of this server's addresses.
    private static string? AddressOf(ReadOnlySpan<byte> text, Bases bases)
    {
        if (text.Length > Longest || text.IndexOfAny((byte)':', (byte)'/') < 0)
        {
            return null;
        }

        var fragment = text.IndexOf((byte)'#');
        var address = fragment < 0 ? text : text[..fragment];
        if (ReferenceReader.TryRead(address, bases, out var type, out var id))
        {
            return Types.Contains(type) ? $"{type.Name}/{Encoding.ASCII.GetString(id)}" : null;
        }

        return address.Contains((byte)':') && char.IsAsciiLetter((char)address[0]) ? Encoding.UTF8.GetString(address) : null;
    }
}
