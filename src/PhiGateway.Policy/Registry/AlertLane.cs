namespace PhiGateway.Policy.Registry;

/// <summary>Lane of the inbox that an alert stands in.</summary>
public enum AlertLane : byte
{
    /// <summary>Somebody should look when there is time.</summary>
    Look,

    /// <summary>Somebody should act now.</summary>
    Act,

    /// <summary>Likely honest: kept, and looked at together.</summary>
    Noise,
}
