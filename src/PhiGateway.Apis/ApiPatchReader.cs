using System.Text.Json;
using PhiGateway.Fhir;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Apis;

/// <summary>
/// Reads what the body of a patch touches of the stored record: whose it shall be, what says of which kind it is, and what its client
/// must be able to see. Part of <see cref="ApiBodyReader"/>.
/// </summary>
/// <remarks>The upstream applies it: what becomes of the record is not known here, so that what is touched is asked about.</remarks>
internal static class ApiPatchReader
{
    internal static Refusal? Read(
        ApiOperation operation,
        ApiBody declared,
        JsonElement root,
        IReadOnlyList<PatientId> named,
        ref ApiSent sent
    )
    {
        // Upstreams may match names without regard to case.
        var members = root.EnumerateObject().Select(static member => member.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var patients = new List<PatientId>(named);
        var unsettled = new HashSet<string>(StringComparer.Ordinal);
        var relabels = false;
        foreach (var shape in ShapesOf(operation, declared))
        {
            relabels |= shape.ProtectedMembers().Any(members.Contains);
            unsettled.UnionWith(shape.Tokens.Where(token => Touches(members, token.Value)).Select(static token => token.Key));
            if (shape.Patient is { } pointer && Touches(members, pointer) && !TryName(root, shape, patients))
            {
                return Refusal.Body("whose the record shall be is not named as declared");
            }
        }

        sent = sent with { Patients = patients, Relabels = relabels, Touched = Touched(root, operation), Unsettled = [.. unsettled] };
        return null;
    }

    private static IEnumerable<ApiShape> ShapesOf(ApiOperation operation, ApiBody declared) =>
        operation.StoredRead?.Answer?.Shape is { } stored ? [declared.Shape, stored] : [declared.Shape];

    private static bool Touches(HashSet<string> members, JsonPointer pointer) => pointer.Steps[0] is { } member && members.Contains(member);

    // The new owner is one whom the request names: what may be done with their records is asked, too.
    private static bool TryName(JsonElement root, ApiShape shape, List<PatientId> patients)
    {
        var facts = new ResourceFacts();
        ApiFacts.Read(root, shape, null, facts);
        if (facts.Owner != OwnerState.Known)
        {
            return false;
        }

        foreach (var owner in facts.Owners)
        {
            if (!patients.Contains(owner))
            {
                patients.Add(owner);
            }
        }

        return true;
    }

    private static List<string> Touched(JsonElement root, ApiOperation operation) =>
        operation.StoredRead?.Answer?.Shape is { Elements.Count: > 0 } shape
            ? [.. root.EnumerateObject().SelectMany(member => shape.ElementsOf(member.Name))]
            : [AccessPart.UnknownElement];
}
