using System.Text.Json;

namespace PhiGateway.Gateway.Release.Documents;

/// <summary>
/// Where SMART apps get their tokens, as the capability statement says it beside the SMART configuration (SMART App Launch, oauth-uris): some
/// client libraries look nowhere else.
/// </summary>
/// <param name="Authorize">Where a person is sent; without it the extension would be none.</param>
/// <param name="Token">Null: nobody has said it.</param>
/// <param name="Register">Null: nobody is registered by himself.</param>
internal sealed record OauthUris(string Authorize, string? Token, string? Register)
{
    /// <summary>Writes the extension of <c>CapabilityStatement.rest.security</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("extension");
        json.WriteStartObject();
        json.WriteString("url", "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris");
        json.WriteStartArray("extension");
        WriteOne(json, "authorize", Authorize);
        WriteOne(json, "token", Token);
        WriteOne(json, "register", Register);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteOne(Utf8JsonWriter json, string name, string? place)
    {
        if (place is null)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("url", name);
        json.WriteString("valueUri", place);
        json.WriteEndObject();
    }
}
