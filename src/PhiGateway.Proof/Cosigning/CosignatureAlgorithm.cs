namespace PhiGateway.Proof.Cosigning;

/// <summary>How a witness signs; the number is the type byte of its keys in C2SP tlog-cosignature.</summary>
public enum CosignatureAlgorithm : byte
{
    /// <summary>Ed25519 over a time and the text of a checkpoint.</summary>
    Ed25519 = 4,

    /// <summary>ML-DSA-44 (FIPS 204) over name, time, origin, size and root: holds against quantum computers.</summary>
    MlDsa44 = 6,
}
