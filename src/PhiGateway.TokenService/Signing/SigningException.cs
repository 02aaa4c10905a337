namespace PhiGateway.TokenService.Signing;

/// <summary>No signature is to be had now: whoever asked for a token is told to come again.</summary>
/// <param name="flaw">What failed, for the record: <c>no-key</c>, <c>unreachable</c>, <c>late</c>, <c>refused</c> or <c>mismatch</c>.</param>
internal sealed class SigningException(string flaw) : Exception("No signature: " + flaw)
{
    /// <summary>What failed.</summary>
    public string Flaw { get; } = flaw;
}
