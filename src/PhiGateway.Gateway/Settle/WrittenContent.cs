using PhiGateway.Fhir.Requests;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Gateway.Settle;

/// <summary>Says what a write puts upstream, for the guards that look through it for names.</summary>
internal static class WrittenContent
{
    /// <summary>The resource as it would be, the patch that the upstream applies, or what an operation takes in.</summary>
    /// <param name="request">A settled write.</param>
    public static ReadOnlyMemory<byte> Of(FhirRequest request) =>
        request switch
        {
            { Patch.IsAppliedHere: true } => request.Patched,
            { Patch: { } patch } => patch.Rewritten,
            _ => request.Body,
        };

    /// <summary>What the upstream makes of it, and where its texts will stand, cannot be seen here.</summary>
    /// <param name="request">A settled write.</param>
    public static bool IsPlacedElsewhere(FhirRequest request) =>
        request.Interaction == Interaction.Operation || request.Patch is { IsAppliedHere: false };
}
