namespace PhiGateway.Policy.Registry;

/// <summary>
/// What an AI agent is, who answers for it, and what it may do of what its use case grants; part of a <see cref="Client"/> of the kind
/// ai-agent. It only takes away, and is approved with the rest.
/// </summary>
public sealed record AgentCharter
{
    /// <summary>In the place of a model: every one of its vendor.</summary>
    public const string EveryModel = "*";

    /// <summary>The model that acts, as its vendor names it, such as <c>reader-4.1</c>; by it an agent is stopped with all of its model.</summary>
    public required string Model { get; init; }

    /// <summary>Whose model it is, such as <c>acme-ai</c>.</summary>
    public required string Vendor { get; init; }

    /// <summary>Which installation of it this client is; null: there is one.</summary>
    public string? Instance { get; init; }

    /// <summary>The person who answers for what it does.</summary>
    public required string Accountable { get; init; }

    /// <summary>First day on which that person no longer does, UTC: then the path closes.</summary>
    public required DateOnly AccountableUntil { get; init; }

    /// <summary>Tools by which it may ask (<see cref="Vocabulary.AgentTools"/>), and nothing but these; empty: any way.</summary>
    public IReadOnlyList<string> Tools { get; init; } = [];

    /// <summary>Resource types that it may touch, of those that the grants cover; empty: all of them.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Hours of the day in <see cref="TimeZone"/>, as <c>HH:mm-HH:mm</c>; empty: any.</summary>
    public IReadOnlyList<string> Hours { get; init; } = [];

    /// <summary>The time zone of its hours, by its IANA name; default UTC.</summary>
    public string TimeZone { get; init; } = "UTC";

    /// <summary>Calls that it may make in a day, UTC, over all nodes; null: as many as it likes.</summary>
    public int? CallsPerDay { get; init; }

    /// <summary>How records and revocations name a model of a vendor, such as <c>acme-ai/reader-4.1</c>.</summary>
    public static string NameOf(string vendor, string model) => $"{vendor}/{model}";
}
