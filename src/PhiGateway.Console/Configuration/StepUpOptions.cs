namespace PhiGateway.Console.Configuration;

/// <summary>
/// When somebody has to sign in anew before they open a patient, take records away, approve, stop or lift, apply or cancel a review, or take the
/// registry back; given by the host.
/// </summary>
/// <param name="Within">How long a sign-in at the identity provider counts for such a step.</param>
/// <param name="Acr">Authentication context classes of which the sign-in must have one; empty: any will do.</param>
public sealed record StepUpOptions(TimeSpan Within, IReadOnlyList<string> Acr)
{
    /// <summary>What counts where an operator says nothing: a quarter of an hour.</summary>
    public static readonly StepUpOptions Default = new(TimeSpan.FromMinutes(15), []) { IsByDefault = true };

    /// <summary>Whether no operator asked for it: a provider that does not say when somebody signed in cannot be asked, and is not.</summary>
    public bool IsByDefault { get; init; }
}
