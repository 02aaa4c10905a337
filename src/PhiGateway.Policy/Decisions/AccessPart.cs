using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Policy.Decisions;

/// <summary>
/// One read, search or write that a request asks for or would pull in, with type, patients and content; a request is permitted only when
/// every part is.
/// </summary>
public sealed record AccessPart
{
    public required Interaction Interaction { get; init; }

    public required ResourceType Type { get; init; }

    /// <summary>Why this part is in the request.</summary>
    public PartRole Role { get; init; }

    /// <summary>Logical id, for instance-level parts; null otherwise.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// Operation name with its <c>$</c>, for <see cref="Interaction.Operation"/> and for the searches that stand for what such an operation
    /// brings back.
    /// </summary>
    public string? Operation { get; init; }

    /// <summary>
    /// The part stands for the record that a request starts from, which is looked at before the request goes: the permit judges whether its
    /// client may see it. False (the default): of an export's Group the permit says nothing.
    /// </summary>
    public bool IsLookedAt { get; init; }

    /// <summary>What an operation answers with beside resources, which are judged one by one.</summary>
    public OperationValues Values { get; init; }

    /// <summary>
    /// Types of records that the server makes of what an operation submits, and answers with; what its client may read of them leaves. None by
    /// default.
    /// </summary>
    public ResourceTypeSet AnsweredWith { get; init; }

    /// <summary>
    /// Types whose records the operation's answer is worked out from without showing them; none: it shows what it is about. Only who sees every
    /// such record of the patients that are meant may have it.
    /// </summary>
    public ResourceTypeSet ComputedOver { get; init; }

    /// <summary>The include value as written, such as <c>Observation:subject</c>, for include roles.</summary>
    public string? Include { get; init; }

    /// <summary>
    /// The include stands for all of a type (<c>Encounter:*</c>): of these the ones that the use case names are meant, and the others fall
    /// out.
    /// </summary>
    public bool IsOfEveryInclude { get; init; }

    /// <summary>For include roles: the type whose reference brings this part along; none where that betrays nothing.</summary>
    public ResourceType LinkedFrom { get; init; }

    /// <summary>
    /// Top-level elements of <see cref="LinkedFrom"/> that hold the reference: what comes along shows where it points, so each must be one
    /// that may leave.
    /// </summary>
    public IReadOnlyList<string> LinkedBy { get; init; } = [];

    /// <summary>
    /// Patients the request itself names for this part (path, compartment parameter); every one must be covered. Empty: none named.
    /// </summary>
    public IReadOnlyList<PatientId> Patients { get; init; } = [];

    /// <summary>
    /// Token conditions the request itself sets, without modifiers; used to see that a grant's <c>where</c> is met already.
    /// </summary>
    public IReadOnlyList<TokenConstraint> Conditions { get; init; } = [];

    /// <summary>
    /// True for one of many types that a request means without naming them (an export without <c>_type</c>, <c>$everything</c>): it may be
    /// dropped
    /// instead of denying the whole, as long as one such part remains. False (the default) is the stricter reading.
    /// </summary>
    public bool IsWildcard { get; init; }

    /// <summary>Facts of a resource in the request's body, for writes: judged like a resource on its way out.</summary>
    public ResourceFacts? Body { get; init; }

    /// <summary>
    /// The named patients stand in the path (compartment), not in a parameter: then a foreign one is answered like a missing one.
    /// </summary>
    public bool PatientInPath { get; init; }

    /// <summary>
    /// Top-level elements that the request filters or sorts by on this type; each must be one that may leave, or its value leaks through
    /// the answer's shape. <see cref="UnknownElement"/>: what it looks at is not known.
    /// </summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>
    /// Stands among <see cref="Uses"/> for whatever element there is: none has this name, so that no set of elements holds it.
    /// </summary>
    public const string UnknownElement = "?";

    /// <summary>
    /// For what a chain walks to: the walk can be confined to one tenant's records by a condition of its own, since the reference it
    /// follows is the only one of its kind. False (the default) is the stricter reading.
    /// </summary>
    public bool IsSeparable { get; init; }

    /// <summary>
    /// For what a chain walks to: the walk can be made by a search of its own, judged like any other, whose finds then stand in the chain's
    /// place. False (the default) is the stricter reading.
    /// </summary>
    public bool IsResolvable { get; init; }

    /// <summary>
    /// For what a chain walks to: each record of the type is somebody's who is known by it, or nobody's. False (the default) is the stricter
    /// reading.
    /// </summary>
    public bool IsAttributed { get; init; }

    /// <summary>
    /// For what an untyped chain walks to: names the chain, of which this is one target type among several. Where the walk can be made by a
    /// search of its own it is made over those types alone that may be searched, as long as one remains. Null (the default): it is the only
    /// one, or was named.
    /// </summary>
    public string? OneOf { get; init; }

    /// <summary>
    /// The write touches <c>meta.security</c>, <c>meta.tag</c> or a link to a patient, or it cannot be told whether it does (patches).
    /// </summary>
    public bool Relabels { get; init; }

    /// <summary>
    /// For a change that the upstream applies: the search parameters that look at what it touches, so that nobody knows whether the record will
    /// satisfy a condition on them afterwards; <see cref="AnyParameter"/>: it may touch anything. Empty (the default): what it comes to is in
    /// <see cref="Body"/>, or it touches none.
    /// </summary>
    public IReadOnlyList<string> Unsettles { get; init; } = [];

    /// <summary>Stands among <see cref="Unsettles"/> for whatever parameter there is.</summary>
    public const string AnyParameter = "*";

    /// <summary>
    /// The patch tests values before it changes any: its success tells what is stored, which only one who may read it may learn.
    /// </summary>
    public bool Probes { get; init; }

    /// <summary>
    /// What is known of the resource as it stands upstream, for update, patch and delete. Security: unknown closes the write to all but
    /// unrestricted grants.
    /// </summary>
    public StoredState StoredState { get; init; }

    /// <summary>Facts of the resource as it stands upstream; given exactly with <see cref="StoredState.Present"/>.</summary>
    public ResourceFacts? Stored { get; init; }

    /// <summary>What can be known of this part's resources, for backends that do not speak FHIR; null (the default): everything.</summary>
    public JudgeableFacts? Judgeable { get; init; }
}
