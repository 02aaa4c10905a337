namespace PhiGateway.Policy.Registry;

/// <summary>
/// A request of somebody unknown to be registered as a client: written by the token service, decided by people, and never more than words.
/// What becomes of one that is taken is a client of the registry like any other, with the approval that every client needs.
/// </summary>
public sealed record RegistrationRequest
{
    /// <summary>Made of what was asked for, so that asking again for the same is the same request.</summary>
    public required string Id { get; init; }

    /// <summary>When it came, UTC.</summary>
    public required DateTimeOffset ReceivedAt { get; init; }

    /// <summary>From when on it is over, UTC, whatever became of it.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The network that it came from.</summary>
    public required string Peer { get; init; }

    /// <summary>What the applicant says of itself.</summary>
    public required RegistrationWords Words { get; init; }

    /// <summary>Whether what it says cannot be read here: it is declined, and not taken.</summary>
    public bool IsUnreadable { get; init; }

    /// <summary>What a person decided.</summary>
    public RegistrationState State { get; init; }

    /// <summary>Id of the client that was made of it; null: none was.</summary>
    public string? Client { get; init; }

    /// <summary>Who decided; null: nobody has.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>When, UTC.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why it was declined, for people here; the applicant is not told.</summary>
    public string? Reason { get; init; }

    /// <summary>The <c>client_id</c> under which the applicant will come.</summary>
    public string ClientId => Words.Document ?? Id;
}

/// <summary>What people made of a request to be registered.</summary>
public enum RegistrationState : byte
{
    /// <summary>Nobody has decided.</summary>
    Pending,

    /// <summary>A client was made of it, which is approved or not like any other.</summary>
    Taken,

    /// <summary>It was declined.</summary>
    Declined,
}
