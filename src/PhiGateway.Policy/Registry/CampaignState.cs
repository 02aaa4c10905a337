namespace PhiGateway.Policy.Registry;

/// <summary>Whether a campaign still waits for anything.</summary>
public enum CampaignState : byte
{
    Open,

    /// <summary>Every item has its outcome.</summary>
    Done,

    /// <summary>Two persons ended it before its end; nothing follows from what was not applied.</summary>
    Cancelled,
}
