namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about the fresh sign-in that the console asks for before a grave step.</summary>
public sealed class ConsoleStepUp
{
    /// <summary>How long a sign-in at the issuer counts for such a step; required with the section.</summary>
    public TimeSpan? Within { get; set; }

    /// <summary>Authentication context classes (<c>acr</c>) of which the sign-in must have one; empty: any.</summary>
    public IReadOnlyList<string> Acr { get; set; } = [];
}
