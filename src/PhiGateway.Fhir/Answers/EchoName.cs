using System.Text.Json;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Answers;

/// <summary>
/// Says whether the answer to a write which cannot be let out names what was written all the same: that it was done is told only where the
/// server itself says so. Nothing of such an answer leaves.
/// </summary>
public static class EchoName
{
    /// <summary>
    /// Whether the body is what a server says of this write once it is done (that record, a transaction's Bundle, any resource after an
    /// operation); false: it is whole JSON that is something else; null: it is none, or none that every parser reads alike.
    /// </summary>
    /// <param name="request">The write.</param>
    /// <param name="body">The answer's body, as far as it was read.</param>
    /// <param name="maxDepth">How deep JSON may be.</param>
    public static bool? IsIn(FhirRequest request, ReadOnlyMemory<byte> body, int maxDepth)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!StrictJson.TryParse(ByteOrderMark.Skip(body), maxDepth, out var document))
        {
            return null;
        }

        using (document)
        {
            return IsIn(request, document.RootElement);
        }
    }

    private static bool IsIn(FhirRequest request, JsonElement root)
    {
        if (!StrictJson.TryReadType(root, out var type))
        {
            return false;
        }

        return request.Interaction switch
        {
            Interaction.Transaction => type == ResourceType.Bundle,
            Interaction.Operation => type != ResourceType.OperationOutcome,
            _ => type == request.Type && (request.Id is null || StrictJson.Text(root, "id") == request.Id),
        };
    }
}
