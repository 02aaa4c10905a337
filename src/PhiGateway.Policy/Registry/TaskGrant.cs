namespace PhiGateway.Policy.Registry;

/// <summary>One action on one patient for one client, ending with the workflow it belongs to.</summary>
public sealed record TaskGrant : IRegistryEntity
{
    public required string Id { get; init; }

    public required string Client { get; init; }

    /// <summary>Logical id of the Patient.</summary>
    public required string Patient { get; init; }

    /// <summary>The one resource, as <c>Type/id</c>; null: any that the use case's grants cover.</summary>
    public string? Resource { get; init; }

    /// <summary>The workflow, such as an order or ticket number.</summary>
    public required string Workflow { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>
    /// How many requests it may be used for, over all nodes, counted in the registry's database before each goes upstream; null: as many as
    /// come before it expires. A counted task covers
    /// only requests that name its patient or its resource.
    /// </summary>
    public int? MaxUses { get; init; }

    /// <summary>
    /// It covers only calls whose token names it, and confines these to itself; false: it covers every call of its client.
    /// </summary>
    public bool ByToken { get; init; }

    /// <summary>The use case that its client must have; null: whichever it has. With <see cref="ByToken"/> only, as the three below.</summary>
    public string? UseCase { get; init; }

    /// <summary>The tenant; null: each that its client belongs to.</summary>
    public string? Tenant { get; init; }

    /// <summary>Interactions, in the words of grants; none: those that the use case's grants cover.</summary>
    public IReadOnlyList<string> Interactions { get; init; } = [];

    /// <summary>
    /// Resource types; none: those that the use case's grants cover. What is nobody's record leaves under a task that names its type.
    /// </summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>The workflow ended.</summary>
    public bool Closed { get; init; }
}
