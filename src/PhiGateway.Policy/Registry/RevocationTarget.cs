namespace PhiGateway.Policy.Registry;

/// <summary>What can be revoked.</summary>
public enum RevocationTarget : byte
{
    Client,
    Credential,
    Token,
    TokenHash,
    Organization,
    UseCase,
    Tenant,
    Issuer,
    IssuedBefore,

    /// <summary>Tokens of one subject of one issuer that were issued before a moment.</summary>
    Subject,

    /// <summary>Every agent whose charter names a model (<c>vendor/model</c>), or any model of a vendor (<c>vendor/*</c>).</summary>
    Model = 11,

    /// <summary>Every call whose purpose is neither treatment nor an emergency; the value is <c>*</c>. The number is stored.</summary>
    OtherThanTreatment = 20,
}
