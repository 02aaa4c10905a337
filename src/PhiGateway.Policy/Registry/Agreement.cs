namespace PhiGateway.Policy.Registry;

/// <summary>The contract under which PHI may flow to an organization; it always ends.</summary>
public sealed record Agreement : IRegistryEntity
{
    public required string Id { get; init; }

    public required AgreementKind Kind { get; init; }

    /// <summary>The counterparty's organization id.</summary>
    public required string Organization { get; init; }

    /// <summary>First day in force, UTC.</summary>
    public required DateOnly Effective { get; init; }

    /// <summary>First day no longer in force, UTC; mandatory, after <see cref="Effective"/>.</summary>
    public required DateOnly Expires { get; init; }

    /// <summary>ISO 3166 codes of where the data may go; at least one.</summary>
    public IReadOnlyList<string> Jurisdictions { get; init; } = [];

    /// <summary>Whether the data leaves the hospital's own jurisdiction; then a legal review is required.</summary>
    public bool CrossBorder { get; init; }

    /// <summary>Required for data brokers, research and cross-border transfer: without it the agreement is not in force.</summary>
    public LegalReview? LegalReview { get; init; }

    /// <summary>Ended before its day; closes the path at once.</summary>
    public bool Terminated { get; init; }
}

/// <summary>What sort of contract an agreement is.</summary>
public enum AgreementKind : byte
{
    Baa,
    Dua,
    Treatment,
    ResearchProtocol,
    Order,
}

/// <summary>Records that a lawyer reviewed an agreement: who, when, where the opinion is filed, and until when it counts.</summary>
/// <param name="By">Who reviewed.</param>
/// <param name="On">Day, UTC.</param>
/// <param name="Reference">Where the opinion is filed.</param>
/// <param name="Until">First day on which it no longer counts, UTC; null: as long as the agreement. A review that names it closes the path
/// on that day, whether the agreement needs a review or not.</param>
public sealed record LegalReview(string By, DateOnly On, string Reference, DateOnly? Until = null);
