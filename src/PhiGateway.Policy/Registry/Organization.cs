namespace PhiGateway.Policy.Registry;

/// <summary>Whoever runs non-human identities: an internal unit, a vendor, a partner, a data broker, a research body.</summary>
public sealed record Organization : IRegistryEntity
{
    public required string Id { get; init; }

    public required OrganizationKind Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>Default active. Anything else closes the PHI path of every client of the organization.</summary>
    public OrganizationStatus Status { get; init; } = OrganizationStatus.Active;

    /// <summary>Product modules in use, such as <c>results-connector@4</c>; part of every approval fingerprint.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Role to address, such as <c>security</c> to <c>soc@acme.example</c>.</summary>
    public IReadOnlyDictionary<string, string> Contacts { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// When the organization was last reviewed as a vendor; null means never, and that alone closes nothing: only a review that names the
    /// next one does.
    /// </summary>
    public VendorReview? LastReview { get; init; }

    /// <summary>
    /// How much all its clients together may take, of all its use cases, beside what each of them may; null: no limit. Part of every approval
    /// fingerprint.
    /// </summary>
    public ClientLimits? Limits { get; init; }
}

/// <summary>What an organization is to the hospital.</summary>
public enum OrganizationKind : byte
{
    Internal,
    Vendor,
    Partner,
    DataBroker,
    Research,
}

/// <summary>Whether an organization may act at all.</summary>
public enum OrganizationStatus : byte
{
    Active,
    Suspended,
    Offboarded,
}

/// <summary>One review of a vendor.</summary>
/// <param name="On">Day of the review, UTC.</param>
/// <param name="By">Who reviewed.</param>
/// <param name="Reference">Where the evidence is.</param>
/// <param name="NextDue">Day by which the next review is due, UTC; past it plus grace the path of every client of the organization closes.
/// Null: no review is due.</param>
public sealed record VendorReview(DateOnly On, string By, string Reference, DateOnly? NextDue = null);
