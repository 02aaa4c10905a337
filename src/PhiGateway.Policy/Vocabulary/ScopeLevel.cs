namespace PhiGateway.Policy.Vocabulary;

/// <summary>The first word of a SMART scope (<c>patient</c>, <c>user</c> or <c>system</c>).</summary>
public enum ScopeLevel : byte
{
    /// <summary>Confined to the token's patient context.</summary>
    Patient,

    /// <summary>What the signed-in user may see.</summary>
    User,

    /// <summary>What the backend service may see.</summary>
    System,
}
