using System.Buffers;
using PhiGateway.Fhir.Context;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Gives the client the gateway's address wherever an answer names the upstream's own; for answers that are not read element by element.
/// </summary>
public static class UpstreamNames
{
    /// <summary>Writes the answer with the gateway's addresses; false, and nothing written, when it names none of the upstream's.</summary>
    /// <param name="json">The answer as it would leave.</param>
    /// <param name="context">Bases.</param>
    /// <param name="output">Receives it.</param>
    public static bool TryReplace(ReadOnlySpan<byte> json, FhirContext context, IBufferWriter<byte> output)
    {
        if (json.IndexOf("://"u8) < 0 && json.IndexOf(":\\/\\/"u8) < 0)
        {
            return false;
        }

        var edits = new EditList();
        Bases.Of(context).FindIn(json, 0, edits);
        if (edits.Count == 0)
        {
            return false;
        }

        edits.Copy(json, 0, json.Length, output);
        return true;
    }
}
