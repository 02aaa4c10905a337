namespace PhiGateway.Policy.Registry;

/// <summary>How the secret of an admin key came to its person.</summary>
public enum KeyHandover : byte
{
    /// <summary>Whoever made the key was shown its secret: their acts and the key's are those of one person.</summary>
    Shown,

    /// <summary>Its person has yet to fetch the secret: until then it does nothing else.</summary>
    Unclaimed,

    /// <summary>Its person alone was shown the secret.</summary>
    Claimed,
}
