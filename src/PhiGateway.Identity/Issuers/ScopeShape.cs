namespace PhiGateway.Identity.Issuers;

/// <summary>The form in which an issuer writes the scopes of a token.</summary>
public enum ScopeShape : byte
{
    /// <summary>One JSON string, scopes separated by blanks.</summary>
    String = 0,

    /// <summary>A JSON array of strings, one scope each.</summary>
    Array,

    /// <summary>Either of the two.</summary>
    Either,
}
