namespace PhiGateway.Identity.Issuers;

/// <summary>Fetches an issuer's key set from where the operator said it is.</summary>
internal interface IKeySetReader
{
    /// <summary>Reads the set anew; never throws for an unreachable or wrong source: that is a problem in words.</summary>
    Task<JwksReading> ReadAsync(CancellationToken cancellationToken);
}
