namespace PhiGateway.Proof.Heads;

/// <summary>What a head is; the numbers are part of the stored format.</summary>
public enum LogHeadKind : byte
{
    /// <summary>A checkpoint.</summary>
    Checkpoint = 1,

    /// <summary>A statement of keys.</summary>
    Keys = 2,
}
