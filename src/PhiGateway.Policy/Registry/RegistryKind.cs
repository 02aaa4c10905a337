namespace PhiGateway.Policy.Registry;

/// <summary>
/// The kinds of registry entity that are stored as versioned documents; memberships and revocations have stores of their own.
/// </summary>
public enum RegistryKind : byte
{
    Organization = 1,
    Agreement = 2,
    UseCase = 3,
    Client = 4,
    Credential = 5,
    Roster = 6,
    TaskGrant = 7,
    Approval = 8,
    Review = 9,
    Alert = 10,

    /// <summary>A key that opens the admin API; only its hash is kept.</summary>
    AdminKey = 11,

    /// <summary>An access review over many clients; it describes, and what follows from it is written elsewhere.</summary>
    Campaign = 128,

    /// <summary>One client in a campaign.</summary>
    CampaignItem = 129,

    /// <summary>Alerts that are looked at as one.</summary>
    Case = 130,

    /// <summary>A search of the trail that somebody keeps.</summary>
    SavedSearch = 131,
}
