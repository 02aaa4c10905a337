namespace PhiGateway.Gateway.Configuration;

/// <summary>What an operator writes about the fresh sign-in that the console asks for before a grave step.</summary>
public sealed class ConsoleStepUp
{
    /// <summary>Security: no such sign-in is asked for; posture says so. Alone, or not at all.</summary>
    public bool Off { get; set; }

    /// <summary>How long a sign-in at the issuer counts for such a step; null: 15 minutes.</summary>
    public TimeSpan? Within { get; set; }

    /// <summary>Authentication context classes (<c>acr</c>) of which the sign-in must have one; empty: any.</summary>
    public IReadOnlyList<string> Acr { get; set; } = [];
}
