using System.Text.Json;
using PhiGateway.Fhir.Json;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Gives the element of a resource that stands beside each of the names found in it, such as a reference. Used by the readers of names.
/// </summary>
internal static class TopElement
{
    // No element of FHIR has a name half as long. One of a megabyte would be written beside each of thousands of references.
    private const int Longest = 64;

    // What is no name of an element: no grant shows it, and no include follows it.
    private const string Other = "?";

    /// <summary>The name at which the reader stands.</summary>
    /// <param name="reader">It stands at the name of a member of the resource itself.</param>
    internal static string Of(ref readonly Utf8JsonReader reader) =>
        reader.ValueSpan.Length > Longest ? Other : JsonText.ToString(reader.ValueSpan, reader.ValueIsEscaped);
}
