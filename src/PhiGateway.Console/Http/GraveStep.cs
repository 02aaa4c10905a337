namespace PhiGateway.Console.Http;

/// <summary>
/// Endpoint metadata: opens a patient, takes records away, approves, stops or lifts, applies or cancels a review, or takes the registry back;
/// done after a fresh sign-in only, where the configuration asks for that.
/// </summary>
internal sealed class GraveStep
{
    private GraveStep() { }

    /// <summary>The mark.</summary>
    public static GraveStep Mark { get; } = new();
}
