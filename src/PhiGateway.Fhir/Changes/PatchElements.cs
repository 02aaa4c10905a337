namespace PhiGateway.Fhir.Changes;

/// <summary>Computes and checks the top-level elements that a patch touches; shared by all forms of patch.</summary>
internal static class PatchElements
{
    /// <summary>Each once, without the underscore of a primitive's extensions, in ordinal order.</summary>
    internal static IReadOnlyList<string> Of(IEnumerable<string> members) =>
        [.. new SortedSet<string>(members.Select(static name => name.TrimStart('_')), StringComparer.Ordinal)];

    /// <summary>Refuses what names no element, and what would make it another resource.</summary>
    internal static Refusal? Check(IReadOnlyList<string> touched)
    {
        foreach (var element in touched)
        {
            if (element.Length == 0 || !element.All(char.IsAsciiLetterOrDigit))
            {
                return Refusal.Body("patch of something that is no element");
            }

            // Lenient upstreams match names without regard to case.
            if (element.ToLowerInvariant() is "id" or "resourcetype")
            {
                return Refusal.Body("patch of id or resourceType");
            }
        }

        return null;
    }
}
