namespace PhiGateway.Gateway.Upstream.Credentials;

/// <summary>One value of Authorization, and for how long it is good; made by an <see cref="ICredentialMaker"/>.</summary>
/// <param name="Authorization">The value. Secret.</param>
/// <param name="Life">How long it is good; null: until it changes.</param>
internal sealed record MadeCredential(string Authorization, TimeSpan? Life);

/// <summary>Makes the value of Authorization anew; called by <see cref="HeldCredential"/>, one call at a time.</summary>
internal interface ICredentialMaker
{
    /// <summary>How often a value without an end is looked at again; null: it never changes.</summary>
    TimeSpan? Every { get; }

    /// <exception cref="CredentialException">It cannot be made now.</exception>
    ValueTask<MadeCredential> MakeAsync(CancellationToken cancellationToken);
}
