using PhiGateway.Fhir.Context;
using PhiGateway.Fhir.Json;
using PhiGateway.Fhir.Resources;
using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Changes;

/// <summary>
/// The resource as it would be after a patch, with everything that its judgement needs: the same that would be known of it as the body of
/// an update. Made by the host once it has read the stored version.
/// </summary>
/// <param name="Outcome">Whether there is such a resource.</param>
/// <param name="Body">It, as it is sent; empty without one.</param>
/// <param name="Facts">What was read out of it; null without one.</param>
/// <param name="Changes">What differs from the stored version and needs a right of its own.</param>
public sealed record PatchedVersion(PatchOutcome Outcome, ReadOnlyMemory<byte> Body, ResourceFacts? Facts, ProtectedChanges Changes)
{
    /// <summary>Applies a patch over the stored version and reads the result as strictly as the body of any write.</summary>
    /// <param name="patch">One that is applied here.</param>
    /// <param name="stored">The stored version as it came, already read by the scanner.</param>
    /// <param name="context">Bases and depth.</param>
    /// <param name="most">The most bytes of the result.</param>
    /// <returns>
    /// A result that cannot be read in one way, that would be another resource, or in which the upstream would resolve a search to a
    /// reference, has <see cref="ProtectedChanges.Unreadable"/>: it is never sent.
    /// </returns>
    public static PatchedVersion Of(PatchMeaning patch, ReadOnlyMemory<byte> stored, FhirContext context, int most)
    {
        ArgumentNullException.ThrowIfNull(patch);
        ArgumentNullException.ThrowIfNull(context);
        var outcome = patch.Apply(stored.Span, most, out var result);
        if (outcome != PatchOutcome.Applied)
        {
            return new PatchedVersion(outcome, default, null, ProtectedChanges.None);
        }

        var facts = new ResourceFacts();
        if (!IsPlain(result, context) || !ResourceScanner.TryScanForDecision(result, context, facts))
        {
            return new PatchedVersion(outcome, default, null, ProtectedChanges.Unreadable);
        }

        var changes = StoredVersionComparer.Compare(stored.Span, result, context);
        var isAnother = (changes & (ProtectedChanges.Unreadable | ProtectedChanges.Id | ProtectedChanges.Type)) != 0;
        return isAnother
            ? new PatchedVersion(outcome, default, null, ProtectedChanges.Unreadable)
            : new PatchedVersion(outcome, result, facts, changes);
    }

    private static bool IsPlain(byte[] result, FhirContext context)
    {
        if (!StrictJson.TryParse(result, context.MaxDepth, out var document))
        {
            return false;
        }

        using (document)
        {
            // Wherever it came from: a text of the stored version may have been copied to where it is a reference.
            return !ConditionalReferences.AreIn(document.RootElement);
        }
    }
}
