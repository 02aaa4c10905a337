namespace PhiGateway.Gateway.Exchange;

/// <summary>The documents that are public by their standards and answered by the gateway itself.</summary>
internal enum PublicDocument
{
    /// <summary>Something else was asked for.</summary>
    None,

    /// <summary><c>/metadata</c> (FHIR R4 3.1.0.10).</summary>
    CapabilityStatement,

    /// <summary><c>/.well-known/smart-configuration</c> (SMART App Launch 2.x, section 2.1).</summary>
    SmartConfiguration,

    /// <summary><c>/.well-known/oauth-protected-resource</c> (RFC 9728), between host and base or behind the base.</summary>
    ProtectedResource,

    /// <summary><c>/.well-known/udap</c> (FAST Security STU 2, section 2.1).</summary>
    Udap,
}
