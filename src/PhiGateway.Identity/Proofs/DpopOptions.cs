namespace PhiGateway.Identity.Proofs;

/// <summary>What an operator writes about DPoP proofs (RFC 9449).</summary>
public sealed class DpopOptions
{
    /// <summary>The algorithms of proofs, as a challenge names them.</summary>
    public static string Algorithms => ProofAlgorithm.Names;

    /// <summary>
    /// How old a proof without a nonce may be by its <c>iat</c>, and how far ahead; default 1 minute, 5 seconds to 5 minutes. Security: a
    /// proof is remembered, and could be held back by a thief, for as long.
    /// </summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>When a proof must carry a nonce of this node; default <see cref="DpopNonceRule.WhenNeeded"/>.</summary>
    public DpopNonceRule Nonce { get; set; }

    /// <summary>How long a proof may be good: from the longest ahead of the clock to the oldest, or for two turns of nonces.</summary>
    internal TimeSpan LongestLife => MaxAge * 2 > NonceKeeper.Turn * 2 ? MaxAge * 2 : NonceKeeper.Turn * 2;

    /// <summary>What is wrong, in words; empty: nothing.</summary>
    public IReadOnlyList<string> Validate()
    {
        var problems = new List<string>();
        if (MaxAge < TimeSpan.FromSeconds(5) || MaxAge > TimeSpan.FromMinutes(5))
        {
            problems.Add("Dpop:MaxAge must be between 5 seconds and 5 minutes.");
        }

        if (!Enum.IsDefined(Nonce))
        {
            problems.Add("Dpop:Nonce must be WhenNeeded or Always.");
        }

        return problems;
    }
}

/// <summary>When a proof must carry a nonce that this node gave out.</summary>
public enum DpopNonceRule : byte
{
    /// <summary>
    /// A proof without one is remembered in the registry's database, by all nodes; only while that cannot be asked is a nonce demanded.
    /// </summary>
    WhenNeeded = 0,

    /// <summary>Every proof carries one, and the database is never asked; whoever changes nodes is asked to send its proof again.</summary>
    Always,
}
