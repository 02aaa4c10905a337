using System.Text.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Finds references that are searches (<c>Patient?identifier=…</c>), which a server resolves when it stores them; asked of content that
/// must hold none.
/// </summary>
internal static class ConditionalReferences
{
    /// <summary>Whether one stands anywhere in a resource, in what it contains too.</summary>
    internal static bool AreIn(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Array => element.EnumerateArray().Any(AreIn),
            JsonValueKind.Object => element
                .EnumerateObject()
                .Any(static member =>
                    member.Value.ValueKind == JsonValueKind.String
                        ? member.NameEquals("reference"u8) && member.Value.GetString()!.Contains('?', StringComparison.Ordinal)
                        : AreIn(member.Value)
                ),
            _ => false,
        };
}
