namespace PhiGateway.Identity.Issuers;

/// <summary>The result of reading a key set: the keys that may be used, or why there are none.</summary>
/// <param name="Keys">Null when no key is usable.</param>
/// <param name="Problems">In words, without secrets; may be there although some keys are usable.</param>
internal sealed record JwksReading(IssuerKeySet? Keys, IReadOnlyList<string> Problems)
{
    public static JwksReading Failed(string problem) => new(null, [problem]);
}
